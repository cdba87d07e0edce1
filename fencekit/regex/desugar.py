"""What existence of a match alone does not say, written in terms of what it does.

A possessive repeat of what matches in one way takes all it can: so it does not follow again. An
atomic group keeps its first way to match: so the ways before it do not match here. A backreference
repeats what its group took: where that is one of a few texts, it is one of a few patterns
(`backreferences`).

Each rewriting is exact or is not made; what remains is refused when the automaton is built.
"""

from typing import Any

from fencekit.regex.backreferences import without_references
from fencekit.regex.python_syntax import LEAVES, PLAIN_REPEATS, Item, Items, ops, rebuilt


def rewritten(items: Items, flags: int) -> list[Item]:
    """Return the items in terms that existence alone decides, as far as that is exact."""
    return [item for one in without_references(items, flags) for item in eliminate_possessive(one)]


def eliminate_possessive(item: Item) -> list[Item]:
    """Return an item with its possessive repeats and atomic groups written otherwise."""
    name, value = item
    if name is ops.ATOMIC_GROUP:
        return first_way(list(value)) or [item]
    if name is ops.POSSESSIVE_REPEAT:
        return greediest(value) or [item]
    return [
        rebuilt(item, lambda items: [one for inner in items for one in eliminate_possessive(inner)])
    ]


def greediest(value: tuple[Any, Any, Items]) -> list[Item]:
    """Return a repeat that takes all it can; empty where what it repeats may match in many ways."""
    least, most, inner = value
    if not is_rigid_sequence(inner):
        return []
    if width(inner) == 0:  # which it takes or leaves, once
        return [(ops.BRANCH, (None, [list(inner) if least else []]))]
    no_more = (ops.ASSERT_NOT, (1, list(inner)))
    if most is ops.MAXREPEAT:
        return [(ops.MAX_REPEAT, (least, most, inner)), no_more]
    all_of_it = [(ops.MAX_REPEAT, (most, most, inner))]
    if least == most:
        return all_of_it
    fewer = [(ops.MAX_REPEAT, (least, most - 1, inner)), no_more]
    return [(ops.BRANCH, (None, [all_of_it, fewer]))]


def width(items: Items) -> int:
    """Return how many characters rigid items match."""
    found = 0
    for name, value in items:
        if name in LEAVES:
            found += 1
        elif name is ops.SUBPATTERN:
            found += width(value[3])
        elif name in PLAIN_REPEATS:
            found += value[0] * width(value[2])
    return found


def first_way(items: list[Item]) -> list[Item]:
    """Return items that match in their first way only; empty where that is not written here."""
    if all(is_rigid(item) for item in items):
        return items
    *before, (name, value) = items
    if not all(is_rigid(item) for item in before):
        return []
    if name is ops.MAX_REPEAT:
        last = greediest(value)
    elif name is ops.MIN_REPEAT and is_rigid_sequence(value[2]):
        last = [(ops.MAX_REPEAT, (value[0], value[0], value[2]))]
    elif name is ops.BRANCH and all(map(is_rigid_sequence, value[1])):
        ways: list[list[Item]] = []
        for number, way in enumerate(value[1]):
            others = [(ops.ASSERT_NOT, (1, list(other))) for other in value[1][:number]]
            ways.append([*others, *way])
        last = [(ops.BRANCH, (None, ways))]
    else:
        return []
    return [*before, *last] if last else []


def is_rigid(item: Item) -> bool:
    """Say whether an item can match in one way only, and always so many characters."""
    name, value = item
    if name is ops.SUBPATTERN:
        return is_rigid_sequence(value[3])
    if name in PLAIN_REPEATS:
        return bool(value[0] == value[1]) and is_rigid_sequence(value[2])
    return name in LEAVES or name in PLACES


PLACES = {ops.AT, ops.ASSERT, ops.ASSERT_NOT}


def is_rigid_sequence(items: Items) -> bool:
    """Say whether all items are rigid."""
    return all(map(is_rigid, items))
