"""Tool calls in OpenTelemetry traces, by any of the conventions that emitters use.

OTLP/JSON is read in all of its spellings, and so are the spans that the Python SDK prints and that
the interfaces of Tempo, Jaeger, Zipkin, Phoenix and Logfire hand out. Spans that are no calls of
tools, and metrics beside them, are skipped. A trace holds no decision.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from fencekit.logs.json_documents import leaves
from fencekit.logs.langfuse import hides as hides_of_langfuse
from fencekit.logs.log_beginning import first_ones
from fencekit.logs.log_format import LogSample
from fencekit.logs.log_layout import Layout, LoggedObject, count_lost, excerpt_of_value
from fencekit.logs.log_objects import read_each
from fencekit.logs.otel_conventions import Convention, convention_of, unknown_convention
from fencekit.logs.otel_encodings import (
    LOGS,
    OTHER_SIGNALS,
    TREE,
    is_group,
    is_jaeger,
    is_span,
    span_of,
)
from fencekit.logs.otel_events import is_tool_event
from fencekit.logs.otel_values import OtelSpan, decode_attribute
from fencekit.logs.traced_arguments import MISSING, Arguments, arguments_of, is_mask
from fencekit.model.errors import RecordError
from fencekit.model.record import Completeness, Entry, InvalidRecord, PassedOver, Record
from fencekit.model.request import ANYTHING, UNKNOWN, Facts, Request
from fencekit.reading.input_files import Source

PRINCIPALS = ("gen_ai.agent.name", "gen_ai.agent.id", "agent.name", "user.id", "enduser.id")
SESSIONS = (
    *("gen_ai.conversation.id", "session.id", "mcp.session.id", "langfuse.session.id"),
    *("traceloop.association.properties.session_id", "gcp.vertex.agent.session_id"),
)
ENVIRONMENTS = ("deployment.environment.name", "deployment.environment")
LAYOUT = Layout(re.compile(rb'"(?:spanId|span_id|spanID)"\s*:'), is_lenient=True)
TOOL_MESSAGE = "gen_ai.tool.message"
"""The event that has the arguments, as Strands writes them."""


@dataclass(frozen=True)
class OpenTelemetry:
    """One record for each span that is the call of a tool; the tools are the user's own."""

    name: str = "otel"
    tools: Mapping[str, str] = field(default_factory=dict)

    def recognises(self, sample: LogSample) -> bool:
        """Say whether an object holds spans in groups, or is a span by itself."""
        return any(map(is_group, sample.objects)) or any(
            is_span(each) or is_jaeger(each) for each in first_ones(sample, "data", "spans")
        )

    def read(self, source: Source) -> Iterator[Entry]:
        """Yield every call of a tool."""
        yield from read_each(leaves(source, TREE, LAYOUT), entries_of)


def entries_of(found: LoggedObject) -> Iterator[Entry]:
    """Yield the call of a tool that an object is, what is wrong with it, or what is passed over."""
    if not found.above and OTHER_SIGNALS & found.value.keys():
        return
    try:
        span = span_of(found.value, found.above, found.place)
        if is_log_event(found):
            if is_tool_event(span):
                yield PassedOver("a log event of a tool, beside spans", found.place)
            return
        convention = convention_of(span)
        if convention is not None:
            yield record_of(span, convention)
            return
        key = unknown_convention(span)
    except RecordError as error:
        lost = count_lost(found.value, LAYOUT)
        yield InvalidRecord(error, found.place, excerpt_of_value(found.value), lost)
        return
    if key:
        yield PassedOver(f"a span with `{key}`, by no convention that is known", found.place)


def record_of(span: OtelSpan, convention: Convention) -> Record:
    """Return the record of a span; raise RecordError where it cannot be read.

    Whom it was for is the agent, or else the user; where neither is named it is unknown.
    """
    tool = convention.tool(span)
    if not tool:
        raise RecordError("the span names no tool", place=span.place)
    given = arguments_in(span, convention)
    environment = span.of_resource(*ENVIRONMENTS)
    request = Request(
        UNKNOWN,
        principal=word_of(span, *PRINCIPALS) or UNKNOWN,
        environment=environment,
        context=ANYTHING,
        args=given.facts,
    )
    return Record(
        request,
        None,
        span.place,
        id=word_of(span, *convention.ids, "gen_ai.tool.call.id") or span.own_id,
        time=span.time,
        session=word_of(span, *SESSIONS),
        completeness=given.completeness,
        tool=tool,
        mapped=False,
        notes=(*span.attributes.notes, *span.resource.notes),
    )


def word_of(span: OtelSpan, *keys: str) -> str:
    """Return the first of the attributes that is text and not empty."""
    return next((word for key in keys if (word := span.word(key))), "")


def arguments_in(span: OtelSpan, convention: Convention) -> Arguments:
    """Return the arguments: the first of the convention's attributes that has some.

    `tool.parameters` is not looked at: there stands how the tool is defined, not how it is called.
    """
    for key in convention.arguments:
        any_text = not key.endswith(("arguments", "args"))
        if key == "input.value":
            any_text = span.get("input.mime_type") != "application/json"
        hides = hides_of_langfuse if key.startswith("langfuse.") else is_mask
        given = arguments_of(span.get(key), key, span.place, hides=hides, any_text=any_text)
        if given is not MISSING:
            return unwrap_arguments(given) if key in WRAPPED else given
    for name, attributes in span.events:
        if name == TOOL_MESSAGE:
            content = decode_attribute(attributes, "content", span.place)
            return arguments_of(content, TOOL_MESSAGE, span.place, any_text=True)
    return MISSING


WRAPPED = ("traceloop.entity.input", "mcp.request.params")
"""Attributes that hold the arguments in an object of their own."""

AROUND = frozenset({"tags", "metadata", "name", "input_str", "args", "_meta"})
"""What OpenLLMetry and MCP put beside the arguments."""


def unwrap_arguments(given: Arguments) -> Arguments:
    """Return arguments out of what is put around them: `inputs`, `kwargs`, `arguments`."""
    values = given.facts.values
    for key in ("inputs", "arguments", "kwargs"):
        inner = values.get(key)
        if isinstance(inner, dict) and values.keys() - {"inputs", "kwargs", key} <= AROUND:
            if key == "inputs" and not inner:
                continue
            if values.get("args") and key == "kwargs":  # some were given by position: no names
                return Arguments(Facts(inner, open=True), Completeness.ARGS_MISSING)
            return Arguments(Facts(inner), given.completeness)
    return given


def is_log_event(found: LoggedObject) -> bool:
    """Say whether an object was found among log events, and not among spans."""
    return any(key in found.path for key in LOGS)


FORMAT = OpenTelemetry()
