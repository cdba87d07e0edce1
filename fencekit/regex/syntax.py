"""A regular expression as Python's own parser reads it: the only door to that parser."""

import warnings
from importlib import import_module
from re import RegexFlag, error
from typing import Any

ops: Any = import_module("re._constants")
parser: Any = import_module("re._parser")
"""Both are Python's own and have no stubs; they are there from 3.11 on."""

Node = tuple[Any, Any]
"""An operation and its arguments, as the parser gives them."""

REPEATS = (ops.MAX_REPEAT, ops.MIN_REPEAT, ops.POSSESSIVE_REPEAT)


def parse_pattern(pattern: str) -> tuple[list[Node], int] | None:
    """Return the nodes of a pattern and its flags; None for one that does not compile."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            tree = parser.parse(pattern)
    except (error, RecursionError, OverflowError, ValueError):
        return None
    return list(tree), int(tree.state.flags)


def with_flags(flags: int, added: int, removed: int) -> int:
    """Return the flags inside a group that changes them; of ASCII and UNICODE there is one."""
    kept = flags & ~(ASCII | UNICODE) if added & (ASCII | UNICODE) else flags
    return (kept | added) & ~removed


IGNORECASE = int(RegexFlag.IGNORECASE)
MULTILINE = int(RegexFlag.MULTILINE)
DOTALL = int(RegexFlag.DOTALL)
ASCII = int(RegexFlag.ASCII)
UNICODE = int(RegexFlag.UNICODE)

CATEGORIES: dict[Any, tuple[str, bool]] = {
    ops.CATEGORY_DIGIT: ("d", True),
    ops.CATEGORY_NOT_DIGIT: ("d", False),
    ops.CATEGORY_SPACE: ("s", True),
    ops.CATEGORY_NOT_SPACE: ("s", False),
    ops.CATEGORY_WORD: ("w", True),
    ops.CATEGORY_NOT_WORD: ("w", False),
}


def accepts(node: Node, flags: int, char: str) -> bool:
    """Say whether a node for a single character accepts the character."""
    op, given = node
    if op is ops.ANY:
        return bool(flags & DOTALL) or char != "\n"
    if op is ops.LITERAL:
        return same(chr(given), char, flags)
    if op is ops.NOT_LITERAL:
        return not same(chr(given), char, flags)
    assert op is ops.IN, op
    members = list(given)
    negated = bool(members) and members[0][0] is ops.NEGATE
    return any(member_accepts(m, flags, char) for m in members if m[0] is not ops.NEGATE) != negated


def member_accepts(member: Node, flags: int, char: str) -> bool:
    """Say whether one member of a set accepts the character."""
    op, given = member
    if op is ops.LITERAL:
        return same(chr(given), char, flags)
    if op is ops.RANGE:
        low, high = given
        forms = {char, char.lower(), char.upper()} if flags & IGNORECASE else {char}
        return any(len(form) == 1 and low <= ord(form) <= high for form in forms)
    assert op is ops.CATEGORY, op
    kind, positive = CATEGORIES[given]
    return in_category(kind, char, flags) is positive


def in_category(kind: str, char: str, flags: int) -> bool:
    r"""Say whether a character is one of `\d`, `\s` or `\w`."""
    if flags & ASCII and not char.isascii():
        return False
    if kind == "d":
        return char.isdecimal()
    return char.isspace() if kind == "s" else char.isalnum() or char == "_"


def same(one: str, other: str, flags: int) -> bool:
    """Say whether two characters are the same under the flags."""
    return one == other or bool(flags & IGNORECASE and one.lower() == other.lower())


def is_single(node: Node) -> bool:
    """Say whether the node stands for exactly one character."""
    return node[0] in (ops.ANY, ops.LITERAL, ops.NOT_LITERAL, ops.IN)
