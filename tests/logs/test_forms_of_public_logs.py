"""Forms that stand in public repositories and that no sample of ours had, rebuilt in small.

`docs/log-counts.md` says where they were found. A row has how many calls are read, passed over,
lost and noticed.
"""

import json
from pathlib import Path
from typing import Any

import pytest
from running import fencekit

from fencekit.logs.log_registry import open_log, read_log
from fencekit.model.record import Record
from logs.test_nothing_unseen import (
    EXECUTES,
    META,
    TRACE,
    Counts,
    attributes,
    counts_of,
    decision,
    event,
    lines,
    observation,
    otlp,
    rollout,
    rpc,
    run,
    said,
    span,
    use,
)


def stripped(number: str) -> dict[str, Any]:
    """An observation as it stands inside the trace of a download: its input is beside it."""
    return observation(number, input=None, metadata={})


def download(inside: list[Any], beside: list[Any]) -> str:
    return json.dumps({"trace": {**TRACE, "observations": inside}, "observations": beside})


def by_graph(number: str, name: str, *tags: str, **more: Any) -> dict[str, Any]:
    metadata = {"langgraph_node": "tools", "tags": list(tags)}
    return observation(number, "SPAN", name=name, metadata=metadata, **more)


def traced(number: str, **named: str) -> dict[str, Any]:
    keys = {key.replace("__", "."): value for key, value in named.items()}
    return observation(number, "SPAN", metadata=json.dumps({"attributes": keys}))


def recording(*pairs: Any) -> str:
    made = [
        {"type": "jsonrpc_request", "request": asked, "response": answer} for asked, answer in pairs
    ]
    return json.dumps({"version": "1.0", "interactions": made}, indent=2)


def selected(number: str, kind: str = "tool") -> dict[str, Any]:
    """A run of LangSmith of which a query asked for some fields, and not for the inputs."""
    return {"id": number, "name": "crm", "run_type": kind, "trace_id": "t", "extra": {}}


def row(number: str, **named: str) -> dict[str, Any]:
    keys = {key.replace("__", "."): value for key, value in named.items()}
    return {"span_id": number, "trace_id": "a", "name": "weather", "attributes": keys}


HELLO = "[2025-09-24T01:13:57.568390Z] "
ASKED, ANSWERED = rpc(), rpc(None)

