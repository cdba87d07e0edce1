"""Texts that a regular expression finds something in: short, readable, one for each alternative."""

import re
import warnings
from collections.abc import Iterator
from functools import lru_cache
from itertools import islice

from fencekit.regex.charset import of_leaf
from fencekit.regex.python_syntax import REPEATS, Item, combine_flags, is_single, ops, parse_pattern
from fencekit.regex.redos.redos_growth import growth

MOST = 40
"""How many spellings of a part are carried on."""

READABLE = "xa1A /.-_0:=,;@'\"()[]{}<>|&$*+?!%#~^`\\\t\né"


@lru_cache(maxsize=4096)
def samples(pattern: str) -> tuple[str, ...]:
    """Return texts in which the pattern is found, the first ones, as its form spells them.

    Each is checked with the matcher itself, unless the pattern may backtrack without end: whoever
    asks for them decides them, under a time limit. There may be none where lookarounds, references
    to groups or anchors in the middle ask for more than a spelling part by part.
    """
    tree = parse_pattern(pattern)
    if tree is None:
        return ()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        compiled = re.compile(pattern)
    nodes, flags = tree
    found = sequence(nodes, flags)
    known = growth(pattern)
    if known is not None and known.is_harmless:
        found = filter(compiled.search, found)
    return tuple(dict.fromkeys(islice(found, MOST)))


def sequence(nodes: list[Item], flags: int) -> Iterator[str]:
    """Yield spellings of nodes in a row: the first of each, then with one of them another."""
    parts = [list(islice(spell_node(node, flags), MOST)) for node in nodes]
    if not all(parts):
        return
    firsts = [part[0] for part in parts]
    yield "".join(firsts)
    for at, part in enumerate(parts):
        for other in part[1:]:
            yield "".join([*firsts[:at], other, *firsts[at + 1 :]])


def spell_node(node: Item, flags: int) -> Iterator[str]:
    """Yield spellings of one node."""
    op, given = node
    if is_single(node):
        yield from character(node, flags)
    elif op is ops.BRANCH:
        for alternative in given[1]:
            yield from islice(sequence(list(alternative), flags), MOST // 4)
    elif op is ops.SUBPATTERN:
        _, added, removed, inner = given
        yield from sequence(list(inner), combine_flags(flags, added, removed))
    elif op is ops.ATOMIC_GROUP:
        yield from sequence(list(given), flags)
    elif op in REPEATS:
        least, most, inner = given
        yield from repeat_spellings(least, most, list(inner), flags)
    elif op is not ops.FAILURE:
        yield ""
        if op is ops.ASSERT:  # what it looks for may have to stand there for it to be found
            yield from islice(sequence(list(given[1]), flags), 4)


def repeat_spellings(least: int, most: int, inner: list[Item], flags: int) -> Iterator[str]:
    """Yield spellings of a part as often as it must be there, then once where it need not be."""
    for text in islice(sequence(inner, flags), MOST // 2):
        yield text * min(least, 64)
    if least == 0 and most:
        yield from islice(sequence(inner, flags), MOST // 4)


def character(node: Item, flags: int) -> Iterator[str]:
    """Yield a character that the node accepts: the literal, or a readable one."""
    op, given = node
    if op is ops.LITERAL:
        yield chr(given)
        return
    own = []
    if op is ops.IN:
        for kind, member in given:
            own.extend({ops.LITERAL: [member], ops.RANGE: member}.get(kind, ()))
    chars = of_leaf(node, flags)
    taken = [char for char in (*READABLE, *map(chr, own)) if ord(char) in chars]
    yield from dict.fromkeys([*taken[:2], *(char for char in taken if char == " ")])
