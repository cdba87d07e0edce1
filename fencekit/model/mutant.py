"""A mutant: a policy after one small edit, with what was done and which way that can go."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from fencekit.model.change import Change, compare_effects
from fencekit.model.policy import Policy
from fencekit.model.source import Place
from fencekit.model.verdict import Effect


class Direction(StrEnum):
    """Which way an edit can change decisions: no call ever goes the other way."""

    LOOSEN = "loosen"
    TIGHTEN = "tighten"
    EITHER = "either"


@dataclass(frozen=True, slots=True)
class Mutant:
    """A policy after one edit.

    `operator` names the kind of edit, `label` says what was done in words, `rule` is the id of the
    edited rule (of the file, where parents were swapped), `place` where it is written. The places
    in `policy` are those of the original.
    """

    policy: Policy
    operator: str
    label: str
    can: Direction
    rule: str
    place: Place


def direction_of(pairs: Iterable[tuple[Effect, Effect]]) -> Direction | None:
    """Return which way decisions can go from the first effect of a pair to the second.

    None where no pair differs: such an edit changes nothing.
    """
    changes = {compare_effects(before, after) for before, after in pairs} - {Change.UNCHANGED}
    if not changes:
        return None
    if changes == {Change.LOOSER}:
        return Direction.LOOSEN
    return Direction.TIGHTEN if changes == {Change.TIGHTER} else Direction.EITHER
