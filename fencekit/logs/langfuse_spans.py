"""Langfuse's observations of the types SPAN and EVENT that are calls of tools all the same.

Tracers that know no type TOOL write a SPAN. What it is, the attributes of OpenTelemetry say, which
Langfuse keeps in the metadata, or the node of LangGraph that ran it.
"""

from typing import Any

from fencekit.logs.otel_conventions import convention_of
from fencekit.logs.otel_values import Encoded, OtelSpan
from fencekit.model.errors import RecordError
from fencekit.model.source import Place
from fencekit.reading import json

NODE = "tools"
"""The usual name of the node by which LangGraph runs the tools that a model asks for."""


def calls_a_tool(given: dict[str, Any], place: Place) -> bool:
    """Say whether an observation looks like the call of a tool by its name or its metadata."""
    metadata = value_of(given.get("metadata"))
    if not isinstance(metadata, dict):
        return "gen_ai.tool.name" in repr(metadata) or is_tool_span(given, {}, place)
    attributes = value_of(metadata.get("attributes"))
    known = attributes if isinstance(attributes, dict) else {}
    return is_tool_span(given, {**metadata, **known}, place) or is_run_by_graph(given, metadata)


def value_of(value: Any) -> Any:
    """Return the value of a text that is JSON; anything else as it is."""
    if not isinstance(value, str):
        return value
    try:
        return json.parse_flawed(value)[0]
    except json.JSONError:
        return value


def is_tool_span(given: dict[str, Any], attributes: dict[str, Any], place: Place) -> bool:
    """Say whether a convention of OpenTelemetry takes the observation for the call of a tool."""
    span = OtelSpan(given.get("name"), given.get("id"), "", Encoded(attributes), Encoded(), place)
    try:
        return convention_of(span) is not None
    except RecordError:
        return True


def is_run_by_graph(given: dict[str, Any], metadata: dict[str, Any]) -> bool:
    """Say whether LangGraph's node of tools ran the observation, which is no step of the graph."""
    tags, asked = metadata.get("tags"), given.get("input")
    is_step = isinstance(tags, list) and any(
        str(tag).startswith(("graph:step", "langsmith:hidden")) for tag in tags
    )
    text = asked.lstrip() if isinstance(asked, str) else repr(asked)
    is_call = text.startswith("{") and "messages" not in text[:20]
    return metadata.get("langgraph_node") == NODE and not is_step and is_call
