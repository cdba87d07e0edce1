"""The steps of an automaton, each held against Python itself when it is taken for the first time.

A text that leads to a state, and a character of the class: of these Python must say, by `re.search`
of the pattern or by `fnmatch` of the glob, what the state after them says. So all that an automaton
claims was seen of one text for each step, and where the reading of a pattern should be wrong, the
pattern is refused, rather than that something wrong is proved.
"""

import re
import warnings
from collections.abc import Callable
from math import comb
from re import _constants  # type: ignore[attr-defined]

from fencekit.prover.items import Items, inside

MOST_WORK = 20_000
"""How many ways `re` may have to try on a text that it is asked about."""
LONGEST = 500
MANY = {_constants.MAX_REPEAT, _constants.MIN_REPEAT, _constants.POSSESSIVE_REPEAT}


class Confirmation:
    """What Python says of texts, one for each state of an automaton that begins at `start`."""

    def __init__(self, says: Callable[[str], bool], start: int, most: int = LONGEST) -> None:
        self._says = says
        self._most = most
        self._texts: dict[int, str] = {start: ""}

    def differs(
        self, before: int, char: str, after: int, accepts: Callable[[int], bool]
    ) -> str | None:
        """Return the text of a step if Python says otherwise; None if not, or if it is too long."""
        text = self._texts[before] + char
        self._texts.setdefault(after, text)
        return None if len(text) > self._most or self._says(text) is accepts(after) else text


def by_search(pattern: str, items: Items, start: int) -> Confirmation:
    """Return what holds an automaton against `re.search` of a pattern, which has these items."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        search = re.compile(pattern).search
    return Confirmation(lambda text: search(text) is not None, start, longest(items))


def longest(items: Items) -> int:
    """Return how long a text may be for `re` to answer soon, whatever is in it.

    Each repeat may end at any place, so that so many ways are tried; where a repeat has a choice or
    a repeat inside, each character may double them.
    """
    repeats, doubles = ways(items)
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
                doubles = doubles or more > 1 or any(one[0] is _constants.BRANCH for one in inner)
    return found, doubles
