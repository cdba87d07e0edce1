"""Sets of characters, exactly as Python's own regular expressions and `str` methods have them.

Nothing here knows what a category or `(?i)s` means: a class is compiled alone by Python's compiler
and run over every code point, lone surrogates included; so it is what `re` does, by definition.
Under IGNORECASE only characters that have case are run: for all others case does not matter.
"""

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator
from functools import cache, lru_cache
from typing import Any, Final

from fencekit.regex.python_syntax import compiler, ops, parser

LAST: Final = 0x10FFFF
BLOCK: Final = 256
ASCII: Final = 128

Ranges = tuple[tuple[int, int], ...]


class CharSet:
    """A set of characters, as ascending ranges of code points that do not touch."""

    __slots__ = ("_hash", "_starts", "ascii", "ranges")

    def __init__(self, ranges: Ranges) -> None:
        self.ranges = ranges
        self._starts = [low for low, _ in ranges]
        self._hash = hash(ranges)
        self.ascii = 0
        """Bit `i` says whether the set has the ASCII character `i`."""
        for low, high in ranges:
            if low >= ASCII:
                break
            self.ascii |= (1 << min(high + 1, ASCII)) - (1 << low)

    def __contains__(self, code: int) -> bool:
        at = bisect_right(self._starts, code) - 1
        return at >= 0 and code <= self.ranges[at][1]

    def __eq__(self, other: object) -> bool:
        return isinstance(other, CharSet) and self.ranges == other.ranges

    def __hash__(self) -> int:
        return self._hash

    def __invert__(self) -> "CharSet":
        return _invert(self)

    def __or__(self, other: "CharSet") -> "CharSet":
        return of_ranges((*self.ranges, *other.ranges))

    def __and__(self, other: "CharSet") -> "CharSet":
        return ~(~self | ~other)

    def __sub__(self, other: "CharSet") -> "CharSet":
        return ~(~self | other)

    def __repr__(self) -> str:
        return f"CharSet({self.ranges[:4]!r}{'…' if len(self.ranges) > 4 else ''})"


@lru_cache(maxsize=1024)
def _invert(chars: CharSet) -> CharSet:
    gaps: list[tuple[int, int]] = []
    start = 0
    for low, high in chars.ranges:
        if low > start:
            gaps.append((start, low - 1))
        start = high + 1
    if start <= LAST:
        gaps.append((start, LAST))
    return CharSet(tuple(gaps))


def of_ranges(ranges: Iterable[tuple[int, int]]) -> CharSet:
    """Return the set of the ranges, which may come in any order and overlap."""
    merged: list[tuple[int, int]] = []
    for low, high in sorted(ranges):
        if merged and low <= merged[-1][1] + 1:
            merged[-1] = (merged[-1][0], max(high, merged[-1][1]))
        else:
            merged.append((low, high))
    return CharSet(tuple(merged))


def of_chars(chars: Iterable[str]) -> CharSet:
    """Return the set of the characters."""
    return of_ranges((ord(char), ord(char)) for char in chars)


EVERY: Final = CharSet(((0, LAST),))
NONE: Final = CharSet(())
NEWLINE: Final = of_chars("\n")


