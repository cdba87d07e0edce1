"""What real logs hold beside their plain lines: what of each is read, and what is counted.

A row is a kind of trouble that people reported, with variations: the text of a log, and how many
calls are read, passed over, lost and noticed.
"""

import bz2
import gzip
import json
import lzma
from pathlib import Path
from typing import Any

import pytest
from running import fencekit

from fencekit.logs.log_registry import open_log, read_log
from fencekit.model.errors import LogError
from fencekit.model.record import Entry, InvalidRecord, Notice, PassedOver, Record
from fencekit.model.request import UNKNOWN
from fencekit.model.verdict import Verdict

S = "0c0ffee0-0000-4000-8000-000000000001"


def lines(*values: Any) -> str:
    return "".join(f"{v if isinstance(v, str) else json.dumps(v)}\n" for v in values)


def use(name: str, command: str = "ls", **more: Any) -> dict[str, Any]:
    return {
        "type": "tool_use",
        "id": f"toolu_{name}",
        "name": "Bash",
        "input": {"command": command},
    } | more


def said(*blocks: Any, kind: str = "assistant", session: str = S, **more: Any) -> dict[str, Any]:
    role = "assistant" if kind == "assistant" else "user"
    message = {"role": role, "content": list(blocks)}
    return {"type": kind, "uuid": "u", "sessionId": session, "message": message, **more}


def result(text: str, **more: Any) -> dict[str, Any]:
    return said(
        {"type": "tool_result", "tool_use_id": "toolu_A", "content": text}, kind="user", **more
    )


def progress(*blocks: Any, **more: Any) -> dict[str, Any]:
    inner = {"type": "assistant", "message": {"role": "assistant", "content": list(blocks)}}
    return {
        "type": "progress",
        "sessionId": S,
        "data": {"type": "agent_progress", "message": inner},
    } | more


def rollout(kind: str, **payload: Any) -> dict[str, Any]:
    return {"timestamp": "2026-08-22T00:00:00Z", "type": kind, "payload": payload}


def event(kind: str, **payload: Any) -> dict[str, Any]:
    return rollout("event_msg", type=kind, **payload)


def ran(name: str, call: str, command: str = "ls") -> dict[str, Any]:
    text = json.dumps({"cmd": command})
    return rollout("response_item", type="function_call", name=name, arguments=text, call_id=call)


META = rollout("session_meta", id="t1", cwd="/srv")


def hook(output: Any = None, **more: Any) -> dict[str, Any]:
    given = {"hook_event_name": "PreToolUse", "session_id": "s", "tool_name": "Bash"}
    return {
        "input": {**given, "tool_input": {"command": "ls"}, "tool_use_id": "t"},
        "output": output,
        **more,
    }


def answer(word: str) -> dict[str, Any]:
    return {"hookSpecificOutput": {"hookEventName": "PreToolUse", "permissionDecision": word}}


def rpc(method: str | None = "tools/call", number: Any = 4, **more: Any) -> dict[str, Any]:
    if method is None:
        return {"jsonrpc": "2.0", "id": number, "result": {"content": []}, **more}
    return {
        "jsonrpc": "2.0",
        "id": number,
        "method": method,
        "params": {"name": "w", "arguments": {}},
    }


def attributes(**named: Any) -> list[dict[str, Any]]:
    return [
        {"key": key.replace("__", "."), "value": {"stringValue": value}}
        for key, value in named.items()
    ]


def span(name: str = "work", **named: str) -> dict[str, Any]:
    return {"traceId": "a", "spanId": "b", "name": name, "attributes": attributes(**named)}


def otlp(*spans: Any, resource: Any = ()) -> dict[str, Any]:
    scopes = [{"scope": {"name": "x"}, "spans": list(spans)}]
    return {"resourceSpans": [{"resource": {"attributes": list(resource)}, "scopeSpans": scopes}]}


def log_event(kind: str, **named: str) -> dict[str, Any]:
    named = {"event__name": kind, "session__id": "s1", **named}
    return {"timeUnixNano": "1777000000000000000", "attributes": attributes(**named)}


def logged(*events: Any) -> dict[str, Any]:
    return {"resourceLogs": [{"resource": {}, "scopeLogs": [{"logRecords": list(events)}]}]}


