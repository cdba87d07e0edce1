"""Rollouts of Codex: every kind of call, each once, and no decision."""

import json
import random
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fencekit.logs.codex import CALLS, FORMAT
from fencekit.logs.log_format import LogLayout, LogSample
from fencekit.logs.log_registry import formats, open_log
from fencekit.model.record import Completeness, InvalidRecord, Record
from fencekit.model.request import UNKNOWN
from logs.reading import read_calls

REPOSITORY = Path(__file__).resolve().parents[2]
SAMPLE = REPOSITORY / "fixtures" / "logs" / "codex" / "rollout.jsonl"
RECORDED = REPOSITORY.parent / "shared" / "data" / "claude_code_calls.jsonl"
SESSION = "01a0c0de-4f00-7a11-9c2d-5e6f70819203"


def line(kind, payload, **more):
    return {"timestamp": "2026-11-20T16:00:00Z", "type": kind, "payload": payload, **more}


def item(kind, **more):
    return line("response_item", {"type": kind, **more})


def function(name="shell", args=None, **more):
    text = json.dumps({"command": ["ls"]} if args is None else args)
    return item("function_call", **{"name": name, "arguments": text, "call_id": "call_1", **more})


def meta(**more):
    return line("session_meta", {"id": "s", "cwd": "/srv", **more})


@pytest.fixture
def read(tmp_path):
    def entries(*lines, log_format="codex"):
        path = tmp_path / "rollout.jsonl"
        texts = (line if isinstance(line, str) else json.dumps(line) for line in lines)
        path.write_text("\n".join(texts) + "\n", "utf-8")
        return list(read_calls(path, log_format=log_format))

    return entries


@pytest.fixture(scope="module")
def sample():
    return list(read_calls(SAMPLE))


def test_the_sample_is_recognised_and_by_no_other_format():
    with open_log(SAMPLE) as log:
        assert log.format is FORMAT
    assert formats()["codex"] is FORMAT


def test_every_call_of_the_sample_is_read_once_and_in_order(sample):
    assert [(entry.place.line, entry.tool, entry.id[5:]) for entry in sample] == [
        (6, "shell", "01"),
        (8, "exec_command", "02"),
        (10, "write_stdin", "03"),
        (12, "apply_patch", "04"),
        (15, "local_shell", "05"),
        (17, "web_search", ""),
        (18, "web_search", ""),
        (19, "mcp__tracker__get_issue", "06"),
        (25, "exec_command", "07"),
        (27, "mcp__tracker__list_open", "08"),
        (28, "spawn_agent", "09"),
        (29, "exec", "10"),
        (30, "update_plan", "11"),
    ]


def test_the_tools_of_the_sample_are_mapped_but_those_without_a_default(sample):
    assert Counter(entry.request.capability for entry in sample) == {
        "shell.exec": 5,
        "web.search": 2,
        "mcp.tools.call": 2,
        UNKNOWN: 2,
        "file.write": 1,
        "agent.run": 1,
    }
    assert [entry.tool for entry in sample if not entry.mapped] == ["exec", "update_plan"]


def test_a_rollout_keeps_no_decision(sample):
    assert {entry.recorded for entry in sample} == {None}


def test_the_arguments_are_those_that_the_text_spells_in_their_order(sample):
    args = sample[0].request.args
    assert list(args.values) == ["command", "workdir", "timeout_ms"]
    assert args.values["command"] == ["bash", "-lc", "rg -n 'stock' shop"]
    assert sample[3].request.args.values["input"].startswith("*** Begin Patch\n")
    assert sample[4].request.args.values["command"] == ["git", "diff", "--stat"]
    assert (sample[9].request.args.values, sample[9].request.args.whole) == ({}, True)


def test_what_a_rollout_does_not_hold_is_unknown(sample):
    assert Counter(entry.completeness for entry in sample) == {
        Completeness.FULL: 11,
        Completeness.ARGS_MISSING: 1,
        Completeness.MASKED: 1,
    }
    assert sample[6].request.args.get("query") is UNKNOWN
    assert sample[10].request.args.get("message") is UNKNOWN
    assert sample[10].request.args.get("agent_type") == "worker"
    assert sample[10].request.args.get("absent") is None
    for entry in sample:
        assert entry.request.principal is UNKNOWN
        assert entry.request.in_context("environment") is UNKNOWN


def test_the_lines_before_a_call_say_whose_it_is_and_where(sample):
    assert {entry.session for entry in sample} == {SESSION}
    assert sample[0].time == "2026-11-20T16:00:04.006Z"
    known = [entry.request.context.values for entry in sample]
    assert known[7] == {"cwd": "/srv/shop", "approval_policy": "on-request"}
    assert known[8] == {"cwd": "/srv/shop/docs", "approval_policy": "never"}


def test_a_turn_keeps_the_directory_of_the_session_where_it_names_none(read):
    (entry,) = read(meta(), line("turn_context", {"approval_policy": {"granular": {}}}), function())
    assert (entry.session, entry.request.context.values) == ("s", {"cwd": "/srv"})


