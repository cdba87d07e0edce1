"""Alternations with their common beginnings written once, so that few threads are under way.

`cat|car|dog` is `ca(?:t|r)|dog`. Only for whether a pattern is found: which way a match takes is
not kept. Exact because an alternation matches what any of its ways does, and ways that begin with
the same character match that and then what any of them does behind it.
"""

from collections.abc import Sequence
from typing import Any

from fencekit.regex.python_syntax import PLAIN_REPEATS, Item, ops

LEAST = 4
"""How many ways an alternation must have to be written otherwise."""


def factor(items: Sequence[Item]) -> list[Item]:
    """Return items that match the same texts, with what alternations begin with in common once."""
    return [item_factored(item) for item in items]


def item_factored(item: Item) -> Item:
    """Return an item that matches the same texts; what is not known here is left as it is."""
    name, value = item
    if name is ops.BRANCH:
        ways = [factor(way) for way in value[1]]
        return name, (value[0], together(ways) if len(ways) >= LEAST else ways)
    if name is ops.SUBPATTERN:
        return name, (*value[:3], factor(value[3]))
    if name in PLAIN_REPEATS:
        return name, (value[0], value[1], factor(value[2]))
    if name in (ops.ASSERT, ops.ASSERT_NOT):
        return name, (value[0], factor(value[1]))
    return item


def together(ways: Sequence[list[Item]]) -> list[list[Item]]:
    """Return ways that match the same, of which no two begin with the same character."""
    by_first: dict[Any, list[list[Item]]] = {}
    for number, way in enumerate(ways):
        first = way[0] if way and way[0][0] is ops.LITERAL else number
        by_first.setdefault(first, []).append(way)
    found: list[list[Item]] = []
    for same in by_first.values():
        if len(same) == 1:
            found.append(same[0])
            continue
        shared = shared_length(same)
        rests = together([way[shared:] for way in same])
        rest = rests[0] if len(rests) == 1 else [(ops.BRANCH, (None, rests))]
        found.append([*same[0][:shared], *rest])
    return found


def shared_length(ways: Sequence[list[Item]]) -> int:
    """Return with how many of the same characters all the ways begin."""
    length = 0
    for items in zip(*ways, strict=False):
        name, _ = items[0]
        if name is not ops.LITERAL or any(item != items[0] for item in items):
            break
        length += 1
    return length