def decision(number: str) -> dict[str, Any]:
    given = {"capability": "shell.exec", "args": {"command": "ls"}, "principal": "bot"}
    made = {"decision_id": number, "path": "a/allow", "timestamp": "2026-02-01T00:00:01Z"}
    return {**made, "input": given, "result": False, "level": "info", "msg": "Decision Log"}


def observation(number: str, kind: str = "TOOL", **more: Any) -> dict[str, Any]:
    made = {
        "id": number,
        "traceId": "t",
        "type": kind,
        "name": "shell",
        "input": '{"command":"ls"}',
    }
    return {**made, "startTime": "2026-07-23T00:00:00Z", **more}


def run(number: str, kind: str = "tool", *inside: Any) -> dict[str, Any]:
    made = {"id": number, "run_type": kind, "name": "shell", "inputs": {"command": "ls"}}
    return {**made, "start_time": "2026-01-01T00:00:00", "child_runs": list(inside)}


EXECUTES = {"gen_ai__operation__name": "execute_tool", "gen_ai__tool__name": "shell"}
TWICE = attributes(host__name="x", gen__x="y") + attributes(host__name="x")
TORN = json.dumps(said(use("T")))[:90]
TRACE = {"id": "t", "name": "run", "timestamp": "2026-07-23T00:00:00Z", "userId": "mara"}
DESKTOP = "2026-02-02T15:40:52.236Z [fs] [info] "

Counts = tuple[int, int, int, int]
"""Calls read, passed over, lost, notices."""

