"""A risk level that no call can have.

The runtime writes the level of a call in lower case before it asks, and looks up text only:
`Critical`, and what YAML reads as a number or as yes and no, is never found.
"""

from collections.abc import Iterator

from fencekit.linter.lint_context import LintContext
from fencekit.linter.lint_rule import LintRule, Violation
from fencekit.model.finding import Level
from fencekit.model.policy import ConditionName
from fencekit.model.request import Request

ASKING = (ConditionName.RISK_LEVEL, ConditionName.RISK_LEVEL_IS)


def find(subject: LintContext) -> Iterator[Violation]:
    """Yield each level, of a section or a condition, that is not in lower case or is no text."""
    for rule in subject.policy.rules:
        for condition in rule.conditions:
            level = condition.value
            if condition.name not in ASKING or level == str(level).lower():
                continue
            lower = str(level).lower()
            request = Request("resource.action.production", context={"risk_level": lower})
            call = subject.call(f"a call of the level `{lower}`", request)
            message = f"no call has the risk level `{level}`: levels are text, in lower case"
            hint = f"write `{lower}`"
            yield Violation(condition.place, message, rule, (call,), hint)


RULE = LintRule(
    "risk-level-never-occurs", Level.WARNING, "a risk level that no call can have", find
)
