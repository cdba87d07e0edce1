"""Counts the calls in logs by the keys of their formats, without fencekit: a second opinion.

python reports/count_calls.py FILE...

Prints a line a file: its format as this script sees it, and the number of distinct calls.
"""

import json
import sys
from collections.abc import Callable, Iterator
from typing import Any

Object = dict[str, Any]
DECODER = json.JSONDecoder()


def values_of(text: str) -> list[Any]:
    """Return the JSON values of a file: one document, or whatever begins on its lines."""
    try:
        return [json.loads(text)]
    except ValueError:
        pass
    found, at = [], 0
    while at < len(text):
        end = text.find("\n", at)
        end = len(text) if end < 0 else end
        begins = [text.find(sign, at, end) for sign in ("{", "[{")]
        begin = min((each for each in begins if each >= 0), default=-1)
        if begin < 0:
            at = end + 1
            continue
        try:
            value, at = DECODER.raw_decode(text, begin)
            found.append(value)
        except ValueError:
            at = end + 1
    return found


def objects(value: Any) -> Iterator[Object]:
    """Yield every object in a value, the outer ones first."""
    if isinstance(value, dict):
        yield value
        for item in value.values():
            yield from objects(item)
    elif isinstance(value, list):
        for item in value:
            yield from objects(item)


def parsed(value: Any) -> Any:
    """Return the value of a text that is JSON; anything else as it is."""
    try:
        return json.loads(value) if isinstance(value, str) else value
    except ValueError:
        return value


def distinct(keys: list[Any]) -> int:
    """Return how many of the keys differ."""
    return len({json.dumps(key, sort_keys=True) for key in keys})


def blocks(value: Any) -> Iterator[Object]:
    """Yield the blocks of the type tool_use outside of answers."""
    if isinstance(value, list):
        for item in value:
            yield from blocks(item)
    elif isinstance(value, dict):
        kind = str(value.get("type"))
        if kind.endswith("tool_use") and "input" in value:
            yield value
        elif not kind.endswith("tool_result"):
            for key, item in value.items():
                if key != "toolUseResult":
                    yield from blocks(item)


def claude_code(values: list[Any]) -> int:
    """Count blocks, by their id, tool and input."""
    found = enumerate(blocks(values))
    return distinct([[b.get("id") or number, b.get("name"), b["input"]] for number, b in found])


EVENTS = ("exec_command_", "mcp_tool_call_", "patch_apply_", "web_search_")
"""The beginnings of the events of Codex that tell of a call."""


def codex(values: list[Any]) -> int:
    """Count items whose type ends in `_call`, and the events that tell of calls without an item."""
    lines = [line for line in values if isinstance(line, dict)]
    items = [line["payload"] for line in lines if line.get("type") == "response_item"]
    calls = [
        [item.get("call_id") or number, item.get("name"), item.get("arguments")]
        for number, item in enumerate(items)
        if str(item.get("type")).endswith("_call")
    ]
    events = [line["payload"] for line in lines if line.get("type") == "event_msg"]
    told = {
        event["call_id"]
        for event in events
        if str(event.get("type")).startswith(EVENTS) and "call_id" in event
    }
    return distinct(calls) + len(told - {call[0] for call in calls})


def cloudtrail(values: list[Any]) -> int:
    """Count events of calls."""
    events = [event for value in values for event in value.get("Records", [])]
    return sum(event.get("eventType") in ("AwsApiCall", "AwsConsoleAction") for event in events)


def hook(values: list[Any]) -> int:
    """Count what was given to hooks before a tool was used."""
    return sum(each.get("hook_event_name") == "PreToolUse" for each in objects(values))


def mcp(values: list[Any]) -> int:
    """Count requests."""
    return sum(each.get("method") == "tools/call" for each in objects(values))


def opa(values: list[Any]) -> int:
    """Count decisions."""
    return sum("decision_id" in each for each in objects(values))


def attributes_of(given: Object) -> Object:
    """Return the attributes of a span or an event, in any encoding, with what names it."""
    listed = given.get("attributes", given.get("tags"))
    if isinstance(listed, dict):
        return listed
    made = {}
    for pair in listed or []:
        value = pair.get("value")
        made[pair["key"]] = next(iter(value.values())) if isinstance(value, dict) else value
    return made