LOGS: dict[str, tuple[str, Counts]] = {
    # Claude Code: the calls of subagents in progress lines
    "progress": (lines(said(use("A")), progress(use("B"))), (2, 0, 0, 0)),
    "progress with two blocks": (lines(said(use("A")), progress(use("B"), use("C"))), (3, 0, 0, 0)),
    "progress that repeats": (lines(said(use("A")), progress(use("A"))), (1, 0, 0, 1)),
    "progress of another shape": (
        lines(
            said(use("A")), {"type": "progress", "sessionId": S, "data": {"tool": "x", "args": {}}}
        ),
        (1, 1, 0, 0),
    ),
    # Claude Code: several blocks
    "two blocks": (lines(said(use("A"), use("B"))), (2, 0, 0, 0)),
    "a block beside text": (lines(said({"type": "text", "text": "x"}, use("A"))), (1, 0, 0, 0)),
    "a broken block between": (lines(said(use("A"), use("B", input=3), use("C"))), (2, 0, 1, 0)),
    "a block inside an answer": (
        lines(said(use("A")), result("x", toolUseResult=[use("B")])),
        (1, 1, 0, 0),
    ),
    # Claude Code: forks
    "fork": (
        lines(said(use("A")), said(use("A"), session="f"), said(use("B"), session="f")),
        (2, 0, 0, 1),
    ),
    "fork that says so": (
        lines(said(use("A")), said(use("B"), session="f", forkedFrom={"sessionId": S})),
        (2, 0, 0, 0),
    ),
    "the same id with other arguments": (lines(said(use("A")), said(use("A", "rm"))), (2, 0, 0, 0)),
    "an id that sessions count": (
        lines(said(use("A", id="1")), said(use("A", id="1"), session="f")),
        (2, 0, 0, 0),
    ),
    # Claude Code: spliced lines
    "splice": (lines(json.dumps(said(use("A"))) + json.dumps(said(use("B")))), (2, 0, 0, 1)),
    "splice of three": (lines("".join(json.dumps(said(use(x))) for x in "ABC")), (3, 0, 0, 1)),
    "torn with a whole one behind": (lines(TORN + json.dumps(said(use("B")))), (1, 0, 1, 1)),
    "a whole one with a torn one behind": (lines(json.dumps(said(use("B"))) + TORN), (1, 0, 1, 1)),
    # answers that are no strict JSON
    "surrogate in a result": (
        lines(said(use("A")), result("x \ud83d"), said(use("B"))),
        (2, 0, 0, 1),
    ),
    "surrogate in a call": (lines(said(use("A", "x \ud83d")), said(use("B"))), (1, 0, 1, 0)),
    "NaN in a result": (
        lines(said(use("A")), result("x", toolUseResult=float("nan"))),
        (1, 0, 0, 1),
    ),
    "a key twice in a result": (
        lines(said(use("A")), '{"type":"user","sessionId":"s","toolUseResult":{"a":1,"a":2}}'),
        (1, 0, 0, 1),
    ),
    # Codex
    "codex events": (
        lines(
            META,
            rollout("response_item", type="custom_tool_call", call_id="c1", name="exec", input="x"),
            event(
                "item_completed", item={"type": "CommandExecution", "id": "e", "command": ["rm"]}
            ),
            event(
                "item_completed",
                item={
                    "type": "McpToolCall",
                    "id": "m1",
                    "server": "fs",
                    "tool": "w",
                    "arguments": {},
                },
            ),
            event(
                "mcp_tool_call_end",
                call_id="m2",
                invocation={"server": "fs", "tool": "w", "arguments": {"p": 1}},
            ),
            ran("exec_command", "c2"),
        ),
        (5, 0, 0, 0),
    ),
    "codex events of an item": (
        lines(
            META, ran("exec_command", "c"), event("exec_command_end", call_id="c", command=["ls"])
        ),
        (1, 0, 0, 0),
    ),
    "codex events before their item": (
        lines(
            META, event("exec_command_begin", call_id="c", command=["ls"]), ran("exec_command", "c")
        ),
        (1, 0, 0, 0),
    ),
    "codex event of an unknown kind": (
        lines(
            META,
            ran("x", "c"),
            event("item_completed", item={"type": "FutureToolCall", "id": "z", "name": "n"}),
        ),
        (1, 1, 0, 0),
    ),
    "codex history of a compaction": (
        lines(
            META,
            ran("x", "c"),
            rollout(
                "compacted",
                replacement_history=[ran("x", "c")["payload"], ran("x", "d")["payload"]],
            ),
        ),
        (1, 1, 0, 0),
    ),
    "codex before payloads": (
        lines({"type": "function_call", "name": "shell", "arguments": "{}", "call_id": "c"}),
        (1, 0, 0, 0),
    ),
    # hooks
    "hook with a word of its own": (lines(hook({"decision": "proceed"})), (1, 0, 0, 1)),
    "hook that denies and exits 1": (lines(hook(answer("deny"), exit_code=1)), (1, 0, 0, 0)),
    "hook with an odd exit code": (lines(hook(answer("allow"), exit_code="2")), (1, 0, 0, 1)),
    "hook whose call has no line": (
        lines(hook(), {**hook()["input"], "hook_event_name": "PostToolUse", "tool_use_id": "u"}),
        (1, 1, 0, 0),
    ),
    # MCP
    "mcp ids of two types": (
        lines("C> " + json.dumps(rpc(number="4")), "S> " + json.dumps(rpc(None))),
        (1, 0, 0, 1),
    ),
    "mcp answers too many": (lines(rpc(), rpc(None), rpc(None)), (1, 0, 0, 1)),
    "mcp an answer without a call": (lines(rpc(), rpc(None), rpc(None, 5)), (1, 0, 1, 0)),
    "mcp sse": (
        lines(
            "data: " + json.dumps(rpc()),
            "id: 5e70",
            "event: message",
            "data: " + json.dumps(rpc(None)),
            "",
        ),
        (1, 0, 0, 0),
    ),
    "mcp sse over several lines": (
        "data: " + json.dumps(rpc(), indent=1).replace("\n", "\ndata: ") + "\n\n",
        (1, 0, 0, 0),
    ),
    "mcp sse with comments": (
        lines(": ping", "event:message", "data:" + json.dumps(rpc()), "retry: 3"),
        (1, 0, 0, 0),
    ),
    "mcp desktop": (
        lines(
            DESKTOP + "Initializing server... { metadata: undefined }",
            DESKTOP + "Message from client: " + json.dumps(rpc()) + " { metadata: undefined }",
            "a line of the server",
        ),
        (1, 0, 0, 1),
    ),
    "mcp desktop, all servers": (
        lines(
            "2026-02-02T15:40:52.236Z [info] [fs] Message from client: " + json.dumps(rpc()),
            "2026-02-02T15:40:54.236Z [error] [fs] Expected ',' or ']'",
        ),
        (1, 0, 0, 0),
    ),
    "mcp desktop, cut": (
        lines(
            DESKTOP + "Message from client: " + json.dumps(rpc()),
            DESKTOP + "Message from client: " + json.dumps(rpc(number=5))[:-9],
        ),
        (1, 0, 1, 0),
    ),
    # OpenTelemetry: every convention
    "otel mcp": (
        lines(otlp(span("tools/call w", mcp__method__name="tools/call", gen_ai__tool__name="w"))),
        (1, 0, 0, 0),
    ),
    "otel mcp by its name": (lines(otlp(span("tools/call w"))), (1, 0, 0, 0)),
    "otel mcp of another method": (
        lines(otlp(span("tools/list", mcp__method__name="tools/list"), span(**EXECUTES))),
        (1, 0, 0, 0),
    ),
    "otel no operation": (
        lines(otlp(span("execute_tool shell", gen_ai__tool__name="shell"))),
        (1, 0, 0, 0),
    ),
    "otel by its name alone": (lines(otlp(span("execute_tool shell"))), (1, 0, 0, 0)),
    "otel running tool": (
        lines(otlp(span("running tool", gen_ai__tool__name="shell", tool_arguments="{}"))),
        (1, 0, 0, 0),
    ),
    "otel openllmetry": (
        lines(
            otlp(
                span(
                    "shell.tool",
                    traceloop__span__kind="tool",
                    traceloop__entity__input='{"command":"ls"}',
                )
            )
        ),
        (1, 0, 0, 0),
    ),
    "otel vercel": (
        lines(otlp(span("ai.toolCall", ai__toolCall__name="shell", ai__toolCall__args='{"c":1}'))),
        (1, 0, 0, 0),
    ),
    "otel by no convention": (
        lines(otlp(span("x", acme__tool__name="shell"), span(**EXECUTES))),
        (1, 1, 0, 0),
    ),
    "otel what a model proposes": (
        lines(otlp(span("chat", gen_ai__operation__name="chat", llm__x="y"), span(**EXECUTES))),
        (1, 0, 0, 0),
    ),
    "otel snake case": (
        lines(
            {
                "resource_spans": [
                    {
                        "resource": {},
                        "scope_spans": [
                            {
                                "spans": [
                                    {
                                        "span_id": "b",
                                        "name": "x",
                                        "attributes": [
                                            {
                                                "key": "gen_ai.operation.name",
                                                "value": {"string_value": "execute_tool"},
                                            },
                                            {
                                                "key": "gen_ai.tool.name",
                                                "value": {"string_value": "shell"},
                                            },
                                        ],
                                    }
                                ]
                            }
                        ],
                    }
                ]
            }
        ),
        (1, 0, 0, 0),
    ),
    "otel tempo": (
        lines({"batches": [{"resource": {}, "scopeSpans": [{"spans": [span(**EXECUTES)]}]}]}),
        (1, 0, 0, 0),
    ),
    "otel jaeger": (
        lines(
            {
                "data": [
                    {
                        "traceID": "t",
                        "spans": [
                            {
                                "traceID": "t",
                                "spanID": "s",
                                "operationName": "execute_tool shell",
                                "processID": "p1",
                                "startTime": 1777000000000000,
                                "tags": [
                                    {"key": "gen_ai.tool.name", "type": "string", "value": "shell"}
                                ],
                            }
                        ],
                        "processes": {"p1": {"serviceName": "x"}},
                    }
                ]
            }
        ),
        (1, 0, 0, 0),
    ),
    "otel a resource key twice": (
        lines(otlp(*[span(**EXECUTES)] * 5, resource=TWICE)),
        (5, 0, 0, 5),
    ),
    "otel a resource key with two values": (
        lines(otlp(*[span(**EXECUTES)] * 2, resource=TWICE + attributes(host__name="z"))),
        (2, 0, 0, 4),
    ),
    "otel a list that is none": (
        lines(
            {"resourceSpans": [{"scopeSpans": {"x": [{"tool_name": "a", "tool_input": {}}] * 3}}]},
            otlp(span(**EXECUTES)),
        ),
        (1, 0, 3, 0),
    ),
    "otel a torn document": (json.dumps(otlp(*[span(**EXECUTES)] * 4))[:-150], (0, 0, 4, 0)),
    # log events of agents
    "otel logs": (
        lines(
            logged(
                log_event(
                    "tool_decision", tool_name="Bash", decision="reject", source="user_reject"
                ),
                log_event(
                    "tool_result",
                    tool_name="Bash",
                    decision="accept",
                    source="config",
                    tool_parameters='{"full_command":"ls -la"}',
                ),
            )
        ),
        (2, 0, 0, 0),
    ),
    "otel logs, told of twice": (
        lines(
            logged(
                log_event("tool_decision", tool_name="Bash", decision="accept", source="config"),
                log_event("tool_result", tool_name="Bash", decision="accept"),
            )
        ),
        (1, 0, 0, 0),
    ),
    "otel logs, a word of tomorrow": (
        lines(logged(log_event("tool_result", tool_name="Bash", decision="perhaps"))),
        (1, 0, 0, 1),
    ),
    "otel logs, other events": (
        lines(logged(log_event("user_prompt"), log_event("tool_result", tool_name="Read"))),
        (1, 0, 0, 0),
    ),
    # containers and runtimes
    "opa compose": (
        lines("opa  | " + json.dumps(decision("1")), "opa  | " + json.dumps(decision("2"))),
        (2, 0, 0, 0),
    ),
    "opa compose, indented": (
        "".join(f"opa  | {line}\n" for line in json.dumps(decision("1"), indent=2).splitlines()),
        (1, 0, 0, 0),
    ),
    "opa compose with others": (
        lines("opa-1  | " + json.dumps(decision("1")), "web-1  | listening"),
        (1, 0, 0, 1),
    ),
    "opa docker": (
        lines(
            *(
                {"log": json.dumps(decision(x)) + "\n", "stream": "stdout", "time": "t"}
                for x in "12"
            )
        ),
        (2, 0, 0, 0),
    ),
    "opa docker, cut in two": (
        lines(
            {"log": json.dumps(decision("1"))[:60], "stream": "stdout", "time": "t"},
            {"log": json.dumps(decision("1"))[60:] + "\n", "stream": "stdout", "time": "t"},
        ),
        (1, 0, 0, 0),
    ),
    "opa cri": (
        lines(
            "2026-02-01T00:00:00.1Z stdout P " + json.dumps(decision("1"))[:50],
            "2026-02-01T00:00:00.1Z stdout F " + json.dumps(decision("1"))[50:],
        ),
        (1, 0, 0, 0),
    ),
    "opa kubectl": (lines("[pod/opa-1/opa] " + json.dumps(decision("1"))), (1, 0, 0, 0)),
    # exports
    "langfuse download": (
        json.dumps(
            {
                "trace": {**TRACE, "observations": [observation("1"), observation("2", "AGENT")]},
                "observations": [observation("1"), observation("2", "AGENT")],
            },
            indent=2,
        ),
        (1, 0, 0, 0),
    ),
    "langfuse trace": (
        json.dumps({**TRACE, "observations": [observation("1"), observation("2")]}),
        (2, 0, 0, 0),
    ),
    "langfuse span that calls": (
        lines(observation("1"), observation("2", "SPAN", name="execute_tool shell")),
        (1, 1, 0, 0),
    ),
    "langfuse download on a line": (
        lines({"trace": TRACE, "observations": [observation("1")]}),
        (1, 0, 0, 0),
    ),
    "langsmith traces": (
        json.dumps({"export_metadata": {}, "traces": [run("1", "chain", run("2"))]}, indent=2),
        (1, 0, 0, 0),
    ),
    "langsmith runs in traces": (
        json.dumps({"traces": [{"trace_id": "t", "runs": [run("1"), run("2")]}]}),
        (2, 0, 0, 0),
    ),
    "langsmith of an unknown type": (
        lines(run("1"), run("2", "action") | {"tool": "x"}),
        (1, 1, 0, 0),
    ),
    "langsmith cut": (json.dumps([run("1"), run("2"), run("3")])[:-20], (2, 0, 1, 0)),
}


