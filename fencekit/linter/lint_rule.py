"""What a shape of a policy is, and what is found where a policy has it."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from fencekit.linter.lint_context import LintContext
from fencekit.linter.lint_violation import DemonstratingCall, Violation
from fencekit.model.finding import Level

__all__ = ["DemonstratingCall", "LintRule", "Violation", "short"]
"""What a rule's file needs."""


@dataclass(frozen=True, slots=True)
class LintRule:
    """A known bad shape: its slug, its level unless configured otherwise, and what finds it.

    `said` is one sentence for lists; the docstring of the shape's file explains it. `find` yields
    the places in a policy that have it. With `needs_log` it is looked for only where a log is
    given.
    """

    slug: str
    level: Level
    said: str
    find: Callable[[LintContext], Iterator[Violation]]
    needs_log: bool = False


LONGEST = 80


def short(text: object) -> str:
    """Return a keyword or a pattern of the policy for a message, cut where it is long."""
    said = str(text)
    return said if len(said) <= LONGEST else f"{said[:LONGEST]}…"
