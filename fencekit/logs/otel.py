"""Tool calls in OpenTelemetry traces: GenAI's `execute_tool` spans and OpenInference's TOOL spans.

Three encodings are read: OTLP/JSON, as one object or one a line (the collector's file exporter),
and what the Python SDK's console exporter prints. Spans that are no calls of tools, and metrics and
logs beside them, are passed over. A trace holds no decision.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from fencekit.logs.arguments import MISSING, Arguments, arguments_of
from fencekit.logs.base import Entry, LogSample
from fencekit.logs.objects import LoggedObject, excerpt_of_value, objects
from fencekit.logs.otel_values import OtelSpan, by_key, listed, otlp_span, sdk_span
from fencekit.model.errors import RecordError
from fencekit.model.record import InvalidRecord, Record
from fencekit.model.request import ANYTHING, UNKNOWN, Request
from fencekit.model.source import Place
from fencekit.reading.files import Source

SPANS = "resourceSpans"
OTHER_SIGNALS = frozenset({"resourceLogs", "resourceMetrics", "resourceProfiles"})
EXECUTES = "execute_tool"
ARGUMENTS = "gen_ai.tool.call.arguments"
INPUT = "input.value"
PRINCIPALS = ("gen_ai.agent.name", "gen_ai.agent.id", "agent.name", "user.id", "enduser.id")
SESSIONS = ("gen_ai.conversation.id", "session.id")
IDS = ("gen_ai.tool.call.id", "tool.id", "tool_call.id")
ENVIRONMENTS = ("deployment.environment.name", "deployment.environment")


@dataclass(frozen=True)
class OpenTelemetry:
    """One record for each span that is the call of a tool; the tools are the user's own."""

    name: str = "otel"
    tools: Mapping[str, str] = field(default_factory=dict)

    def recognises(self, sample: LogSample) -> bool:
        """Say whether an object holds OTLP spans, or is a span as the SDK prints it."""
        return any(isinstance(of.get(SPANS), list) or is_sdk_span(of) for of in sample.objects)

    def read(self, source: Source) -> Iterator[Entry]:
        """Yield every call of a tool."""
        for found in objects(source):
            if isinstance(found, InvalidRecord):
                yield found
            else:
                yield from entries_of(found)


def is_sdk_span(given: dict[str, Any]) -> bool:
    """Say whether an object is a span as the Python SDK writes it."""
    context = given.get("context")
    is_span = isinstance(context, dict) and context.keys() >= {"trace_id", "span_id"}
    return is_span and given.keys() >= {"name", "attributes", "start_time"}


def entries_of(found: LoggedObject) -> Iterator[Entry]:
    """Yield the calls of tools in one object, or what is wrong with each."""
    if SPANS in found.value:
        yield from entries_of_otlp(found.value[SPANS], found.place)
    elif "context" in found.value:
        entry = entry_of(found.value, None, found.place)
        if entry is not None:
            yield entry
    elif not OTHER_SIGNALS & found.value.keys():
        wrong = RecordError("neither a span nor `resourceSpans`", place=found.place)
        yield InvalidRecord(wrong, found.place, excerpt_of_value(found.value))


def entries_of_otlp(groups: Any, place: Place) -> Iterator[Entry]:
    """Yield the calls in `resourceSpans`; a place is the object's, with the number of the span."""
    number = 0
    for resource, spans in batches(groups, place):
        if isinstance(resource, RecordError):
            yield InvalidRecord(resource, place, excerpt_of_value(spans))
            continue
        for span in spans:
            number += 1
            entry = entry_of(span, resource, Place(place.file, place.line, number))
            if entry is not None:
                yield entry


def batches(groups: Any, place: Place) -> Iterator[tuple[dict[str, Any] | RecordError, Any]]:
    """Yield each list of spans with the attributes of its resource, or an error with what it is."""
    try:
        resources = listed(groups, SPANS, place)
    except RecordError as error:
        yield error, groups
        return
    for group in resources:
        try:
            if not isinstance(group, dict):
                raise RecordError(f"an element of `{SPANS}` is not an object", place=place)
            about = group.get("resource") or {}
            pairs = about.get("attributes") if isinstance(about, dict) else about
            resource = by_key(pairs, "resource", place)
            scopes = listed(group.get("scopeSpans"), "scopeSpans", place)
        except RecordError as error:
            yield error, group
            continue
        for scope in scopes:
            try:
                if not isinstance(scope, dict):
                    raise RecordError("an element of `scopeSpans` is not an object", place=place)
                yield resource, listed(scope.get("spans"), "spans", place)
            except RecordError as error:
                yield error, scope


def entry_of(given: Any, resource: Mapping[str, Any] | None, place: Place) -> Entry | None:
    """Return the record of a span, what is wrong with it, or None where it calls no tool."""
    try:
        return record_of(span_of(given, resource, place))
    except RecordError as error:
        return InvalidRecord(error, place, excerpt_of_value(given))


def span_of(given: Any, resource: Mapping[str, Any] | None, place: Place) -> OtelSpan:
    """Return the span; raise RecordError where it is none. The SDK's holds its own resource."""
    return sdk_span(given, place) if resource is None else otlp_span(given, resource, place)


def record_of(span: OtelSpan) -> Record | None:
    """Return the record of a span, or None where it is no call of a tool.

    Whom it was for is the agent, or else the user; where neither is named it is unknown.
    """
    is_gen_ai = span.get("gen_ai.operation.name") == EXECUTES
    if not is_gen_ai and span.get("openinference.span.kind") != "TOOL":
        return None
    tool = tool_of(span, is_gen_ai=is_gen_ai)
    if not tool:
        raise RecordError("the span names no tool", place=span.place)
    given = arguments_in(span)
    request = Request(
        UNKNOWN,
        principal=span.text(*PRINCIPALS) or UNKNOWN,
        environment=span.text_of_resource(*ENVIRONMENTS) or None,
        context=ANYTHING,
        args=given.facts,
    )
    return Record(
        request,
        None,
        span.place,
        id=span.text(*IDS) or span.own_id,
        time=span.time,
        session=span.text(*SESSIONS),
        completeness=given.completeness,
        tool=tool,
        mapped=False,
    )


def tool_of(span: OtelSpan, *, is_gen_ai: bool) -> str:
    """Return the name of the tool; GenAI's spans are named `execute_tool` and the tool."""
    named = span.text("gen_ai.tool.name", "tool.name")
    if named or not is_gen_ai or not isinstance(span.name, str):
        return named
    verb, _, rest = span.name.partition(" ")
    return rest.strip() if verb == EXECUTES else ""


def arguments_in(span: OtelSpan) -> Arguments:
    """Return the arguments: GenAI's, or else OpenInference's input, which may be any text.

    `tool.parameters` is not looked at: there stands how the tool is defined, not how it is called.
    """
    given = arguments_of(span.get(ARGUMENTS), ARGUMENTS, span.place)
    if given is not MISSING:
        return given
    is_json = span.get("input.mime_type") == "application/json"
    return arguments_of(span.get(INPUT), INPUT, span.place, any_text=not is_json)


FORMAT = OpenTelemetry()
