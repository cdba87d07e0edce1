"""Places in a text: what was before, what comes next, and which conditions of a pattern hold."""

from dataclasses import dataclass
from re import search
from typing import Final

from fencekit.regex.nfa import NFA, Assertion, At, Split

EMPTY_HAS_NO_BOUNDARY: Final = search(r"\B", "") is None
"""Before Python 3.14, an empty text has no place that is not a boundary either."""


@dataclass(frozen=True, slots=True)
class PositionContext:
    """What a place is like: what was before it, and what comes next; `next` of -1 is the end."""

    start: bool
    words: int
    """The bits of the word sets that have the character before."""
    newline: bool
    next: int
    """The bits of all sets that have the next character; the end has none."""
    behind: int = 0
    """The bits of the followers that match up to here."""


USES_START = {At.START, At.LINE_START, At.BOUNDARY, At.NO_BOUNDARY}
"""The conditions that look at whether the place is the start of the text."""


def is_place(node: Assertion, here: PositionContext, newlines: int) -> bool:
    """Say whether the condition of a place holds; `newlines` is the bit of the set of newlines."""
    at, ends = node.at, here.next == -1
    if at is At.START:
        return here.start
    if at is At.LINE_START:
        return here.start or here.newline
    if at in (At.END, At.LAST_LINE_END):
        return ends
    if at is At.LINE_END:
        return ends or bool(here.next & newlines)
    if here.start and ends:
        return at is At.NO_BOUNDARY and not EMPTY_HAS_NO_BOUNDARY
    after_word = bool(here.words >> node.words & 1)
    before_word = not ends and bool(here.next >> node.words & 1)
    return (after_word is not before_word) is (at is At.BOUNDARY)


def nullable_states(program: NFA) -> set[int]:
    """Return the nodes from which the program accepts for free."""
    sure = {0}
    for number, node in enumerate(program.nodes):  # a way of a fork is mostly an earlier node
        if isinstance(node, Split) and sure.intersection(node.ways):
            sure.add(number)
    return sure


def is_anchored(program: NFA) -> bool:
    """Say whether every way into the program asks for the start of the text first."""
    left, seen = [program.start], set()
    while left:
        at = left.pop()
        if at in seen:
            continue
        seen.add(at)
        node = program.nodes[at]
        if isinstance(node, Split):
            left.extend(node.ways)
        elif not (isinstance(node, Assertion) and node.at is At.START):
            return False
    return True
