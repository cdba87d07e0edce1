"""The JSON objects of a log, each with its place or its trouble.

They stand one a line, in one array, or over several lines each. What is lost where they cannot be
read is counted: as many records as there are marks of calls in it, and one at least.
"""

import re
from collections.abc import Callable, Iterable, Iterator
from itertools import pairwise
from types import UnionType
from typing import Any

from fencekit.logs.call_shapes import MARK, calls_in
from fencekit.logs.indented_json import MAX_OBJECT, chunks, is_indented
from fencekit.logs.json_documents import elements
from fencekit.logs.log_layout import (
    EXCERPT,
    STRICT,
    Item,
    Layout,
    LoggedObject,
    excerpt_of,
    excerpt_of_value,
    flawed_value,
    invalid,
    invalid_line,
    size_text,
)
from fencekit.logs.spliced_lines import split_spliced
from fencekit.model.errors import RecordError
from fencekit.model.record import Entry, InvalidRecord, Notice, PassedOver, Record
from fencekit.model.source import Place
from fencekit.reading import json
from fencekit.reading.input_files import (
    BOM,
    MAX_LINE,
    Overlong,
    Source,
    bounded_lines,
    lines,
    occurrences,
)

SAMPLED = 20
TAGGED = re.compile(rb"\[[^\[\]{}]{0,200}\][ \t]*[^\s,\]]")
"""A tag in brackets before what a line holds, as in `[12] {…}`."""

OPENING = re.compile(rb'\[\s*(?:$|[\[{\]"\d\-tfn])')
"""The beginning of an array: a bracket, and behind it nothing on the line or a value."""

NONE: tuple[str, ...] = ()
TEXT_LINE = "a line of text, which holds no JSON and no call"


def objects(source: Source, layout: Layout = STRICT) -> Iterator[Item]:
    """Yield every object of the source; what is no object, or cannot be read, is invalid."""
    head = source.head()
    if is_array(head):
        yield from elements(source, layout)
    elif is_indented(head):
        yield from objects_of_chunks(source, layout)
    else:
        yield from objects_of_lines(source, layout)


def objects_of_lines(source: Source, layout: Layout) -> Iterator[Item]:
    """Yield the objects of a log that has them on lines of their own."""
    for number, line in bounded_lines(source, layout.mark):
        place = Place(source.path, number)
        if isinstance(line, Overlong):
            yield of_overlong(line, source.max_line, place, layout)
        elif line.strip():
            if source.unwrap is not None and is_text(line, layout):
                yield Notice(TEXT_LINE, place)
            else:
                yield from parse_line(line, place, layout)


def is_text(line: bytes, layout: Layout) -> bool:
    """Say whether a line that a container printed is no JSON, and has no mark of a call."""
    return line.lstrip()[:1] not in (b"{", b"[") and not occurrences(layout.mark or MARK, line)


def of_overlong(line: Overlong, most: int, place: Place, layout: Layout) -> InvalidRecord | Notice:
    """Return what is lost with a line that is too long to read; a notice where that is no call.

    Where each line is a record, so was this one: its mark may be what was damaged.
    """
    if layout.is_lenient and layout.mark is not None and not line.marks:
        return Notice(f"a line longer than {size_text(most)}, which holds no call", place)
    error = RecordError(
        f"the line is longer than {size_text(most)}", place=place, hint="raise `--max-line`"
    )
    return InvalidRecord(error, place, count=max(1, line.marks))


def read_each(
    items: Iterable[Item], entries_of: Callable[[LoggedObject], Iterable[Entry]]
) -> Iterator[Entry]:
    """Yield the entries of every object, and what stands between the objects as it is."""
    for item in items:
        if isinstance(item, LoggedObject):
            yield from guard_entries(item, entries_of(item))
        else:
            yield item


def entry_of(found: LoggedObject, record_of: Callable[[dict[str, Any], Place], Record]) -> Entry:
    """Return the record of an object, or what is wrong with it, as `record_of` says."""
    try:
        return record_of(found.value, found.place)
    except RecordError as error:
        excerpt = found.text[:EXCERPT] if found.text else excerpt_of_value(found.value)
        return InvalidRecord(error, found.place, excerpt)


def guard_entries(found: LoggedObject, entries: Iterable[Entry]) -> Iterator[Entry]:
    """Yield the entries of an object; what is flawed in it makes only that invalid which holds it.

    Where it holds no call that could be read, whatever looks like one is counted as lost.
    """
    if not found.flaws:
        yield from entries
        return
    error = RecordError(found.flaws[0], place=found.place)
    excerpt = excerpt_of((found.text or str(found.value)).encode("utf-8", "replace"))
    calls = lost = 0
    for entry in entries:
        calls += isinstance(entry, Record | InvalidRecord | PassedOver)
        is_wrong = isinstance(entry, InvalidRecord)
        if is_wrong or (isinstance(entry, Record) and is_flawed(entry)):
            lost += 1
            yield InvalidRecord(error, entry.place, excerpt, getattr(entry, "count", 1))
        else:
            yield entry
    hidden = 0 if calls else sum(1 for _ in calls_in(found.value)) or hides_kind(found.value)
    if hidden:
        yield InvalidRecord(error, found.place, excerpt, hidden)
    elif not lost:
        yield Notice(f"{found.flaws[0]}, but in no call", found.place)


