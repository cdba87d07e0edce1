"""Patterns as Python parses them: their steps, and which characters of an alphabet each takes."""

from fencekit.regex.charset import of_leaf
from fencekit.regex.python_syntax import Item, Items, inside, ops

PLAIN = (
    "a0 x1A-_./bcdefghijklmnopqrstuvwyz23456789BCDEFGHIJKLMNOPQRSTUVWXYZ"
    ",:;=+*?!@#$%&()[]{}<>|~^`\"'\\"
)
ODD = (
    "\n\t\r\x00\x0b\x1f\x7f\xa0\x85\u00b5\u00df\u00e9\u0130\u0131\u017f\u212a\u0436"
    "\u03a3\u03c2\u03c3\u0660\uff11\u2028\u20ac"
)
ALPHABET = PLAIN + ODD
"""The characters that samples are made of, plain ones first."""


def accepted_characters(item: Item, flags: int) -> str:
    """Return the characters of the alphabet that an item for one character takes."""
    taken = of_leaf(item, flags)
    return "".join(char for char in alphabet_of(item) if ord(char) in taken)


def alphabet_of(item: Item) -> str:
    """Return the alphabet and what the item names; that comes first unless it is excluded."""
    op, argument = item
    named = []
    listed = argument if op is ops.IN else [item]
    for kind, value in listed:
        if kind in (ops.LITERAL, ops.NOT_LITERAL):
            named += [chr(value), chr(value).swapcase()]
        elif kind is ops.RANGE:
            low, high = value
            named += [chr(low), chr(high), chr(max(low - 1, 0)), chr(min(high + 1, 0x10FFFF))]
    is_other = op is ops.NOT_LITERAL or any(kind is ops.NEGATE for kind, _ in listed)
    ordered = [*ALPHABET, *named] if is_other else [*named, *ALPHABET]
    one = (char for char in ordered if len(char) == 1 and not is_surrogate(char))
    return "".join(dict.fromkeys(one))


def is_surrogate(char: str) -> bool:
    """Say whether a character is half of one, which no JSON text can hold."""
    return "\ud800" <= char <= "\udfff"


def count_spots(items: Items) -> int:
    """Return in how many places of a pattern a sample can go wrong."""
    looks = (ops.ASSERT, ops.ASSERT_NOT, ops.GROUPREF_EXISTS)
    within = (inside(item) for item in items if item[0] not in looks)
    return len(items) + sum(count_spots(inner) for listed in within for inner in listed)
