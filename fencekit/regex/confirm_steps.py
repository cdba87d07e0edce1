"""The steps of an automaton, each held against Python itself when it is taken for the first time.

A text that leads to a state, and a character of the class: of these Python must say, by `re.search`
of the pattern or by `fnmatch` of the glob, what the state after them says. So all that an automaton
claims was seen of one text for each step and kind of character, and where the reading of a pattern
should be wrong, the pattern is refused, rather than that something wrong is proved.
"""

import re
import warnings
from collections.abc import Callable
from functools import lru_cache
from math import comb
from typing import Final, Protocol

from fencekit.regex.charset import CharSet
from fencekit.regex.minterms import minterms
from fencekit.regex.nfa import UnsupportedError
from fencekit.regex.python_syntax import Items, inside, ops

MOST_WORK = 20_000
"""How many ways `re` may have to try on a text that it is asked about."""
LONGEST = 500
MANY = {ops.MAX_REPEAT, ops.MIN_REPEAT, ops.POSSESSIVE_REPEAT}


PROBES: Final = (
    "az_AZ09 -/~\t\n\x1c\x1f\x7f"  # of ASCII
    "\x85\xa0\xaa\xb2\xb5\xdf\xe9\xff"  # of Latin: a space, numbers, letters with odd kin
    "\u0130\u0131\u017f\u01c5\u03a3\u03c2\u03c3\u03bc\u0432\u1c80\u1e9e\u212a\ufb05"  # of case
    "\u0660\u0669\u2003\u2028\u2460\u2e2f\u4e00\ud800\U00010428\U0001d7ce\U0010ffff"
)
"""Characters of every kind that patterns, under some flags, tell apart from others."""


class Followed(Protocol):
    """An automaton, as far as it is confirmed: its start, and its sets, by which it has classes."""

    start: int
    sets: tuple[CharSet, ...]


class Confirmation:
    """What Python says of a text for each state of an automaton, with each kind of character."""

    def __init__(
        self, says: Callable[[str], bool], automaton: Followed, most: int = LONGEST
    ) -> None:
        self._says = says
        self._most = most
        self._texts: dict[int, str] = {automaton.start: ""}
        self._automaton = automaton
        self._chars: list[dict[str, None]] = []

    def of(self, automaton: Followed) -> "Confirmation":
        """Return what holds another automaton of the same pattern against Python."""
        return Confirmation(self._says, automaton, self._most)

    def hold(self, before: int, of_class: int, after: int, accepts: Callable[[int], bool]) -> None:
        """Hold a step by characters of a class against Python; one of a long text is let pass.

        Raises UnsupportedError where Python says otherwise.
        """
        chars = self._chars or self._spell_classes()
        text = self._texts[before]
        self._texts.setdefault(after, text + next(iter(chars[of_class])))
        if len(text) < self._most:
            expected, says = accepts(after), self._says
            for char in chars[of_class]:
                if says(text + char) is not expected:
                    said = f"is read by Python otherwise than by the prover in {text + char!r}"
                    raise UnsupportedError(said)

    def _spell_classes(self) -> list[dict[str, None]]:
        """Return the characters of each class that are tried, the first one the plainest."""
        by_bits = {bits: dict.fromkeys([char]) for bits, char in minterms(self._automaton.sets)}
        masks = [probes_in(chars) for chars in self._automaton.sets]
        for at, char in enumerate(PROBES):
            bits = 0
            for index, mask in enumerate(masks):
                bits |= (mask >> at & 1) << index
            by_bits[bits][char] = None
        self._chars = list(by_bits.values())
        return self._chars


@lru_cache(maxsize=4096)
def probes_in(chars: CharSet) -> int:
    """Return which of the probes a set has, as bits."""
    return sum(1 << at for at, char in enumerate(PROBES) if ord(char) in chars)


def by_search(pattern: str, items: Items, automaton: Followed) -> Confirmation:
    """Return what holds an automaton against `re.search` of a pattern, which has these items."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        search = re.compile(pattern).search
    return Confirmation(lambda text: search(text) is not None, automaton, longest(items))


def longest(items: Items) -> int:
    """Return how long a text may be for `re` to answer soon, whatever is in it.

    Each repeat may end at any place, so that so many ways are tried; where a repeat has a choice or
    a repeat inside, each character may double them.
    """
    return _longest(*ways(items))


@lru_cache(maxsize=256)
def _longest(repeats: int, doubles: bool) -> int:  # noqa: FBT001
    length = 0
    while length < LONGEST:
        tried = comb(length + 1 + repeats, repeats) * (2 ** (length + 1) if doubles else 1)
        if tried > MOST_WORK:
            break
        length += 1
    return length


def ways(items: Items) -> tuple[int, bool]:
    """Return how many repeats there are, the search among them, and whether one has ways inside."""
    found, doubles = 1, False
    for item in items:
        for inner in inside(item):
            more, deeper = ways(inner)
            found, doubles = found + more - 1, doubles or deeper
            if item[0] in MANY:
                found += 1
                doubles = doubles or more > 1 or any(one[0] is ops.BRANCH for one in inner)
    return found, doubles