def counts_of(entries: list[Entry]) -> Counts:
    records = [entry for entry in entries if isinstance(entry, Record)]
    return (
        len(records),
        sum(entry.count for entry in entries if isinstance(entry, PassedOver)),
        sum(entry.count for entry in entries if isinstance(entry, InvalidRecord)),
        sum(entry.count for entry in entries if isinstance(entry, Notice))
        + sum(len(record.notes) for record in records),
    )


@pytest.mark.parametrize("name", LOGS)
def test_every_call_is_read_or_counted(name: str, tmp_path: Path) -> None:
    text, expected = LOGS[name]
    path = tmp_path / "log"
    path.write_text(text, "utf-8")
    with open_log(path) as log:
        entries = list(log.entries())
    assert counts_of(entries) == expected, entries
    places = [entry.place for entry in entries if isinstance(entry, Record)]
    assert len(places) == len(set(places))


def only(path: Path) -> Record:
    (record,) = (entry for entry in read_log(path) if isinstance(entry, Record))
    return record


def test_every_place_explains_its_own_record(tmp_path: Path) -> None:
    policy, path = tmp_path / "policy.yaml", tmp_path / "log"
    policy.write_text("allow: ['*']\n")
    for text, _ in LOGS.values():
        path.write_text(text, "utf-8")
        for entry in read_log(path):
            if isinstance(entry, Record) and not json_is_odd(entry):
                done = fencekit("explain", policy, str(entry.place), "--format", "json")
                assert done.code == 0, done.err
                assert done.report["request"].get("args", {}) == args_of(entry)


