"""What existence of a match alone does not say, written in terms of what it does.

A possessive repeat of one character takes all it can: so what follows it is not that character. An
atomic group keeps its first way to match: so the ways before it do not match here. A backreference
repeats what its group took: where that is one of a few texts, it is one of a few patterns.

Each rewriting is exact or is not made; what remains is refused when the automaton is built.
"""

import math
import re
from collections.abc import Callable, Iterator, Sequence
from itertools import product
from re import _constants  # type: ignore[attr-defined]
from typing import Any

Item = tuple[Any, Any]
Items = Sequence[Item]
MOST_TEXTS = 64
LEAVES = {_constants.LITERAL, _constants.NOT_LITERAL, _constants.ANY, _constants.IN}


class DesugarLimitError(Exception):
    """A group can take more texts than are written out, or texts that are not sure."""


def rewritten(items: Items, flags: int) -> list[Item]:
    """Return the items in terms that existence alone decides, as far as that is exact."""
    items = list(items)
    references = {value for name, value in walked(items) if name is _constants.GROUPREF}
    if references and not flags & re.IGNORECASE:
        items = without_references(items, references)
    return [item for one in items for item in eliminate_possessive(one)]


def walked(items: Items) -> Iterator[Item]:
    """Yield every item, those inside others too."""
    for item in items:
        yield item
        for inner in inside(item):
            yield from walked(inner)


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


def eliminate_possessive(item: Item) -> list[Item]:
    """Return an item with its possessive repeats and atomic groups written otherwise."""
    name, value = item
    if name is _constants.ATOMIC_GROUP:
        return first_way(list(value)) or [item]
    if name is _constants.POSSESSIVE_REPEAT:
        return greediest(value) or [item]
    return [
        rebuilt(item, lambda items: [one for inner in items for one in eliminate_possessive(inner)])
    ]


def greediest(value: tuple[Any, Any, Items]) -> list[Item]:
    """Return a repeat that takes all it can; empty where it repeats more than one character."""
    least, most, inner = value
    if not is_one_character(inner):
        return []
    no_more = (_constants.ASSERT_NOT, (1, list(inner)))
    if most is _constants.MAXREPEAT:
        return [(_constants.MAX_REPEAT, (least, most, inner)), no_more]
    all_of_it = [(_constants.MAX_REPEAT, (most, most, inner))]
    if least == most:
        return all_of_it
    fewer = [(_constants.MAX_REPEAT, (least, most - 1, inner)), no_more]
    return [(_constants.BRANCH, (None, [all_of_it, fewer]))]


def is_one_character(items: Items) -> bool:
    """Say whether the items match one character, whichever it is."""
    if len(items) != 1:
        return False
    name, value = items[0]
    return name in LEAVES or (name is _constants.SUBPATTERN and is_one_character(value[3]))


def first_way(items: list[Item]) -> list[Item]:
    """Return items that match in their first way only; empty where that is not written here."""
    if all(is_rigid(item) for item in items):
        return items
    *before, (name, value) = items
    if not all(is_rigid(item) for item in before):
        return []
    if name is _constants.MAX_REPEAT:
        last = greediest(value)
    elif name is _constants.MIN_REPEAT and is_rigid_sequence(value[2]):
        last = [(_constants.MAX_REPEAT, (value[0], value[0], value[2]))]
    elif name is _constants.BRANCH and all(map(is_rigid_sequence, value[1])):
        ways: list[list[Item]] = []
        for number, way in enumerate(value[1]):
            others = [(_constants.ASSERT_NOT, (1, list(other))) for other in value[1][:number]]
            ways.append([*others, *way])
        last = [(_constants.BRANCH, (None, ways))]
    else:
        return []
    return [*before, *last] if last else []


def is_rigid(item: Item) -> bool:
    """Say whether an item can match in one way only."""
    name, _ = item
    return name in LEAVES or name is _constants.AT


def is_rigid_sequence(items: Items) -> bool:
    """Say whether all items are rigid."""
    return all(map(is_rigid, items))


def without_references(items: list[Item], references: set[int]) -> list[Item]:
    """Return the items with each text that a group can take written out where it is repeated.

    Only for groups that stand outside of branches and repeats, so that each takes exactly one
    text, and before all that refers to them.
    """
    groups = {
        value[0]: at
        for at, (name, value) in enumerate(items)
        if name is _constants.SUBPATTERN and value[0] in references
    }
    if set(groups) != references:
        return items
    try:
        taken = {number: texts_of(items[at][1][3]) for number, at in groups.items()}
    except DesugarLimitError:
        return items
    if math.prod(map(len, taken.values())) > MOST_TEXTS or refers_too_early(items, groups):
        return items
    ways = []
    for chosen in product(*taken.values()):
        texts = dict(zip(taken, chosen, strict=True))
        ways.append(with_texts(items, texts))
    return [(_constants.BRANCH, (None, ways))]


def refers_too_early(items: list[Item], groups: dict[int, int]) -> bool:
    """Say whether something refers to a group before it has taken its text."""
    return any(
        name is _constants.GROUPREF and groups[value] >= at
        for at, item in enumerate(items)
        for name, value in walked([item])
    )


def with_texts(items: Items, texts: dict[int, str]) -> list[Item]:
    """Return the items with the groups, and what refers to them, replaced by their texts."""
    found: list[Item] = []
    for item in items:
        name, value = item
        number = value if name is _constants.GROUPREF else None
        if name is _constants.SUBPATTERN and value[0] in texts:
            number = value[0]
        if number in texts:
            found += [(_constants.LITERAL, ord(char)) for char in texts[number]]
        else:
            found.append(rebuilt(item, lambda inner: with_texts(inner, texts)))
    return found


def texts_of(items: Items) -> list[str]:
    """Return every text that the items match, without regard to case flags inside."""
    found = [""]
    for name, value in items:
        if name is _constants.LITERAL:
            ways = [chr(value)]
        elif name is _constants.IN and all(part is _constants.LITERAL for part, _ in value):
            ways = [chr(code) for _, code in value]
        elif name is _constants.BRANCH:
            ways = [text for way in value[1] for text in texts_of(way)]
        elif name is _constants.SUBPATTERN and not value[1]:
            ways = texts_of(value[3])
        elif name is _constants.MAX_REPEAT and value[1] is not _constants.MAXREPEAT:
            ways = repeated(texts_of(value[2]), int(value[0]), int(value[1]))
        else:
            raise DesugarLimitError
        found = list(dict.fromkeys(before + way for before in found for way in ways))
        if len(found) > MOST_TEXTS:
            raise DesugarLimitError
    return found


def repeated(texts: list[str], least: int, most: int) -> list[str]:
    """Return the texts that so many of these make."""
    found: dict[str, None] = {}
    made = [""]
    for count in range(most + 1):
        if count >= least:
            found.update(dict.fromkeys(made))
        made = list(dict.fromkeys(before + text for before in made for text in texts))
        if len(found) > MOST_TEXTS or len(made) > MOST_TEXTS or count > MOST_TEXTS:
            raise DesugarLimitError
    return list(found)
