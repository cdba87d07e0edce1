"""What a reader passed over or noticed in a log, counted by kind with the first place of each."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from fencekit.model.source import Place

MOST_KINDS = 40
"""The kinds that are counted apart; a log is hostile, and may bring ever new ones."""

OTHERS = "other kinds"


@dataclass(frozen=True, slots=True)
class Tally:
    """How often something of one kind was met, and where first."""

    kind: str
    count: int
    first: Place


@dataclass(slots=True)
class Tallies:
    """Counts by kind, in the order in which the kinds were first met."""

    counts: dict[str, int] = field(default_factory=dict)
    firsts: dict[str, Place] = field(default_factory=dict)

    def add(self, kind: str, place: Place, count: int = 1) -> None:
        """Count something of a kind; beyond MOST_KINDS, as one of the others."""
        if kind not in self.counts and len(self.counts) >= MOST_KINDS:
            kind = OTHERS
        self.counts[kind] = self.counts.get(kind, 0) + count
        self.firsts.setdefault(kind, place)

    @property
    def total(self) -> int:
        """How many of all kinds."""
        return sum(self.counts.values())

    def rows(self) -> tuple[Tally, ...]:
        """Return the counts, each with its kind and first place."""
        return tuple(Tally(kind, n, self.firsts[kind]) for kind, n in self.counts.items())


def total(tallies: tuple[Tally, ...]) -> int:
    """Return how many of all kinds."""
    return sum(tally.count for tally in tallies)


def merge_tallies(groups: Iterable[tuple[Tally, ...]]) -> tuple[Tally, ...]:
    """Return the counts of several logs as one, kinds in the order in which they come."""
    made = Tallies()
    for tallies in groups:
        for tally in tallies:
            made.add(tally.kind, tally.first, tally.count)
    return made.rows()
