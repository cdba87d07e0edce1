r"""Whether all that one pattern matches another one does, as far as that can be read off them.

`cat|dog` is within `dog|bird|cat`, `[ab]x{2}` within `[abc]x{1,3}`, and `(?!ab)` within `(?!a)b`
is not asked. Yes is sure; no says only that it was not read off.

Sound because each rule keeps that whatever the first one matches between two places of a text, the
second one does: sequences item by item, alternations way by way, repeats by their counts, what must
not lie ahead the other way round. What goes by more than that (groups that are repeated, atomic
groups, flags of a part of the pattern, by which a search may skip places) is not read at all.
"""

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

from fencekit.regex.python_syntax import LOOKS, PLAIN_REPEATS, Item, ops, parse

SIMPLE = {ops.LITERAL, ops.NOT_LITERAL, ops.ANY, ops.AT}
PARTS = {ops.LITERAL, ops.RANGE, ops.CATEGORY}
MOST_COMPARED = 64
"""The ways of an alternation that are compared one by one; equal ones are found among more."""


class UnreadError(Exception):
    """A pattern has something in it that is not read."""


@lru_cache(maxsize=4096)
def is_written_within(pattern: str, other: str) -> bool:
    """Say whether it can be read off two patterns that the other matches all that the one does."""
    try:
        (items, flags), (others, other_flags) = _plain(pattern), _plain(other)
    except (UnreadError, RecursionError):
        return False
    return flags == other_flags and is_within(items, others)


@lru_cache(maxsize=512)
def _plain(pattern: str) -> tuple[tuple[Item, ...], int]:
    items, flags = parse(pattern)
    return plain(items), flags


def plain(items: Sequence[Item]) -> tuple[Item, ...]:
    """Return items as tuples, without groups and without which way is tried first."""
    return tuple(one for item in items for one in _plain_item(item))


def _plain_item(item: Item) -> tuple[Item, ...]:
    name, value = item
    if name in SIMPLE:
        return (item,)
    if name is ops.IN:
        return ((name, tuple(value)),)
    if name is ops.BRANCH:
        return ((name, tuple(dict.fromkeys(plain(way) for way in value[1]))),)
    if name in PLAIN_REPEATS:
        return ((ops.MAX_REPEAT, (int(value[0]), int(value[1]), plain(value[2]))),)
    if name in LOOKS:
        return ((name, (value[0], plain(value[1]))),)
    if name is ops.SUBPATTERN and not value[1] and not value[2]:
        return plain(value[3])
    raise UnreadError


def is_within(items: Sequence[Item], others: Sequence[Item]) -> bool:
    """Say whether items are within others of the same number, one by one."""
    if items == others:
        return True
    if len(others) == 1 and others[0][0] is ops.BRANCH and len(items) > 1:
        return _is_a_way(items, others[0][1])
    return len(items) == len(others) and all(map(_is_item_within, items, others))


def _is_item_within(item: Item, other: Item) -> bool:
    (name, value), (other_name, other_value) = item, other
    if item == other:
        return True
    if name is ops.BRANCH:
        ways = other_value if other_name is ops.BRANCH else ((other,),)
        return all(_is_a_way(way, ways) for way in value)
    if other_name is ops.BRANCH:
        return _is_a_way((item,), other_value)
    if other_name is ops.IN:
        parts = value if name is ops.IN else (item,)
        return _are_parts(parts) and _are_parts(other_value) and {*parts} <= {*other_value}
    if name is not other_name:
        return False
    if name is ops.MAX_REPEAT:
        (least, most, inner), (fewest, highest, others) = value, other_value
        return fewest <= least and most <= highest and is_within(inner, others)
    if name is ops.ASSERT:
        return value[0] == other_value[0] and is_within(value[1], other_value[1])
    if name is ops.ASSERT_NOT:
        return value[0] == other_value[0] and is_within(other_value[1], value[1])
    return False


def _is_a_way(items: Sequence[Item], ways: Sequence[Sequence[Item]]) -> bool:
    """Say whether items are within one of the ways of an alternation."""
    if items in _list_ways(tuple(ways)):
        return True
    return len(ways) <= MOST_COMPARED and any(is_within(items, way) for way in ways)


@lru_cache(maxsize=64)
def _list_ways(ways: tuple[Any, ...]) -> frozenset[Any]:
    return frozenset(ways)


def _are_parts(parts: Sequence[Item]) -> bool:
    return all(name in PARTS for name, _ in parts)
