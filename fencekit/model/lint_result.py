"""What lint adds to a report: the policies it read, the shapes it looked for, what it left out."""

from dataclasses import dataclass
from enum import StrEnum

from fencekit.model.finding import Level


class FailAt(StrEnum):
    """The least level of a finding that fails the run."""

    ERROR = "error"
    WARNING = "warning"
    NOTE = "note"
    NEVER = "never"

    def disallows(self, level: Level) -> bool:
        """Say whether a finding of that level fails the run."""
        return self is not FailAt.NEVER and RANKS[level] <= RANKS[Level(self.value)]


RANKS = {Level.ERROR: 0, Level.WARNING: 1, Level.NOTE: 2}
"""Levels in the order in which they are shown, the gravest first."""


@dataclass(frozen=True, slots=True)
class LintedPolicy:
    """A policy that was read, and how many rules it has once all that it extends is merged.

    `open` counts the questions to the prover that were too large, or took too long: for those, a
    rule that never decides, or changes nothing, may have gone unseen.
    """

    path: str
    rules: int
    open: int = 0


@dataclass(frozen=True, slots=True)
class LintResult:
    """What was linted, and how.

    `shapes` are the slugs that were looked for. `ignored` counts the findings that a comment in a
    policy silences. `failed` are the policies that could not be read, each with why. `logs` are
    the logs that say which fields occur, each with its number of records.
    """

    policies: tuple[LintedPolicy, ...]
    shapes: tuple[str, ...]
    ignored: int
    fail_at: FailAt
    failed: tuple[tuple[str, str], ...] = ()
    logs: tuple[tuple[str, int], ...] = ()
