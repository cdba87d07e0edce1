"""A key of a rule that decides nothing.

`threshold` of the older `rules:` is read and never asked: the rule holds however small the score.
Take it out, so that nobody tunes it.
"""

from collections.abc import Iterator

from fencekit.checks.lint.base import Hit, Shape
from fencekit.checks.lint.subject import Subject
from fencekit.model.finding import Level

IDLE = ("threshold",)


def find(subject: Subject) -> Iterator[Hit]:
    """Yield each such key of a rule, with a call that the rule decides whatever it says."""
    for rule in subject.policy.rules:
        for name, value in rule.notes:
            if name in IDLE and rule.section != "risk_levels":
                call = subject.decided_by(rule)
                message = f"`{name}: {value}` of rule `{rule.id}` decides nothing"
                calls = (call,) if call is not None else ()
                yield Hit(subject.places.note(rule, name), message, rule, calls, "take it out")


SHAPE = Shape("ignored-key", Level.NOTE, "a key of a rule decides nothing", find)
