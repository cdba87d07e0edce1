"""One text that some automata accept and others do not; and globs and prefixes as automata."""

import re
from collections import deque
from collections.abc import Iterator, Sequence
from fnmatch import fnmatchcase, translate
from functools import lru_cache, partial

from fencekit.regex.antichain import find_text
from fencekit.regex.compile_search import compile_search
from fencekit.regex.confirm_steps import Confirmation
from fencekit.regex.lazy_dfa import DEAD, MATCHED, LazyDFA
from fencekit.regex.memory_budget import MEMORY
from fencekit.regex.minterms import minterms
from fencekit.regex.nfa import UnsupportedError, build
from fencekit.regex.pattern_inclusion import is_written_within
from fencekit.regex.python_syntax import parse

MOST_STATES = 20_000
MOST_WITHIN = 4_000


def shortest(asked: Sequence[tuple[LazyDFA, bool]], most: int = MOST_STATES) -> str | None:
    """Return a shortest text that each automaton accepts, or does not, as asked; None for none.

    Raises UnsupportedError where there are more states than `most`.
    """
    text, _ = find_word(asked, most)
    return text


def find_word(asked: Sequence[tuple[LazyDFA, bool]], most: int) -> tuple[str | None, int]:
    """Return a shortest text as asked, or None for none, and how many states were seen.

    Sound because the search ends only when it has seen every state. Raises UnsupportedError where
    there are more than `most`.
    """
    sets = dict.fromkeys(chars for automaton, _ in asked for chars in automaton.sets)
    chars = [char for _, char in minterms(tuple(sets))]
    first = tuple(automaton.start for automaton, _ in asked)
    found: dict[tuple[int, ...], str] = {first: ""}
    left = deque([first])
    while left:
        states = left.popleft()
        pairs = list(zip(asked, states, strict=True))
        if all(automaton.accepts(state) is positive for (automaton, positive), state in pairs):
            return found[states], len(found)
        if any(state == (DEAD if positive else MATCHED) for (_, positive), state in pairs):
            continue
        for char in chars:
            after = tuple(
                automaton.step(state, automaton.class_of(char)) for (automaton, _), state in pairs
            )
            if after not in found:
                if len(found) > most:
                    raise UnsupportedError("takes too many states")
                found[after] = found[states] + char
                left.append(after)
    return None, len(found)


@lru_cache(maxsize=4096)
def is_sublanguage(pattern: str, other: str) -> bool:
    """Say whether every text that the pattern is found in is one that the other is found in.

    No says only that this was not shown.
    """
    if is_written_within(pattern, other):
        return True
    try:
        asked = ((compile_search(pattern), True), (compile_search(other), False))
        return find_text(asked, MOST_WITHIN)[0] is None
    except UnsupportedError:
        return False


@lru_cache(maxsize=1024)
def matching(expected: str) -> LazyDFA:
    """Return the automaton of the texts that are the expected one or are matched by it as a glob.

    A star is translated here, because Python's own translation makes an atomic group of it.
    """
    parts = "".join(".*" if part == "*" else _one(part) for part in _parts(expected))
    items, flags = parse(rf"(?:(?s:{parts})|{re.escape(expected)})\Z")
    automaton = LazyDFA(build(items, flags), anywhere=False)
    says = partial(_is_matched, expected=expected)
    automaton.confirmation = Confirmation(says, automaton)
    return automaton


def _is_matched(text: str, expected: str) -> bool:
    return text == expected or fnmatchcase(text, expected)


@lru_cache(maxsize=1024)
def beginning(prefix: str) -> LazyDFA:
    """Return the automaton of the texts that begin so."""
    items, flags = parse(rf"{re.escape(prefix)}")
    return LazyDFA(build(items, flags), anywhere=False)


NUMBER = r"(?:\d[\d_]*(?:\.[\d_]*)?|\.\d[\d_]*)(?:[eE][+-]?\d[\d_]*)?"
SPELLINGS = {
    "positive": rf"\s*\+?{NUMBER}\s*",
    "negative": rf"\s*-{NUMBER}\s*",
    "infinite": r"\s*\+?(?i:inf(?:inity)?)\s*",
    "minus infinite": r"\s*-(?i:inf(?:inity)?)\s*",
    "no number": r"\s*[+-]?(?i:nan)\s*",
    "true": "True",
    "false": "False",
}
"""How Python prints, as text, what it reads as numbers of each kind; more than that in places."""


@lru_cache(maxsize=64)
def numeric(kinds: tuple[str, ...]) -> LazyDFA:
    """Return the automaton of the texts of numbers of the kinds, which are names in SPELLINGS."""
    items, flags = parse(rf"(?:{'|'.join(SPELLINGS[kind] for kind in kinds)})\Z")
    return LazyDFA(build(items, flags), anywhere=False)


def _parts(glob: str) -> Iterator[str]:
    """Yield the parts of a glob: a star, a set in brackets, or a single character."""
    at = 0
    while at < len(glob):
        end = at + 1
        if glob[at] == "[":
            # The first character of a set, after `!`, may be the closing bracket itself.
            first = at + 1 + (glob[at + 1 : at + 2] == "!")
            close = glob.find("]", first + 1 if glob[first : first + 1] == "]" else first)
            end = close + 1 if close >= 0 else end
        yield glob[at:end]
        at = end


def _one(part: str) -> str:
    """Return the regex of a part that is not a star, as Python translates it."""
    found = re.fullmatch(r"\(\?s:(.*)\)\\[Zz]", translate(part), re.DOTALL)
    assert found is not None
    return found[1]


@lru_cache(maxsize=256)
def only(text: str) -> LazyDFA:
    """Return the automaton of that text alone."""
    items, flags = parse(rf"{re.escape(text)}\Z")
    return LazyDFA(build(items, flags), anywhere=False)


for _cached in (matching, beginning, numeric, only):
    MEMORY.cleared_by(_cached.cache_clear)
