"""Patterns as automata of the texts in which `re.search` finds them, compiled once."""

from functools import lru_cache

from fencekit.regex.confirm_steps import by_search
from fencekit.regex.desugar import rewritten
from fencekit.regex.lazy_dfa import LazyDFA
from fencekit.regex.leading_set import asked_by_search
from fencekit.regex.memory_budget import MEMORY
from fencekit.regex.nfa import UnsupportedError, build
from fencekit.regex.prefix_factoring import factor
from fencekit.regex.python_syntax import parse


@lru_cache(maxsize=512)
def compile_search(pattern: str) -> LazyDFA:
    """Return the automaton of the texts that the pattern is found in.

    Raises UnsupportedError for a pattern that is not followed exactly.
    """
    try:
        items, flags = parse(pattern)
        first = asked_by_search(pattern, items, flags)
        exact = factor(rewritten(items, flags))
        automaton = LazyDFA(build([*first, *exact], flags), anywhere=True)
        automaton.confirmation = by_search(pattern, items, automaton)
    except RecursionError as error:
        raise UnsupportedError("is nested too deep") from error
    return automaton


MEMORY.cleared_by(compile_search.cache_clear)
