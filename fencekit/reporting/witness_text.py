"""A call that shows something, as lines: the call, the rules on both sides, what to type."""

import json
import shlex
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Protocol

from fencekit.model.decision import Outcome
from fencekit.model.finding import Finding, RuleRef
from fencekit.model.proof import Proved, Result, Unknown, Witness
from fencekit.model.request_json import request_to_json
from fencekit.model.source import SourceFile, argument
from fencekit.reporting.replay_text import LONGEST_COMMAND, Line, inert
from fencekit.reporting.report_phrases import count_noun

LONGEST_CALL = 2_000
STYLES: dict[str, str] = {Proved.word: "green", Witness.word: "red", Unknown.word: "yellow"}


@dataclass(frozen=True, slots=True)
class Sides:
    """How the two sides of a witness are called, and the policy that explains it."""

    before: str
    after: str
    policy: str
    root: str = ""


class Sourced(Protocol):
    """What has the files that rules are written in: a report."""

    @property
    def sources(self) -> tuple[SourceFile, ...]:
        """The files of the policies."""
        ...


def witness_lines(
    word: str, witness: Witness, sides: Sides, report: Sourced, finding: Finding | None = None
) -> Iterator[Line]:
    """Yield a call, how both policies decide it, by which rules, and how to have it explained.

    Where the finding has a realistic call, that comes first.
    """
    before, after = witness.before, witness.after
    change = f"{before.effect} -> {after.effect}"
    heading = f"{word}  {inert(str(witness.request.capability))}  {change}"
    yield Line(heading, "blue" if word == "tighter" else "red")
    if finding is not None and finding.realistic is not None:
        realistic = json.dumps(request_to_json(finding.realistic.request), ensure_ascii=False)
        yield Line(f"  like   {inert(realistic, LONGEST_CALL)}")
    form = json.dumps(request_to_json(witness.request), ensure_ascii=False)
    yield Line(f"  call   {inert(form, LONGEST_CALL)}")
    yield from outcome_lines(sides.before, before, report)
    yield from outcome_lines(sides.after, after, report)
    yield Line(f"  explain: {explain_command(witness, sides)}", "dim")


def outcome_lines(word: str, outcome: Outcome, report: Sourced) -> Iterator[Line]:
    """Yield the rule that decided, with its place and its line in the file."""
    if outcome.rule is None:
        yield Line(f"  {word:<6} default: no rule matches, so the call is denied")
        return
    rule = RuleRef.to(outcome.rule)
    asked = "; ".join([rule.capability, *(f"{name}: {value}" for name, value in rule.conditions)])
    yield Line(f"  {word:<6} {inert(rule.name)} ({inert(str(rule.place), 500)})  {inert(asked)}")
    text = source_line(rule, report)
    if text:
        yield Line(f"         > {inert(text)}")
    if outcome.error is not None:
        yield Line(f"         error: {inert(outcome.error.message)}")


def source_line(rule: RuleRef, report: Sourced) -> str:
    """Return the line of a file that a rule begins on, without its indent."""
    place = rule.place
    for source in report.sources:
        if place is not None and source.path == place.file and place.line is not None:
            return source.line(place.line).strip()
    return ""


def explain_command(witness: Witness, sides: Sides) -> str:
    """Return the command that explains the call; it can be pasted anywhere."""
    call = json.dumps(request_to_json(witness.request))
    words = ["fencekit", "explain", argument(sides.policy), "-"]
    if sides.root:
        words += ["--policy-root", sides.root]
    # `echo` of some shells would read the backslashes.
    return inert(f"printf %s {shlex.quote(call)} | {shlex.join(words)}", LONGEST_COMMAND)


def domain_text(domain: str) -> str:
    """Return which calls an answer is about."""
    if domain == "open":
        return "every call, with any JSON object as its arguments"
    return f"every call whose arguments are as {inert(domain)} says"


def ladder_lines(answers: Iterable[tuple[str, Result, str]], *, without: str) -> Iterator[Line]:
    """Yield how each answer was come to, step by step; each is given with what it is about.

    `without` is what to say where there was nothing to be settled.
    """
    yield Line("how it was settled", "bold")
    listed = list(answers)
    if not listed:
        yield Line(f"  {without}")
    for about, result, said in listed:
        yield Line(f"  {about}: {said}", STYLES[result.word])
        for rung in result.ladder:
            looked = [count_noun(rung.cases, "case"), count_noun(rung.states, "state")]
            yield Line(f"    {rung.method}: {inert(rung.said)} ({', '.join(looked)})")
        if isinstance(result, Unknown):
            yield Line(f"    open: {inert(result.reason)}")
