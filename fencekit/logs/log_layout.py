"""What a log is made of before a format reads it: objects with their places, and what is lost."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from fencekit.logs.call_shapes import MARK, calls_in
from fencekit.model.errors import RecordError
from fencekit.model.record import InvalidRecord, Notice, PassedOver
from fencekit.model.source import Place
from fencekit.reading import json
from fencekit.reading.input_files import occurrences

EXCERPT = 120


@dataclass(frozen=True, slots=True)
class Layout:
    """How much of a format's line is the call, and how a call shows in text that is no JSON.

    `mark` counts the calls in what cannot be read. With `is_lenient`, what is no strict JSON makes
    only that call invalid that holds it, and a line too long to read that has no mark holds no
    call; without, it is a record that is lost. `is_record` recognises a whole record,
    and `begins` where one may begin, in a line in which several are spliced.
    """

    mark: re.Pattern[bytes] | None = None
    is_lenient: bool = False
    is_record: Callable[[dict[str, Any]], bool] | None = None
    begins: re.Pattern[str] = re.compile(r"\{\s*\"")

    def lost_in(self, data: bytes) -> int:
        """Return how many records are lost with the bytes, one at least."""
        return max(1, occurrences(self.mark, data))


STRICT = Layout()
"""Each line is a record, and all of it must be strict JSON."""

LENIENT = Layout(MARK, is_lenient=True)
"""A line may hold more than calls: answers, texts, no call at all."""


@dataclass(frozen=True, slots=True)
class LoggedObject:
    """An object of a log: its value, its place, and its text where it stands on a line alone.

    `flaws` says what in it is no strict JSON: there the value holds a `Flaw`, or a lone surrogate.
    `above` has what the objects around it say beside the lists that lead to it, the outer
    first, and `path` the keys of those lists.
    """

    value: dict[str, Any]
    place: Place
    text: str | None = None
    flaws: tuple[str, ...] = ()
    above: tuple[dict[str, Any], ...] = ()
    path: tuple[str, ...] = ()


Item = LoggedObject | InvalidRecord | PassedOver | Notice
"""An object of a log, what is wrong with one, or that something else stands there."""


def size_text(size: int) -> str:
    """Return a number of bytes as `8 MiB`, or as it is where that is no whole number."""
    for unit, name in ((1 << 30, "GiB"), (1 << 20, "MiB"), (1 << 10, "KiB")):
        if size >= unit and size % unit == 0:
            return f"{size // unit} {name}"
    return f"{size:,} bytes"


def flawed_value(
    text: str, error: json.JSONError, layout: Layout
) -> tuple[Any, tuple[str, ...]] | None:
    """Return the value of a text that is not strict, and its flaws; None where it has no value."""
    if not layout.is_lenient:
        return None
    try:
        value, flaws = json.parse_flawed(text)
    except json.JSONError:
        return None
    return value, flaws or (error.message,)


def invalid_line(error: json.JSONError, line: bytes, place: Place, layout: Layout) -> InvalidRecord:
    """Return that a line cannot be read, at the column of the trouble."""
    at = Place(place.file, place.line, error.column)
    wrong = RecordError(error.message, place=at)
    return InvalidRecord(wrong, at, excerpt_of(line), layout.lost_in(line))


def invalid(message: str, place: Place, excerpt: str = "", count: int = 1) -> InvalidRecord:
    """Return the record that could not be read, or how many are lost."""
    return InvalidRecord(RecordError(message, place=place), place, excerpt, count)


def count_lost(value: object, layout: Layout) -> int:
    """Return how many records are lost with a value that cannot be read, one at least.

    They are what looks like a call, or the marks of the format: the larger number, since a list
    under a damaged key still holds all of its records.
    """
    looks = sum(1 for _ in calls_in(value))
    return max(looks, layout.lost_in(text_of_value(value).encode("utf-8", "surrogatepass")))


def text_of_value(value: object) -> str:
    """Return a value as JSON; nearly so where something in it cannot be written."""
    try:
        return json.write(value)
    except (ValueError, TypeError):
        return str(value).replace("'", '"')


def excerpt_of(line: bytes) -> str:
    """Return the beginning of a line, bytes that are no text replaced."""
    return line[:EXCERPT].decode("utf-8", "replace")


def excerpt_of_value(value: object) -> str:
    """Return the beginning of a value as JSON; as Python where a number in it is beyond floats."""
    try:
        return json.write(value)[:EXCERPT]
    except (ValueError, TypeError):
        return str(value)[:EXCERPT].encode("utf-8", "replace").decode("utf-8")


def beside_lists(value: Mapping[str, Any], lists: Mapping[str, list[Any] | None]) -> dict[str, Any]:
    """Return what of a decoded container is beside the lists in it that have elements to read."""
    read = {key for key, listed in lists.items() if listed and isinstance(value[key], list)}
    return {key: item for key, item in value.items() if key not in read}
