"""Which groups have taken part in a match, told apart case by case where something refers to them.

A group in a branch, or in a repeat, has taken part on some ways and on others not. Of ways there
need be one only, so a sequence is the choice of its cases: each branch by itself, no turn of a
repeat, and the last turn of it, which is the one whose text a group keeps. What is conditional on a
group is then known, and a reference to a group that has not taken part matches nothing.

Exact outside of repeats, lookbehinds included: there a group that is gone back before is unset.
"""

from collections.abc import Collection, Iterator

from fencekit.regex.python_syntax import PLAIN_REPEATS, Item, Items, ops, rebuilt, walk_items

REFERS = {ops.GROUPREF, ops.GROUPREF_EXISTS}
MOST_CASES = 64


class TooManyError(Exception):
    """There are more cases, or texts of a group, than are written out."""


def number_of(item: Item) -> int:
    """Return the number of the group that an item refers to."""
    name, value = item
    return int(value if name is ops.GROUPREF else value[0])


def referenced_groups(items: Items) -> list[int]:
    """Return the number of the group for each item, inside others too, that refers to one."""
    return [number_of(item) for item in walk_items(items) if item[0] in REFERS]


def groups_in(item: Item) -> set[int]:
    """Return the numbers of all groups in an item."""
    return {value[0] for name, value in walk_items([item]) if name is ops.SUBPATTERN and value[0]}


def sure_groups(items: Items) -> set[int]:
    """Return the numbers of the groups that all ways through a sequence go through."""
    found: set[int] = set()
    for name, value in items:
        if name is ops.SUBPATTERN:
            found |= {value[0]} - {None} | sure_groups(value[3])
    return found


def cases(items: list[Item], numbers: Collection[int]) -> Iterator[list[Item]]:
    """Yield the cases of a sequence, in which each of the groups takes part surely, or is unset.

    Groups for which this is not sure stay as they are. Raises TooManyError.
    """
    left = [items]
    for _ in range(MOST_CASES):
        if not left:
            return
        items = left.pop()
        for at, item in enumerate(items):
            unsure = (groups_in(item) & set(numbers)) - sure_groups([item])
            unsure -= set(referenced_groups(items[: at + 1]))
            ways = alternatives(item, unsure) if unsure else None
            if ways is None:
                continue
            for way in reversed(ways):
                gone = groups_in(item) - {one for new in way for one in groups_in(new)}
                rest = resolve_groups(items[at + 1 :], frozenset(), gone)
                left.append([*items[:at], *way, *rest])
            break
        else:
            yield items
    raise TooManyError


def alternatives(item: Item, unsure: set[int]) -> list[list[Item]] | None:
    """Return the cases of an item that some groups are in; None where it has none."""
    name, value = item
    if name is ops.BRANCH:
        return [list(way) for way in value[1]]
    if name in PLAIN_REPEATS:
        least, most, inner = value
        without: list[list[Item]] = [[]] if least == 0 else []
        if unsure <= sure_groups(inner):
            more = most if most is ops.MAXREPEAT else most - 1
            before = (name, (max(least - 1, 0), more, without_groups(inner)))
            return [[*([before] if more else []), *inner], *without] if most else [[]]
        return [list(inner), *without] if (least, most) == (0, 1) else None
    if name is ops.SUBPATTERN:
        inner = list(value[3])
        for at, one in enumerate(inner):
            here = unsure & groups_in(one) - sure_groups([one])
            ways = alternatives(one, here) if here else None
            if ways is not None:
                made = ([*inner[:at], *way, *inner[at + 1 :]] for way in ways)
                return [[(name, (*value[:3], way))] for way in made]
    return None


def without_groups(items: Items) -> list[Item]:
    """Return the items with what their groups match, and without the groups' numbers."""
    found = []
    for name, value in items:
        if name is ops.SUBPATTERN:
            found.append((name, (None, *value[1:3], without_groups(value[3]))))
        else:
            found.append((name, value))
    return found


def resolve_groups(items: Items, taken: Collection[int], numbers: Collection[int]) -> list[Item]:
    """Return the items with what depends on groups, of which those of `taken` have taken part."""
    found: list[Item] = []
    for item in items:
        name, value = item
        if name is ops.GROUPREF_EXISTS and value[0] in numbers:
            way = value[1] if value[0] in taken else value[2] or ()
            found += resolve_groups(way, taken, numbers)
        elif name is ops.GROUPREF_EXISTS:
            number, *both = value
            ways = (way and resolve_groups(way, taken, numbers) for way in both)
            found.append((name, (number, *ways)))
        elif name is ops.GROUPREF and value in numbers and value not in taken:
            found.append((ops.FAILURE, ()))
        else:
            found.append(rebuilt(item, lambda inner: resolve_groups(inner, taken, numbers)))
    return found


def without_other_branches(item: Item) -> Item:
    """Return a branch with what refers to groups of its other ways, which have not taken part."""
    name, (first, ways) = item
    groups = groups_in(item)
    return name, (
        first,
        [
            resolve_groups(way, (), groups - {one for inner in way for one in groups_in(inner)})
            for way in ways
        ],
    )


def is_empty(items: Items) -> bool:
    """Say whether the items read nothing, whatever they ask of a place."""
    return all(
        name in PLACES or (name is ops.SUBPATTERN and is_empty(value[3])) for name, value in items
    )


PLACES = {ops.AT, ops.ASSERT, ops.ASSERT_NOT}
