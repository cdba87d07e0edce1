"""What looks like a call of a tool in JSON that no reader knows: found so that it can be counted.

A format reads the calls of the forms that it knows, and skips the envelopes that it knows to hold
none. Of everything else these functions say whether it holds what looks like a call, by the forms
in which agents, services and tracers write one. A definition of a tool is none, nor is a result.
"""

import re
from collections.abc import Iterator
from typing import Any

from fencekit.reading.json import Flaw

TYPED = re.compile(r"(?:.*[_-])?(?:tool_?use|tool-?call|call)|.*(?:ToolUse|ToolCall|FunctionCall)")
"""The types of what is a call: `tool_use`, `function_call`, `mcp_tool_call`, `tool-call`."""

NAMES = ("tool_name", "toolName", "tool")
"""Keys that name a tool and nothing else, beside `name`, which names anything."""

ARGUMENTS = (
    *("tool_input", "toolInput", "tool_args", "tool_arguments", "toolArgs", "tool_parameters"),
    *("input", "inputs", "arguments", "args", "params", "parameters"),
)
ATTRIBUTES = frozenset({"gen_ai.tool.name", "gen_ai.tool.call.arguments"})
CALL = "tools/call"

MARK = re.compile(
    rb'"type"\s*:\s*"[A-Za-z_-]{0,40}(?:tool_?use|tool-?call|_call|ToolUse|ToolCall|FunctionCall)"'
    rb'|"method"\s*:\s*"tools/call"'
    rb'|"(?:tool_name|toolName)"\s*:'
    rb'|"gen_ai\.tool\.name"'
    rb'|"(?:functionCall|function_call|toolUse)"\s*:\s*\{'
)
"""The same in text that is no JSON, or too long to read; once for each call, as far as it goes."""


def calls_in(value: Any) -> Iterator[str]:
    """Yield what looks like a call in a value, each as a kind; what is inside a call is its own."""
    if isinstance(value, dict):
        kind = kind_of_call(value)
        if kind:
            yield kind
            return
        for item in value.values():
            yield from calls_in(item)
    elif isinstance(value, list):
        for item in value:
            yield from calls_in(item)
    elif isinstance(value, Flaw):
        for item in value.values:
            yield from calls_in(item)


def kind_of_call(value: dict[str, Any]) -> str:
    """Return what kind of call an object looks like; empty where it looks like none."""
    if value.get("method") == CALL and "params" in value:
        return f"a message `{CALL}`"
    if value.keys() & ATTRIBUTES:
        return "attributes of a GenAI tool call"
    named = any(is_name(value.get(key)) for key in ("name", *NAMES))
    kind = value.get("type")
    if isinstance(kind, str) and TYPED.fullmatch(kind) and (named or "action" in value):
        return f"an object of the type `{kind[:60]}`"
    key = next((key for key in ARGUMENTS if is_arguments(value.get(key))), "")
    if not key:
        return ""
    if any(is_name(value.get(name)) for name in NAMES):
        return "an object with a tool and its arguments"
    if is_name(value.get("name")) and key not in ("parameters", "params"):
        return f"an object with a `name` and `{key}`"
    return ""


def is_name(value: Any) -> bool:
    """Say whether a value can be the name of a tool."""
    return isinstance(value, str) and 0 < len(value) <= 200


def is_arguments(value: Any) -> bool:
    """Say whether a value can be the arguments of a call: an object, or the text of one.

    A JSON Schema, by which tools are defined, is no arguments.
    """
    if isinstance(value, str):
        return value.lstrip().startswith("{")
    if not isinstance(value, dict):
        return False
    return not (value.get("type") == "object" and isinstance(value.get("properties"), dict))