def json_is_odd(record: Record) -> bool:
    return record.request.args.open


def args_of(record: Record) -> dict[str, Any]:
    return dict(record.request.args.values)


def test_a_person_who_was_asked_is_an_escalation_and_a_setting_decides_itself(
    tmp_path: Path,
) -> None:
    path = tmp_path / "log"
    words = [
        ("reject", "user_reject"),
        ("reject", "config"),
        ("accept", "config"),
        ("accept", "user_temporary"),
    ]
    events = [log_event("tool_result", tool_name="Bash", decision=w, source=s) for w, s in words]
    path.write_text(lines(logged(*events)))
    found = [
        set(e.recorded.verdicts) for e in read_log(path) if isinstance(e, Record) and e.recorded
    ]
    asked = {Verdict.ESCALATE}
    assert found == [asked, {Verdict.DENY}, {Verdict.ALLOW}, asked]


def test_a_download_knows_who_asked_from_its_trace(tmp_path: Path) -> None:
    path = tmp_path / "log"
    path.write_text(LOGS["langfuse download"][0])
    assert only(path).request.principal == "mara"
    path.write_text(lines(observation("1")))
    assert only(path).request.principal is UNKNOWN


def test_a_subagents_rollout_has_its_own_session_and_its_parents_history_is_the_parents(
    tmp_path: Path,
) -> None:
    path = tmp_path / "log"
    history = [
        rollout("session_meta", id="child"),
        rollout("session_meta", id="parent"),
        ran("x", "c1"),
    ]
    path.write_text(lines(*history, event("task_started"), ran("x", "c9")))
    records = [entry for entry in read_log(path) if isinstance(entry, Record)]
    assert [(record.id, record.session) for record in records] == [
        ("c1", "parent"),
        ("c9", "child"),
    ]


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (said(use("A")), ran("x", "c")),
        (hook(), said(use("A"))),
        (otlp(span(**EXECUTES)), logged(log_event("tool_result", tool_name="x"))),
        (decision("1"), rpc()),
    ],
)
def test_two_formats_in_one_file_are_named_and_refused(
    first: Any, second: Any, tmp_path: Path
) -> None:
    path = tmp_path / "log"
    path.write_text(lines(first, second))
    with pytest.raises(LogError, match=r"holds two formats: `.*` .*, `.*` "):
        list(read_log(path))


