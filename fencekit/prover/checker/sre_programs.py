"""What Python compiles a pattern to: the program that `sre` executes, as items, and its sets.

A pattern means what its program does, so nothing is said here of how patterns are written, nor of
flags: the compiler has left none. Opcodes and what follows each are those that `sre` itself reads,
which `re._constants` names; a program that has others is refused.

An item is the name of an opcode and what it has. A character is read by one instruction; which
characters those are is found by running that instruction alone over every character.
"""

import re
import warnings
from collections.abc import Iterator
from functools import lru_cache
from re import _compiler, _constants, _parser  # type: ignore[attr-defined]
from typing import Any, NamedTuple

from fencekit.regex.charset import LAST, CharSet, every_char

Code = tuple[int, ...]
Item = tuple[str, Any]
MANY = int(_constants.MAXREPEAT)
NAMES = {int(op): str(op) for op in _constants.OPCODES}
CODES = {name: op for op, name in NAMES.items()}
PLACES = {int(at): str(at) for at in _constants.ATCODES}
LONE = {"ANY": 1, "ANY_ALL": 1, "FAILURE": 1, "SUCCESS": 1, "JUMP": 2, "MARK": 2, "AT": 2}
"""Instructions and how many codes each takes."""
OF_GROUPS = ("GROUPREF", "GROUPREF_IGNORE", "GROUPREF_UNI_IGNORE")
OF_A_CHARACTER = (
    *("LITERAL", "LITERAL_IGNORE", "LITERAL_UNI_IGNORE"),
    *("NOT_LITERAL", "NOT_LITERAL_IGNORE", "NOT_LITERAL_UNI_IGNORE"),
)
OF_A_SET = ("IN", "IN_IGNORE", "IN_UNI_IGNORE")
REPEATS = ("REPEAT", "REPEAT_ONE", "MIN_REPEAT_ONE", "POSSESSIVE_REPEAT", "POSSESSIVE_REPEAT_ONE")
READS = ("ANY", "ANY_ALL", *OF_A_CHARACTER, *OF_A_SET)


class Program(NamedTuple):
    """What a search asks of the place where a match begins, and then what the match is."""

    leading: list[Item]
    items: list[Item]


@lru_cache(maxsize=1024)
def program(pattern: str) -> Program:
    """Return the program that Python compiles a pattern to."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        code = tuple(map(int, _compiler._code(_parser.parse(pattern), 0)))  # noqa: SLF001
    _, skip, mask, _, _ = code[:5]  # the first instruction is INFO
    items = list(items_of(code[1 + skip :]))
    leading: list[Item] = []
    if mask & int(_constants.SRE_INFO_PREFIX):
        prefix = code[7 : 7 + code[5]]
        leading = [("LITERAL", (CODES["LITERAL"], char)) for char in prefix]
        if [one for one in items if one[0] != "MARK"][: len(leading)] == leading:
            leading = []  # the match asks for them itself
    elif mask & int(_constants.SRE_INFO_CHARSET):
        chars = code[5 : 1 + skip]
        leading = [("IN", (CODES["IN"], len(chars) + 1, *chars))]
    return Program(leading, items)


def items_of(code: Code) -> Iterator[Item]:
    """Yield the items of a stretch of a program, one after another."""
    at = 0
    while at < len(code):
        name, item, size = instruction(code[at:])
        if name not in ("SUCCESS", "JUMP"):
            yield name, item
        at += size


def instruction(code: Code) -> tuple[str, Any, int]:
    """Return the name of the first instruction, what it has, and how many codes it takes."""
    name = NAMES.get(code[0], str(code[0]))
    if name in READS:
        size = LONE.get(name) or (2 if name in OF_A_CHARACTER else 1 + code[1])
        return name, code[:size], size
    if name in LONE:
        return name, PLACES[code[1]] if name == "AT" else code[1:2], LONE[name]
    if name == "BRANCH":
        ways, at = [], 1
        while code[at]:
            ways.append(list(items_of(code[at + 1 : at + code[at]])))
            at += code[at]
        return name, ways, at + 1
    if name in REPEATS:
        body, end = list(items_of(code[4 : 1 + code[1]])), 1 + code[1]
        # What ends a body stands behind it, unless the body is one instruction.
        size = end if name.endswith("_ONE") else end + 1
        return name, (code[2], code[3], body), size
    if name in ("ASSERT", "ASSERT_NOT"):
        return name, (code[2], list(items_of(code[3 : 1 + code[1]]))), 1 + code[1]
    if name == "ATOMIC_GROUP":
        return name, list(items_of(code[2 : 1 + code[1]])), 1 + code[1]
    if name in OF_GROUPS:
        return name, code[1], 2
    if name == "GROUPREF_EXISTS":
        return conditional(code)
    raise ValueError(f"`{name}` is not followed by the checker")


def conditional(code: Code) -> tuple[str, Any, int]:
    """Return what is matched if a group was, and what if it was not, and the codes it takes."""
    end = at = 2 + code[2] - 1
    if_not: list[Item] = []
    inside = 3
    while inside < end:
        name, _, size = instruction(code[inside:])
        if name == "JUMP":  # over what is matched if the group was not
            at = inside + 1 + code[inside + 1]
            if_not = list(items_of(code[end:at]))
        inside += size
    return "GROUPREF_EXISTS", (code[1], list(items_of(code[3:end])), if_not), at


@lru_cache(maxsize=4096)
def characters(code: Code) -> CharSet:
    """Return the characters that an instruction reads."""
    name = NAMES[code[0]]
    if name == "LITERAL":
        return CharSet(((code[1], code[1]),))
    if name == "NOT_LITERAL":
        return ~CharSet(((code[1], code[1]),))
    end = CODES["SUCCESS"]
    once_or_more = [CODES["REPEAT_ONE"], len(code) + 4, 1, MANY, *code, end, end]
    alone: re.Pattern[str] = _compiler._sre.compile(  # noqa: SLF001
        None, 0, once_or_more, 0, {}, ()
    )
    spans = (match.span() for match in alone.finditer(every_char()))
    return CharSet(tuple((first, last - 1) for first, last in spans))


@lru_cache(maxsize=256)
def representatives(sets: tuple[CharSet, ...]) -> tuple[str, ...]:
    """Return characters: each character is in the same of the sets as one of these.

    Which sets a character is in can change only where a range of one begins, or behind its end.
    """
    ends = {end for chars in sets for low, high in chars.ranges for end in (low, high + 1)}
    found: dict[tuple[bool, ...], str] = {}
    for code in sorted({0, *ends}):
        if code <= LAST:
            found.setdefault(tuple(code in chars for chars in sets), chr(code))
    return tuple(found.values())
