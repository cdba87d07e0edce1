"""Backreferences, written out: what a group took is one of a few texts, and each is a pattern.

A group that stands among the items of a sequence, outside of repeats, takes exactly one text before
whatever comes later in that sequence. So where all that refers to it is such, the sequence is one
of a few, with the text in the place of the group and of what refers to it. The texts are those that
the group matches under its own flags, exactly so; a reference under IGNORECASE takes what Python's
own matcher takes for the same, which is less than a literal under IGNORECASE does.
"""

import math
import re
from collections.abc import Iterator, Sequence
from functools import lru_cache
from itertools import product
from re import _constants  # type: ignore[attr-defined]

from fencekit.regex.charset import cased, of_leaf
from fencekit.regex.items import LEAVES, Item, Items, rebuilt, walked
from fencekit.regex.nfa import combined

MOST_TEXTS = 64
REFERS = {_constants.GROUPREF, _constants.GROUPREF_EXISTS}
NO_CASE = int(re.IGNORECASE)


class TooManyError(Exception):
    """A group can take more texts than are written out, or texts that are not sure."""


def without_references(items: Items, flags: int) -> list[Item]:
    """Return the items with what refers to a group written out, wherever that is exact."""
    everywhere = [number_of(item) for item in walked(items) if item[0] in REFERS]
    return _without(list(items), flags, everywhere) if everywhere else list(items)


def number_of(item: Item) -> int:
    """Return the number of the group that an item refers to."""
    name, value = item
    return int(value if name is _constants.GROUPREF else value[0])


def _without(items: list[Item], flags: int, everywhere: list[int]) -> list[Item]:
    """Return the items of a sequence without references; those of a sequence inside first."""
    here = [number_of(item) for item in walked(items) if item[0] in REFERS]
    items = [_inside(item, flags, everywhere) for item in items]
    groups = {
        number: (at, inner, inside)
        for at, item in enumerate(items)
        for number, inner, inside in groups_of(item, flags, here)
        if here.count(number) == everywhere.count(number)
    }
    groups = {
        number: group for number, group in groups.items() if not is_early(number, group[0], items)
    }
    try:
        taken = {number: texts_of(inner, to) for number, (_, inner, to) in groups.items()}
    except TooManyError:
        return items
    if not taken or math.prod(map(len, taken.values())) > MOST_TEXTS:
        return items
    chosen = (dict(zip(taken, texts, strict=True)) for texts in product(*taken.values()))
    ways = [with_texts(items, flags, texts) for texts in chosen]
    return [(_constants.BRANCH, (None, ways))]


def _inside(item: Item, flags: int, everywhere: list[int]) -> Item:
    """Return the item without references inside, but for those in what repeats or is atomic."""
    name, value = item
    if name is _constants.SUBPATTERN:
        number, added, taken, inner = value
        inner = _without(list(inner), combined(flags, added, taken), everywhere)
        return name, (number, added, taken, inner)
    if name in (_constants.BRANCH, _constants.ASSERT, _constants.ASSERT_NOT):
        return rebuilt(item, lambda inner: _without(list(inner), flags, everywhere))
    return item


def groups_of(item: Item, flags: int, numbers: list[int]) -> Iterator[tuple[int, Items, int]]:
    """Yield the groups that an item surely goes through, with what is inside, and its flags."""
    name, value = item
    if name is _constants.SUBPATTERN:
        number, added, taken, inner = value
        flags = combined(flags, added, taken)
        if number in numbers:
            yield number, inner, flags
        else:
            for one in inner:
                yield from groups_of(one, flags, numbers)


def is_early(number: int, at: int, items: Sequence[Item]) -> bool:
    """Say whether something refers to a group before the item after the one that has it."""
    return any(
        inner[0] in REFERS and number_of(inner) == number
        for item in items[: at + 1]
        for inner in walked([item])
    )


def with_texts(items: Items, flags: int, texts: dict[int, str]) -> list[Item]:
    """Return the items with groups, and what refers to them, replaced by texts."""
    found: list[Item] = []
    for item in items:
        name, value = item
        if name is _constants.GROUPREF and value in texts:
            found += exactly([same(char, flags) for char in texts[value]])
        elif name is _constants.GROUPREF_EXISTS and value[0] in texts:
            found += with_texts(value[1], flags, texts)
        elif name is _constants.SUBPATTERN:
            number, added, taken, inner = value
            if number in texts:
                found += exactly(texts[number])
            else:
                inner = with_texts(inner, combined(flags, added, taken), texts)
                found.append((name, (number, added, taken, inner)))
        else:
            found.append(rebuilt(item, lambda inner: with_texts(inner, flags, texts)))
    return found


def exactly(chars: Sequence[str]) -> list[Item]:
    """Return items of one character each, one of those given, whatever the flags are."""
    if not chars:
        return []
    items = [(_constants.IN, [(_constants.LITERAL, ord(one)) for one in some]) for some in chars]
    return [(_constants.SUBPATTERN, (None, 0, NO_CASE, items))]


def same(char: str, flags: int) -> str:
    """Return the characters that a reference takes for a character that its group took."""
    return folded(char, flags & re.ASCII) if flags & re.IGNORECASE else char


@lru_cache(maxsize=1024)
def folded(char: str, type_flag: int) -> str:
    """Return the characters that are the same to a reference under IGNORECASE."""
    one = re.compile(r"(.)\1", re.DOTALL | re.IGNORECASE | type_flag)
    others = cased() if char in cased() else ""
    return "".join(dict.fromkeys([char, *(x for x in others if one.fullmatch(char + x))]))


def texts_of(items: Items, flags: int) -> list[str]:
    """Return every text that the items match; raise TooManyError where these are not sure."""
    found = [""]
    for name, value in items:
        if name in LEAVES:
            ranges = of_leaf((name, value), flags).ranges
            if sum(high - low + 1 for low, high in ranges) > MOST_TEXTS:
                raise TooManyError
            ways = [chr(code) for low, high in ranges for code in range(low, high + 1)]
        elif name is _constants.BRANCH:
            ways = [text for way in value[1] for text in texts_of(way, flags)]
        elif name is _constants.SUBPATTERN:
            ways = texts_of(value[3], combined(flags, value[1], value[2]))
        elif name in REPEATS and value[1] is not _constants.MAXREPEAT:
            ways = repeated(texts_of(value[2], flags), int(value[0]), int(value[1]))
        else:
            raise TooManyError
        found = list(dict.fromkeys(before + way for before in found for way in ways))
        if len(found) > MOST_TEXTS:
            raise TooManyError
    return found


REPEATS = {_constants.MAX_REPEAT, _constants.MIN_REPEAT}


def repeated(texts: list[str], least: int, most: int) -> list[str]:
    """Return the texts that so many of these make."""
    found: dict[str, None] = {}
    made = [""]
    for count in range(most + 1):
        if count >= least:
            found.update(dict.fromkeys(made))
        made = list(dict.fromkeys(before + text for before in made for text in texts))
        if len(found) > MOST_TEXTS or len(made) > MOST_TEXTS or count > MOST_TEXTS:
            raise TooManyError
    return list(found)
