"""How much memory a question may take: what automata and products hold is counted as it is made.

The count is an estimate from above of what CPython takes for each state, and is the same in every
run; so a question that takes too much ends in the same place everywhere. What automata of earlier
questions hold is kept for the next ones, up to a quarter of what a question may take.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from fencekit.regex.nfa import UnsupportedError

DEFAULT = 512 << 20
"""The bytes that one question may take where nothing else is said."""


class TooMuchMemoryError(UnsupportedError):
    """A question takes more memory than it may."""


class ProofMemory:
    """The bytes that a question may take, those that it has taken, and how they are given free."""

    def __init__(self) -> None:
        self.most = DEFAULT
        self.held = 0
        """The bytes that are held, those of earlier questions too."""
        self._caches: list[Callable[[], None]] = []

    def cleared_by(self, clear: Callable[[], None]) -> None:
        """Take in how a cache of automata is emptied."""
        self._caches.append(clear)

    def take(self, size: int) -> None:
        """Count bytes that are about to be held; raise TooMuchMemoryError for too many."""
        self.held += size
        if self.held > self.most:
            said = f"takes more than {format_size(self.most)} of memory (`--proof-memory`)"
            raise TooMuchMemoryError(said)

    @contextmanager
    def question(self) -> Iterator[None]:
        """Give a question the memory that it may take."""
        if self.held > self.most // 4:
            for clear in self._caches:
                clear()
            self.held = 0
        yield


MEMORY = ProofMemory()


def format_size(size: int) -> str:
    """Return a size as people write it."""
    for letter, unit in (("G", 1 << 30), ("M", 1 << 20), ("K", 1 << 10)):
        if size % unit == 0:
            return f"{size // unit} {letter}B"
    return f"{size} bytes"
