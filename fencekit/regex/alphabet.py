"""Patterns as Python parses them: their steps, and which characters of an alphabet each takes."""

import re
from importlib import import_module
from typing import Any

# Python's own parser of patterns; it has no public name.
_parser: Any = import_module("re._parser")
_compiler: Any = import_module("re._compiler")

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


def parse_steps(pattern: str) -> Any:
    """Return the steps of a pattern, as Python's own parser sees them."""
    return _parser.parse(pattern)


def accepted_characters(op: Any, argument: Any, flags: int) -> str:
    """Return the characters of the alphabet that a single step takes, by Python's own matcher."""
    state = _parser.State()
    state.flags = flags & ~re.DEBUG
    state.str = ""
    one = _compiler.compile(_parser.SubPattern(state, [(op, argument)]), state.flags)
    return "".join(char for char in alphabet_of(op, argument) if one.fullmatch(char))


def alphabet_of(op: Any, argument: Any) -> str:
    """Return the alphabet and what the step names; that comes first unless it is excluded."""
    named = []
    listed = argument if op.name == "IN" else [(op, argument)]
    for kind, value in listed:
        if kind.name in ("LITERAL", "NOT_LITERAL"):
            named += [chr(value), chr(value).swapcase()]
        elif kind.name == "RANGE":
            low, high = value
            named += [chr(low), chr(high), chr(max(low - 1, 0)), chr(min(high + 1, 0x10FFFF))]
    is_other = op.name == "NOT_LITERAL" or any(kind.name == "NEGATE" for kind, _ in listed)
    ordered = [*ALPHABET, *named] if is_other else [*named, *ALPHABET]
    one = (char for char in ordered if len(char) == 1 and not is_surrogate(char))
    return "".join(dict.fromkeys(one))


def is_surrogate(char: str) -> bool:
    """Say whether a character is half of one, which no JSON text can hold."""
    return "\ud800" <= char <= "\udfff"


REPEATS = ("MAX_REPEAT", "MIN_REPEAT", "POSSESSIVE_REPEAT")


def count_spots(tree: Any) -> int:
    """Return in how many places of a pattern a sample can go wrong."""
    spots = 0
    for op, argument in tree:
        spots += 1
        if op.name == "BRANCH":
            spots += sum(map(count_spots, argument[1]))
        elif op.name in REPEATS:
            spots += count_spots(argument[2])
        elif op.name == "SUBPATTERN":
            spots += count_spots(argument[3])
        elif op.name == "ATOMIC_GROUP":
            spots += count_spots(argument)
    return spots
