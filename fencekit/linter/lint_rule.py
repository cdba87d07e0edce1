"""What a shape of a policy is, and what is found where a policy has it."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from fencekit.model.decision import Outcome
from fencekit.model.finding import Level
from fencekit.model.policy import Rule
from fencekit.model.request import Request
from fencekit.model.source import Place

if TYPE_CHECKING:
    from fencekit.linter.lint_context import LintContext


@dataclass(frozen=True, slots=True)
class DemonstratingCall:
    """A call that shows something: what it is in the finding, and how the policy decides it."""

    label: str
    request: Request
    outcome: Outcome


@dataclass(frozen=True, slots=True)
class Violation:
    """A place where a policy has a shape: what is wrong there, and calls that show it.

    Two calls are a pair: the one that the policy stops, and the one that gets through. `slow` says
    that the last call is one that the policy does not decide in any reasonable time; its outcome
    is what an evaluator with a time limit makes of it. With `mild`, it matters one level less than
    its shape does unless configured otherwise.
    """

    place: Place
    message: str
    rule: Rule | None = None
    calls: tuple[DemonstratingCall, ...] = ()
    hint: str = ""
    slow: bool = False
    mild: bool = False


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
    find: Callable[["LintContext"], Iterator[Violation]]
    needs_log: bool = False


LONGEST = 80


def short(text: object) -> str:
    """Return a keyword or a pattern of the policy for a message, cut where it is long."""
    said = str(text)
    return said if len(said) <= LONGEST else f"{said[:LONGEST]}…"
