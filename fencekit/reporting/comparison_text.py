"""The comparison of two policies as text: the answers, each class of capabilities, witnesses."""

import json
import shlex
from collections.abc import Iterator

from fencekit.model.comparison import OPEN, ClassCompared, Compared
from fencekit.model.decision import Outcome
from fencekit.model.finding import RuleRef
from fencekit.model.form import to_form
from fencekit.model.proof import Proved, Result, Unknown, Witness
from fencekit.model.report import Report
from fencekit.reporting.terminal import LONGEST_COMMAND, STATUS_STYLES, Line, Table, inert
from fencekit.reporting.words import LABELS, counted

LONGEST_CALL = 2_000
MOST_CLASSES = 100
STYLES: dict[str, str] = {Proved.word: "green", Witness.word: "red", Unknown.word: "yellow"}


def headline(report: Report) -> str:
    """Return what came of the comparison in one sentence."""
    compared = report.comparison
    assert compared is not None
    looser = compared.looser
    if isinstance(looser, Witness):
        count = sum(isinstance(one.looser, Witness) for one in compared.classes)
        kinds = counted(count, "kind of capability", "kinds of capability")
        return f"the candidate is looser, for {kinds}: here is a call that shows it"
    if isinstance(looser, Unknown):
        return "not known whether the candidate is anywhere looser"
    if compared.equivalent:
        return "proved: both policies decide every call alike"
    rest = "somewhere tighter" if isinstance(compared.tighter, Witness) else "perhaps tighter"
    return f"proved: for no call is the candidate looser; it is {rest}"


def lines(report: Report) -> Iterator[Line | Table]:
    """Yield the parts of the report: the verdict, what was compared, the answers, the calls."""
    compared = report.comparison
    assert compared is not None
    style = STATUS_STYLES[report.status]
    yield Line(f"{LABELS[report.status]}: {headline(report)}", style)
    for trouble in report.troubles:
        yield Line(f"  ! {inert(trouble, LONGEST_CALL)}", "yellow")
    yield Line()
    yield Line(f"candidate  {inert(compared.candidate)}")
    yield Line(f"against    {inert(compared.baseline)}")
    whole = "every call, with any JSON object as its arguments"
    domain = whole if compared.domain == OPEN else f"calls by {inert(compared.domain)}"
    yield Line(f"domain     {domain}")
    yield Line()
    yield from answers(compared)
    for one in compared.classes[:MOST_CLASSES]:
        for word, result in (("looser", one.looser), ("tighter", one.tighter)):
            if isinstance(result, Witness):
                yield Line()
                yield from witness_lines(word, result, report)
    if len(compared.classes) > MOST_CLASSES:
        yield Line()
        yield Line(f"and {len(compared.classes) - MOST_CLASSES:,} more: see `--format json`")
    if compared.explained:
        yield Line()
        yield from ladder_lines(compared)


def answers(compared: Compared) -> Iterator[Table]:
    """Yield the table of answers: all calls first, then class by class."""
    rows = [("all calls", compared.looser, compared.tighter)]
    rows += [(named(one), one.looser, one.tighter) for one in compared.classes[:MOST_CLASSES]]
    cells = tuple((name, said(looser), said(tighter)) for name, looser, tighter in rows)
    styles = tuple(STYLES[looser.word] for _, looser, _ in rows)
    yield Table(("", "looser", "tighter"), cells, styles)


def named(one: ClassCompared) -> str:
    """Return a class of capabilities by one of them."""
    return inert(one.capability) or "(empty)"


def said(result: Result) -> str:
    """Return whether a witness was found, as an answer to `is it looser`."""
    return {Proved.word: "no, proved", Witness.word: "yes", Unknown.word: "not known"}[result.word]


def witness_lines(word: str, witness: Witness, report: Report) -> Iterator[Line]:
    """Yield a call, how both policies decide it, by which rules, and how to have it explained."""
    before, after = witness.before, witness.after
    change = f"{before.effect} -> {after.effect}"
    heading = f"{word}  {inert(str(witness.request.capability))}  {change}"
    yield Line(heading, "red" if word == "looser" else "blue")
    form = json.dumps(to_form(witness.request), ensure_ascii=False)
    yield Line(f"  call   {inert(form, LONGEST_CALL)}")
    yield from outcome_lines("was", before, report)
    yield from outcome_lines("rule", after, report)
    yield Line(f"  explain: {explain_command(witness, report)}", "dim")


def outcome_lines(word: str, outcome: Outcome, report: Report) -> Iterator[Line]:
    """Yield the rule that decided, with its place and its line in the file."""
    if outcome.rule is None:
        yield Line(f"  {word:<6} default: no rule matches, so the call is denied")
        return
    rule = RuleRef.to(outcome.rule)
    asked = "; ".join([rule.capability, *(f"{name}: {value}" for name, value in rule.conditions)])
    yield Line(f"  {word:<6} {inert(rule.id)} ({inert(str(rule.place), 500)})  {inert(asked)}")
    text = source_line(rule, report)
    if text:
        yield Line(f"         > {inert(text)}")
    if outcome.error is not None:
        yield Line(f"         error: {inert(outcome.error.message)}")


def source_line(rule: RuleRef, report: Report) -> str:
    """Return the line of a file that a rule begins on, without its indent."""
    place = rule.place
    for source in report.sources:
        if place is not None and source.path == place.file and place.line is not None:
            return source.line(place.line).strip()
    return ""


def explain_command(witness: Witness, report: Report) -> str:
    """Return the command that explains the call by the candidate; it can be pasted anywhere."""
    compared = report.comparison
    assert compared is not None
    call = json.dumps(to_form(witness.request))
    words = ["fencekit", "explain", compared.candidate, "-"]
    if compared.policy_root:
        words += ["--policy-root", compared.policy_root]
    # `echo` of some shells would read the backslashes.
    return inert(f"printf %s {shlex.quote(call)} | {shlex.join(words)}", LONGEST_COMMAND)


def ladder_lines(compared: Compared) -> Iterator[Line]:
    """Yield how each answer was come to, step by step."""
    yield Line("how it was settled", "bold")
    if not compared.classes:
        yield Line("  every call meets the same rules in both policies")
    for one in compared.classes:
        for word, result in (("looser", one.looser), ("tighter", one.tighter)):
            yield Line(f"  {word} for {named(one)}: {said(result)}", STYLES[result.word])
            for rung in result.ladder:
                looked = [counted(rung.cases, "case"), counted(rung.states, "state")]
                yield Line(f"    {rung.method}: {inert(rung.said)} ({', '.join(looked)})")
            if isinstance(result, Unknown):
                yield Line(f"    open: {inert(result.reason)}")
