"""Numbers that a request can hold: one sample of each region that the thresholds cut out.

Sound because samples are complete: a comparison with a threshold is the same for all floats that
lie between two neighbouring thresholds, and the least float above and the greatest below each
threshold are among the samples, with the threshold itself, none, NaN, both infinities, and an
integer beyond any float.
"""

import math
from collections.abc import Iterable, Iterator
from itertools import pairwise
from typing import Any

from fencekit.engines.native.unknown_questions import BEYOND, LARGEST, number_passes
from fencekit.prover.rule_literals import Compares, Literal

Sample = float | str | None
"""A float, none at all, or BEYOND: an integer that no float can hold."""

INFINITE = float("inf")


def possible(literals: Iterable[Literal], cuts: Iterable[float] = ()) -> list[Sample]:
    """Return the samples that the literals, all about one number, leave; the simplest first.

    The `cuts` are thresholds beside those of the literals.
    """
    asked = [(literal.atom, literal.positive) for literal in literals]
    thresholds = [atom.threshold for atom, _ in asked if isinstance(atom, Compares)]
    return [
        sample
        for sample in samples([*thresholds, *cuts])
        if all(is_so(atom, sample) is positive for atom, positive in asked)
    ]


def is_so(atom: Any, sample: Sample) -> bool:
    """Say whether the atom is true of the sample."""
    assert isinstance(atom, Compares)
    if sample == BEYOND:
        return atom.raises
    assert not isinstance(sample, str)
    try:
        passed = number_passes(atom.relation, sample, atom.threshold)
    except TypeError:
        return atom.raises
    return passed and not atom.raises


def samples(thresholds: Iterable[Any]) -> list[Sample]:
    """Return one or more numbers of every region, plain ones first."""
    cuts = sorted({cut for cut in thresholds if isinstance(cut, int | float) and not is_nan(cut)})
    near: dict[float, None] = {}
    for number in (*_plain(cuts), *_neighbours(cuts), LARGEST, INFINITE, -INFINITE):
        near[number] = None
    return [None, *near, math.nan, BEYOND]


def is_nan(cut: float) -> bool:
    """Say whether a threshold is the float that is no number."""
    return isinstance(cut, float) and math.isnan(cut)


def _plain(cuts: list[Any]) -> Iterator[float]:
    floats = [number for cut in cuts if math.isfinite(number := as_float(cut))]
    for number in floats:
        whole = float(math.floor(number))
        yield from (number, whole + 1, whole - 1)
    yield from (low / 2 + high / 2 for low, high in pairwise(floats))
    yield from (0.0, 1.0)


def _neighbours(cuts: list[Any]) -> Iterator[float]:
    for number in map(as_float, cuts):
        yield from (math.nextafter(number, -INFINITE), number, math.nextafter(number, INFINITE))


def as_float(cut: float) -> float:
    """Return the float nearest to a threshold; infinite for what is beyond any."""
    try:
        return float(cut)
    except OverflowError:
        return INFINITE if cut > 0 else -INFINITE


def spell(sample: Sample) -> list[Any]:
    """Return JSON values that are read as the sample, the plainest first; none for none."""
    if sample is None:
        return []
    if sample == BEYOND:
        # The others have one digit only, for keywords and regexes that look at digits.
        return [10**309, -(10**309), *(int(digit * 310) for digit in "23456789")]
    assert isinstance(sample, float)
    if not math.isfinite(sample):
        return [str(sample)]
    if sample == int(sample) and abs(sample) < 1e16:
        whole = int(sample)
        return [whole, str(whole), sample]
    return [sample, str(sample)]


def telling(found: list[Sample]) -> list[Sample]:
    """Return a few of the samples for calls to be built from, those without digits among them."""
    odd = [one for one in found[4:] if isinstance(one, float) and not math.isfinite(one)]
    return [*found[:4], *odd]


def in_other_digits(values: list[Any]) -> list[str]:
    """Return the first number among the values in digits that are none of 0 to 9, if there is one.

    Python reads them alike, and a regex may not.
    """
    plain = next((text for text in map(str, values) if text.isdigit()), "")
    return [plain.translate(OTHER_DIGITS)] if plain else []


OTHER_DIGITS = {ord("0") + digit: 0x660 + digit for digit in range(10)}
"""Arabic-Indic ones."""


def kinds(found: list[Sample]) -> tuple[str, ...]:
    """Return which kinds of numbers the samples are, by the names in `strings.SPELLINGS`.

    `1e999` is infinite too, `-0` is zero, and true is one; one and zero are always samples.
    """
    floats = [sample for sample in found if isinstance(sample, float)]
    has = {
        "positive": BEYOND in found or any(number >= 0 for number in floats),
        "negative": BEYOND in found or any(number <= 0 for number in floats),
        "infinite": INFINITE in floats,
        "minus infinite": -INFINITE in floats,
        "no number": any(map(math.isnan, floats)),
        "true": 1.0 in floats,
        "false": 0.0 in floats,
    }
    return tuple(kind for kind, is_so in has.items() if is_so)
