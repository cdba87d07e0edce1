"""How long a text may be that `re` is asked about a pattern, for it to answer soon."""

from math import comb
from typing import Any

from fencekit.prover.checker.sre_programs import Item

MOST_WORK = 100_000
"""How many ways `re` may have to try on a text that it is asked about."""


def longest(items: list[Item]) -> int:
    """Return how long a text may be that `re` is asked about, for it to answer soon.

    Each repeat may end at any place, so that so many ways are tried; where a repeat has a choice or
    a repeat inside, each character may double them.
    """
    repeats, has_inner = count_repeats(items)
    length = 0
    while comb(length + repeats, repeats) * (2**length if has_inner else 1) <= MOST_WORK:
        length += 1
        if length > MOST_WORK // 100:
            break
    return length


def count_repeats(items: list[Item]) -> tuple[int, bool]:
    """Return how many repeats there are, with the search, and whether one has ways inside."""
    repeats, has_inner = 1, False
    for name, value in items:
        inside = lists_in(name, value)
        for inner in inside:
            more, is_deeper = count_repeats(inner)
            repeats += more - 1
            has_inner |= is_deeper
        if name in ("REPEAT", "POSSESSIVE_REPEAT"):
            has_inner |= any(lists_in(*one) for one in value[2])
        repeats += bool(inside) and "REPEAT" in name
    return repeats, has_inner


def lists_in(name: str, value: Any) -> list[list[Item]]:
    """Return the lists of items that an item has inside."""
    if name == "BRANCH":
        return list(value)
    if "REPEAT" in name or name in ("ASSERT", "ASSERT_NOT"):
        return [value[-1]]
    if name == "ATOMIC_GROUP":
        return [value]
    return list(value[1:]) if name == "GROUPREF_EXISTS" else []
