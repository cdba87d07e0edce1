"""The items of a pattern, as Python's own parser has them: what is inside, and made anew."""

from collections.abc import Callable, Iterator, Sequence
from re import _constants  # type: ignore[attr-defined]
from typing import Any

Item = tuple[Any, Any]
Items = Sequence[Item]
LEAVES = {_constants.LITERAL, _constants.NOT_LITERAL, _constants.ANY, _constants.IN}


def walk_items(items: Items) -> Iterator[Item]:
    """Yield every item, those inside others too."""
    for item in items:
        yield item
        for inner in inside(item):
            yield from walk_items(inner)


def inside(item: Item) -> list[Items]:
    """Return the sequences inside an item."""
    name, value = item
    if name is _constants.BRANCH:
        return list(value[1])
    if name is _constants.SUBPATTERN:
        return [value[3]]
    if name in REPEATS:
        return [value[2]]
    if name in (_constants.ASSERT, _constants.ASSERT_NOT):
        return [value[1]]
    if name is _constants.ATOMIC_GROUP:
        return [value]
    if name is _constants.GROUPREF_EXISTS:
        return [part for part in value[1:] if part is not None]
    return []


REPEATS = {_constants.MAX_REPEAT, _constants.MIN_REPEAT, _constants.POSSESSIVE_REPEAT}


def rebuilt(item: Item, change: Callable[[Items], list[Item]]) -> Item:
    """Return the item with each sequence inside it changed."""
    name, value = item
    if name is _constants.BRANCH:
        return name, (value[0], [change(way) for way in value[1]])
    if name is _constants.SUBPATTERN:
        return name, (*value[:3], change(value[3]))
    if name in REPEATS:
        return name, (value[0], value[1], change(value[2]))
    if name in (_constants.ASSERT, _constants.ASSERT_NOT):
        return name, (value[0], change(value[1]))
    return item
