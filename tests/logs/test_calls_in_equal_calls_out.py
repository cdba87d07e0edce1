"""Calls read, and those counted as repeated, passed over or invalid, are together the calls in.

Recorded lines of every format are wrapped as runtimes of containers do it, spliced, written twice,
put in another order and cut. How many calls went in is counted here, by the keys of each format
and without its reader.
"""

import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from random import Random
from typing import Any

import pytest
from running import LOGS

from fencekit.logs.log_registry import open_log
from fencekit.model.record import REPEATED, InvalidRecord, Notice, PassedOver, Record

ROUNDS = 60


def objects_in(value: Any) -> Iterator[dict[str, Any]]:
    if isinstance(value, dict):
        yield value
    for item in value.values() if isinstance(value, dict) else value:
        if isinstance(item, dict | list):
            yield from objects_in(item)


def has(key: str, *words: str) -> Callable[[dict[str, Any]], bool]:
    return lambda value: value.get(key) in words


NEVER = "(?!)"
"""For formats of whose lines each is a record, however little of it there is."""


def word_of(value: dict[str, Any], key: str) -> str:
    pairs = value.get("attributes")
    named = {pair["key"]: pair["value"] for pair in pairs} if isinstance(pairs, list) else {}
    return str(named.get(key, {}).get("stringValue", ""))


def is_tool(span: dict[str, Any]) -> bool:
    kind = word_of(span, "openinference.span.kind")
    return word_of(span, "gen_ai.operation.name") == "execute_tool" or kind == "TOOL"


FORMATS: dict[str, tuple[tuple[str, ...], Callable[[dict[str, Any]], bool], str]] = {
    "claude-code": (
        ("claude_code/recorded.jsonl",),
        has("type", "tool_use"),
        r'"type"\s*:\s*"tool_use"',
    ),
    "codex": (
        ("codex/recorded.jsonl",),
        has("type", "function_call", "custom_tool_call"),
        r'"type"\s*:\s*"(?:function|custom_tool)_call"',
    ),
    "claude-code-hook": (
        ("claude_code_hook/recorded.jsonl",),
        has("hook_event_name", "PreToolUse"),
        r'"tool_name"\s*:',
    ),
    "mcp": (("mcp/2026-07-28.jsonl",), has("method", "tools/call"), r'"method"\s*:\s*"tools/call"'),
    "opa": (("opa/console.jsonl",), lambda v: "decision_id" in v, r'"decision_id"\s*:'),
    "langsmith": (("langsmith/nested.jsonl",), has("run_type", "tool"), r'"run_type"\s*:\s*"tool"'),
    "langfuse": (("langfuse/rows.jsonl",), has("type", "TOOL"), r'"type"\s*:\s*"TOOL"'),
    "cloudtrail": (
        ("cloudtrail/verified-permissions.jsonl",),
        lambda value: "eventID" in value and "Batch" not in str(value.get("eventName")),
        r'"eventID"\s*:',
    ),
    "otel": (("otel/collector.jsonl",), lambda v: "spanId" in v and is_tool(v), r'"spanId"\s*:'),
    "fencekit": (
        ("fencekit/agents.jsonl",),
        has("schema", "fencekit.record/1"),
        r'"schema"\s*:\s*"fencekit\.record/',
    ),
    "capfence-audit": (("capfence_audit/agents.jsonl",), lambda v: "audit_id" in v, NEVER),
    "capfence-trace": (
        ("capfence_trace/agents.jsonl",),
        lambda v: v.keys() >= {"actor", "payload"},
        NEVER,
    ),
    "permdiff": (("permdiff/calls.jsonl",), lambda v: "arguments" in v and "recorded" in v, NEVER),
    "capability-proxy": (("capability_proxy/flat.jsonl",), lambda v: "tool" in v, NEVER),
}
"""The samples of a format, what is a call in them, and by which text one shows."""

SPLICES = ("claude-code", "codex", "mcp", "opa")
"""Formats of lines, in which several records may stand on one."""

KEEPS_ONE = ("claude-code", "codex")
"""Formats that count the same call once."""


def lines_of(name: str) -> list[bytes]:
    """Return the lines of the samples that hold calls, with what the calls need before them."""
    samples, is_call, _ = FORMATS[name]
    found = [line for each in samples for line in (LOGS / each).read_bytes().splitlines()]
    whole = [line for line in found if line.strip().startswith(b"{")]
    plain = [line for line in whole if b"Batch" not in line and b"isSidechain-odd" not in line]
    return [line for line in plain if any(map(is_call, objects_in(json.loads(line))))]


