"""The relation between two effects: unchanged, looser or tighter, or only perhaps so."""

from collections.abc import Iterable
from enum import StrEnum

from fencekit.model.verdict import Effect


class Change(StrEnum):
    """How a decision compares with the one before it."""

    UNCHANGED = "unchanged"
    LOOSER = "looser"
    TIGHTER = "tighter"
    MAYBE_LOOSER = "maybe_looser"
    MAYBE_TIGHTER = "maybe_tighter"
    CANNOT_TELL = "cannot_tell"


def compare_effects(before: Effect, after: Effect) -> Change:
    """Return how `after` compares with `before`.

    Looser is a lower verdict, or the same verdict with an obligation dropped; an obligation
    that is only added is tighter. Where one obligation replaces another, the drop decides.
    """
    if after.verdict != before.verdict:
        return Change.LOOSER if after.verdict < before.verdict else Change.TIGHTER
    if before.obligations - after.obligations:
        return Change.LOOSER
    return Change.TIGHTER if after.obligations - before.obligations else Change.UNCHANGED


def summarise(changes: Iterable[Change]) -> Change:
    """Return the one change that holds for every possibility; nothing given is CANNOT_TELL."""
    return SUMMARIES.get(frozenset(changes), Change.CANNOT_TELL)


SUMMARIES: dict[frozenset[Change], Change] = {
    frozenset({Change.UNCHANGED}): Change.UNCHANGED,
    frozenset({Change.LOOSER}): Change.LOOSER,
    frozenset({Change.TIGHTER}): Change.TIGHTER,
    frozenset({Change.UNCHANGED, Change.LOOSER}): Change.MAYBE_LOOSER,
    frozenset({Change.UNCHANGED, Change.TIGHTER}): Change.MAYBE_TIGHTER,
}
