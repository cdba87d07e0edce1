"""How shapes look for evasions: a call that a rule stops, and rewrites of it that get through."""

from collections.abc import Callable, Iterator, Sequence
from itertools import islice

from fencekit.linter.call_rewrites import elements, narrow_rule
from fencekit.linter.lint_context import MOST_ASKED, LintContext
from fencekit.linter.lint_rule import DemonstratingCall, Violation, short
from fencekit.model.policy import Condition, ConditionName, Rule
from fencekit.model.request import Request
from fencekit.model.verdict import Verdict

Rewrite = Callable[[Request, Rule | None], Iterator[tuple[str, Request]]]
"""Takes a call and a later rule that might let it run; yields rewrites, each with what was done."""

LISTS = (ConditionName.CONTAINS, ConditionName.MATCH_KEYWORDS, ConditionName.MATCH_REGEX)
MOST_BASES = 24
"""How many calls of one element are rewritten."""

PRINTED = ("': ", '": ', ": {", ": [", ", '", ', "')
"""What the runtime itself prints between the keys and values of a payload, always in this way: a
keyword with it is about the form of the payload, and no caller can spell that form otherwise."""


def evaded_rules(
    subject: LintContext, names: Sequence[ConditionName], rewrite: Rewrite, hint: str
) -> Iterator[Violation]:
    """Yield each rule that stops calls by one of the conditions and that a rewrite evades.

    There is one hit for a condition: at its first keyword or pattern that is evaded, with the call
    that is stopped and the rewrite that is decided looser. One that is allowed comes before one
    that a person is asked about.
    """
    for rule in subject.stopping():
        for condition in rule.conditions:
            if condition.name not in names:
                continue
            if subject.asked > MOST_ASKED:
                subject.exact.open += 1
            else:
                yield from by_condition(subject, rule, condition, rewrite, hint)


def by_condition(
    subject: LintContext, rule: Rule, condition: Condition, rewrite: Rewrite, hint: str
) -> Iterator[Violation]:
    """Yield the hit of one condition, if it is evaded."""
    parts = list(elements(condition)) if condition.name in LISTS else [(0, "")]
    found: list[tuple[int, str, str, DemonstratingCall, DemonstratingCall]] = []
    for number, element in parts:
        if condition.name is not ConditionName.MATCH_REGEX and any(p in element for p in PRINTED):
            continue
        narrow = narrow_rule(rule, condition, element) if condition.name in LISTS else rule
        pair = evading(subject, rule, narrow, rewrite)
        if pair is not None:
            found.append((number, element, *pair))
    if not found:
        return
    number, element, how, before, after = min(found, key=lambda pair: still_asks(pair[-1]))
    what = f"`{short(element or condition.value)}`"
    others = f" ({len(found)} of {len(parts)} here are)" if len(parts) > 1 else ""
    message = f"`{condition.name}` {what} of rule `{rule.id}` is evaded by {how}{others}"
    place = subject.places.element(condition, number)
    yield Violation(place, message, rule, (before, after), hint, mild=still_asks(after))


def evading(
    subject: LintContext, rule: Rule, narrow: Rule, rewrite: Rewrite
) -> tuple[str, DemonstratingCall, DemonstratingCall] | None:
    """Return how a call that the rule stops is rewritten so that it is decided looser.

    The calls are such that an allow rule would hold for them: a rewrite that ends in the default
    is no evasion.
    """
    for letting in (*subject.beneath(rule), None):
        calls = subject.all_decided_by(rule, as_if=narrow, beside=letting)
        for before in islice(calls, MOST_BASES):
            for how, request in rewrite(before.request, letting):
                after = subject.looser(before, request)
                if after is not None:
                    return how, before, after
    return None


def still_asks(after: DemonstratingCall) -> bool:
    """Say whether a person is asked about the rewrite: then it is no way around everybody."""
    return after.outcome.effect.verdict is Verdict.ESCALATE
