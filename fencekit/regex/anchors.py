r"""What holds a regular expression at its beginning and its end: `^`, `$`, `\A`, `\Z`, nothing."""

from enum import StrEnum

from fencekit.regex.python_syntax import MULTILINE, REPEATS, Item, combine_flags, is_single, ops


class Hold(StrEnum):
    """What holds one end of a pattern, in one of its alternatives."""

    OPEN = "open"
    LINE = "line"
    TEXT = "text"


AT_START = {ops.AT_BEGINNING: Hold.TEXT, ops.AT_BEGINNING_STRING: Hold.TEXT}
AT_END = {ops.AT_END: Hold.LINE, ops.AT_END_STRING: Hold.TEXT}


def starts(nodes: list[Item], flags: int) -> set[Hold]:
    """Return what may hold the beginning: TEXT only where every alternative has an anchor."""
    return anchors_at_edge(nodes, flags, AT_START, 1)


def ends(nodes: list[Item], flags: int) -> set[Hold]:
    r"""Return what may hold the end: LINE is `$`, which a final newline slips past."""
    return anchors_at_edge(nodes, flags, AT_END, -1)


def anchors_at_edge(
    nodes: list[Item], flags: int, anchors: dict[object, Hold], step: int
) -> set[Hold]:
    """Return what may hold the end of a sequence that comes first in steps of that direction."""
    found: set[Hold] = set()
    for node in nodes[::step]:
        op, given = node
        if op is ops.AT and given in anchors:
            by_line = flags & MULTILINE and given in (ops.AT_BEGINNING, ops.AT_END)
            return {*found, Hold.OPEN if by_line else anchors[given]}
        if is_single(node):
            return {*found, Hold.OPEN}
        inner, can_be_empty = inside(node, flags, anchors, step)
        found |= inner
        if not can_be_empty:
            return found
    return {*found, Hold.OPEN}


def inside(
    node: Item, flags: int, anchors: dict[object, Hold], step: int
) -> tuple[set[Hold], bool]:
    """Return what holds the end of a compound node, and whether that may be empty as a whole."""
    op, given = node
    if op is ops.SUBPATTERN:
        _, added, removed, nodes = given
        return alternatives([list(nodes)], combine_flags(flags, added, removed), anchors, step)
    if op is ops.ATOMIC_GROUP:
        return alternatives([list(given)], flags, anchors, step)
    if op is ops.BRANCH:
        return alternatives([list(nodes) for nodes in given[1]], flags, anchors, step)
    if op in REPEATS:
        least, _, nodes = given
        found, can_be_empty = alternatives([list(nodes)], flags, anchors, step)
        return found, can_be_empty or least == 0
    return set(), True


def alternatives(
    choices: list[list[Item]], flags: int, anchors: dict[object, Hold], step: int
) -> tuple[set[Hold], bool]:
    """Return the same for alternatives; one without a character or an anchor may be empty."""
    found: set[Hold] = set()
    can_be_empty = False
    for nodes in choices:
        if may_be_empty(nodes, anchors):
            can_be_empty = True
            found |= anchors_at_edge(nodes, flags, anchors, step) - {Hold.OPEN}
        else:
            found |= anchors_at_edge(nodes, flags, anchors, step)
    return found, can_be_empty


def may_be_empty(nodes: list[Item], anchors: dict[object, Hold]) -> bool:
    """Say whether nodes may match nothing at all, with no anchor among them."""
    for op, given in nodes:
        if is_single((op, given)) or (op is ops.AT and given in anchors):
            return False
        if op is ops.SUBPATTERN and not may_be_empty(list(given[3]), anchors):
            return False
        if op is ops.ATOMIC_GROUP and not may_be_empty(list(given), anchors):
            return False
        if op is ops.BRANCH and not any(may_be_empty(list(n), anchors) for n in given[1]):
            return False
        if op in REPEATS and given[0] and not may_be_empty(list(given[2]), anchors):
            return False
    return True
