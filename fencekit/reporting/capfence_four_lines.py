"""A compared record in four lines, as CapFence's own replay prints it."""

from collections.abc import Iterator

from fencekit.model.finding import ChangedRecord, RecordClass
from fencekit.model.request_json import request_to_json
from fencekit.reporting.replay_text import CLASS_STYLES, Line, inert


def four_lines(changed: ChangedRecord) -> Iterator[Line]:
    """Yield a compared record in four lines: recorded, original, replayed, changed."""
    capability = request_to_json(changed.record.request)["capability"]
    shown = capability if isinstance(capability, str) else "unknown"
    yield Line(f"Recorded: {inert(shown)}")
    recorded = changed.record.recorded
    approval = f" ({inert(recorded.approval)})" if recorded and recorded.approval else ""
    yield Line(f"Original: {inert(changed.before)}{approval}")
    yield Line(f"Replayed: {inert(changed.after)}")
    yield Line(f"Changed: {CHANGED[changed.kind]}", CLASS_STYLES[changed.kind])


CHANGED = {
    RecordClass.UNCHANGED: "false",
    RecordClass.LOOSER: "true",
    RecordClass.TIGHTER: "true",
    RecordClass.MAYBE_LOOSER: "maybe looser",
    RecordClass.MAYBE_TIGHTER: "maybe tighter",
    RecordClass.CANNOT_TELL: "cannot tell",
    RecordClass.INVALID: "cannot tell",
    RecordClass.FAULT: "cannot tell",
    RecordClass.LOOSER_ON_ERROR: "true",
}