def calls_in(name: str, line: bytes) -> int:
    return sum(map(FORMATS[name][1], objects_in(json.loads(line))))


def compose(line: bytes) -> bytes:
    return b"agent-1  | " + line


def docker(line: bytes) -> bytes:
    text = line.decode() + "\n"
    return json.dumps({"log": text, "stream": "stdout", "time": "2026-11-30T00:00:00Z"}).encode()


def cri(line: bytes) -> bytes:
    return b"2026-11-30T00:00:00.5Z stdout F " + line


def plain(line: bytes) -> bytes:
    return line


WRAPPERS = (plain, plain, compose, docker, cri)


@pytest.mark.parametrize("name", FORMATS)
def test_calls_read_and_counted_are_the_calls_in(name: str, tmp_path: Path) -> None:
    chance, path = Random(f"15 {name}"), tmp_path / "log"
    known = lines_of(name)
    assert known
    for number in range(ROUNDS):
        chosen = chance.choices(known, k=chance.randint(2, 8))  # with repetition, in any order
        expected = sum(calls_in(name, line) for line in chosen)
        written = list(chosen)
        if name in SPLICES and chance.random() < 0.5:
            at = chance.randrange(len(written) - 1)
            written[at : at + 2] = [written[at] + written[at + 1]]
        if chance.random() < 0.5:
            expected, written = cut(name, chance, expected, written)
        wrap = chance.choice(WRAPPERS)
        path.write_bytes(b"\n".join(map(wrap, written)))
        with open_log(path, name) as log:
            entries = list(log.entries())
        read = sum(isinstance(entry, Record) for entry in entries)
        again = sum(e.count for e in entries if isinstance(e, Notice) and e.kind == REPEATED)
        over = sum(entry.count for entry in entries if isinstance(entry, PassedOver))
        lost = sum(entry.count for entry in entries if isinstance(entry, InvalidRecord))
        assert read + again + over + lost == expected, (number, wrap.__name__, written, entries)
        assert not again or name in KEEPS_ONE


def cut(name: str, chance: Random, expected: int, written: list[bytes]) -> tuple[int, list[bytes]]:
    """Cut the last line, and return how many calls there are then; a torn one is one at least."""
    *before, last = written
    objects = split(last)
    torn = objects[-1][: chance.randrange(1, len(objects[-1]))]
    begun = len(re.findall(FORMATS[name][2].encode(), torn))
    expected += max(1, begun) - calls_in(name, objects[-1])
    return expected, [*before, b"".join([*objects[:-1], torn])]


def split(line: bytes) -> list[bytes]:
    """Return the objects that stand on a line one after another."""
    found, text, at = [], line.decode(), 0
    while at < len(text):
        _, end = json.JSONDecoder().raw_decode(text, at)
        found.append(text[at:end].encode())
        at = end
    return found


def test_log_events_in_any_order_tell_of_each_call_once(tmp_path: Path) -> None:
    chance, path = Random("15 otel-logs"), tmp_path / "log"
    text = (LOGS / "otel_events/collector.jsonl").read_text("utf-8")
    events = list(objects_in([json.loads(x) for x in text.splitlines()]))
    named = [json.dumps(each) for each in events if "timeUnixNano" in each]
    told = [each for each in named if "toolu_01" in each or '"call_1"' in each]
    assert len(told) == 4
    for _ in range(ROUNDS // 3):
        numbers = range(chance.randint(1, 5))
        copies = [
            each.replace("toolu_01", f"toolu_{number}").replace("call_1", f"call_{number}")
            for number in numbers
            for each in told
            if chance.random() < 0.8
        ]
        calls = {
            (kind, number)
            for kind in ("toolu", "call")
            for number in numbers
            if any(f'"{kind}_{number}"' in each for each in copies)
        }
        chance.shuffle(copies)
        wrap = chance.choice(WRAPPERS)
        documents = [
            f'{{"resourceLogs":[{{"scopeLogs":[{{"logRecords":[{x}]}}]}}]}}' for x in copies
        ]
        path.write_bytes(b"\n".join(wrap(each.encode()) for each in documents) or b"{}")
        with open_log(path, "otel-logs") as log:
            entries = list(log.entries())
        assert sum(isinstance(entry, Record) for entry in entries) == len(calls), entries
        assert not any(isinstance(entry, InvalidRecord | PassedOver) for entry in entries)
