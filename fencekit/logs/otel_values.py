"""A span of OpenTelemetry in any of its encodings, seen as one thing.

OTLP/JSON with names in camel case or with underscores, what the Python SDK prints, and what REST
interfaces hand out: Jaeger, Zipkin, Phoenix, Logfire.
"""

import re
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from fencekit.model.errors import RecordError
from fencekit.model.request import UNKNOWN, Unknown
from fencekit.model.source import Place
from fencekit.reading.json import Flaw, is_same

MAX_FLOAT = sys.float_info.max
INTEGER = re.compile(r"-?[0-9]{1,20}")
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Encoded:
    """Attributes as they are encoded; those of OTLP are decoded one by one, when asked for.

    A key that is there twice with different values has a `Flaw`. `notes` says what was odd.
    """

    values: Mapping[str, Any] = field(default_factory=dict)
    is_otlp: bool = False
    notes: tuple[str, ...] = ()
    is_whole: bool = True
    """Whether all that there was is there; else what is absent is unknown."""


@dataclass(frozen=True, slots=True)
class OtelSpan:
    """A span, or a log event: its name, its attributes and those of its resource."""

    name: Any
    id: Any
    time: str
    """When it began; nothing where that is not said."""
    attributes: Encoded
    resource: Encoded
    place: Place
    events: tuple[tuple[str, Encoded], ...] = ()

    def get(self, key: str) -> Any:
        """Return the value of an attribute, or None; raise RecordError where it is no value."""
        return decode_attribute(self.attributes, key, self.place)

    def has(self, *keys: str) -> bool:
        """Say whether one of the attributes is there."""
        return not self.attributes.values.keys().isdisjoint(keys)

    def text(self, *keys: str) -> str:
        """Return the first of the attributes that is there and not empty, as text; else nothing."""
        return first_text(((key, self.get(key)) for key in keys), self.place)

    def word(self, key: str) -> str:
        """Return an attribute that is text; nothing for any other."""
        try:
            value = self.get(key)
        except RecordError:
            return ""
        return value if isinstance(value, str) else ""

    def of_resource(self, *keys: str) -> str | Unknown | None:
        """Return the first of the attributes of the resource that is text; unknown where cut."""
        for key in keys:
            try:
                value = decode_attribute(self.resource, key, self.place)
            except RecordError:
                return UNKNOWN
            if isinstance(value, str) and value:
                return value
        return None if self.resource.is_whole else UNKNOWN

    @property
    def own_id(self) -> str:
        """Its id in hex; nothing where that is not said."""
        return self.id.removeprefix("0x") if isinstance(self.id, str) else ""


def decode_attribute(encoded: Encoded, key: str, place: Place) -> Any:
    """Return one of the attributes as plain JSON; raise RecordError where it is no value."""
    found = encoded.values.get(key)
    if isinstance(found, Flaw):
        raise RecordError(f"the key `{key}` occurs twice, with different values", place=place)
    return any_value(found, key, place) if encoded.is_otlp else found


def first_text(found: Iterator[tuple[str, Any]], place: Place) -> str:
    """Return the first value that is not empty; raise RecordError where one is no text."""
    for key, value in found:
        if value is None or value == "":
            continue
        if isinstance(value, str):
            return value
        raise RecordError(f"`{key}` is not text", place=place)
    return ""


def first_of(given: Mapping[str, Any], *keys: str) -> Any:
    """Return the first of the keys that is there; None where none is."""
    return next((given[key] for key in keys if given.get(key) is not None), None)


def by_key(pairs: Any, name: str, place: Place) -> Encoded:
    """Return a list of keys and values as a mapping; raise RecordError where it is none.

    A key that is repeated with an equal value counts once, and is noted.
    """
    made: dict[str, Any] = {}
    notes: list[str] = []
    for pair in list_attribute(pairs, name, place):
        key = pair.get("key") if isinstance(pair, dict) else None
        if not isinstance(key, str):
            raise RecordError(f"`{name}` is not a list of keys and values", place=place)
        value = pair.get("value")
        if key in made:
            same = not isinstance(made[key], Flaw) and is_same(made[key], value)
            how = "the same value" if same else "different values"
            notes.append(f"the key `{key}` occurs twice in `{name}`, with {how}")
            value = made[key] if same else Flaw(notes[-1], (made[key], value))
        made[key] = value
    return Encoded(made, is_otlp=True, notes=tuple(dict.fromkeys(notes)))


def list_attribute(value: Any, name: str, place: Place) -> list[Any]:
    """Return a list, empty where it is absent; raise RecordError for anything else."""
    if value is None:
        return []
    if not isinstance(value, list):
        raise RecordError(f"`{name}` is not a list", place=place)
    return value


KINDS = {
    "string_value": "stringValue",
    "bool_value": "boolValue",
    "int_value": "intValue",
    "double_value": "doubleValue",
    "array_value": "arrayValue",
    "kvlist_value": "kvlistValue",
}
"""The kinds of values with underscores, by the names in camel case."""


def any_value(given: Any, key: str, place: Place) -> Any:
    """Return an `AnyValue` of OTLP/JSON as plain JSON; raise RecordError where it is none."""
    if given is None or given == {}:
        return None
    if isinstance(given, dict) and len(given) == 1:
        (kind, value) = next(iter(given.items()))
        kind = KINDS.get(kind, kind)
        if kind in PLAIN and isinstance(value, PLAIN[kind]):
            return value
        if kind == "intValue":
            return integer(value, key, place)
        if kind == "doubleValue":
            return double(value, key, place)
        inside = value.get("values") if isinstance(value, dict) else None
        if kind == "arrayValue" and isinstance(value, dict):
            return [any_value(item, key, place) for item in list_attribute(inside, key, place)]
        if kind == "kvlistValue" and isinstance(value, dict):
            pairs = by_key(inside, key, place)
            return {name: decode_attribute(pairs, name, place) for name in pairs.values}
    raise RecordError(f"`{key}` has no value that JSON has", place=place)


PLAIN: dict[str, type] = {"stringValue": str, "boolValue": bool}


def integer(value: Any, key: str, place: Place) -> int:
    """Return a 64-bit integer, which OTLP/JSON writes as text or as a number."""
    if type(value) is int:
        return value
    if isinstance(value, str) and INTEGER.fullmatch(value):
        return int(value)
    raise RecordError(f"`{key}` is not an integer", place=place)


def double(value: Any, key: str, place: Place) -> float:
    """Return a finite number."""
    if isinstance(value, int | float) and not isinstance(value, bool) and abs(value) <= MAX_FLOAT:
        return float(value)
    raise RecordError(f"`{key}` is not a finite number", place=place)


def time_of(nanoseconds: Any, *, per_microsecond: int = 1000) -> str:
    """Return a time since 1970 as UTC text to the microsecond; nothing where it is none."""
    text = str(nanoseconds) if type(nanoseconds) is int else nanoseconds
    if not isinstance(text, str) or not INTEGER.fullmatch(text):
        return ""
    try:
        moment = EPOCH + timedelta(microseconds=int(text) // per_microsecond)
    except OverflowError:
        return ""
    return moment.isoformat(timespec="microseconds").replace("+00:00", "Z")