@cache
def every_char() -> str:
    """Return all code points in their order, lone surrogates too."""
    low = bytes(range(BLOCK))

    def stretch(number: int) -> bytes:
        made = bytearray(4 * BLOCK)
        made[0::4] = low
        made[1::4] = bytes([number & 255]) * BLOCK
        made[2::4] = bytes([number >> 8]) * BLOCK
        return bytes(made)

    blocks = map(stretch, range((LAST + 1) // BLOCK))
    return b"".join(blocks).decode("utf-32-le", "surrogatepass")


def blocks() -> Iterator[tuple[int, str]]:
    """Yield all code points, some at a time, and where each such stretch begins."""
    text = every_char()
    for start in range(0, LAST + 1, BLOCK):
        yield start, text[start : start + BLOCK]


@cache
def cased_characters() -> str:
    """Return every character that has a lower or an upper form beside itself, and their kin."""
    found: list[str] = []
    for _, stretch in blocks():
        if stretch.lower() != stretch or stretch.upper() != stretch:
            found += [char for char in stretch if char.lower() != char or char.upper() != char]
    kin: dict[int, tuple[int, ...]] = compiler._EXTRA_CASES  # noqa: SLF001  (Python's own table)
    more = {chr(code) for code in kin} | {chr(code) for codes in kin.values() for code in codes}
    return "".join(sorted(more.union(found)))


@cache
def cased_set() -> CharSet:
    """Return the same as a set."""
    return of_chars(cased_characters())


@cache
def printable() -> CharSet:
    """Return what `repr` shows as it is: what `str.isprintable` says of each character."""
    ranges: list[tuple[int, int]] = []
    for start, stretch in blocks():
        if stretch.isprintable():
            ranges.append((start, start + BLOCK - 1))
        elif repr(stretch).count("\\") < BLOCK:  # else each is escaped, which is the common case
            ranges += [
                (code, code) for code, char in enumerate(stretch, start) if char.isprintable()
            ]
    return of_ranges(ranges)


def of_leaf(item: tuple[Any, Any], flags: int) -> CharSet:
    """Return the characters that a leaf of a parsed pattern matches under the flags."""
    name, value = item
    if name is ops.IN:
        value = tuple(value)
    return _leaf((name, value), flags & RELEVANT)


RELEVANT = re.IGNORECASE | re.ASCII | re.UNICODE | re.DOTALL


@lru_cache(maxsize=4096)
def _leaf(item: tuple[Any, Any], flags: int) -> CharSet:
    if not flags & re.IGNORECASE:
        return _plain(item, flags)
    pattern = compile_leaf(item, flags)
    matched = of_chars(pattern.findall(cased_characters()))
    return (_plain(item, flags & ~re.IGNORECASE) - cased_set()) | matched


def _plain(item: tuple[Any, Any], flags: int) -> CharSet:
    """Return the characters of a leaf, case sensitively; put together where that is sure."""
    name, value = item
    if name is ops.LITERAL:
        return CharSet(((value, value),))
    if name is ops.NOT_LITERAL:
        return ~CharSet(((value, value),))
    if name is ops.ANY:
        return EVERY if flags & re.DOTALL else ~NEWLINE
    assert name is ops.IN, name
    negated = value[:1] == ((ops.NEGATE, None),)
    found: list[tuple[int, int]] = []
    for part, what in value[1:] if negated else value:
        if part is ops.LITERAL:
            found.append((what, what))
        elif part is ops.RANGE:
            found.append(what)
        else:
            found.extend(_category((part, what), flags & ~re.DOTALL).ranges)
    chars = of_ranges(found)
    return ~chars if negated else chars


@lru_cache(maxsize=64)
def _category(item: tuple[Any, Any], flags: int) -> CharSet:
    return scan_leaf((ops.IN, (item,)), flags)


def scan_leaf(item: tuple[Any, Any], flags: int) -> CharSet:
    """Return the characters of a leaf by running it over every code point."""
    pattern = compile_leaf(item, flags, repeated=True)
    spans = (match.span() for match in pattern.finditer(every_char()))
    return CharSet(tuple((start, end - 1) for start, end in spans))


def compile_leaf(item: tuple[Any, Any], flags: int, *, repeated: bool = False) -> re.Pattern[str]:
    """Return a leaf of a parsed pattern as a pattern of its own, by Python's compiler."""
    state = parser.State()
    state.flags = flags
    name, value = item
    body = parser.SubPattern(state, [(name, list(value) if name is ops.IN else value)])
    if repeated:
        most = (1, ops.MAXREPEAT, body)
        body = parser.SubPattern(state, [(ops.MAX_REPEAT, most)])
    found: re.Pattern[str] = compiler.compile(body, flags)
    return found


@cache
def word_chars(*, ascii_only: bool = False) -> CharSet:
    """Return the characters that a word boundary takes for parts of words."""
    flags = int(re.ASCII if ascii_only else re.UNICODE)
    return _category((ops.CATEGORY, ops.CATEGORY_WORD), flags)