def test_another_session_forgets_the_one_before_even_where_it_cannot_be_read(read):
    first, second = read(meta(), function(), meta(id=7, cwd=7), function())
    assert (first.session, first.request.in_context("cwd")) == ("s", "/srv")
    assert (second.session, second.request.in_context("cwd")) == ("", UNKNOWN)


def test_the_same_item_written_again_is_one_call_and_other_arguments_are_another(read):
    again = [meta(), function(), function(), function(args={"command": ["rm"]})]
    assert [entry.request.args.values["command"] for entry in read(*again)] == [["ls"], ["rm"]]
    assert len(read(meta(), function(), meta(id="other"), function())) == 2


def test_calls_without_an_id_are_never_taken_for_one_another(read):
    search = item("web_search_call", action={"type": "search", "query": "x"})
    assert len(read(search, search)) == 2


def test_the_older_id_stands_in_where_there_is_no_call_id(read):
    (entry,) = read(item("local_shell_call", id="lsh_1", action={"command": ["ls"]}))
    assert entry.id == "lsh_1"


@pytest.mark.parametrize(
    ("namespace", "name", "tool"),
    [
        (None, "mcp__fs__read", "mcp__fs__read"),
        ("", "shell", "shell"),
        ("mcp__fs", "read", "mcp__fs__read"),
        ("mcp__fs__", "read", "mcp__fs__read"),
        ("agents", "_wait", "agents__wait"),
    ],
)
def test_a_namespace_stands_before_the_name(read, namespace, name, tool):
    assert read(function(name, namespace=namespace))[0].tool == tool


def test_an_encrypted_argument_is_unknown_and_the_others_are_known(read):
    plain, named, other = read(
        function(args={"a": 1, "b": 2}, encrypted_function_args=[]),
        function(args={"a": 1, "b": 2}, encrypted_function_args=["b"], call_id="2"),
        function(args={"a": 1}, encrypted_content="gAAAA", call_id="3"),
    )
    assert (plain.completeness, plain.request.args.whole) == (Completeness.FULL, True)
    assert (named.completeness, named.request.args.get("a")) == (Completeness.MASKED, 1)
    assert named.request.args.get("b") is UNKNOWN
    assert (other.completeness, other.request.args.get("c")) == (Completeness.MASKED, UNKNOWN)


def test_the_calls_of_the_services_own_tools_are_read(read):
    search, image = read(
        item("tool_search_call", execution="client", arguments={"query": "mail"}),
        item("image_generation_call", status="completed", result="…"),
    )
    assert (search.tool, search.request.args.values) == ("tool_search", {"query": "mail"})
    assert (image.tool, image.completeness) == ("image_generation", Completeness.ARGS_MISSING)


@pytest.mark.parametrize(
    ("bad", "message"),
    [
        ({}, "the line has no `type`"),
        ({"type": ["response_item"]}, "the line has no `type`"),
        ({"type": "response_item"}, "`payload` is not an object"),
        (line("response_item", [1]), "`payload` is not an object"),
        (line("session_meta", None), "`payload` is not an object"),
        (line("turn_context", "x"), "`payload` is not an object"),
        (line("response_item", {}), "the item has no `type`"),
        (item("telepathy_call"), "unknown kind of call: `telepathy_call`"),
        (item("function_call", name="shell"), "`arguments` is not text"),
        (function(arguments=[]), "`arguments` is not text"),
        (function(arguments="[1]"), "`arguments` is not a JSON object"),
        (function(arguments='{"a": NaN}'), "`arguments`: `NaN` is no JSON number"),
        (
            function(arguments='{"a": 1, "a": 2}'),
            "`arguments`: the key `a` occurs twice in one object",
        ),
        (function(name=""), "the call has no `name`"),
        (function(name=1), "`name` is not text"),
        (function(namespace=1), "`namespace` is not text"),
        (function(encrypted_function_args="a"), "`encrypted_function_args` is not a list of texts"),
        (function(encrypted_function_args=[1]), "`encrypted_function_args` is not a list of texts"),
        (function(encrypted_content=1), "`encrypted_content` is not text"),
        (item("custom_tool_call", name="apply_patch"), "`input` is not text"),
        (item("custom_tool_call", input=""), "the call has no `name`"),
        (item("local_shell_call"), "`action` is not an object"),
        (item("web_search_call", action="x"), "`action` is not an object"),
        (item("tool_search_call", arguments="x"), "`arguments` is not an object"),
        ("7", "not a JSON object"),
        ('{"a": NaN}', "`NaN` is no JSON number"),
    ],
)
def test_a_line_that_should_be_a_call_and_cannot_be_read_is_invalid(read, bad, message):
    good, wrong, after = read(function(), bad, function(call_id="call_2"))
    assert (good.id, after.id) == ("call_1", "call_2")
    assert isinstance(wrong, InvalidRecord)
    assert (wrong.error.message, wrong.place.line, wrong.error.place.line) == (message, 2, 2)
    assert wrong.excerpt


