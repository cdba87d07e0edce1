"""A record as one line of our log, masked where that is asked for, checked to be readable again."""

from collections.abc import Mapping, Sequence
from typing import Any

from fencekit.logs.jsonl import TEXTS, decode, form_of
from fencekit.logs.redaction import redact
from fencekit.model.errors import FencekitError, RecordError, UsageError
from fencekit.model.record import Completeness, Record
from fencekit.model.source import Place
from fencekit.reading import json
from fencekit.reading.files import MAX_LINE

OURS = {"schema", *TEXTS, "request", "decision", "completeness", "chain", "hash"}
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
    try:
        line = json.write({**form, **also})
        decode(json.parse_bytes(line.encode()), Place(path))
    except FencekitError as error:
        message = f"the record cannot be written: {error.message}"
        raise RecordError(message, hint=error.hint) from error
    except (TypeError, ValueError, RecursionError) as error:
        raise RecordError(f"the record cannot be written: {error}") from error
    if len(line.encode()) > MAX_LINE - ROOM_FOR_LINK:
        raise RecordError(f"the record is longer than {MAX_LINE >> 20} MiB")
    return line
