"""A key of a rule that decides nothing.

`threshold` of the older `rules:` is read and never asked: the rule holds however small the score.
Take it out, so that nobody tunes it.
"""

from collections.abc import Iterator

from fencekit.linter.lint_context import LintContext
from fencekit.linter.lint_rule import LintRule, Violation
from fencekit.model.finding import Level

IDLE = ("threshold",)


def find(subject: LintContext) -> Iterator[Violation]:
    """Yield each such key of a rule, with a call that the rule decides whatever it says."""
    for rule in subject.policy.rules:
        for name, value in rule.notes:
            if name in IDLE and rule.section != "risk_levels":
                call = subject.decided_by(rule)
                message = f"`{name}: {value}` of rule `{rule.id}` decides nothing"
                calls = (call,) if call is not None else ()
                yield Violation(
                    subject.places.note(rule, name), message, rule, calls, "take it out"
                )


RULE = LintRule("ignored-key", Level.NOTE, "a key of a rule decides nothing", find)
