"""Whether a regular expression can match at all, as far as its form shows."""

from fencekit.regex.charset import of_leaf
from fencekit.regex.python_syntax import MULTILINE, REPEATS, Item, is_single, ops


def cannot_match(nodes: list[Item], flags: int) -> bool:
    r"""Say whether the form rules every text out: `^` after a character, a character after `\Z`.

    A pattern for which this says no may still match nothing.
    """
    before = 0
    ended = False
    for node in nodes:
        op, given = node
        if op is ops.FAILURE or (op is ops.ASSERT_NOT and not list(given[1])):
            return True
        if op is ops.AT and before:
            by_line = given is ops.AT_BEGINNING and flags & MULTILINE
            if given in (ops.AT_BEGINNING, ops.AT_BEGINNING_STRING) and not by_line:
                return True
        if (
            ended
            and least_width(node)
            and not (is_single(node) and ord("\n") in of_leaf(node, flags))
        ):
            return True
        if op is ops.AT and given in (ops.AT_END, ops.AT_END_STRING) and not flags & MULTILINE:
            ended = True
        before += least_width(node)
    return False


def least_width(node: Item) -> int:
    """Return how many characters a node takes at least."""
    op, given = node
    if is_single(node):
        return 1
    if op is ops.BRANCH:
        return min(sum(map(least_width, nodes)) for nodes in given[1])
    if op is ops.SUBPATTERN:
        return sum(map(least_width, given[3]))
    if op is ops.ATOMIC_GROUP:
        return sum(map(least_width, given))
    if op in REPEATS:
        least, _, nodes = given
        return int(least) * sum(map(least_width, nodes))
    return 0
