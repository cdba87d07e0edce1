"""Faults to plant in the prover's own steps, one at a time: the hard set must notice every one."""

import math
import re._constants as sre
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest

from fencekit.checks.prove import (
    atoms,
    cases,
    charsets,
    classes,
    letters,
    lists,
    names,
    nodes,
    numbers,
    payload,
    places,
    product,
    shape,
    solver,
    strings,
    texts,
)

Plant = Callable[[pytest.MonkeyPatch], None]
MODULES = (
    *(atoms, cases, charsets, classes, letters, lists, names, nodes, numbers, payload, places),
    *(product, shape, solver, strings, texts),
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
    real = numbers.samples
    return setting(numbers, "samples", lambda cuts: [one for one in real(cuts) if not drop(one)])


def shaped(**never: bool) -> Plant:
    real = shape.Shape.of

    def of(*given: Any, **more: Any) -> shape.Shape:
        return replace(real(*given, **more), **never)

    return setting(shape.Shape, "of", of)


def raising_nothing(patch: pytest.MonkeyPatch) -> None:
    real = atoms.reading_of
    patch.setattr(atoms, "reading_of", lambda condition: replace(real(condition), raises=False))


def printing(char: str, text: str) -> Plant:
    real = letters.letter_of

    def letter_of(given: str, alphabet: frozenset[str]) -> letters.Letter:
        return letters.Letter(given, (text,)) if given == char else real(given, alphabet)

    return setting(letters, "letter_of", letter_of)


def globs_without_equality(patch: pytest.MonkeyPatch) -> None:
    def matching(expected: str) -> Any:
        parts = "".join(".*" if p == "*" else strings._one(p) for p in strings._parts(expected))
        items, flags = nodes.parse(rf"(?s:{parts})\Z")
        return strings.Automaton(nodes.build(items, flags), anywhere=False)

    patch.setattr(names, "matching", matching)


def refusals_that_accept(patch: pytest.MonkeyPatch) -> None:
    real = nodes.Builder.look

    def look(self: Any, value: Any, flags: int, then: int, *, positive: bool) -> int:
        del positive
        return real(self, value, flags, then, positive=True)

    patch.setattr(nodes.Builder, "look", look)


def contradictions_of_one(patch: pytest.MonkeyPatch) -> None:
    real = solver.Solver._settled

    def settled(self: Any, capability: str, cube: Any) -> Any:
        found = real(self, capability, cube)
        if isinstance(found, solver.Refuted) and len(found.core) > 1:
            return solver.Refuted(frozenset(sorted(found.core, key=atoms.order)[:1]))
        return found

    patch.setattr(solver.Solver, "_settled", settled)


def keywords_as_written(patch: pytest.MonkeyPatch) -> None:
    def reading(_: Any, value: Any) -> atoms.Reading:
        keywords = frozenset(map(str, atoms.listed(value)))
        return atoms.Reading("" in keywords or atoms._any_of(atoms.Holds(keywords), keywords))

    for name in (atoms.ConditionName.CONTAINS, atoms.ConditionName.MATCH_KEYWORDS):
        patch.setitem(atoms.READINGS, name, reading)


def ends_of_words(patch: pytest.MonkeyPatch) -> None:
    def words(_: Any) -> Iterator[Any]:
        yield from ()

    patch.setattr(product.Product, "words", words)


def ascii_case(patch: pytest.MonkeyPatch) -> None:
    own = "".join(char for char in charsets.cased() if char.isascii())
    patch.setattr(charsets, "cased", lambda: own)
    patch.setattr(charsets, "cased_set", lambda: charsets.of_chars(own))


def first_edit_only(patch: pytest.MonkeyPatch) -> None:
    real = lists.Index.edited

    def edited(self: Any) -> Any:
        found = real(self)
        return found if found is None else sorted(found)[:1]

    patch.setattr(lists.Index, "edited", edited)


def is_nan(sample: Any) -> bool:
    return isinstance(sample, float) and math.isnan(sample)


PLANTS: dict[str, Plant] = {
    "`$` holds at the very end only": putting(nodes.PLACES, sre.AT_END, nodes.At.END),
    "`^` holds after every line break": putting(
        nodes.PLACES, sre.AT_BEGINNING, nodes.At.LINE_START
    ),
    "a boundary knows letters of ASCII only": lambda patch: patch.setattr(
        nodes, "word_chars", lambda **_: charsets.word_chars(ascii_only=True)
    ),
    "case is folded within ASCII only": ascii_case,
    "a look ahead that refuses is one that accepts": refusals_that_accept,
    "a tab prints as it is": printing("\t", "\t"),
    "text prints in single quotes always": lambda patch: patch.setattr(
        payload, "WAYS_OF_QUOTING", {"single": ("'", "'", False)}
    ),
    "no free key is walked": shaped(keys=False),
    "no second field is walked": shaped(several=False),
    "no value but text is walked": shaped(others=False),
    "nan is forgotten": without_samples(is_nan),
    "integers beyond floats are forgotten": without_samples(lambda one: one == numbers.BEYOND),
    "there is always a number": without_samples(lambda one: one is None),
    "no condition raises": raising_nothing,
    "the arguments have no names": setting(names, "_field", lambda *_: None),
    "a glob is never its own text": globs_without_equality,
    "malformed capabilities are forgotten": setting(classes, "_others", lambda _: iter(())),
    "the first edited rule is the only one": first_edit_only,
    "keywords keep their case": keywords_as_written,
    "a contradiction is of its first literal": contradictions_of_one,
    "the walk ends before it has begun": ends_of_words,
}
