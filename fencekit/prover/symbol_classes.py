"""The characters of a value, in classes, and what each adds to the text of the arguments.

The text is `repr` of the arguments in lower case, so a character does not stand there as itself: a
backslash is doubled, what cannot be printed is escaped, quotes choose how the text is quoted. A
class holds characters that every regex of the question treats alike and that add the same to the
text, as far as its keywords can tell.

Sound because of two facts of `str.lower`, which a test holds against every code point: only U+0130
becomes two characters, and only a capital sigma depends on its neighbours, so that it may become
either small one. The digits of an escape are left free, which only adds calls.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache, lru_cache

from fencekit.prover.keyword_automaton import CAPITAL_SIGMA, SIGMAS
from fencekit.regex.charset import CharSet, cased_characters, of_chars, of_ranges, printable
from fencekit.regex.minterms import minterms

DOTTED_I = "\u0130"
SHORT = {"\n": "\\n", "\r": "\\r", "\t": "\\t"}
HEX = "0123456789abcdef"
NO_KEYWORD_HAS = "\0"
"""Stands for what no keyword has in it."""


@dataclass(frozen=True, slots=True)
class SymbolClass:
    """A class of characters of a value: one of them, and the texts that it may become.

    `digits` of an escape follow the text, and may be any.
    """

    char: str
    texts: tuple[str, ...]
    digits: int = 0

    @property
    def is_plain(self) -> bool:
        """Whether it is a character of ASCII that can be printed."""
        return " " <= self.char <= "~"

    @property
    def is_printable(self) -> bool:
        """Whether the text shows it as it is."""
        return self.char.isprintable()


def escaped_apart() -> Iterator[CharSet]:
    """Yield sets that tell apart what is escaped in different ways."""
    yield from map(of_chars, ("'", '"', "\\", *SHORT))
    yield from escaped_sets()


def letters(alphabet: frozenset[str], sets: Iterable[CharSet]) -> list[SymbolClass]:
    """Return the classes of all characters, for keywords of that alphabet and those sets."""
    return list(_letters(alphabet, tuple(dict.fromkeys(sets))))


@lru_cache(maxsize=256)
def _letters(alphabet: frozenset[str], sets: tuple[CharSet, ...]) -> tuple[SymbolClass, ...]:
    own = list(text_sets(alphabet)) if alphabet else []
    terms = minterms(tuple(dict.fromkeys((*sets, *own))))
    return tuple(letter_of(char, alphabet) for _, char in terms)


def text_sets(alphabet: frozenset[str]) -> Iterator[CharSet]:
    """Yield sets that tell apart what adds different things to the text."""
    yield of_chars("'")
    yield of_chars('"')
    yield of_chars("\\")
    for char, shown in SHORT.items():
        if alphabet.intersection(shown):
            yield of_chars(char)
    yield from escaped_sets()
    for char in sorted(alphabet):
        yield of_chars(capitals(char))
    if alphabet.intersection(DOTTED_I.lower()):
        yield of_chars(DOTTED_I)
    if alphabet.intersection(SIGMAS):
        yield of_chars(CAPITAL_SIGMA)


@cache
def escaped_sets() -> tuple[CharSet, ...]:
    """Return what is escaped with two, with four and with eight digits."""
    hidden = ~printable() - of_chars(SHORT)
    bounds = ((0, 0xFF), (0x100, 0xFFFF), (0x10000, 0x10FFFF))
    return tuple(hidden & of_ranges([bound]) for bound in bounds)


def capitals(char: str) -> str:
    """Return the characters that are that one in lower case, alone."""
    if char.isascii():
        if char.lower() != char:
            return ""
        return char + (char.upper() if char.isalpha() else "") + ("\u212a" if char == "k" else "")
    return "".join(_capitals().get(char, char if char.lower() == char else ""))


@cache
def _capitals() -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for char in cased_characters():
        found.setdefault(char.lower(), []).append(char)
    return found


def letter_of(char: str, alphabet: frozenset[str]) -> SymbolClass:
    """Return the letter that a character stands for."""
    if char == CAPITAL_SIGMA and alphabet.intersection(SIGMAS):
        return SymbolClass(char, tuple(SIGMAS))
    if char == "\\":
        return SymbolClass(char, ("\\\\",))
    if char in SHORT:
        return SymbolClass(char, (SHORT[char],))
    if char.isprintable() or not alphabet:
        return SymbolClass(char, (_outside_characters(char.lower(), alphabet),))
    shown = repr(char)[1:-1].lower()
    return SymbolClass(char, (_outside_characters(shown[:2], alphabet),), len(shown) - 2)


def _outside_characters(text: str, alphabet: frozenset[str]) -> str:
    return "".join(char if char in alphabet else NO_KEYWORD_HAS for char in text)


def digits(alphabet: frozenset[str]) -> tuple[str, ...]:
    """Return the digits of an escape that the keywords tell apart."""
    return (NO_KEYWORD_HAS, *(digit for digit in HEX if digit in alphabet))
