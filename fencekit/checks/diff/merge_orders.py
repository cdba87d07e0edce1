"""Two orders of the same things, merged, so that each thing can be placed as in either.

Things that both orders have, and have in the same order, are the backbone. What is not in it stands
in one of its gaps: after the things of the backbone that come before it in the order it is placed
by. Placed all as in one order, things come out in exactly that order.
"""

from bisect import bisect_left
from collections.abc import Sequence

Places = tuple[int | None, int | None]
"""The position of a thing in the old order and in the new one; None where it is not there."""

Key = tuple[int, int, int]


class Order:
    """The merged order of things, each given by its places; `moved` are those out of order."""

    def __init__(self, places: Sequence[Places]) -> None:
        self._places = places
        both = sorted(
            (old, new, at)
            for at, (old, new) in enumerate(places)
            if old is not None and new is not None
        )
        kept = longest_increasing([new for _, new, _ in both])
        self._backbone = {both[at][2]: rank for rank, at in enumerate(kept)}
        self._olds = [both[at][0] for at in kept]
        self._news = [both[at][1] for at in kept]
        self.moved = frozenset(at for _, _, at in both if at not in self._backbone)

    def key(self, thing: int, *, as_new: bool) -> Key:
        """Return what sorts a thing among the others, placed as in the new order or in the old."""
        if thing in self._backbone:
            return self._backbone[thing] + 1, 0, 0
        old, new = self._places[thing]
        place = new if as_new else old
        assert place is not None
        return bisect_left(self._news if as_new else self._olds, place), 1 + as_new, place


def longest_increasing(values: Sequence[int]) -> list[int]:
    """Return the positions of a longest increasing subsequence of distinct numbers."""
    ends: list[int] = []  # the smallest value that ends a subsequence of each length
    last: list[int] = []  # its position
    before: list[int] = []
    for at, value in enumerate(values):
        length = bisect_left(ends, value)
        before.append(last[length - 1] if length else -1)
        ends[length : length + 1] = [value]
        last[length : length + 1] = [at]
    found = []
    at = last[-1] if last else -1
    while at >= 0:
        found.append(at)
        at = before[at]
    return found[::-1]
