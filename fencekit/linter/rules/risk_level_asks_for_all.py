"""A risk level that asks a person about every call of that level.

Risk levels are asked before the default: `high: require_approval` turns the denial of what nobody
allowed into a question. Whoever answers it decides about calls that the policy never named.
"""

from collections.abc import Iterator

from fencekit.linter.lint_context import LintContext
from fencekit.linter.lint_rule import LintRule, Violation
from fencekit.linter.rules.risk_level_grants_all import UNHEARD_OF
from fencekit.model.finding import Level
from fencekit.model.request import Request
from fencekit.model.verdict import Verdict


def find(subject: LintContext) -> Iterator[Violation]:
    """Yield each level that escalates, with a call that would be denied by default."""
    for rule in subject.stopping():
        if rule.section != "risk_levels":
            continue
        level = rule.conditions[0].value
        request = Request(UNHEARD_OF, context={"risk_level": level})
        call = subject.call("a call that no rule names", request)
        if call.outcome.rule is rule and call.outcome.effect.verdict is Verdict.ESCALATE:
            message = f"`{level}: require_approval` asks about calls that are denied by default"
            hint = "name the capabilities in `require_approval`, with `risk_level` beside them"
            place = subject.places.note(rule, "action")
            yield Violation(place, message, rule, (call,), hint)


RULE = LintRule(
    "risk-level-asks-for-all",
    Level.NOTE,
    "a risk level asks about calls that are denied by default",
    find,
)
