"""Counts the calls in logs by the keys of their formats, without fencekit: a second opinion.

python reports/count_calls.py FILE...

Prints a line a file: its format as this script sees it, and the number of distinct calls.
"""

import json
import sys
from collections.abc import Iterator
from typing import Any


def values_of(text: str) -> list[Any]:
    """Return the JSON values of a file: one document, or those of its lines."""
    try:
        return [json.loads(text)]
    except ValueError:
        found = []
        for line in text.splitlines():
            try:
                found.append(json.loads(line))
            except ValueError:
                continue
        return found


def blocks(value: Any) -> Iterator[dict[str, Any]]:
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


def count(values: list[Any]) -> tuple[str, int]:
    """Return the format and the number of distinct calls."""
    lines = [value for value in values if isinstance(value, dict)]
    if any("Records" in line for line in lines):
        events = [event for line in lines for event in line.get("Records", [])]
        calls = [e for e in events if e.get("eventType") in ("AwsApiCall", "AwsConsoleAction")]
        return "cloudtrail", len(calls)
    if any("payload" in line for line in lines):
        items = [x["payload"] for x in lines if x.get("type") == "response_item"]
        seen = {
            json.dumps([x.get("call_id") or number, x.get("name"), x.get("arguments")])
            for number, x in enumerate(items)
            if str(x.get("type")).endswith("_call")
        }
        return "codex", len(seen)
    seen = {
        json.dumps([b.get("id") or number, b.get("name"), b["input"]], sort_keys=True)
        for number, b in enumerate(blocks(lines))
    }
    return "claude-code", len(seen)


for name in sys.argv[1:]:
    with open(name, encoding="utf-8", errors="surrogateescape") as file:  # noqa: PTH123
        print(name, *count(values_of(file.read())))
