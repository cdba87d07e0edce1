"""Our own audit log: JSON Lines, one record a line, `fencekit.record/1`.

The form is documented in `docs/log-formats.md`, its JSON Schema is `docs/record.schema.json`.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from fencekit.logs.log_format import LogSample
from fencekit.logs.log_layout import EXCERPT, Layout, LoggedObject
from fencekit.logs.log_objects import objects, read_each
from fencekit.logs.recorded_answer import read_answer
from fencekit.model.errors import FencekitError, RecordError
from fencekit.model.record import (
    Completeness,
    Entry,
    InvalidRecord,
    Notice,
    Record,
    Recorded,
)
from fencekit.model.request import Unknown
from fencekit.model.request_json import from_form, request_to_json
from fencekit.model.source import Place
from fencekit.model.verdict import Obligation, Verdict
from fencekit.reading import json
from fencekit.reading.input_files import Source

SCHEMA = "fencekit.record/1"
LAYOUT = Layout(re.compile(rb'"schema"\s*:\s*"fencekit\.record/'))
TEXTS = ("id", "time", "session", "tool", "policy", "engine")
NOTES = frozenset({"outcome", "refusal"})
"""A line with one of these, and no request, is no call: how one ended, or why it was refused."""
VERDICTS = {verdict.name: verdict for verdict in Verdict}


@dataclass(frozen=True)
class FencekitJSONL:
    """Everything that a record holds; within a version keys may be added, never changed."""

    name: str = "fencekit"
    tools: Mapping[str, str] = field(default_factory=dict)

    def recognises(self, sample: LogSample) -> bool:
        """Say whether the objects carry our schema."""
        return str(sample.first.get("schema", "")).startswith("fencekit.record/")

    def read(self, source: Source) -> Iterator[Entry]:
        """Yield every record."""
        yield from read_each(objects(source, LAYOUT), entries_of)


def entries_of(found: LoggedObject) -> list[Entry]:
    """Return the record of a line, or what is wrong with it; of a note, that it is one."""
    if not is_note(found.value):
        return [entry_of(found)]
    if "refusal" in found.value:
        return [Notice("a call that the gate refused before any rule was asked", found.place)]
    return [Notice("how a call ended that the gate let run", found.place)]


def is_note(line: dict[str, Any]) -> bool:
    """Say whether a line of ours is a note beside the calls."""
    return "request" not in line and not NOTES.isdisjoint(line) and line.get("schema") == SCHEMA


def encode(record: Record) -> str:
    """Return a record as one line, without its end."""
    return json.write(form_of(record))


def form_of(record: Record) -> dict[str, Any]:
    """Return a record as JSON, without a chain."""
    line: dict[str, Any] = {"schema": SCHEMA}
    for key in TEXTS:
        if getattr(record, key):
            line[key] = getattr(record, key)
    line["request"] = request_to_json(record.request, digests=True)
    if record.recorded is not None:
        line["decision"] = encode_recorded(record.recorded)
    if record.completeness is not Completeness.FULL:
        line["completeness"] = str(record.completeness)
    return line


def encode_recorded(recorded: Recorded) -> dict[str, Any]:
    """Return what was decided as JSON."""
    names = [str(verdict) for verdict in sorted(recorded.verdicts)]
    made: dict[str, Any] = {"verdict": names[0] if len(names) == 1 else names}
    if recorded.obligations is not None:
        made["obligations"] = sorted(duty.name for duty in recorded.obligations)
    if recorded.reason:
        made["reason"] = recorded.reason
    if recorded.approval:
        made["approval"] = recorded.approval
    if recorded.escalates_default is not False:
        made["escalates_default"] = recorded.escalates_default
    for key in ("rules", "errors"):
        if getattr(recorded, key):
            made[key] = list(getattr(recorded, key))
    return made


def entry_of(found: LoggedObject) -> Entry:
    """Return the record of a line, or what is wrong with it."""
    try:
        return decode(found.value, found.place, found.text)
    except FencekitError as error:
        wrong = RecordError(error.message, place=found.place, hint=error.hint)
        return InvalidRecord(wrong, found.place, (found.text or "")[:EXCERPT])


def decode(line: dict[str, Any], place: Place, text: str | None = None) -> Record:
    """Return the record of a line; raise an error of ours where it is none."""
    if line.get("schema") != SCHEMA:
        raise RecordError(f"`schema` is `{line.get('schema')}`, not `{SCHEMA}`", place=place)
    if "request" not in line:
        raise RecordError("the record has no `request`", place=place)
    marked = text is None or "unknown" in text or "\\u" in text
    request = from_form(line["request"], place, marked=marked)
    completeness = line.get("completeness", "full")
    if completeness not in list(Completeness):
        raise RecordError(f"unknown completeness: `{completeness}`", place=place)
    given = line.get("decision")
    texts = {key: text_of(line, key, place) for key in TEXTS}
    said, notes = read_answer(lambda: None if given is None else decode_recorded(given, place))
    return Record(
        request,
        said,
        place,
        completeness=Completeness(completeness),
        mapped=not (texts["tool"] and isinstance(request.capability, Unknown)),
        id=texts["id"],
        time=texts["time"],
        session=texts["session"],
        tool=texts["tool"],
        policy=texts["policy"],
        engine=texts["engine"],
        notes=notes,
    )


def decode_recorded(given: Any, place: Place) -> Recorded:
    """Return what was decided; raise RecordError where it is not in the documented form."""
    if not isinstance(given, dict):
        raise RecordError("`decision` is not an object", place=place)
    names = given.get("verdict")
    names = names if isinstance(names, list) else [names]
    wrong = [name for name in names if not isinstance(name, str) or name not in VERDICTS]
    if wrong or not names:
        raise RecordError(f"unknown verdict: `{wrong[0] if wrong else ''}`", place=place)
    duties = texts_of(given, "obligations", place)
    flagged = given.get("escalates_default", False)
    if flagged is not None and not isinstance(flagged, bool):
        raise RecordError("`escalates_default` is neither true, false nor null", place=place)
    return Recorded(
        frozenset(VERDICTS[name] for name in names),
        None if duties is None else frozenset(map(Obligation, duties)),
        text_of(given, "reason", place),
        text_of(given, "approval", place),
        flagged,
        texts_of(given, "rules", place) or (),
        texts_of(given, "errors", place) or (),
    )


def text_of(line: dict[str, Any], key: str, place: Place) -> str:
    """Return a text, empty where it is absent; raise RecordError for anything else."""
    value = line.get(key, "")
    if not isinstance(value, str):
        raise RecordError(f"`{key}` is not text", place=place)
    return value


def texts_of(given: dict[str, Any], key: str, place: Place) -> tuple[str, ...] | None:
    """Return a list of texts, None where it is absent; raise RecordError for anything else."""
    value = given.get(key)
    if value is None:
        return None
    if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
        raise RecordError(f"`{key}` is not a list of texts", place=place)
    return tuple(value)


FORMAT = FencekitJSONL()
