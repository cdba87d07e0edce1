r"""A regex that is found in no text.

What stands before `^`, or after `\Z`, can never be there: a beginning in the middle, a negative
lookahead that refuses everything. The rule holds for no call by it.
"""

from collections.abc import Iterator

from fencekit.linter.call_rewrites import elements
from fencekit.linter.lint_context import LintContext
from fencekit.linter.lint_rule import LintRule, Violation, short
from fencekit.model.finding import Level
from fencekit.model.policy import Condition, ConditionName, Rule
from fencekit.regex.match_possibility import cannot_match
from fencekit.regex.matching_examples import samples
from fencekit.regex.python_syntax import parse_pattern


def find(subject: LintContext) -> Iterator[Violation]:
    """Yield each pattern that matches nothing: seen in its form, or proved."""
    for rule in subject.rules:
        for condition in rule.conditions:
            if condition.name is not ConditionName.MATCH_REGEX:
                continue
            for number, pattern in elements(condition):
                tree = parse_pattern(pattern)
                if tree is None:
                    continue
                if cannot_match(*tree) or (
                    not samples(pattern) and subject.exact.never_met(rule, condition, pattern)
                ):
                    message = f"the regex `{short(pattern)}` is found in no text"
                    yield Violation(subject.places.element(condition, number), message, rule)


def is_never_found(subject: LintContext, rule: Rule, condition: Condition, pattern: str) -> bool:
    """Say whether a pattern that compiles matches nothing, by its form or as the prover says."""
    tree = parse_pattern(pattern)
    if tree is None:
        return False
    if cannot_match(*tree):
        return True
    return not samples(pattern) and subject.exact.never_met(rule, condition, pattern)


RULE = LintRule("regex-never-matches", Level.WARNING, "a regex is found in no text", find)
