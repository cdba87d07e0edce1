"""The encodings of spans: which one an object is in, and the span that it is.

What is around a span (`above`) are the groups of OTLP, or the trace of Jaeger's interface.
"""

from collections.abc import Mapping
from typing import Any

from fencekit.logs.json_documents import Tree
from fencekit.logs.otel_values import Encoded, OtelSpan, by_key, first_of, list_attribute, time_of
from fencekit.model.errors import RecordError
from fencekit.model.source import Place

GROUPS: Tree = {
    key: {"spans": {}} for key in ("scopeSpans", "scope_spans", "instrumentationLibrarySpans")
}
LOG_GROUPS: Tree = {
    "scopeLogs": {"logRecords": {}},
    "scope_logs": {"log_records": {}},
    "instrumentationLibraryLogs": {"logRecords": {}, "logs": {}},
}
SPANS = ("resourceSpans", "resource_spans", "batches")
LOGS = ("resourceLogs", "resource_logs")
TREE: Tree = {
    **dict.fromkeys(SPANS, GROUPS),
    **dict.fromkeys(LOGS, LOG_GROUPS),
    "trace": dict.fromkeys(SPANS, GROUPS),
    "data": {"spans": {}, "": {}},
    "spans": {},
}
"""OTLP, Tempo's answers (`batches`, or `trace` around OTLP), Jaeger's and Phoenix's (`data`)."""

OTHER_SIGNALS = frozenset(
    {"resourceMetrics", "resource_metrics", "resourceProfiles", "resource_profiles"}
)
NONE = Encoded()


def is_group(value: Mapping[str, Any]) -> bool:
    """Say whether an object holds spans in groups."""
    inner = value.get("trace")
    return any(isinstance(value.get(key), list) for key in SPANS) or (
        isinstance(inner, dict) and any(isinstance(inner.get(key), list) for key in SPANS)
    )


def is_sdk_span(given: Mapping[str, Any]) -> bool:
    """Say whether an object is a span as the Python SDK writes it, or as Phoenix hands it out."""
    context = given.get("context")
    is_span = isinstance(context, dict) and context.keys() >= {"trace_id", "span_id"}
    return is_span and given.keys() >= {"name", "attributes", "start_time"}


def is_jaeger(given: Mapping[str, Any]) -> bool:
    """Say whether an object is a span, or a trace, as Jaeger hands it out."""
    spans = given.get("spans")
    if "traceID" in given and isinstance(spans, list):
        return True
    return given.keys() >= {"traceID", "spanID", "operationName"}


def is_zipkin(given: Mapping[str, Any]) -> bool:
    """Say whether an object is a span of Zipkin's."""
    return given.keys() >= {"traceId", "id", "name", "tags"} and isinstance(given["tags"], dict)


def is_row(given: Mapping[str, Any]) -> bool:
    """Say whether an object is a span as a row: of Logfire's, or of other tables of spans."""
    is_span = given.keys() >= {"trace_id", "span_id"} and isinstance(given.get("attributes"), dict)
    return is_span and not given.keys().isdisjoint(("span_name", "name"))


def is_span(given: Mapping[str, Any]) -> bool:
    """Say whether an object is a span that stands by itself."""
    return is_sdk_span(given) or is_jaeger(given) or is_zipkin(given) or is_row(given)


def span_of(given: dict[str, Any], above: tuple[dict[str, Any], ...], place: Place) -> OtelSpan:
    """Return the span that an object is; raise RecordError where it is none."""
    if "context" in given:
        return sdk_span(given, place)
    if "operationName" in given:
        return jaeger_span(given, above, place)
    if "span_name" in given or is_row(given):
        return row_span(given, place)
    if is_zipkin(given) and not above:
        return zipkin_span(given, place)
    if not above:
        raise RecordError("neither a span nor `resourceSpans`", place=place)
    return otlp_span(given, above, place)


def sdk_span(given: dict[str, Any], place: Place) -> OtelSpan:
    """Return a span as the Python SDK writes it; raise RecordError where it is none."""
    context, resource = given.get("context"), given.get("resource") or {}
    attributes = given.get("attributes") or {}
    if not isinstance(context, dict) or not isinstance(attributes, dict):
        raise RecordError("a span has `context` and `attributes`, both objects", place=place)
    about = resource.get("attributes") if isinstance(resource, dict) else None
    kind = given.get("span_kind")
    if isinstance(kind, str) and "openinference.span.kind" not in attributes:
        attributes = {**attributes, "openinference.span.kind": kind}
    events = given.get("events")
    return OtelSpan(
        given.get("name"),
        context.get("span_id"),
        text_of(given.get("start_time")),
        Encoded(flat(attributes)),
        Encoded(about if isinstance(about, dict) else {}),
        place,
        tuple(
            (str(event.get("name")), Encoded(event.get("attributes") or {}))
            for event in (events if isinstance(events, list) else [])
            if isinstance(event, dict) and isinstance(event.get("attributes") or {}, dict)
        ),
    )


