"""A risk level with `warn` lets every call of that level run.

Risk levels are asked before the allow rules and look at nothing but the level: `medium: warn`
authorises every capability, named in the policy or not, that is not denied or escalated first.
Write `allow`, which is silent, so that the allow rules are asked.
"""

from collections.abc import Iterator

from fencekit.linter.lint_context import LintContext
from fencekit.linter.lint_rule import LintRule, Violation
from fencekit.model.finding import Level
from fencekit.model.request import Request
from fencekit.model.verdict import Verdict

UNHEARD_OF = "unheard-of.action.scope"


def find(subject: LintContext) -> Iterator[Violation]:
    """Yield each risk level that allows, with a call that no other rule would let through."""
    for rule in subject.allowing():
        if rule.section != "risk_levels":
            continue
        level = rule.conditions[0].value
        request = Request(UNHEARD_OF, context={"risk_level": level})
        call = subject.call("a call that no rule names", request)
        if call.outcome.effect.verdict is Verdict.ALLOW:
            message = f"`{level}: warn` lets every call of that level run, whatever it does"
            hint = "`allow` is silent here: the allow rules are asked then"
            yield Violation(subject.places.note(rule, "action"), message, rule, (call,), hint)


RULE = LintRule(
    "risk-level-grants-all", Level.ERROR, "a risk level lets every call of that level run", find
)
