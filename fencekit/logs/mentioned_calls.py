"""Calls that other lines speak of: those whose own line is not in the log are passed over.

Agents tell of one call in several lines: that it was made, that it runs, that it is done. One of
them is read as the call; a line that only speaks of it is skipped where that one is there.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field

from fencekit.model.record import PassedOver
from fencekit.model.source import Place

MOST = 1_000_000
"""The calls that are remembered until their own line comes; more are passed over at once."""


@dataclass
class Mentions:
    """The calls that were read, by what they are known by, and those that were only spoken of."""

    made: set[str] = field(default_factory=set)
    spoken_of: dict[str, PassedOver] = field(default_factory=dict)

    def call(self, key: str) -> None:
        """Take in a call that was read."""
        if key:
            self.made.add(key)
            self.spoken_of.pop(key, None)

    def mention(self, key: str, kind: str, place: Place) -> Iterator[PassedOver]:
        """Take in that a line speaks of a call; yield it at once where nothing says which."""
        if key in self.made or key in self.spoken_of:
            return
        lost = PassedOver(kind, place)
        if not key or len(self.spoken_of) >= MOST:
            yield lost
        else:
            self.spoken_of[key] = lost

    def calls_never_made(self) -> Iterator[PassedOver]:
        """Yield the calls that were spoken of and never came."""
        yield from self.spoken_of.values()
