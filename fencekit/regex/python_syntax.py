"""A regular expression as Python's own parser reads it: the only door to that parser.

`ops` are the parser's operations, `compiler` Python's compiler of its trees. An item is an
operation with its value; what is inside an item is a sequence of items.
"""

import warnings
from collections.abc import Callable, Iterator, Sequence
from importlib import import_module
from re import RegexFlag, error
from typing import Any

ops: Any = import_module("re._constants")
parser: Any = import_module("re._parser")
compiler: Any = import_module("re._compiler")
"""All three are Python's own and have no stubs; they are there from 3.11 on."""

Item = tuple[Any, Any]
Items = Sequence[Item]

LEAVES = frozenset((ops.LITERAL, ops.NOT_LITERAL, ops.ANY, ops.IN))
"""The operations that read exactly one character."""
REPEATS = frozenset((ops.MAX_REPEAT, ops.MIN_REPEAT, ops.POSSESSIVE_REPEAT))
PLAIN_REPEATS = REPEATS - {ops.POSSESSIVE_REPEAT}
LOOKS = frozenset((ops.ASSERT, ops.ASSERT_NOT))
MULTILINE = int(RegexFlag.MULTILINE)
TYPES = int(RegexFlag.ASCII | RegexFlag.LOCALE | RegexFlag.UNICODE)


def parse(pattern: str) -> tuple[Any, int]:
    """Return a pattern as Python parses it, and its flags.

    Raises re.error, RecursionError, OverflowError or ValueError for one that does not compile.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        parsed = parser.parse(pattern)
    return parsed, int(parsed.state.flags)


def parse_pattern(pattern: str) -> tuple[list[Item], int] | None:
    """Return the items of a pattern and its flags; None for one that does not compile."""
    try:
        items, flags = parse(pattern)
    except (error, RecursionError, OverflowError, ValueError):
        return None
    return list(items), flags


def combine_flags(flags: int, added: int, taken: int) -> int:
    """Return the flags inside a group that adds and takes some: of ASCII and UNICODE, one."""
    kept = flags & ~TYPES if added & TYPES else flags
    return (kept | added) & ~taken


def is_single(item: Item) -> bool:
    """Say whether the item stands for exactly one character."""
    return item[0] in LEAVES


def walk_items(items: Items) -> Iterator[Item]:
    """Yield every item, those inside others too."""
    for item in items:
        yield item
        for inner in inside(item):
            yield from walk_items(inner)


def inside(item: Item) -> list[Items]:
    """Return the sequences inside an item."""
    name, value = item
    if name is ops.BRANCH:
        return list(value[1])
    if name is ops.SUBPATTERN:
        return [value[3]]
    if name in REPEATS:
        return [value[2]]
    if name in LOOKS:
        return [value[1]]
    if name is ops.ATOMIC_GROUP:
        return [value]
    if name is ops.GROUPREF_EXISTS:
        return [part for part in value[1:] if part is not None]
    return []


def rebuilt(item: Item, change: Callable[[Items], list[Item]]) -> Item:
    """Return the item with each sequence inside it changed."""
    name, value = item
    if name is ops.BRANCH:
        return name, (value[0], [change(way) for way in value[1]])
    if name is ops.SUBPATTERN:
        return name, (*value[:3], change(value[3]))
    if name in REPEATS:
        return name, (value[0], value[1], change(value[2]))
    if name in LOOKS:
        return name, (value[0], change(value[1]))
    return item
