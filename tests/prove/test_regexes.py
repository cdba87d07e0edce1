"""The automata of patterns find what `re.search` finds."""

import os
import re
import warnings
from random import Random

import pytest

from fencekit.regex.compile_search import compile_search
from fencekit.regex.lazy_dfa import DEAD, MATCHED
from fencekit.regex.nfa import UnsupportedError
from prove import patterns

SWEEP = bool(os.environ.get("FENCEKIT_SWEEP"))


def python_finds(pattern: str):
    """Return what says whether the pattern is found in a text; None where it does not compile."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            compiled = re.compile(pattern)
        except re.error:
            return None
    return lambda text: compiled.search(text) is not None


def differing(pattern: str, texts: list[str]) -> list[str] | None:
    """Return the texts on which the automaton is wrong; None where the pattern has none."""
    finds = python_finds(pattern)
    if finds is None:
        return None
    try:
        automaton = compile_search.__wrapped__(pattern)
    except UnsupportedError:
        return None
    wrong = []
    for text in texts:
        state = automaton.start
        seen = []
        for char in text:
            state = automaton.step(state, automaton.class_of(char))
            seen.append(state)
        found = finds(text)
        is_sure = not (MATCHED in seen and not found) and not (DEAD in seen and found)
        if automaton.accepts(state) is not found or not is_sure:
            wrong.append(text)
    return wrong


@pytest.mark.parametrize("seed", range(200 if SWEEP else 4))
def test_random_patterns_are_found_where_python_finds_them(seed):
    random = Random(seed)
    pairs = 0
    for _ in range(250):
        pattern, texts = patterns.whole(random), [patterns.text(random) for _ in range(24)]
        wrong = differing(pattern, texts)
        assert not wrong, (pattern, wrong)
        pairs += len(texts) if wrong is not None else 0
    assert pairs > 3_000
