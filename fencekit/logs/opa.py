"""Decision logs of Open Policy Agent: an array as it is uploaded, or one event a line.

The lines that an agent prints to its console beside its decisions (`level`, and a `msg` that is not
`Decision Log`) are passed over. What `erased` and `masked` point to is unknown, and only that.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import unquote

from fencekit.logs.call_shapes import calls_in
from fencekit.logs.log_format import LogSample
from fencekit.logs.log_layout import Layout, LoggedObject
from fencekit.logs.log_objects import entry_of, objects, read_each
from fencekit.logs.opa_input import read_input, session_of
from fencekit.logs.opa_result import recorded_decision
from fencekit.model.errors import RecordError
from fencekit.model.record import Entry, PassedOver, Record
from fencekit.model.request import UNKNOWN
from fencekit.model.source import Place
from fencekit.reading.input_files import Source
from fencekit.reading.json import has_flaw

TYPE = "openpolicyagent.org/decision_logs"
MESSAGE = "Decision Log"
LAYOUT = Layout(re.compile(rb'"decision_id"\s*:'), is_lenient=True)
BESIDE = ({"labels"}, {"path", "timestamp"}, {"query", "timestamp"}, {"result", "timestamp"})


@dataclass(frozen=True)
class OPA:
    """Decisions with the input that they were asked about; what it means is a convention."""

    name: str = "opa"
    tools: Mapping[str, str] = field(default_factory=dict)

    def recognises(self, sample: LogSample) -> bool:
        """Say whether one of the first objects is a decision of OPA's."""
        return any(is_event(event_in(value)) for value in sample.objects)

    def read(self, source: Source) -> Iterator[Entry]:
        """Yield every decision."""
        yield from read_each(objects(source, LAYOUT), entries_of)


def entries_of(found: LoggedObject) -> Iterator[Entry]:
    """Yield the decision that an object is, what is wrong with it, or that it is passed over."""
    event = event_in(found.value)
    if not is_other_line(event):
        yield entry_of(replace(found, value=event), record_of)
        return
    for what in calls_in(found.value):
        yield PassedOver(f"{what}, in a line of the console", found.place)


def event_in(value: dict[str, Any]) -> dict[str, Any]:
    """Return the decision in an object that a plugin sends to Splunk; else the object itself."""
    event = value.get("event")
    if "decision_id" in value or not isinstance(event, dict) or "decision_id" not in event:
        return value
    return event


def is_event(value: Mapping[str, Any]) -> bool:
    """Say whether an object is a decision."""
    if value.get("type") == TYPE:
        return True
    return "decision_id" in value and any(value.keys() >= keys for keys in BESIDE)


def is_other_line(value: Mapping[str, Any]) -> bool:
    """Say whether an object is something else that is printed to the console."""
    if "decision_id" in value or value.get("type") == TYPE:
        return False
    return "level" in value and value.get("msg", MESSAGE) != MESSAGE


def record_of(event: dict[str, Any], place: Place) -> Record:
    """Return the record of an event; raise RecordError where it is none."""
    if event.get("msg", MESSAGE) != MESSAGE:
        raise RecordError(f"`msg` is `{event['msg']}`, not `{MESSAGE}`", place=place)
    name = text_of(event, "decision_id", place)
    if not name:
        raise RecordError("the event has no `decision_id`", place=place)
    hidden = [*pointers_of(event, "erased", place), *pointers_of(event, "masked", place)]
    given, result = event.get("input"), event.get("result")
    for removed, (part, *rest) in hidden:
        if part == "input":
            given = without(given, rest, removed=removed)
        elif part == "result":
            result = without(result, rest, removed=removed)
    if has_flaw(result):
        result = None  # what is no strict JSON says no decision
    is_masked = any(parts[0] == "input" for _, parts in hidden)
    request, tool, completeness = read_input(given, is_masked=is_masked)
    rule = text_of(event, "path", place) or text_of(event, "query", place)
    return Record(
        request,
        None if event.get("error") is not None else recorded_decision(result, rule),
        place,
        id=name,
        time=text_of(event, "timestamp", place),
        session=session_of(given),
        completeness=completeness,
        tool=tool,
        mapped=not tool,
    )


def text_of(event: dict[str, Any], key: str, place: Place) -> str:
    """Return a text, empty where it is absent or null; raise RecordError for anything else."""
    value = event.get(key)
    if value is None:
        return ""
    if not isinstance(value, str):
        raise RecordError(f"`{key}` is not text", place=place)
    return value


def pointers_of(
    event: dict[str, Any], key: str, place: Place
) -> Iterator[tuple[bool, tuple[str, ...]]]:
    """Yield the parts of each JSON Pointer, and whether what it points to was removed."""
    listed = event.get(key)
    if listed is None:
        return
    if not isinstance(listed, list):
        raise RecordError(f"`{key}` is not a list of JSON Pointers", place=place)
    for pointer in listed:
        if not isinstance(pointer, str) or not pointer.startswith("/"):
            raise RecordError(f"`{pointer}` in `{key}` is no JSON Pointer", place=place)
        yield key.endswith("erased"), tuple(pointer.split("/")[1:])


def without(value: Any, parts: list[str], *, removed: bool) -> Any:
    """Return the value with UNKNOWN where the parts of a pointer lead to.

    An element that was removed from a list has moved all that follow, so the list is unknown.
    """
    if not parts or value is UNKNOWN:
        return UNKNOWN
    part, *rest = parts
    if isinstance(value, dict):
        inside = {
            key: without(value[key], rest, removed=removed) if key in value else UNKNOWN
            for key in spellings(part)
        }
        return {**value, **inside}
    if isinstance(value, list) and is_index(part, value) and (rest or not removed):
        at = int(part)
        return [*value[:at], without(value[at], rest, removed=removed), *value[at + 1 :]]
    return UNKNOWN


def is_index(part: str, value: list[Any]) -> bool:
    """Say whether a part of a pointer is the index of an element."""
    return part.isascii() and part.isdigit() and len(part) < 10 and int(part) < len(value)


def spellings(part: str) -> set[str]:
    """Return the keys that a part of a pointer may mean.

    OPA takes it as it is written, and writes it escaped as in a URL; RFC 6901 says `~1` and `~0`.
    """
    return {part, part.replace("~1", "/").replace("~0", "~"), unquote(part)}


FORMAT = OPA()
