"""A rule is written twice.

The second one decides nothing. Mostly it is what is left of an edit that was meant to change the
first one, and a later edit of one of the two will do less than it seems to.
"""

from collections.abc import Iterator

from fencekit.linter.lint_context import LintContext
from fencekit.linter.lint_rule import LintRule, Violation
from fencekit.model.finding import Level
from fencekit.model.policy import Rule


def find(subject: LintContext) -> Iterator[Violation]:
    """Yield each rule that says the same as an earlier one, in whatever order of conditions."""
    first: dict[str, Rule] = {}
    for rule in subject.rules:
        if rule.place in (earlier.place for earlier in first.values()):
            continue  # a file that is extended twice
        earlier = first.setdefault(rule_key(rule), rule)
        if earlier is not rule:
            message = f"rule `{rule.id}` says what `{earlier.id}` says"
            hint = f"the other one is at {earlier.place}: take one of them out"
            yield Violation(rule.place, message, rule, hint=hint)


def rule_key(rule: Rule) -> str:
    """Return what a rule says, as text: values that are equal and spelled alike are the same."""
    conditions = sorted(f"{condition.name}={condition.value!r}" for condition in rule.conditions)
    return f"{rule.effect} {rule.capability!r} {conditions}"


RULE = LintRule("duplicate-rule", Level.WARNING, "a rule is written twice", find)
