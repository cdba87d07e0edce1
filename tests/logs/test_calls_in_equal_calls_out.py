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
