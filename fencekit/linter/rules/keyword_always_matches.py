"""A keyword that every call has in it.

Keywords are looked for in the arguments as Python prints them, braces, quotes and the names of
arguments included. An empty keyword, or a brace, is found in every call.
"""

from collections.abc import Iterator

from fencekit.linter.call_rewrites import elements, with_args
from fencekit.linter.example_calls import KEYWORDS
from fencekit.linter.lint_context import LintContext
from fencekit.linter.lint_rule import LintRule, Violation
from fencekit.model.finding import Level

IN_EVERY_TEXT = str({})


def find(subject: LintContext) -> Iterator[Violation]:
    """Yield each keyword that is found where there are no arguments at all."""
    for rule in subject.rules:
        for condition in rule.conditions:
            for number, keyword in elements(condition) if condition.name in KEYWORDS else ():
                base = subject.decided_by(rule) if keyword in IN_EVERY_TEXT else None
                if base is None:
                    continue
                call = subject.call("a call without arguments", with_args(base.request, {}))
                if call.outcome.rule is rule:
                    message = f"the keyword {keyword!r} is found in every call"
                    place = subject.places.element(condition, number)
                    yield Violation(place, message, rule, (call,), "take the condition out")


RULE = LintRule("keyword-always-matches", Level.WARNING, "a keyword is found in every call", find)
