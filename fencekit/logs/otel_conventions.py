"""The conventions by which a span is the call of a tool, each with where its parts stand.

`docs/log-formats.md` has the same table with the emitters and versions that use each.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass

from fencekit.logs.otel_values import OtelSpan

GEN_AI, INPUT = "gen_ai.tool.call.arguments", "input.value"


@dataclass(frozen=True, slots=True)
class Convention:
    """A convention: by what it is recognised, and the attributes that hold the parts of the call.

    `names` and `arguments` are asked in their order; `strips` is what the name of the span has
    before that of the tool, `ends` what it has behind it.
    """

    name: str
    recognises: Callable[[OtelSpan], bool]
    names: tuple[str, ...] = ()
    arguments: tuple[str, ...] = ()
    strips: tuple[str, ...] = ()
    ends: str = ""
    ids: tuple[str, ...] = ()
    is_named_by_span: bool = False
    """Whether the whole name of the span is the tool, where no attribute names it."""

    def tool(self, span: OtelSpan) -> str:
        """Return the name of the tool; empty where the span does not say it."""
        named = span.text(*self.names) if self.names else ""
        if named or not isinstance(span.name, str):
            return named
        for prefix in self.strips:
            if span.name.startswith(prefix):
                return span.name.removeprefix(prefix).removesuffix(self.ends).strip()
        return span.name.removesuffix(self.ends).strip() if self.is_named_by_span else ""


def equals(key: str, *words: str) -> Callable[[OtelSpan], bool]:
    """Return what says whether an attribute is one of some words, in either case."""
    return lambda span: span.word(key).lower() in words


def begins(*prefixes: str) -> Callable[[OtelSpan], bool]:
    """Return what says whether the name of a span begins with one of some texts."""
    return lambda span: isinstance(span.name, str) and span.name.startswith(prefixes)


OTHER_OPERATIONS = frozenset(
    {"chat", "text_completion", "generate_content", "embeddings", "invoke_agent", "create_agent"}
    | {"invoke_workflow", "retrieval", "response"}
)
"""What `gen_ai.operation.name` says where the span is no call of a tool."""


def names_tool(span: OtelSpan) -> bool:
    """Say whether a span names a GenAI tool, and no other operation."""
    operation = span.word("gen_ai.operation.name").lower()
    return span.has("gen_ai.tool.name") and operation not in OTHER_OPERATIONS


def is_mcp(span: OtelSpan) -> bool:
    """Say whether a span is a request `tools/call` of MCP, the client's or the server's."""
    words = (span.word(key) for key in ("mcp.method.name", "mcp.method", "rpc.method"))
    return "tools/call" in words or begins("tools/call ")(span)


NO_TOOL = (
    equals(
        "openinference.span.kind",
        *("llm", "agent", "chain", "retriever", "reranker", "embedding", "guardrail", "evaluator"),
        *("prompt", "unknown"),
    ),
    equals("traceloop.span.kind", "workflow", "task", "agent"),
    lambda span: span.word("gen_ai.operation.name").lower() in OTHER_OPERATIONS,
    begins("claude_code."),
)
"""What says that a span is no call of a tool, though its attributes may speak of tools."""

CONVENTIONS = (
    Convention(
        "GenAI",
        equals("gen_ai.operation.name", "execute_tool"),
        ("gen_ai.tool.name", "tool.name"),
        (
            *(GEN_AI, "gen_ai.tool.arguments", "gen_ai.tool.args", "tool_arguments"),
            *("gcp.vertex.agent.tool_call_args", INPUT),
        ),
        ("execute_tool ",),
        ids=("gen_ai.tool.call.id",),
    ),
    Convention(
        "MCP",
        is_mcp,
        ("gen_ai.tool.name", "mcp.tool.name", "mcp.request.name", "rpc.mcp.tool.name"),
        (GEN_AI, "mcp.tool.arguments", "mcp.request.arguments", "mcp.request.params", INPUT),
        ("tools/call ", "MCP request: tools/call "),
        ids=("gen_ai.tool.call.id",),
    ),
    Convention(
        "OpenInference",
        equals("openinference.span.kind", "tool"),
        ("tool.name", "gen_ai.tool.name"),
        (INPUT, GEN_AI),
        ids=("tool.id", "tool_call.id"),
        is_named_by_span=True,
    ),
    Convention(
        "OpenLLMetry",
        equals("traceloop.span.kind", "tool"),
        ("traceloop.entity.name", "gen_ai.tool.name"),
        ("traceloop.entity.input", GEN_AI),
        ends=".tool",
        is_named_by_span=True,
    ),
    Convention(
        "Vercel AI SDK",
        lambda span: (
            span.has("ai.toolCall.name")
            or span.word("ai.operationId") == "ai.toolCall"
            or span.word("operation.name").startswith("ai.toolCall")
        ),
        ("ai.toolCall.name", "gen_ai.tool.name"),
        ("ai.toolCall.args", "ai.toolCall.input", GEN_AI),
        ids=("ai.toolCall.id",),
    ),
    Convention(
        "Langfuse",
        equals("langfuse.observation.type", "tool"),
        ("gen_ai.tool.name",),
        ("langfuse.observation.input", INPUT, GEN_AI),
        is_named_by_span=True,
    ),
    Convention(
        "LangSmith",
        equals("langsmith.span.kind", "tool"),
        ("gen_ai.tool.name", "langsmith.trace.name"),
        ("gen_ai.prompt", INPUT, GEN_AI),
        is_named_by_span=True,
    ),
    Convention(
        "Claude Code",
        lambda span: span.name == "claude_code.tool",
        ("tool_name",),
        ("tool_input", "tool_parameters"),
        ids=("tool_use_id",),
    ),
    Convention(
        "Logfire, OpenAI Agents",
        lambda span: span.word("logfire.msg_template").startswith("Function: {name"),
        ("name", "gen_ai.tool.name"),
        ("input", GEN_AI),
        ("Function: ",),
    ),
    Convention(
        "name of the span",
        lambda span: begins("execute_tool ")(span) and not any(other(span) for other in NO_TOOL),
        ("gen_ai.tool.name", "tool.name"),
        (GEN_AI, "gcp.vertex.agent.tool_call_args", "tool_arguments", INPUT),
        ("execute_tool ",),
        ids=("gen_ai.tool.call.id",),
    ),
    Convention(
        "GenAI without an operation",
        names_tool,
        ("gen_ai.tool.name",),
        (GEN_AI, "gen_ai.tool.arguments", "gen_ai.tool.args", "tool_arguments", INPUT),
        ids=("gen_ai.tool.call.id",),
    ),
)
"""Every convention; the first that recognises a span reads it."""

TOOL_KEY = re.compile(
    r"(?!(?:llm|gen_ai\.(?:prompt|completion|request|response|input|output))\.)"
    r"(?:[a-z0-9_]+\.)*(?:tool[._](?:call[._])?|function[._](?:call[._])?|toolCall\.)"
    r"(?:name|arguments|args|input)",
    re.IGNORECASE,
)
"""An attribute by which a span that no convention knows looks like the call of a tool."""


KIND_KEYS = ("gen_ai.operation.name", "openinference.span.kind", "traceloop.span.kind")
"""Attributes that say what a span is."""


def convention_of(span: OtelSpan) -> Convention | None:
    """Return the convention by which a span is the call of a tool; None where it is none.

    Raises RecordError where an attribute that says what a span is has no value that JSON has.
    """
    for key in KIND_KEYS:
        span.get(key)
    return next((one for one in CONVENTIONS if one.recognises(span)), None)


def unknown_convention(span: OtelSpan) -> str:
    """Return the attribute by which a span looks like a call all the same; empty for none."""
    if any(is_other(span) for is_other in NO_TOOL):
        return ""
    return next((key for key in span.attributes.values if TOOL_KEY.fullmatch(key)), "")
