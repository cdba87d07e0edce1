"""A span of OpenTelemetry in either encoding, OTLP/JSON or the Python SDK's, seen as one thing."""

import re
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from fencekit.model.errors import RecordError
from fencekit.model.source import Place

MAX_FLOAT = sys.float_info.max
INTEGER = re.compile(r"-?[0-9]{1,20}")
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class OtelSpan:
    """A span: its name, its attributes and those of its resource still as they are encoded."""

    name: Any
    id: Any
    start: Any
    attributes: Mapping[str, Any]
    resource: Mapping[str, Any]
    place: Place
    is_otlp: bool

    def get(self, key: str) -> Any:
        """Return the value of an attribute, or None; raise RecordError where it is no value."""
        return self.decoded(self.attributes, key)

    def decoded(self, attributes: Mapping[str, Any], key: str) -> Any:
        """Return one of the attributes as plain JSON."""
        found = attributes.get(key)
        return any_value(found, key, self.place) if self.is_otlp else found

    def text(self, *keys: str) -> str:
        """Return the first of the attributes that is there and not empty, as text; else nothing."""
        return first_text(((key, self.get(key)) for key in keys), self.place)

    def text_of_resource(self, *keys: str) -> str:
        """Return the first of the attributes of the resource that is there, as text."""
        found = ((key, self.decoded(self.resource, key)) for key in keys)
        return first_text(found, self.place)

    @property
    def own_id(self) -> str:
        """Its id in hex; nothing where that is not said."""
        return self.id.removeprefix("0x") if isinstance(self.id, str) else ""

    @property
    def time(self) -> str:
        """When it began, in UTC; nothing where that is not said."""
        if self.is_otlp:
            return time_of(self.start)
        return self.start if isinstance(self.start, str) else ""


def first_text(found: Iterator[tuple[str, Any]], place: Place) -> str:
    """Return the first value that is not empty; raise RecordError where one is no text."""
    for key, value in found:
        if value is None or value == "":
            continue
        if isinstance(value, str):
            return value
        raise RecordError(f"`{key}` is not text", place=place)
    return ""


def sdk_span(given: dict[str, Any], place: Place) -> OtelSpan:
    """Return a span as the Python SDK writes it; raise RecordError where it is none."""
    context, resource = given.get("context"), given.get("resource") or {}
    attributes = given.get("attributes") or {}
    if not isinstance(context, dict) or not isinstance(attributes, dict):
        raise RecordError("a span has `context` and `attributes`, both objects", place=place)
    about = resource.get("attributes") if isinstance(resource, dict) else None
    return OtelSpan(
        given.get("name"),
        context.get("span_id"),
        given.get("start_time"),
        attributes,
        about if isinstance(about, dict) else {},
        place,
        is_otlp=False,
    )


def otlp_span(given: Any, resource: Mapping[str, Any], place: Place) -> OtelSpan:
    """Return a span of OTLP/JSON; raise RecordError where it is none."""
    if not isinstance(given, dict):
        raise RecordError("a span is not an object", place=place)
    return OtelSpan(
        given.get("name"),
        given.get("spanId"),
        given.get("startTimeUnixNano"),
        by_key(given.get("attributes"), "attributes", place),
        resource,
        place,
        is_otlp=True,
    )


def by_key(pairs: Any, name: str, place: Place) -> dict[str, Any]:
    """Return a list of keys and values as a mapping; raise RecordError where it is none."""
    made: dict[str, Any] = {}
    for pair in listed(pairs, name, place):
        key = pair.get("key") if isinstance(pair, dict) else None
        if not isinstance(key, str):
            raise RecordError(f"`{name}` is not a list of keys and values", place=place)
        if key in made:
            raise RecordError(f"the key `{key}` occurs twice in `{name}`", place=place)
        made[key] = pair.get("value")
    return made


def listed(value: Any, name: str, place: Place) -> list[Any]:
    """Return a list, empty where it is absent; raise RecordError for anything else."""
    if value is None:
        return []
    if not isinstance(value, list):
        raise RecordError(f"`{name}` is not a list", place=place)
    return value


def any_value(given: Any, key: str, place: Place) -> Any:
    """Return an `AnyValue` of OTLP/JSON as plain JSON; raise RecordError where it is none."""
    if given is None or given == {}:
        return None
    if isinstance(given, dict) and len(given) == 1:
        (kind, value) = next(iter(given.items()))
        if kind in PLAIN and isinstance(value, PLAIN[kind]):
            return value
        if kind == "intValue":
            return integer(value, key, place)
        if kind == "doubleValue":
            return double(value, key, place)
        inside = value.get("values") if isinstance(value, dict) else None
        if kind == "arrayValue" and isinstance(value, dict):
            return [any_value(item, key, place) for item in listed(inside, key, place)]
        if kind == "kvlistValue" and isinstance(value, dict):
            pairs = by_key(inside, key, place)
            return {name: any_value(item, key, place) for name, item in pairs.items()}
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


def time_of(nanoseconds: Any) -> str:
    """Return nanoseconds since 1970 as UTC text to the microsecond; nothing where it is none."""
    text = str(nanoseconds) if type(nanoseconds) is int else nanoseconds
    if not isinstance(text, str) or not INTEGER.fullmatch(text):
        return ""
    try:
        moment = EPOCH + timedelta(microseconds=int(text) // 1000)
    except OverflowError:
        return ""
    return moment.isoformat(timespec="microseconds").replace("+00:00", "Z")