KINDS = frozenset(
    {"type", "method", "jsonrpc", "kind", "key", "name", "run_type", "hook_event_name"}
    | {"eventType", "eventName", "eventSource", "event.name"}
)
"""Keys whose values say what an object is: where one is flawed, it may have been a call."""


def hides_kind(value: Any) -> bool:
    """Say whether something flawed in a value may hide that it is a call."""
    if isinstance(value, list):
        return any(map(hides_kind, value))
    if not isinstance(value, dict):
        return False
    return any(
        json.has_flaw(key)
        or (key in KINDS and not isinstance(item, dict | list) and json.has_flaw(item))
        or hides_kind(item)
        for key, item in value.items()
    )


def is_flawed(record: Record) -> bool:
    """Say whether something of a record was no strict JSON."""
    asked = record.request
    texts = [record.id, record.time, record.session, record.tool]
    parts = [asked.capability, asked.principal, asked.environment, *texts]
    return json.has_flaw([part for part in parts if isinstance(part, str)]) or any(
        json.has_flaw(dict(facts.values)) for facts in (asked.args, asked.context)
    )


def parse_line(
    line: bytes, place: Place, layout: Layout = STRICT
) -> Iterator[LoggedObject | InvalidRecord | Notice]:
    """Yield the object on a line; the whole records of one in which several are spliced."""
    try:
        text, wrong = line.decode("utf-8"), None
    except UnicodeDecodeError as error:
        said = f"not UTF-8: byte 0x{line[error.start]:02x} cannot be decoded"
        text = line.decode("utf-8", "surrogateescape")
        wrong = json.JSONError(said, 1, error.start + 1)
    try:
        if wrong is not None:
            raise wrong
        value, flaws = json.parse(text), NONE
    except json.JSONSyntaxError as error:
        yield from split_spliced(text, place, layout, error)
        return
    except json.JSONError as error:
        flawed = flawed_value(text, error, layout)
        if flawed is None:
            yield invalid_line(error, line, place, layout)
            return
        value, flaws = flawed
    if isinstance(value, dict):
        yield LoggedObject(value, place, text, flaws)
    else:
        yield invalid("not a JSON object", place, excerpt_of(line), layout.lost_in(line))


def objects_of_chunks(source: Source, layout: Layout = STRICT) -> Iterator[Item]:
    """Yield the objects of a log that writes each over several lines; a place is the first one."""
    for chunk in chunks(lines(source)):
        place = Place(source.path, chunk.number)
        text = chunk.text
        if text is None:
            yield invalid(f"the object is longer than {MAX_OBJECT >> 20} MiB", place)
            continue
        if source.unwrap is not None and is_text(text, layout):
            yield Notice(TEXT_LINE, place)
            continue
        flaws: tuple[str, ...] = ()
        try:
            value = json.parse_bytes(text)
        except json.JSONError as error:
            flawed = flawed_value(text.decode("utf-8", "surrogateescape"), error, layout)
            if flawed is None:
                at = Place(source.path, chunk.number + error.line - 1, error.column)
                excerpt = excerpt_of(b" ".join(text[:MAX_LINE].split()))
                yield invalid(error.message, at, excerpt, layout.lost_in(text))
                continue
            value, flaws = flawed
        if isinstance(value, dict):
            yield LoggedObject(value, place, None, flaws)
        else:
            yield invalid("not a JSON object", place, excerpt_of(text), layout.lost_in(text))


def is_array(head: bytes) -> bool:
    """Say whether a log that begins so is one JSON array.

    It is not where its lines show otherwise: a bracket may stand before each message of a capture,
    a line may be a batch, and the first `{` of a log may have been damaged.
    """
    first, *others = head.removeprefix(BOM).lstrip().splitlines()[:SAMPLED] or [b""]
    if not OPENING.match(first) or TAGGED.match(first):
        return False
    rest = [line for line in others if line.strip()]
    if is_json(first, list) and any(is_json(line, list | dict) for line in rest):
        return False
    return not any(
        not before.rstrip().endswith((b",", b"[")) and is_json(line, dict)
        for before, line in pairwise([first, *rest])
    )


def is_json(line: bytes, kind: type | UnionType) -> bool:
    """Say whether a line by itself is JSON of some kind."""
    try:
        return isinstance(json.parse_bytes(line), kind)
    except json.JSONError:
        return False
