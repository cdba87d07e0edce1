"""Numbers at the thresholds of a policy, and the ways in which a call may say them."""

import math
from collections.abc import Iterator, Sequence
from typing import Any

from fencekit.engines.native.request_view import AMOUNT_KEYS
from fencekit.engines.native.unknown_questions import Relation, number_passes
from fencekit.regex.random_choices import Choices, menu

Wish = tuple[Relation, Any]
"""A comparison, and the threshold as the policy has it."""

ODD = ("nan", "inf", "-inf", math.nan, math.inf, -math.inf, True, False, "", "x", None, 10**400)
STEPS = (0, 1, -1)


def candidates(wishes: Sequence[Wish]) -> list[Any]:
    """Return numbers at and beside every threshold, between them and beyond them, plain first."""
    found: dict[str, Any] = {}
    thresholds = [value for _, value in wishes if is_number(value)]
    for threshold in thresholds:
        for number in beside(threshold):
            found.setdefault(repr(number), number)
    for number in (0, 1, -1, 10**6):
        found.setdefault(repr(number), number)
    return list(found.values())


def is_number(value: Any) -> bool:
    """Say whether a threshold is a number that others stand beside."""
    return isinstance(value, int | float) and abs(value) < 2**1000


def beside(threshold: float) -> Iterator[Any]:
    """Yield a threshold and its neighbours: by one, by the least there is, halved and doubled."""
    for step in STEPS:
        yield threshold + step
    near = float(threshold)
    yield math.nextafter(near, math.inf)
    yield math.nextafter(near, -math.inf)
    yield near
    yield from (threshold * 2, threshold / 2, -threshold)


def choose_number(choices: Choices, wishes: Sequence[Wish], *, near: bool) -> Any:
    """Return a number that passes all thresholds, or with `near` any beside them; or an odd one."""
    listed = candidates(wishes)
    if near:
        return choices.pick(ODD) if choices.chance(35) else choices.pick(listed)
    if choices.chance(8):
        return choices.pick(ODD[:6])
    fitting = [number for number in listed if passes_all(wishes, number)]
    return choices.pick(fitting or listed)


def passes_all(wishes: Sequence[Wish], number: Any) -> bool:
    """Say whether a number passes every threshold."""
    try:
        return all(number_passes(relation, float(number), value) for relation, value in wishes)
    except (TypeError, OverflowError):
        return False


def plain(key: str, number: Any) -> dict[str, Any]:
    """The number itself."""
    return {key: number}


def as_text(key: str, number: Any) -> dict[str, Any]:
    """The number as text, which counts as a number."""
    return {key: str(number)}


def pad_with_space(key: str, number: Any) -> dict[str, Any]:
    """The number as text with space around it, which counts too."""
    return {key: f" {number}\n"}


def with_currency(key: str, number: Any) -> dict[str, Any]:
    """The number with a sign of currency, which is no number."""
    return {key: f"${number}"}


def with_commas(key: str, number: Any) -> dict[str, Any]:
    """The number with commas, which is no number."""
    return {key: f"{number:,}" if isinstance(number, int | float) else number}


def in_list(key: str, number: Any) -> dict[str, Any]:
    """The number in a list, which is passed over."""
    return {key: [number]}


def nest_number(key: str, number: Any) -> dict[str, Any]:
    """The number one level down, where nobody looks."""
    return {"data": {key: number}}


def behind_decoy(key: str, number: Any) -> dict[str, Any]:
    """The number under a later name, behind a harmless one that is found first."""
    later = AMOUNT_KEYS[min(AMOUNT_KEYS.index(key) + 1, len(AMOUNT_KEYS) - 1)]
    return {key: 1, later: number}


def behind_nothing(key: str, number: Any) -> dict[str, Any]:
    """The number under a later name, behind one that is no number."""
    later = AMOUNT_KEYS[min(AMOUNT_KEYS.index(key) + 1, len(AMOUNT_KEYS) - 1)]
    return {key: "x", later: number}


def misspell_name(key: str, number: Any) -> dict[str, Any]:
    """The number under a name that is nearly an amount's."""
    return {key.capitalize(): number}


AMOUNTS_HELD = menu((14, plain), (2, as_text), (1, pad_with_space), (1, behind_nothing))
AMOUNTS_NEAR = menu(
    (4, plain),
    (1, as_text),
    (1, with_currency),
    (1, with_commas),
    (1, in_list),
    (1, nest_number),
    (1, behind_decoy),
    (1, misspell_name),
)
AMOUNT_NAMES = menu((8, AMOUNT_KEYS[0]), *((1, key) for key in AMOUNT_KEYS[1:-1]))


def amount_fields(choices: Choices, wishes: Sequence[Wish], *, near: bool) -> dict[str, Any]:
    """Return the arguments that say an amount."""
    number = choose_number(choices, wishes, near=near and choices.chance(60))
    say = choices.pick(AMOUNTS_NEAR if near else AMOUNTS_HELD)
    return say(choices.pick(AMOUNT_NAMES), number)


def depth(choices: Choices, wishes: Sequence[Wish], *, near: bool) -> Any:
    """Return a depth of the caller for the context."""
    number = choose_number(choices, wishes, near=near)
    return str(number) if choices.chance(8) else number
