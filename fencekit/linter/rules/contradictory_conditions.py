"""Conditions of one rule that cannot hold together.

`amount_gt: 500` and `amount_lt: 100` leave no amount. The rule is never asked; mostly the two were
meant to be two rules. Of amounts, the text `nan` alone passes both.
"""

from collections.abc import Iterator

from fencekit.linter.amount_arguments import AMOUNTS, DEPTHS
from fencekit.linter.call_rewrites import elements
from fencekit.linter.example_calls import numbers, sorted_out
from fencekit.linter.lint_context import LintContext
from fencekit.linter.lint_rule import LintRule, Violation
from fencekit.model.finding import Level
from fencekit.model.policy import Condition, Rule


def find(subject: LintContext) -> Iterator[Violation]:
    """Yield each rule whose conditions exclude each other, at the last one of those that do."""
    for rule in subject.rules:
        pair = without_a_number(rule)
        if pair:
            named = " and ".join(f"`{c.name}: {c.value}`" for c in pair)
            message = f"no number passes {named} of rule `{rule.id}`"
            shown = subject.decided_by(rule)
            calls = (shown,) if shown is not None else ()
            yield Violation(
                pair[-1].place, message, rule, calls, "make it two rules, or mend a bound"
            )
        elif len(rule.conditions) > 1 and excludes_itself(subject, rule):
            message = f"no call meets all conditions of rule `{rule.id}`"
            yield Violation(rule.conditions[-1].place, message, rule, hint="make it two rules")


def without_a_number(rule: Rule) -> list[Condition]:
    """Return the conditions on a number that no number passes; none where one does."""
    for names in (AMOUNTS, DEPTHS):
        bounds = [condition for condition in rule.conditions if condition.name in names]
        wanted = sorted_out(iter(bounds))
        if len(bounds) > 1 and next(numbers(wanted.amounts or wanted.depths), None) is None:
            return bounds
    return []


def excludes_itself(subject: LintContext, rule: Rule) -> bool:
    """Say whether no call meets all conditions, though each by itself can be met."""
    if subject.decided_by(rule) is not None:
        return False
    return subject.exact.never_holds(rule) and not is_one_impossible(subject, rule)


def is_one_impossible(subject: LintContext, rule: Rule) -> bool:
    """Say whether a condition cannot be met even by itself."""
    return any(
        all(subject.exact.never_met(rule, condition, value) for _, value in elements(condition))
        for condition in rule.conditions
    )


RULE = LintRule(
    "contradictory-conditions", Level.WARNING, "conditions of a rule exclude each other", find
)
