"""Sets of text as automata: whole patterns, and what a schema asks of text."""

from collections.abc import Iterator
from contextlib import suppress
from functools import lru_cache

from fencekit.prover.values.number_printing import NUMERAL
from fencekit.prover.values.value_sets import TextSet
from fencekit.regex.compile_search import compile_search
from fencekit.regex.lazy_dfa import LazyDFA
from fencekit.regex.nfa import UnsupportedError, build
from fencekit.regex.python_syntax import parse

MOST_LENGTH = 500
"""The longest text of which the length is followed."""


@lru_cache(maxsize=1024)
def whole(pattern: str) -> LazyDFA:
    """Return the automaton of the texts that the pattern matches from end to end."""
    items, flags = parse(rf"(?:{pattern})\Z")
    return LazyDFA(build(items, flags), anywhere=False)


def numeral() -> LazyDFA:
    """Return the automaton of the texts that Python reads as a number."""
    return whole(NUMERAL)


def rules_of(text: TextSet) -> Iterator[tuple[LazyDFA, bool]]:
    """Yield what is asked of text, as far as it is followed: its patterns, and small lengths."""
    for pattern in text.patterns:
        with suppress(UnsupportedError):
            yield compile_search(pattern), True
    least, most = text.least, text.most
    if most is not None and most > MOST_LENGTH:
        most = None
    if most is not None or 0 < least <= MOST_LENGTH:
        yield whole(rf"(?s:.{{{min(least, MOST_LENGTH)},{'' if most is None else most}}})"), True
