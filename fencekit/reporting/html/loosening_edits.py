"""The edits that loosen, for the top of the page: by recorded calls, or as proof found."""

from collections.abc import Mapping
from dataclasses import dataclass

from fencekit.model.diff_result import Consequence, DiffResult
from fencekit.reporting.edit_text import (
    count_allowed,
    count_loosened,
    is_loosening,
    loosenings,
    name_of,
    phrases,
)
from fencekit.reporting.html.side_by_side import edit_anchors
from fencekit.reporting.html.value_marking import MarkedEdit, mark_edit


@dataclass(frozen=True, slots=True)
class LooseningEdit:
    """An edit that lets more through: its number and anchor, what it is, how much it loosens."""

    number: int
    anchor: str
    name: str
    what: MarkedEdit
    said: str
    """What becomes of which calls."""
    before: str
    after: str
    """The decisions on the riskiest call of it, where no recorded call is loosened."""


def loosening_edits(
    diff: DiffResult | None, partners: Mapping[int, str], *, has_records: bool = True
) -> tuple[LooseningEdit, ...]:
    """Return every edit that is to blame for a looser call, those that newly allow most first.

    `partners` says of an edit, by its number, how it shares its blame.
    """
    if diff is None:
        return ()
    anchors = edit_anchors(one.edit for one in diff.edits)
    found = [one for one in diff.edits if is_loosening(one)]
    found.sort(key=lambda one: (-count_allowed(one), -count_loosened(one), one.edit.number))
    return tuple(
        LooseningEdit(
            one.edit.number,
            anchors[one.edit.number],
            name_of(one.edit),
            mark_edit(one.edit),
            amount(one, partners.get(one.edit.number, ""), has_records=has_records),
            *steps(one),
        )
        for one in found
    )


def amount(caused: Consequence, partners: str, *, has_records: bool) -> str:
    """Return how an edit loosens which recorded calls, or that proof found a call of no log."""
    if count_loosened(caused):
        return ", ".join(filter(None, ["; ".join(phrases(loosenings(caused))), partners]))
    return "no recorded call, but by proof:" if has_records else "by proof:"


def steps(caused: Consequence) -> tuple[str, str]:
    """Return the decisions on the riskiest call of an edit; empty where recorded calls say it."""
    witness = caused.witness
    return (
        ("", "") if count_loosened(caused) or witness is None else (witness.before, witness.after)
    )
