"""One text that some automata accept and others do not; and globs and prefixes as automata."""

import re
from collections import deque
from collections.abc import Iterator, Sequence
from fnmatch import fnmatchcase, translate
from functools import lru_cache, partial
from operator import eq

from fencekit.regex.antichain import find_text
from fencekit.regex.compile_search import compile_search
from fencekit.regex.confirm_steps import Confirmation
from fencekit.regex.lazy_dfa import DEAD, MATCHED, LazyDFA
from fencekit.regex.memory_budget import MEMORY, TooMuchMemoryError
from fencekit.regex.minterms import minterms
from fencekit.regex.nfa import UnsupportedError, build
from fencekit.regex.pattern_inclusion import is_written_within
from fencekit.regex.python_syntax import parse

MOST_STATES = 20_000
MOST_WITHIN = 4_000
FEW_WHOLE = 4_000
FEW_THREADS = 2_000
"""The states of whole automata, and of single threads, that are walked at first."""
SIZE_OF_STATE = 1_000
"""The bytes that a state of a search takes at most, beside those of the automata: an estimate."""


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
    steps = [(one.step, [one.class_of(char) for char in chars]) for one, _ in asked]
    lost = [DEAD if positive else MATCHED for _, positive in asked]
    first = tuple(automaton.start for automaton, _ in asked)
    found: dict[tuple[int, ...], str] = {first: ""}
    left = deque([first])
    try:
        while left:
            states = left.popleft()
            pairs = zip(asked, states, strict=True)
            if all(automaton.accepts(state) is positive for (automaton, positive), state in pairs):
                return found[states], len(found)
            for at, char in enumerate(chars):
                after = tuple(
                    [step(one, of[at]) for (step, of), one in zip(steps, states, strict=True)]
                )
                if after in found or any(map(eq, after, lost)):
                    continue
                if len(found) > most:
                    raise UnsupportedError("takes too many states")
                MEMORY.take(SIZE_OF_STATE)
                found[after] = found[states] + char
                left.append(after)
        return None, len(found)
    finally:
        MEMORY.held -= (len(found) - 1) * SIZE_OF_STATE


def find_witness(asked: Sequence[tuple[LazyDFA, bool]], most: int) -> tuple[str | None, int]:
    """Return a text as asked, or None for none, and how many states were seen.

    Whole automata have many states where a pattern counts, and single threads are many where it
    has many alternatives. So each is tried with few states before it is with `most`. Raises
    UnsupportedError where both take more.
    """
    states = 0
    for search, limit in (
        (find_word, FEW_WHOLE),
        (find_text, FEW_THREADS),
        (find_word, MOST_STATES),
    ):
        try:
            roomy = [(one.with_room(), positive) for one, positive in asked]
            text, seen = search(roomy, min(limit, most))
            return text, states + seen
        except TooMuchMemoryError:
            raise
        except UnsupportedError:
            states += min(limit, most)
    text, seen = find_text(asked, most)
    return text, states + seen


@lru_cache(maxsize=4096)
def is_sublanguage(pattern: str, other: str) -> bool:
    """Say whether every text that the pattern is found in is one that the other is found in.

    No says only that this was not shown.
    """
    if is_written_within(pattern, other):
        return True
    try:
        asked = ((compile_search(pattern), True), (compile_search(other), False))
        return find_word(asked, MOST_WITHIN)[0] is None
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