def test_another_format_beyond_the_sample_is_passed_over(tmp_path: Path) -> None:
    path = tmp_path / "log"
    path.write_text(lines(*[said(use(str(number))) for number in range(40)], ran("x", "c")))
    assert counts_of(list(read_log(path))) == (40, 1, 0, 0)


PACKERS = {"gzip": gzip.compress, "xz": lzma.compress, "bzip2": bz2.compress}


@pytest.mark.parametrize("name", [*PACKERS, "zstd"])
def test_packed_logs_are_read_and_damaged_ones_are_named(name: str, tmp_path: Path) -> None:
    data = lines(*[said(use(str(number))) for number in range(3)]).encode()
    if name == "zstd":
        packed = pytest.importorskip("zstandard").ZstdCompressor().compress(data)
    else:
        packed = PACKERS[name](data)
    path = tmp_path / "log"
    path.write_bytes(packed)
    assert counts_of(list(read_log(path))) == (3, 0, 0, 0)
    path.write_bytes(packed[:12] + b"\xff\x00" * 9 + packed[30:])
    with pytest.raises(LogError) as caught:
        list(read_log(path))
    assert caught.value.place is not None


def test_zstd_without_its_package_says_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(__import__("sys").modules, "zstandard", None)
    monkeypatch.setitem(__import__("sys").modules, "compression.zstd", None)
    path = tmp_path / "log.zst"
    path.write_bytes(b"\x28\xb5\x2f\xfd rest")
    with pytest.raises(LogError, match="packed with zstd") as caught:
        list(read_log(path))
    assert "fencekit[zstd]" in caught.value.hint