def is_tool(name: Any, said: Object) -> bool:
    """Say whether attributes are those of a call of a tool."""
    kinds = ("openinference.span.kind", "traceloop.span.kind", "langsmith.span.kind")
    return (
        said.get("gen_ai.operation.name") == "execute_tool"
        or any(str(said.get(kind)).lower() == "tool" for kind in kinds)
        or said.get("mcp.method.name") == "tools/call"
        or any(str(key).startswith(("gen_ai.tool.name", "ai.toolCall.")) for key in said)
        or str(name).startswith(("execute_tool ", "tools/call "))
    )


def otel(values: list[Any]) -> int:
    """Count spans."""
    spans = [
        each
        for each in objects(values)
        if each.keys() & {"spanId", "span_id", "spanID"} and each.keys() & {"attributes", "tags"}
    ]
    names = [each.get("operationName", each.get("name")) for each in spans]
    return sum(is_tool(name, attributes_of(s)) for name, s in zip(names, spans, strict=True))


def otel_logs(values: list[Any]) -> int:
    """Count calls that events tell of: by their id, else each result with the decision before."""
    ids: set[Any] = set()
    open_ones: list[Any] = []
    count = 0
    for each in objects(values):
        said = attributes_of(each) if isinstance(each.get("attributes"), list) else {}
        kind = str(said.get("event.name")).rpartition(".")[2]
        number = said.get("tool_use_id") or said.get("call_id")
        if kind not in ("tool_decision", "tool_result", "tool_call"):
            continue
        if number:
            ids.add(number)
        elif kind == "tool_result" and said.get("tool_name") in open_ones:
            open_ones.remove(said.get("tool_name"))
        else:
            count += 1
            open_ones += [said.get("tool_name")] if kind == "tool_decision" else []
    return count + len(ids)


def langfuse(values: list[Any]) -> int:
    """Count observations of tools by their id, and those of spans that say that they are one."""
    calls = []
    for each in objects(values):
        kind, meta = each.get("type"), parsed(each.get("metadata"))
        if not each.keys() & {"traceId", "trace_id"} or kind not in ("TOOL", "SPAN"):
            continue
        meta = meta if isinstance(meta, dict) else {}
        said, tags = meta.get("attributes"), repr(meta.get("tags"))
        is_node = meta.get("langgraph_node") == "tools" and "'graph:" not in tags
        is_node = is_node and "hidden" not in tags and "messages" not in str(each["input"])[:20]
        if kind == "TOOL" or is_node or is_tool(each.get("name"), parsed(said) or {}):
            calls.append([each["id"]])
    return distinct(calls)


def langsmith(values: list[Any]) -> int:
    """Count runs of tools, and runs of a type that is none of LangSmith's."""
    types = ("llm", "chain", "retriever", "embedding", "prompt", "parser")
    kinds = [str(each["run_type"]).lower() for each in objects(values) if "run_type" in each]
    return sum(kind not in types for kind in kinds)


def capfence(values: list[Any]) -> int:
    """Count lines, and the calls of a trace in one object."""
    return sum("payload" in each or "decision" in each for each in objects(values))


def has(*keys: str) -> Callable[[Object], bool]:
    """Return what says whether an object has all of some keys."""
    return lambda each: each.keys() >= set(keys)


FORMATS: tuple[tuple[str, Callable[[Object], bool], Callable[[list[Any]], int]], ...] = (
    ("claude-code-hook", has("hook_event_name"), hook),
    ("langsmith", has("run_type"), langsmith),
    ("langfuse", has("traceId", "startTime", "type"), langfuse),
    ("otel-logs", has("resourceLogs"), otel_logs),
    ("otel", lambda each: bool(each.keys() & {"resourceSpans", "batches", "spans"}), otel),
    ("otel", has("trace_id", "span_id", "attributes"), otel),
    ("opa", has("decision_id"), opa),
    ("mcp", has("jsonrpc"), mcp),
    ("cloudtrail", has("Records"), cloudtrail),
    ("codex", lambda each: "payload" in each and "type" in each, codex),
    (
        "claude-code",
        lambda each: "sessionId" in each or each.get("type") == "tool_use",
        claude_code,
    ),
    ("capfence", lambda each: "payload" in each or "decision" in each, capfence),
)
"""The formats, each by an object that only logs of it have, in the order of asking."""


def count(values: list[Any]) -> tuple[str, int]:
    """Return the format and the number of distinct calls."""
    found = list(objects(values))
    for name, shows, calls_in in FORMATS:
        if any(map(shows, found)):
            return name, calls_in(values)
    return "none", 0


if __name__ == "__main__":
    for path in sys.argv[1:]:
        with open(path, encoding="utf-8", errors="surrogateescape") as file:  # noqa: PTH123
            print(path, *count(values_of(file.read())))
