"""The edits that loosen, for the top of the page: by recorded calls, or as proof found."""

from dataclasses import dataclass

from fencekit.model.diffed import Consequence, Diffed
from fencekit.reporting.editing import is_loosening, loosened, name_of
from fencekit.reporting.html.changes import edit_anchors
from fencekit.reporting.html.marking import Marked, marked
from fencekit.reporting.words import counted


@dataclass(frozen=True, slots=True)
class LooseningEdit:
    """An edit that lets more through: its number and anchor, what it is, how much it loosens."""

    number: int
    anchor: str
    name: str
    what: Marked
    said: str


def loosening_edits(diff: Diffed | None, *, has_records: bool = True) -> tuple[LooseningEdit, ...]:
    """Return every edit that is to blame for a looser call, most recorded calls first."""
    if diff is None:
        return ()
    anchors = edit_anchors(one.edit for one in diff.edits)
    found = [one for one in diff.edits if is_loosening(one)]
    found.sort(key=lambda one: (-loosened(one), one.edit.number))
    return tuple(
        LooseningEdit(
            one.edit.number,
            anchors[one.edit.number],
            name_of(one.edit),
            marked(one.edit),
            amount(one, has_records=has_records),
        )
        for one in found
    )


def amount(caused: Consequence, *, has_records: bool) -> str:
    """Return how much an edit loosens: recorded calls, or a kind of call that no log has."""
    if loosened(caused):
        return counted(loosened(caused), "recorded call")
    return "no recorded call, but proof found one" if has_records else "proof found a call"
