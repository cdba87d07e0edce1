"""A record as one line of our log, masked where that is asked for, checked to be readable again."""

from collections.abc import Mapping, Sequence
from typing import Any

from fencekit.logs.jsonl import NOTES, SCHEMA, TEXTS, decode, form_of
from fencekit.logs.redaction import redact
from fencekit.model.errors import FencekitError, RecordError, UsageError
from fencekit.model.record import Completeness, Record
from fencekit.model.source import Place
from fencekit.reading import json
from fencekit.reading.input_files import MAX_LINE

OURS = {"schema", *TEXTS, *NOTES, "request", "decision", "completeness", "chain", "hash"}
ROOM_FOR_LINK = 512


def line_of(
    record: Record, also: Mapping[str, Any], mask: Sequence[str], mask_key: bytes, path: str
) -> str:
    """Return a record, with more under names of the caller, as a line of JSON without its end.

    `mask` names the values to mask with `mask_key`; `path` is the log, for messages.
    Raises UsageError for a name that a record has itself, RecordError for what a reader would not
    read again: NaN, half a surrogate pair, too long, nested too deep.
    """
    taken = OURS & also.keys()
    if taken:
        raise UsageError(f"a record has a `{min(taken)}` of its own")
    form = form_of(record)
    if mask:
        request = redact(form["request"], mask, mask_key)
        if request != form["request"]:
            form |= {"request": request, "completeness": str(Completeness.MASKED)}
    return write_line({**form, **also}, Place(path))


def note_line(note: Mapping[str, Any]) -> str:
    """Return a note, a line of our log that is no call, without its end.

    Raises UsageError unless it begins with our schema, has one key of NOTES, and none that a
    record or the chain has; RecordError for what could not be read again.
    """
    is_note = next(iter(note), "") == "schema" and note["schema"] == SCHEMA
    if not is_note or len(NOTES & note.keys()) != 1:
        raise UsageError(f"a note has our schema first, and one of {', '.join(sorted(NOTES))}")
    taken = {"request", "decision", "chain", "hash"} & note.keys()
    if taken:
        raise UsageError(f"a note has no `{min(taken)}` of its own")
    return write_line(dict(note))


def write_line(form: dict[str, Any], place: Place | None = None) -> str:
    """Return a line as JSON that can be read again, as a record where it has a place."""
    try:
        line = json.write(form)
        value = json.parse_bytes(line.encode())
        if place is not None:
            decode(value, place)
    except FencekitError as error:
        message = f"the record cannot be written: {error.message}"
        raise RecordError(message, hint=error.hint) from error
    except (TypeError, ValueError, RecursionError) as error:
        raise RecordError(f"the record cannot be written: {error}") from error
    if len(line.encode()) > MAX_LINE - ROOM_FOR_LINK:
        raise RecordError(f"the record is longer than {MAX_LINE >> 20} MiB")
    return line