@pytest.mark.parametrize(
    ("data", "what"),
    [
        (b"PAR1\x15\x04", "a Parquet file"),
        ("{}".encode("utf-16"), "UTF-16"),
        ("{'a': 1}".encode("utf-16-le"), "UTF-16"),
        (b"PK\x03\x04rest", "a zip archive"),
        (b"package authz\n\nallow if true\n", "a policy in Rego"),
        (b"permit (principal, action, resource);\n", "a policy in Cedar"),
        (b"deny:\n  - shell\n", "a policy of CapFence"),
        (b"id,name,input\n1,shell,ls\n", "CSV"),
        (b"<!doctype html><html></html>", "an HTML page"),
    ],
)
def test_what_is_no_log_is_called_by_its_name(data: bytes, what: str, tmp_path: Path) -> None:
    path = tmp_path / "log"
    path.write_bytes(data)
    with pytest.raises(LogError, match=f"known here: it is {what}") as caught:
        list(read_log(path))
    assert caught.value.hint


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("package a\nallow if true\n", "Rego"),
        ("permit (\n  principal, action, resource);\n", "Cedar"),
    ],
)
def test_a_policy_in_another_language_is_called_by_its_name(
    text: str, language: str, tmp_path: Path
) -> None:
    policy, log = tmp_path / "policy", tmp_path / "log"
    policy.write_text(text)
    log.write_text(lines(said(use("A"))))
    done = fencekit("replay", log, "--policy", policy, "--baseline", policy)
    assert (done.code, f"this is a policy in {language}" in done.all) == (3, True)


def long_line() -> dict[str, Any]:
    return result("ok", toolUseResult={"stdout": "x" * 40_000})


@pytest.mark.parametrize("order", [0, 1])
def test_a_line_too_long_that_holds_no_call_is_a_notice(order: int, tmp_path: Path) -> None:
    path = tmp_path / "log"
    both = [said(use("A")), long_line()]
    path.write_text(lines(*(both if order else reversed(both))))
    done = fencekit("logs", "stats", path, "--max-line", "32K", "--format", "json")
    assert (done.code, done.report["records"], done.report["invalid"]) == (0, 1, 0)
    assert done.report["notices"][0]["kind"] == "a line longer than 32 KiB, which holds no call"


def test_a_line_too_long_that_holds_calls_is_as_many_records_lost(tmp_path: Path) -> None:
    path = tmp_path / "log"
    path.write_text(lines(said(use("A")), said(use("B", "x" * 40_000), use("C", "y" * 700_000))))
    done = fencekit("logs", "stats", path, "--max-line", "32KiB", "--format", "json")
    assert (done.code, done.report["records"], done.report["invalid"]) == (3, 1, 2)
    assert fencekit("logs", "stats", path).code == 0


@pytest.mark.parametrize("wrong", ["", "many", "0", "-1", "1TB"])
def test_a_size_that_is_none_is_refused(wrong: str, tmp_path: Path) -> None:
    path = tmp_path / "log"
    path.write_text(lines(said(use("A"))))
    assert fencekit("logs", "stats", path, f"--max-line={wrong}").code == 2


@pytest.mark.parametrize("text", ["1796032800000", "1796032800", "17960328000000000"])
def test_a_number_is_no_time_and_said_to_be_none(text: str, tmp_path: Path) -> None:
    path = tmp_path / "log"
    path.write_text(
        lines({"schema": "fencekit.record/1", "time": text, "request": {"capability": "a"}})
    )
    done = fencekit("logs", "show", path, "--until", "2000-01-01")
    assert (done.out, "a time that is no ISO 8601 text" in done.err) == ("", True)
