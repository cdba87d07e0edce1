"""Faults to plant in the prover's own steps, one at a time: the hard set must notice every one."""

import math
import re._constants as sre
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest

from fencekit.prover import (
    amount_regions,
    capability_classes,
    counterexample_search,
    cube_solver,
    decision_lists,
    field_relevance,
    glob_solver,
    payload_automaton,
    product_search,
    rule_literals,
    text_queries,
)
from fencekit.prover import symbol_classes as letters
from fencekit.regex import charset, nfa, sublanguage, text_assertions

Plant = Callable[[pytest.MonkeyPatch], None]
MODULES = (
    *(
        rule_literals,
        counterexample_search,
        charset,
        capability_classes,
        letters,
        decision_lists,
        glob_solver,
        nfa,
        amount_regions,
        payload_automaton,
        text_assertions,
    ),
    *(product_search, field_relevance, cube_solver, sublanguage, text_queries),
)
DEAR = {"every_char", "printable", "scanned", "_category"}
"""Caches of what Python's own tables say, which no fault here touches and which take long."""


def forget() -> None:
    """Empty the caches of the prover, so that a fault shows, and does not stay."""
    for module in MODULES:
        for name, value in list(vars(module).items()):
            if hasattr(value, "cache_clear") and name not in DEAR:
                value.cache_clear()


def setting(module: Any, name: str, value: Any) -> Plant:
    return lambda patch: patch.setattr(module, name, value)


def putting(table: dict[Any, Any], key: Any, value: Any) -> Plant:
    return lambda patch: patch.setitem(table, key, value)


def without_samples(drop: Callable[[Any], bool]) -> Plant:
    real = amount_regions.samples
    return setting(
        amount_regions, "samples", lambda cuts: [one for one in real(cuts) if not drop(one)]
    )


def shaped(**never: bool) -> Plant:
    real = field_relevance.FieldRelevance.of

    def of(*given: Any, **more: Any) -> field_relevance.FieldRelevance:
        return replace(real(*given, **more), **never)

    return setting(field_relevance.FieldRelevance, "of", of)


def raising_nothing(patch: pytest.MonkeyPatch) -> None:
    real = rule_literals.reading_of
    patch.setattr(
        rule_literals, "reading_of", lambda condition: replace(real(condition), raises=False)
    )


def printing(char: str, text: str) -> Plant:
    real = letters.letter_of

    def letter_of(given: str, alphabet: frozenset[str]) -> letters.SymbolClass:
        return letters.SymbolClass(given, (text,)) if given == char else real(given, alphabet)

    return setting(letters, "letter_of", letter_of)


def globs_without_equality(patch: pytest.MonkeyPatch) -> None:
    def matching(expected: str) -> Any:
        parts = "".join(
            ".*" if p == "*" else sublanguage._one(p) for p in sublanguage._parts(expected)
        )
        items, flags = nfa.parse(rf"(?s:{parts})\Z")
        return sublanguage.Automaton(nfa.build(items, flags), anywhere=False)

    patch.setattr(glob_solver, "matching", matching)


def refusals_that_accept(patch: pytest.MonkeyPatch) -> None:
    real = nfa.NFABuilder.look

    def look(self: Any, value: Any, flags: int, then: int, *, positive: bool) -> int:
        del positive
        return real(self, value, flags, then, positive=True)

    patch.setattr(nfa.NFABuilder, "look", look)


def contradictions_of_one(patch: pytest.MonkeyPatch) -> None:
    real = cube_solver.Solver._solve_cube

    def settled(self: Any, capability: str, cube: Any) -> Any:
        found = real(self, capability, cube)
        if isinstance(found, cube_solver.Unsat) and len(found.core) > 1:
            return cube_solver.Unsat(frozenset(sorted(found.core, key=rule_literals.order)[:1]))
        return found

    patch.setattr(cube_solver.Solver, "_solve_cube", settled)


def keywords_as_written(patch: pytest.MonkeyPatch) -> None:
    def reading(_: Any, value: Any) -> rule_literals.ConditionLiterals:
        keywords = frozenset(map(str, rule_literals.listed(value)))
        return rule_literals.ConditionLiterals(
            "" in keywords
            or rule_literals._any_of(rule_literals.ContainsKeyword(keywords), keywords)
        )

    for name in (rule_literals.ConditionName.CONTAINS, rule_literals.ConditionName.MATCH_KEYWORDS):
        patch.setitem(rule_literals.READINGS, name, reading)


def ends_of_words(patch: pytest.MonkeyPatch) -> None:
    def words(_: Any) -> Iterator[Any]:
        yield from ()

    patch.setattr(product_search.Product, "words", words)


def ascii_case(patch: pytest.MonkeyPatch) -> None:
    own = "".join(char for char in charset.cased_characters() if char.isascii())
    patch.setattr(charset, "cased_characters", lambda: own)
    patch.setattr(charset, "cased_set", lambda: charset.of_chars(own))


def first_edit_only(patch: pytest.MonkeyPatch) -> None:
    real = decision_lists.Index.edited_patterns

    def edited(self: Any) -> Any:
        found = real(self)
        return found if found is None else sorted(found)[:1]

    patch.setattr(decision_lists.Index, "edited_patterns", edited)


def is_nan(sample: Any) -> bool:
    return isinstance(sample, float) and math.isnan(sample)


PLANTS: dict[str, Plant] = {
    "`$` holds at the very end only": putting(nfa.PLACES, sre.AT_END, nfa.At.END),
    "`^` holds after every line break": putting(nfa.PLACES, sre.AT_BEGINNING, nfa.At.LINE_START),
    "a boundary knows letters of ASCII only": lambda patch: patch.setattr(
        nfa, "word_chars", lambda **_: charset.word_chars(ascii_only=True)
    ),
    "case is folded within ASCII only": ascii_case,
    "a look ahead that refuses is one that accepts": refusals_that_accept,
    "a tab prints as it is": printing("\t", "\t"),
    "text prints in single quotes always": lambda patch: patch.setattr(
        payload_automaton, "WAYS_OF_QUOTING", {"single": ("'", "'", False)}
    ),
    "no free key is walked": shaped(keys=False),
    "no second field is walked": shaped(several=False),
    "no value but text is walked": shaped(others=False),
    "nan is forgotten": without_samples(is_nan),
    "integers beyond floats are forgotten": without_samples(
        lambda one: one == amount_regions.BEYOND
    ),
    "there is always a number": without_samples(lambda one: one is None),
    "no condition raises": raising_nothing,
    "the arguments have no names": setting(glob_solver, "_field", lambda *_: None),
    "a glob is never its own text": globs_without_equality,
    "malformed capabilities are forgotten": setting(
        capability_classes, "_others", lambda _: iter(())
    ),
    "the first edited rule is the only one": first_edit_only,
    "keywords keep their case": keywords_as_written,
    "a contradiction is of its first literal": contradictions_of_one,
    "the walk ends before it has begun": ends_of_words,
}