NESTED = frozenset({"openinference", "tool", "input", "output", "gen_ai", "mcp", "session", "user"})
"""The beginnings of names that Phoenix splits at the dots, into objects inside one another."""


def flat(attributes: dict[str, Any], before: str = "") -> dict[str, Any]:
    """Return attributes by their whole names, though an interface has split them at the dots."""
    if not before and any("." in key for key in attributes):
        return attributes
    made: dict[str, Any] = {}
    for key, value in attributes.items():
        name = f"{before}{key}"
        is_part = isinstance(value, dict) and (before or key in NESTED)
        if is_part and name not in ("input.value", "tool.parameters", "gen_ai.tool.call.arguments"):
            made.update(flat(value, f"{name}."))
        else:
            made[name] = value
    return made


def jaeger_span(given: dict[str, Any], above: tuple[dict[str, Any], ...], place: Place) -> OtelSpan:
    """Return a span as Jaeger hands it out; raise RecordError where it is none."""
    process = given.get("process")
    if not isinstance(process, dict):
        processes = above[-1].get("processes") if above else None
        known = processes if isinstance(processes, dict) else {}
        process = known.get(str(given.get("processID")))
    tags = process.get("tags") if isinstance(process, dict) else None
    return OtelSpan(
        given.get("operationName"),
        given.get("spanID"),
        time_of(given.get("startTime"), per_microsecond=1),
        plain(given.get("tags"), "tags", place),
        plain(tags, "tags of the process", place) if process is not None else UNSEEN,
        place,
    )


UNSEEN = Encoded(is_whole=False)
"""The attributes of a resource that was not seen."""


def plain(pairs: Any, name: str, place: Place) -> Encoded:
    """Return tags, whose values are plain JSON."""
    found = by_key(pairs, name, place)
    return Encoded(found.values, notes=found.notes)


def zipkin_span(given: dict[str, Any], place: Place) -> OtelSpan:
    """Return a span of Zipkin's."""
    time = time_of(given.get("timestamp"), per_microsecond=1)
    return OtelSpan(given["name"], given["id"], time, Encoded(given["tags"]), NONE, place)


def row_span(given: dict[str, Any], place: Place) -> OtelSpan:
    """Return a span as a row of a table; raise RecordError where it is none."""
    attributes = given.get("attributes")
    if not isinstance(attributes, dict):
        raise RecordError("`attributes` is not an object", place=place)
    about = given.get("otel_resource_attributes")
    resource = Encoded(about) if isinstance(about, dict) else UNSEEN
    time = text_of(first_of(given, "start_timestamp", "start_time"))
    name = first_of(given, "span_name", "name")
    number = given.get("span_id")
    return OtelSpan(name, number, time, Encoded(flat(attributes)), resource, place)


def otlp_span(given: dict[str, Any], above: tuple[dict[str, Any], ...], place: Place) -> OtelSpan:
    """Return a span, or a log event, of OTLP/JSON; raise RecordError where it is none."""
    events = []
    for event in list_attribute(given.get("events"), "events", place):
        if isinstance(event, dict):
            try:
                found = by_key(event.get("attributes"), "attributes", place)
            except RecordError:
                continue
            events.append((str(event.get("name")), found))
    return OtelSpan(
        given.get("name"),
        first_of(given, "spanId", "span_id"),
        time_of(first_of(given, *TIMES)),
        by_key(given.get("attributes"), "attributes", place),
        resource_of(above, place),
        place,
        tuple(events),
    )


TIMES = ("startTimeUnixNano", "start_time_unix_nano", "timeUnixNano", "time_unix_nano")


def text_of(value: Any) -> str:
    """Return a time that is text; nothing for any other."""
    return value if isinstance(value, str) else ""


def resource_of(above: tuple[dict[str, Any], ...], place: Place) -> Encoded:
    """Return the attributes of the resource around a span; what is wrong with them is noted.

    Where the resource stands behind its spans in a document too large to hold, it is not known.
    """
    group = next((around for around in above if "resource" in around), None)
    if group is None:
        return UNSEEN
    about = group["resource"] or {}
    try:
        pairs = about.get("attributes") if isinstance(about, dict) else about
        return by_key(pairs, "resource", place)
    except RecordError as error:
        return Encoded(notes=(error.message,), is_whole=False)
