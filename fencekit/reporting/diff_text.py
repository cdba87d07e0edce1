"""The edits between two versions of a policy as text: what each is, and what it caused."""

from collections.abc import Iterator

from fencekit.model.diff_result import Consequence, DiffResult
from fencekit.reporting.edit_text import author_line, consequences, instance, name_of, what
from fencekit.reporting.replay_text import LONGEST, Line, inert, record_text
from fencekit.reporting.report_phrases import count_noun

MOST_EDITS, LONGEST_CALL = 60, 400
STYLES = {True: "red", False: ""}


def edit_lines(diff: DiffResult) -> Iterator[Line]:
    """Yield the edits in the order of the new version, each with its place and consequence."""
    yield Line()
    if not diff.edits:
        yield Line("edits      none: both versions say the same")
        return
    yield Line(f"{count_noun(len(diff.edits), 'edit')} between the versions", "bold")
    for caused in diff.edits[:MOST_EDITS]:
        yield from lines_of(caused)
    if len(diff.edits) > MOST_EDITS:
        yield Line(f"and {len(diff.edits) - MOST_EDITS:,} more: see `--format json`")


def lines_of(caused: Consequence) -> Iterator[Line]:
    """Yield an edit, and what it caused."""
    edit = caused.edit
    place = f" ({inert(str(edit.place), 200)})" if edit.place else ""
    named = f"{edit.number:>4}  {inert(name_of(edit))}{place}  {inert(what(edit), LONGEST)}"
    yield Line(named)
    looser = any(step.kind.value.endswith("looser") for step in caused.transitions)
    yield Line(f"      {consequences(caused)}", STYLES[looser or bool(caused.proved_kinds)])
    if caused.witness is not None:
        record = caused.witness.record
        is_recorded = bool(record.place.file)
        call = record_text(record) if is_recorded else inert(instance(caused), LONGEST_CALL)
        yield Line(f"      such as {call}", "dim")
    if caused.author is not None:
        yield Line(f"      {inert(author_line(caused.author), 200)}", "dim")
