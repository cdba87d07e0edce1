r"""An allow regex that ends with `$`.

In Python, `$` also matches before a line feed at the very end: `^[a-z]+$` allows `ls` and a line
feed. Rarely does that matter; `\Z` says what is meant.
"""

from collections.abc import Iterator

from fencekit.linter.call_rewrites import elements, narrow_rule, texts, with_value
from fencekit.linter.lint_context import LintContext
from fencekit.linter.lint_rule import LintRule, Violation, short
from fencekit.model.finding import Level
from fencekit.model.policy import Condition, ConditionName, Rule
from fencekit.regex.anchors import Hold, ends
from fencekit.regex.python_syntax import parse_pattern


def find(subject: LintContext) -> Iterator[Violation]:
    """Yield each pattern of an allow rule that a final line feed slips past."""
    for rule in subject.allowing():
        for condition in rule.conditions:
            if condition.name is ConditionName.MATCH_REGEX:
                for number, pattern in elements(condition):
                    tree = parse_pattern(pattern)
                    held = ends(*tree) if tree is not None else set()
                    if Hold.LINE in held and Hold.OPEN not in held:
                        yield from with_line_feed(subject, rule, condition, number, pattern)


def with_line_feed(
    subject: LintContext, rule: Rule, condition: Condition, number: int, pattern: str
) -> Iterator[Violation]:
    """Yield the pattern with a call that ends with a line feed and is allowed."""
    for base in subject.all_decided_by(rule, as_if=narrow_rule(rule, condition, pattern)):
        for key, text in texts(base.request):
            if text.endswith("\n"):
                continue
            call = subject.call("allowed", with_value(base.request, key, text + "\n"))
            if call.outcome.rule is rule:
                message = f"the allowed `{short(pattern)}` lets a final line feed in"
                hint = r"write `\Z` for `$`"
                place = subject.places.element(condition, number)
                yield Violation(place, message, rule, (call,), hint)
                return


RULE = LintRule("regex-end-of-line", Level.NOTE, "an allow regex ends with `$`", find)