def test_arguments_that_were_cut_are_invalid(read):
    (wrong,) = read(function(arguments='{"command": ["l'))
    assert wrong.error.message.startswith("`arguments`: not JSON: ")


@pytest.mark.parametrize(
    "other",
    [
        line("event_msg", {"type": "exec_approval_request", "call_id": "call_1"}),
        line("event_msg", {"type": "exec_command_end", "call_id": "call_1", "command": ["ls"]}),
        line("event_msg", {"type": "token_count", "info": None}),
        line("compacted", {"replacement_history": [function()["payload"]]}),
        line("a-type-of-tomorrow", 7),
        item("message", role="user", content=[]),
        item("function_call_output", call_id="call_1", output="no"),
        item("reasoning", summary=[]),
    ],
)
def test_lines_of_other_kinds_are_passed_over(read, other):
    assert [entry.id for entry in read(other, function())] == ["call_1"]


def test_detection_asks_for_a_type_and_a_payload():
    def recognised(*values):
        sample = LogSample(LogLayout.LINES, values)
        return [name for name, known in formats().items() if known.recognises(sample)]

    assert recognised(meta()) == ["codex"]
    assert recognised(line("a-type-of-tomorrow", {}), function()) == ["codex"]
    assert recognised({"type": "response_item"}) == []
    assert recognised({"type": "function_call", "call_id": "c", "name": "shell"}) == ["codex"]
    assert recognised({"type": [], "payload": {}}) == []


def test_every_kind_of_call_ends_with_the_same_word():
    assert all(kind.endswith("_call") for kind in CALLS)


def test_a_corrupted_line_costs_no_call_of_another_line(tmp_path):
    rng = random.Random(20261125)
    whole = SAMPLE.read_bytes().splitlines()
    path = tmp_path / "rollout.jsonl"

    def calls(entries):
        return {(entry.id, entry.tool) for entry in entries if isinstance(entry, Record)}

    invalid = 0
    for _ in range(400):
        at = rng.randrange(len(whole))
        path.write_bytes(b"\r\n".join([*whole[:at], b"", *whole[at + 1 :]]))
        without = calls(read_calls(path, log_format="codex"))
        broken = bytearray(whole[at])
        for _ in range(rng.randint(1, 3)):
            spot = rng.randrange(len(broken))
            flipped = bytes([broken[spot] ^ (1 << rng.randrange(8))])
            put = rng.choice([b"", b"\x00", b"\xff", b"{", b'"', b"1e999", flipped])
            broken[spot : spot + rng.randint(0, 3)] = put
        put = bytes(broken).replace(b"\n", b" ").replace(b"\r", b" ")
        path.write_bytes(b"\r\n".join([*whole[:at], put, *whole[at + 1 :]]))
        entries = list(read_calls(path, log_format="codex"))
        wrong = [entry for entry in entries if isinstance(entry, InvalidRecord)]
        assert {entry.place.line for entry in wrong} <= {at + 1}
        lost = without - calls(entries)  # a call that an event tells of is lost with its own item
        assert all(name.encode() in put for name, _ in lost)
        invalid += len(wrong)
    assert invalid > 100


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3)
    ),
    max_leaves=6,
)
KEYS = ("name", "call_id", "id", "input", "action", "namespace", "cwd", "encrypted_content")
PAYLOADS = st.fixed_dictionaries(
    {"type": JSON | st.sampled_from(list(CALLS))},
    optional={
        **dict.fromkeys((*KEYS, "encrypted_function_args", "approval_policy"), JSON),
        "arguments": JSON | JSON.map(json.dumps) | st.text(),
    },
)
KINDS = st.sampled_from(["response_item", "session_meta", "turn_context", "event_msg"])
LINES = st.fixed_dictionaries(
    {"type": JSON | KINDS, "payload": JSON | PAYLOADS}, optional={"timestamp": JSON}
)


@given(odd=LINES)
def test_any_line_is_read_or_passed_over_or_invalid(tmp_path_factory, odd):
    path = tmp_path_factory.mktemp("odd") / "rollout.jsonl"
    path.write_text(json.dumps(odd) + "\n" + json.dumps(function(call_id="last")), "utf-8")
    *before, last = read_calls(path, log_format="codex")
    assert (last.id, len(before) <= 1) == ("last", True)


@pytest.mark.skipif(not RECORDED.exists(), reason="the recorded calls of ../shared/data are absent")
def test_recorded_calls_come_back_as_they_were(read):
    rows = [json.loads(row) for row in RECORDED.read_text("utf-8").splitlines()]
    lines = [function(row["tool"], row["payload"], call_id=row["id"]) for row in rows]
    entries = read(meta(), *lines, log_format=None)
    assert len(entries) == len(rows) > 500
    for row, entry in zip(rows, entries, strict=True):
        assert (entry.id, entry.tool, entry.session) == (row["id"], row["tool"], "s")
        assert entry.request.args.values == row["payload"]
