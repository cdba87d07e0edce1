"""Backreferences, written out: what a group took is one of a few texts, and each is a pattern.

A group that stands among the items of a sequence, outside of repeats, takes exactly one text before
whatever comes later in that sequence. So where all that refers to it is such, the sequence is one
of a few, with the text in the place of the group and of what refers to it (`participation` makes
such sequences of others). The texts are those that
the group matches under its own flags, exactly so; a reference under IGNORECASE takes what Python's
own matcher takes for the same, which is less than a literal under IGNORECASE does.
"""

import math
import re
from collections.abc import Collection, Iterator, Sequence
from functools import lru_cache
from itertools import product

from fencekit.regex.charset import cased_characters, of_leaf
from fencekit.regex.group_participation import (
    TooManyError,
    cases,
    groups_in,
    is_empty,
    referenced_groups,
    resolve_groups,
    sure_groups,
    without_other_branches,
)
from fencekit.regex.python_syntax import (
    LEAVES,
    PLAIN_REPEATS,
    Item,
    Items,
    combine_flags,
    ops,
    rebuilt,
)

MOST_TEXTS = 64
NO_CASE = int(re.IGNORECASE)


def without_references(items: Items, flags: int) -> list[Item]:
    """Return the items with what refers to a group written out, wherever that is exact."""
    everywhere = referenced_groups(items)
    return _without(list(items), flags, everywhere) if everywhere else list(items)


def _without(items: list[Item], flags: int, everywhere: list[int]) -> list[Item]:
    """Return the items of a sequence without references; those of a sequence inside first."""
    here = referenced_groups(items)
    own = {number for number in here if here.count(number) == everywhere.count(number)}
    items = [_inside(item, flags, everywhere) for item in items]
    own &= set(referenced_groups(items))
    if not own:
        return items
    try:
        ways = [way for one in cases(items, own) for way in written_out(one, flags, own)]
    except TooManyError:
        return items
    return ways[0] if len(ways) == 1 else [(ops.BRANCH, (None, ways))]


def written_out(items: list[Item], flags: int, own: set[int]) -> Iterator[list[Item]]:
    """Yield a sequence for each choice of what its groups take, of those that it surely has.

    What else refers to a group stays. Raises TooManyError.
    """
    own = own & sure_groups(items)
    early = {number for number in own if is_early(number, items)}
    items = resolve_groups(items, own, own - early)
    needed = set(referenced_groups(items)) & own - early
    groups = {
        number: (inner, inside)
        for item in items
        for number, inner, inside in groups_of(item, flags, needed)
    }
    # A group that only asks for a place stays, and what refers to it takes nothing.
    asking = {number for number, (inner, _) in groups.items() if is_empty(inner)}
    items = with_texts(items, flags, {}, asking)
    taken = {
        number: texts_of(inner, to)
        for number, (inner, to) in groups.items()
        if number not in asking
    }
    if math.prod(map(len, taken.values())) > MOST_TEXTS:
        raise TooManyError
    for chosen in product(*taken.values()):
        texts = dict(zip(taken, chosen, strict=True))
        yield with_texts(items, flags, texts) if texts else items


def _inside(item: Item, flags: int, everywhere: list[int]) -> Item:
    """Return the item without references inside, but for those in what repeats or is atomic."""
    name, value = item
    if name is ops.SUBPATTERN:
        number, added, taken, inner = value
        inner = _without(list(inner), combine_flags(flags, added, taken), everywhere)
        return name, (number, added, taken, inner)
    if name is ops.BRANCH:
        item = without_other_branches(item)
    if name in (ops.BRANCH, ops.ASSERT, ops.ASSERT_NOT):
        return rebuilt(item, lambda inner: _without(list(inner), flags, everywhere))
    return item


def groups_of(item: Item, flags: int, numbers: set[int]) -> Iterator[tuple[int, Items, int]]:
    """Yield the groups that an item surely goes through, with what is inside, and its flags."""
    name, value = item
    if name is ops.SUBPATTERN:
        number, added, taken, inner = value
        flags = combine_flags(flags, added, taken)
        if number in numbers:
            yield number, inner, flags
        else:
            for one in inner:
                yield from groups_of(one, flags, numbers)


def is_early(number: int, items: Sequence[Item]) -> bool:
    """Say whether something refers to a group before the item behind the one that has it."""
    at = next(at for at, item in enumerate(items) if number in groups_in(item))
    return number in referenced_groups(items[: at + 1])


def with_texts(
    items: Items, flags: int, texts: dict[int, str], empty: Collection[int] = ()
) -> list[Item]:
    """Return the items with groups, and what refers to them, replaced by texts.

    What refers to an empty group is left out.
    """
    found: list[Item] = []
    for item in items:
        name, value = item
        if name is ops.GROUPREF and value in texts:
            found += exactly([same(char, flags) for char in texts[value]])
        elif name is ops.GROUPREF and value in empty:
            continue
        elif name is ops.SUBPATTERN:
            number, added, taken, inner = value
            if number in texts:
                found += exactly(texts[number])
            else:
                inner = with_texts(inner, combine_flags(flags, added, taken), texts, empty)
                found.append((name, (number, added, taken, inner)))
        else:
            found.append(rebuilt(item, lambda inner: with_texts(inner, flags, texts, empty)))
    return found


def exactly(chars: Sequence[str]) -> list[Item]:
    """Return items of one character each, one of those given, whatever the flags are."""
    if not chars:
        return []
    items = [(ops.IN, [(ops.LITERAL, ord(one)) for one in some]) for some in chars]
    return [(ops.SUBPATTERN, (None, 0, NO_CASE, items))]


def same(char: str, flags: int) -> str:
    """Return the characters that a reference takes for a character that its group took."""
    return case_variants(char, flags & re.ASCII) if flags & re.IGNORECASE else char


@lru_cache(maxsize=1024)
def case_variants(char: str, type_flag: int) -> str:
    """Return the characters that are the same to a reference under IGNORECASE."""
    one = re.compile(r"(.)\1", re.DOTALL | re.IGNORECASE | type_flag)
    others = cased_characters() if char in cased_characters() else ""
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
        elif name is ops.BRANCH:
            ways = [text for way in value[1] for text in texts_of(way, flags)]
        elif name is ops.SUBPATTERN:
            ways = texts_of(value[3], combine_flags(flags, value[1], value[2]))
        elif name in PLAIN_REPEATS and value[1] is not ops.MAXREPEAT:
            ways = repeat_texts(texts_of(value[2], flags), int(value[0]), int(value[1]))
        else:
            raise TooManyError
        found = list(dict.fromkeys(before + way for before in found for way in ways))
        if len(found) > MOST_TEXTS:
            raise TooManyError
    return found


def repeat_texts(texts: list[str], least: int, most: int) -> list[str]:
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