LOGS: dict[str, tuple[str, Counts]] = {
    # what is damaged around records costs as many as there are
    "langfuse a list by another name": (
        lines({"dota": [observation(x, input=None) for x in "123"], "meta": {}}, observation("4")),
        (1, 0, 3, 0),
    ),
    "otel spans where groups stand": (
        lines(
            {
                "resourceSpans": [
                    {"scopeSpans": [{"scope": {}, "spans": []}, *[span(**EXECUTES)] * 3]}
                ]
            }
        ),
        (0, 0, 3, 0),
    ),
    "otel a group without spans": (
        lines({"resourceSpans": [{"scopeSpans": [{"scope": {"name": "x"}}]}]}, otlp(span())),
        (0, 0, 0, 0),
    ),
    "mcp the rest of a line that begins as a comment does": (
        lines(ASKED, ANSWERED, ':"files","version":""}}}'),
        (1, 0, 1, 0),
    ),
    "mcp a bracket that begins no array": (
        lines("[> " + json.dumps(rpc("ping")), "C> " + json.dumps(ASKED)),
        (1, 0, 0, 0),
    ),
    # forms of public repositories
    "claude lines without a session": (
        lines(*[{k: v for k, v in said(use(x)).items() if k != "sessionId"} for x in "AB"]),
        (2, 0, 0, 0),
    ),
    "codex arguments as an object": (
        lines(
            META,
            rollout(
                "response_item", type="function_call", call_id="c", name="x", arguments={"a": 1}
            ),
            event("patch_apply_end", call_id="c", changes={}),
        ),
        (1, 0, 0, 0),
    ),
    "langfuse copies without their input": (
        download([stripped("1"), stripped("2")], [observation("1"), observation("2")]),
        (2, 0, 0, 0),
    ),
    "langfuse copies, one of them alone": (
        download([stripped("1"), stripped("2")], [observation("1")]),
        (2, 0, 0, 0),
    ),
    "langfuse copies, the trace behind": (
        json.dumps(
            {
                "observations": [observation("1")],
                "trace": {**TRACE, "observations": [stripped("1")]},
            }
        ),
        (1, 0, 0, 0),
    ),
    "langfuse copies as text and as an object": (
        download([observation("1", input={"command": "ls"})], [observation("1")]),
        (1, 0, 0, 0),
    ),
    "langfuse the same id with another input": (
        download([observation("1", input='{"command":"rm"}')], [observation("1")]),
        (2, 0, 0, 0),
    ),
    "langfuse twice in one download": (
        download([], [observation("1"), observation("1")]),
        (1, 0, 0, 1),
    ),
    "langfuse two downloads of one trace": (
        lines(*[download([stripped("1")], [observation("1")])] * 2),
        (2, 0, 0, 0),
    ),
    "langfuse openinference": (lines(traced("1", openinference__span__kind="TOOL")), (0, 1, 0, 0)),
    "langfuse openllmetry": (lines(traced("1", traceloop__span__kind="tool")), (0, 1, 0, 0)),
    "langfuse another kind": (lines(traced("1", openinference__span__kind="LLM")), (0, 0, 0, 0)),
    "langfuse by langgraph": (
        lines(
            by_graph("1", "tools", "graph:step:2"),
            by_graph("2", "web", "seq:step:1"),
            by_graph("3", "ChannelWrite<...>", "langsmith:hidden"),
            by_graph("4", "Sequence", input='{"messages":[]}'),
            by_graph("5", "py", input="{'query': 'x'}"),
        ),
        (0, 2, 0, 0),
    ),
    "langsmith without inputs": (
        lines(selected("1", "chain"), selected("2"), selected("3")),
        (2, 0, 0, 0),
    ),
    "langsmith in capitals": (lines(run("1", "TOOL"), run("2", "CHAIN")), (1, 0, 0, 0)),
    "langsmith as an array": (json.dumps([selected("1"), run("2")], indent=1), (2, 0, 0, 0)),
    "mcp recorded in pairs": (
        recording((ASKED, ANSWERED), (rpc("tools/list", 5), None), (None, None)),
        (1, 0, 0, 0),
    ),
    "mcp recorded in pairs, on a line": (
        lines(json.loads(recording((ASKED, ANSWERED), (rpc(number=5), None)))),
        (2, 0, 0, 0),
    ),
    "mcp recorded in pairs, cut": (
        recording((ASKED, ANSWERED), (rpc(number=5), None), (rpc(number=6), None))[:-40],
        (0, 0, 3, 0),
    ),
    "mcp with lines of words": (
        lines(
            HELLO + "START /usr/bin/python server.py (pid=7)",
            HELLO + ">>> " + json.dumps(ASKED),
            HELLO + "<<< " + json.dumps(ANSWERED),
            "ready",
        ),
        (1, 0, 0, 2),
    ),
    "mcp torn behind its time": (
        lines(HELLO + ">>> " + json.dumps(ASKED), HELLO + ">>> " + json.dumps(rpc(number=5))[:40]),
        (1, 0, 1, 0),
    ),
    "opa for splunk": (
        lines({"event": decision("1"), "time": 7}, {"event": decision("2"), "time": 8}),
        (2, 0, 0, 0),
    ),
    "opa for splunk, indented": (
        "\n".join(json.dumps({"event": decision(x)}, indent=2) for x in "123"),
        (3, 0, 0, 0),
    ),
    "opa for splunk beside plain ones": (
        lines(decision("1"), {"event": decision("2")}, {"event": {"decision_id": 7}}),
        (2, 0, 1, 0),
    ),
    "otel rows under spans": (
        json.dumps(
            {
                "spans": [
                    row("1", openinference__span__kind="LLM"),
                    row("2", openinference__span__kind="TOOL", input__value='{"city":"x"}'),
                ]
            }
        ),
        (1, 0, 0, 0),
    ),
    "otel rows on lines": (
        lines(*[row(x, gen_ai__operation__name="execute_tool") for x in "12"]),
        (0, 0, 2, 0),
    ),
    "otel openllmetry with its own name": (
        lines(
            otlp(
                span(
                    "x.tool",
                    traceloop__span__kind="tool",
                    traceloop__entity__name="shell",
                    traceloop__entity__input='{"inputs":{"command":"ls"}}',
                ),
                span("y.tool", traceloop__span__kind="tool", traceloop__entity__input='"ls"'),
                span("z.task", traceloop__span__kind="task"),
            )
        ),
        (2, 0, 0, 0),
    ),
}


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


@pytest.mark.parametrize("name", ["langfuse copies without their input", "mcp recorded in pairs"])
def test_what_is_read_has_its_arguments_and_a_place_that_explain_takes(
    name: str, tmp_path: Path
) -> None:
    path, policy = tmp_path / "log", tmp_path / "policy.yaml"
    path.write_text(LOGS[name][0], "utf-8")
    policy.write_text("allow: ['*']\n")
    for entry in read_log(path):
        assert isinstance(entry, Record)
        assert not entry.request.args.open
        assert fencekit("explain", policy, str(entry.place)).code == 0


def test_attributes_of_a_row_need_to_be_an_object(tmp_path: Path) -> None:
    path = tmp_path / "log"
    path.write_text(lines(otlp(span("work")), row("1") | {"attributes": attributes(a="b")}))
    with open_log(path) as log:
        assert counts_of(list(log.entries())) == (0, 0, 1, 0)
