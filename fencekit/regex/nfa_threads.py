"""The threads of a pattern that are under way, and what they read next.

A thread is at a node, and owes what lies ahead; see `automaton`.
"""

from dataclasses import dataclass
from typing import Final

PendingAssertion = tuple[int, bool, "Threads"]
"""The number of a program ahead, whether it must match, and its threads."""
Thread = tuple[int, frozenset[PendingAssertion]]
Threads = frozenset[Thread]
NO_DEBT: frozenset[PendingAssertion] = frozenset()
ENDS_WITH_NEWLINE: Final = -1
"""The program of the debt of a `$` that stands before a newline: that one, and then the end."""

Before = tuple[bool, int, bool]
"""What conditions see of what is before a place: the start, bits of word sets, a newline."""
State = tuple[Before, tuple[Threads, ...], Threads]


@dataclass(frozen=True, slots=True)
class Reads:
    """What the threads of a state do next, by the set of characters that is read.

    A step has the number of the set, whether a match is sure behind it, and the threads behind it:
    those that owe nothing, and those that do. `accepted` is what is owed where a match has ended.
    """

    has_matched: bool
    steps: tuple[tuple[int, bool, frozenset[Thread], tuple[Thread, ...]], ...]
    accepted: tuple[frozenset[PendingAssertion], ...]
    owes: bool
    """Whether some thread owes something."""


def by_chars(
    reads: set[tuple[int, int, frozenset[PendingAssertion]]],
    accepted: set[frozenset[PendingAssertion]],
    sure: set[int],
) -> Reads:
    """Return what is read next, by the set of characters."""
    grouped: dict[int, tuple[set[Thread], list[Thread]]] = {}
    for chars, then, debts in reads:
        plain, owing = grouped.setdefault(chars, (set(), []))
        if debts:
            owing.append((then, debts))
        else:
            plain.add((then, debts))
    steps = tuple(
        (chars, any(then in sure for then, _ in plain), frozenset(plain), tuple(owing))
        for chars, (plain, owing) in sorted(grouped.items())
    )
    owes = bool(accepted) or any(owing for _, _, _, owing in steps)
    return Reads(NO_DEBT in accepted, steps, tuple(accepted), owes)


def prune_subsumed(threads: set[Thread]) -> Threads:
    """Return the threads without those that owe more than another at their node does."""
    if not any(debts for _, debts in threads):
        return frozenset(threads)
    return frozenset(
        (at, debts)
        for at, debts in threads
        if not any(at == other and less < debts for other, less in threads)
    )


def size_of(state: State, classes: int) -> int:
    """Return how many bytes a state takes at most, with what is remembered of it: an estimate."""
    _, followers, threads = state
    debts = sum(len(owed) for _, owed in threads)
    owing = sum(len(inner) for _, owed in threads for _, _, inner in owed) if debts else 0
    count = len(threads) + sum(map(len, followers)) + owing
    return 1_500 + 16 * classes + 250 * count + 500 * debts
