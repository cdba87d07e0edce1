"""A risk level with `allow`, which allows nothing.

`low: allow` is silent: it neither allows nor stops, and the allow rules are asked as without it.
It is harmless, and mostly it was meant to do more.
"""

from collections.abc import Iterator

from fencekit.linter.lint_context import LintContext
from fencekit.linter.lint_rule import LintRule, Violation
from fencekit.linter.rules.risk_level_grants_all import UNHEARD_OF
from fencekit.model.finding import Level
from fencekit.model.request import Request


def find(subject: LintContext) -> Iterator[Violation]:
    """Yield each risk level that says nothing, with a call of that level that is not allowed."""
    for rule in subject.policy.rules:
        if rule.section == "risk_levels" and rule.effect is None:
            level = rule.conditions[0].value
            request = Request(UNHEARD_OF, context={"risk_level": level})
            call = subject.call("not allowed by it", request)
            message = f"`{level}: allow` allows nothing: the allow rules are asked as without it"
            place = subject.places.note(rule, "action")
            yield Violation(place, message, rule, (call,), "take it out, or write allow rules")


RULE = LintRule(
    "silent-risk-level", Level.NOTE, "a risk level says `allow` and allows nothing", find
)
