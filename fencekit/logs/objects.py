"""The JSON objects of a log, each with its place or its trouble.

They stand one a line, in one array, or over several lines each.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import pairwise
from types import UnionType
from typing import Any

from fencekit.logs.base import Entry
from fencekit.logs.indented import MAX_OBJECT, chunks, is_indented
from fencekit.model.errors import LogError, RecordError
from fencekit.model.record import InvalidRecord, Record
from fencekit.model.source import Place
from fencekit.reading import json
from fencekit.reading.files import BOM, MAX_LINE, Source, lines, located

EXCERPT = 120
SAMPLED = 20
TAGGED = re.compile(rb"\[[^\[\]{}]{0,200}\][ \t]*[^\s,\]]")
"""A tag in brackets before what a line holds, as in `[12] {…}`."""
MAX_ARRAY = 512 << 20


@dataclass(frozen=True, slots=True)
class LoggedObject:
    """An object of a log: its value, its place, and its text where it stands on a line alone."""

    value: dict[str, Any]
    place: Place
    text: str | None = None


def objects(source: Source) -> Iterator[LoggedObject | InvalidRecord]:
    """Yield every object of the source; what is no object, or not strict JSON, is invalid.

    An array that is not strict JSON is a LogError, because nothing of it can be told apart.
    """
    if is_array(source.head()):
        yield from objects_of_array(source)
        return
    if is_indented(source.head()):
        yield from objects_of_chunks(source)
        return
    for number, line in lines(source):
        place = Place(source.path, number)
        if line is None:
            yield invalid(f"the line is longer than {MAX_LINE >> 20} MiB", place)
            continue
        if line.strip():
            yield parsed(line, place)


def entry_of(found: LoggedObject, record_of: Callable[[dict[str, Any], Place], Record]) -> Entry:
    """Return the record of an object, or what is wrong with it, as `record_of` says."""
    try:
        return record_of(found.value, found.place)
    except RecordError as error:
        excerpt = found.text[:EXCERPT] if found.text else excerpt_of_value(found.value)
        return InvalidRecord(error, found.place, excerpt)


def parsed(line: bytes, place: Place) -> LoggedObject | InvalidRecord:
    """Return the object on a line."""
    try:
        text = line.decode("utf-8")
        value = json.parse(text)
    except UnicodeDecodeError as error:
        wrong = f"not UTF-8: byte 0x{line[error.start]:02x} cannot be decoded"
        at = Place(place.file, place.line, error.start + 1)
        return invalid(wrong, at, excerpt_of(line))
    except json.JSONError as error:
        at = Place(place.file, place.line, error.column)
        return invalid(error.message, at, excerpt_of(line))
    if not isinstance(value, dict):
        return invalid("not a JSON object", place, excerpt_of(line))
    return LoggedObject(value, place, text)


def objects_of_chunks(source: Source) -> Iterator[LoggedObject | InvalidRecord]:
    """Yield the objects of a log that writes each over several lines; a place is the first one."""
    for chunk in chunks(lines(source)):
        place = Place(source.path, chunk.number)
        text = chunk.text
        if text is None:
            yield invalid(f"the object is longer than {MAX_OBJECT >> 20} MiB", place)
            continue
        try:
            value = json.parse_bytes(text)
        except json.JSONError as error:
            at = Place(source.path, chunk.number + error.line - 1, error.column)
            yield invalid(error.message, at, excerpt_of(b" ".join(text[:MAX_LINE].split())))
            continue
        if isinstance(value, dict):
            yield LoggedObject(value, place)
        else:
            yield invalid("not a JSON object", place, excerpt_of(text))


def objects_of_array(source: Source) -> Iterator[LoggedObject | InvalidRecord]:
    """Yield the objects of a log that is one JSON array; the line of a place is the element."""
    with located(source.path):
        data = source.stream.read(MAX_ARRAY + 1)
    if len(data) > MAX_ARRAY:
        hint = "write one object a line: lines are read one by one"
        message = f"the array is longer than {MAX_ARRAY >> 20} MiB"
        raise LogError(message, place=Place(source.path), hint=hint)
    try:
        value = json.parse_bytes(data.removeprefix(BOM))
    except json.JSONError as error:
        at = Place(source.path, error.line, error.column)
        raise LogError(error.message, place=at) from error
    if not isinstance(value, list):
        raise LogError("the log is neither lines of JSON nor one array", place=Place(source.path))
    for number, item in enumerate(value, 1):
        place = Place(source.path, number)
        if isinstance(item, dict):
            yield LoggedObject(item, place)
        else:
            yield invalid("not a JSON object", place, excerpt_of_value(item))


def is_array(head: bytes) -> bool:
    """Say whether a log that begins so is one JSON array.

    It is not where its lines show otherwise: a bracket may stand before each message of a capture,
    a line may be a batch, and the first `{` of a log may have been damaged.
    """
    first, *others = head.removeprefix(BOM).lstrip().splitlines()[:SAMPLED] or [b""]
    if first[:1] != b"[" or TAGGED.match(first):
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


def invalid(message: str, place: Place, excerpt: str = "") -> InvalidRecord:
    """Return the record that could not be read."""
    return InvalidRecord(RecordError(message, place=place), place, excerpt)


def excerpt_of(line: bytes) -> str:
    """Return the beginning of a line, bytes that are no text replaced."""
    return line[:EXCERPT].decode("utf-8", "replace")


def excerpt_of_value(value: object) -> str:
    """Return the beginning of a value as JSON; as Python where a number in it is beyond floats."""
    try:
        return json.write(value)[:EXCERPT]
    except ValueError:
        return str(value)[:EXCERPT]
