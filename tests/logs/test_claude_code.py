"""Transcripts of Claude Code: every call once, whatever stands around it, and no decision."""

import json
import random
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fencekit.logs.claude_code import FORMAT, TOOLS
from fencekit.logs.log_format import LogLayout, LogSample
from fencekit.logs.log_registry import formats, open_log
from fencekit.model.record import Completeness, InvalidRecord
from fencekit.model.request import UNKNOWN
from logs.reading import read_calls

REPOSITORY = Path(__file__).resolve().parents[2]
SAMPLE = REPOSITORY / "fixtures" / "logs" / "claude_code" / "session.jsonl"
CALLS = REPOSITORY.parent / "shared" / "data" / "claude_code_calls.jsonl"
SESSION = "5b0c9a52-7d1e-4f0a-9c3b-2f6d1a8e4b77"


def call(name="Bash", given=None, *, id="toolu_1", **more):
    given = {"command": "ls"} if given is None else given
    return {"type": "tool_use", "id": id, "name": name, "input": given, **more}


def said(*blocks, **more):
    message = {"role": "assistant", "content": list(blocks)}
    envelope = {"sessionId": "s", "timestamp": "2026-11-20T09:00:00Z", "cwd": "/srv"}
    return {"type": "assistant", "message": message, **envelope, **more}


@pytest.fixture
def read(tmp_path):
    def entries(*lines, log_format="claude-code"):
        path = tmp_path / "session.jsonl"
        texts = (line if isinstance(line, str) else json.dumps(line) for line in lines)
        path.write_text("\n".join(texts) + "\n", "utf-8")
        return list(read_calls(path, log_format=log_format))

    return entries


def trouble(entry):
    assert isinstance(entry, InvalidRecord)
    assert entry.error.place == entry.place
    return entry.error.message


@pytest.fixture(scope="module")
def sample():
    return list(read_calls(SAMPLE))


def test_the_sample_is_recognised_and_by_no_other_format():
    with open_log(SAMPLE) as log:
        assert log.format is FORMAT
    assert formats()["claude-code"] is FORMAT


def test_every_call_of_the_sample_is_read_once_and_in_order(sample):
    assert [entry.id for entry in sample] == [
        *(f"toolu_{number:02d}" for number in range(1, 10)),
        "srvtoolu_10",
        "toolu_11",
    ]
    assert [entry.place.line for entry in sample] == [7, 8, 12, 14, 17, 21, 23, 26, 27, 29, 33]


def test_the_tools_of_the_sample_are_mapped_but_the_one_without_a_default(sample):
    assert Counter(entry.request.capability for entry in sample) == {
        "file.read": 2,
        "file.write": 2,
        "shell.exec": 2,
        "file.list": 1,
        "mcp.tools.call": 1,
        "agent.run": 1,
        "web.search": 1,
        UNKNOWN: 1,
    }
    assert [entry.tool for entry in sample if not entry.mapped] == ["TodoWrite"]


def test_a_transcript_keeps_no_decision_even_where_a_call_was_rejected_or_denied(sample):
    assert {entry.recorded for entry in sample} == {None}
    lines = map(json.loads, SAMPLE.read_text("utf-8").splitlines())
    said_in_results = {str(line.get("toolUseResult")) for line in lines}
    assert {"rejected", "Error: denied by a permission rule"} <= said_in_results


def test_the_arguments_of_a_call_are_whole_and_in_their_order(sample):
    asked = sample[2].request
    assert list(asked.args.values) == ["file_path", "old_string", "new_string", "replace_all"]
    assert asked.args.whole
    assert sample[5].request.args.values == {"command": "git push --force origin refunds"}
    assert {entry.completeness for entry in sample} == {Completeness.FULL}


def test_of_who_asks_and_where_only_the_working_directory_is_known(sample):
    for entry in sample:
        assert entry.request.principal is UNKNOWN
        assert entry.request.in_context("cwd") == "/srv/shop"
        assert entry.request.in_context("user_role") is UNKNOWN
        assert entry.request.in_context("environment") is UNKNOWN
    assert {entry.session for entry in sample} == {SESSION}
    assert sample[0].time == "2026-11-20T09:00:06.004Z"


def test_the_same_block_written_again_is_one_call(read):
    assert len(read(said(call()), said(call()), said(call(), call(id="toolu_2")))) == 2


def test_an_id_that_comes_back_with_other_arguments_is_another_call(read):
    again = [said(call()), said(call(given={"command": "rm x"})), said(call(), sessionId="fork")]
    assert [entry.request.args.values["command"] for entry in read(*again)] == ["ls", "rm x"]
    own = said({"type": "tool_use", "id": "1", "name": "Bash", "input": {}}, sessionId="t")
    assert len(read(own, {**own, "sessionId": "u"})) == 2


def test_calls_without_an_id_are_never_taken_for_one_another(read):
    nameless = {"type": "tool_use", "name": "Bash", "input": {}}
    assert len(read(said(nameless), said(nameless))) == 2


def test_blocks_of_one_line_are_judged_one_by_one(read):
    good, bad, last = read(said(call(), call(given="ls", id="toolu_2"), call("Read", {}, id="3")))
    assert (good.id, last.tool) == ("toolu_1", "Read")
    assert trouble(bad) == "the `input` of the call is not an object"


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ({"sessionId": "s"}, "the line has no `type`"),
        ({"type": 3, "sessionId": "s"}, "the line has no `type`"),
        ({"type": "assistant"}, "an assistant's line has no `message` with a `content`"),
        (said(message=[]), "an assistant's line has no `message` with a `content`"),
        (said(message={"content": 1}), "an assistant's line has no `message` with a `content`"),
        (said("text"), "a block of the `content` has no `type`"),
        (said({"type": None}), "a block of the `content` has no `type`"),
        (said({"type": "tool_use", "input": {}}), "the call has no `name`"),
        (said(call(name="")), "the call has no `name`"),
        (said(call(name=["Bash"])), "`name` is not text"),
        (said({"type": "tool_use", "name": "Bash"}), "the `input` of the call is not an object"),
        (said(call(given=[])), "the `input` of the call is not an object"),
        (said(call(id=7)), "`id` is not text"),
        ("[1]", "not a JSON object"),
        ('{"type": "assistant", "type": "user"}', "the key `type` occurs twice in one object"),
    ],
)
def test_a_line_that_should_be_a_call_and_cannot_be_read_is_invalid(read, line, message):
    good, bad, after = read(said(call()), line, said(call(id="toolu_2")))
    assert (good.id, after.id) == ("toolu_1", "toolu_2")
    assert trouble(bad) == message
    assert bad.place.line == 2
    assert bad.excerpt


@pytest.mark.parametrize("odd", [{"timestamp": 1}, {"cwd": {}}, {"sessionId": []}])
def test_what_is_odd_around_a_call_is_noted_and_the_call_stands(read, odd):
    (entry,) = read(said(call(), **odd))
    assert entry.id == "toolu_1"
    assert entry.notes == (f"`{next(iter(odd))}` of the line is not text",)


def test_a_line_that_was_cut_is_invalid_and_the_others_are_read(read):
    whole = json.dumps(said(call()))
    entries = read(whole, whole[:-9])
    assert entries[0].id == "toolu_1"
    assert trouble(entries[1]).startswith("not JSON: ")


@pytest.mark.parametrize(
    "line",
    [
        {"type": "user", "message": {"role": "user", "content": "tool_use"}},
        {"type": "user", "message": {"content": [{"type": "tool_result"}, "odd"]}},
        {"type": "assistant", "message": {"content": "a text"}},
        {"type": "a-type-of-tomorrow", "message": 7},
        {"type": "summary", "summary": "x", "leafUuid": "u"},
    ],
)
def test_lines_of_other_kinds_are_passed_over(read, line):
    assert read(line, said(call()))[0].id == "toolu_1"
    assert len(read(line, said(call()))) == 1


def test_a_call_in_a_line_of_an_unknown_kind_is_still_a_call(read):
    line = said(call()) | {"type": "assistant-of-tomorrow"}
    assert [entry.id for entry in read(line)] == ["toolu_1"]


def test_a_call_of_the_services_own_mcp_client_names_its_server(read):
    block = call("read_file") | {"type": "mcp_tool_use", "server_name": "fs"}
    (entry,) = read(said(block))
    assert (entry.tool, entry.request.capability) == ("mcp__fs__read_file", "mcp.tools.call")


def test_the_lines_of_a_printed_stream_are_read_too(read):
    line = {"type": "assistant", "message": {"content": [call()]}, "session_id": "s1"}
    (entry,) = read(
        {"type": "system", "subtype": "init", "session_id": "s1"}, line, log_format=None
    )
    assert (entry.session, entry.time) == ("s1", "")


def test_detection_asks_for_a_type_and_for_the_envelope():
    def recognised(*values):
        return FORMAT.recognises(LogSample(LogLayout.LINES, values))

    assert recognised({"odd": 1}, said())
    assert recognised({"type": "summary", "leafUuid": "u"})
    assert not recognised({"type": "assistant"})
    assert not recognised({"type": "TOOL", "sessionId": "s"})
    assert not recognised({"type": [], "sessionId": "s"})
    assert not recognised()


def test_every_default_is_a_tool_of_claude_code_or_of_its_service():
    assert FORMAT.tools == TOOLS
    assert all(capability.islower() and "." in capability for capability in TOOLS.values())


def corrupted(line, rng):
    broken = bytearray(line)
    for _ in range(rng.randint(1, 3)):
        at = rng.randrange(len(broken))
        flipped = bytes([broken[at] ^ (1 << rng.randrange(8))])
        put = rng.choice([b"", b"\x00", b"\xff", b"{", b'"', b"1e999", flipped])
        broken[at : at + rng.randint(0, 3)] = put
    return bytes(broken).replace(b"\n", b" ").replace(b"\r", b" ")


def test_a_corrupted_line_costs_no_call_of_another_line(tmp_path):
    rng = random.Random(20261123)
    whole = SAMPLE.read_bytes().splitlines()
    path = tmp_path / "session.jsonl"
    invalid = 0
    for _ in range(400):
        at = rng.randrange(len(whole))
        path.write_bytes(b"\r\n".join([*whole[:at], b"", *whole[at + 1 :]]))
        without = {entry.id for entry in read_calls(path, log_format="claude-code")}
        path.write_bytes(b"\r\n".join([*whole[:at], corrupted(whole[at], rng), *whole[at + 1 :]]))
        entries = list(read_calls(path, log_format="claude-code"))
        wrong = [entry for entry in entries if isinstance(entry, InvalidRecord)]
        assert {entry.place.line for entry in wrong} <= {at + 1}
        assert without <= {entry.id for entry in entries if not isinstance(entry, InvalidRecord)}
        invalid += len(wrong)
    assert invalid > 100


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3)
    ),
    max_leaves=6,
)
ODD_BLOCKS = st.fixed_dictionaries(
    {}, optional={key: JSON | st.just("tool_use") for key in ("type", "id", "name", "input")}
)
ODD_LINES = st.fixed_dictionaries(
    {"type": JSON | st.just("assistant")},
    optional={
        "message": JSON | st.fixed_dictionaries({"content": JSON | st.lists(JSON | ODD_BLOCKS)}),
        "sessionId": JSON,
        "timestamp": JSON,
        "cwd": JSON,
    },
)


@given(line=ODD_LINES)
def test_any_line_is_read_or_passed_over_or_invalid(tmp_path_factory, line):
    path = tmp_path_factory.mktemp("odd") / "session.jsonl"
    path.write_text(json.dumps(line) + "\n" + json.dumps(said(call(id="last"))), "utf-8")
    *_, last = read_calls(path, log_format="claude-code")
    assert last.id == "last"


@pytest.mark.skipif(not CALLS.exists(), reason="the recorded calls of ../shared/data are absent")
def test_recorded_calls_come_back_as_they_were(read):
    recorded = [json.loads(line) for line in CALLS.read_text("utf-8").splitlines()]
    lines = [
        said(call(row["tool"], row["payload"], id=row["id"]), sessionId=row["meta"]["session"])
        for row in recorded
    ]
    entries = read(*lines, log_format=None)
    assert len(entries) == len(recorded) > 500
    for row, entry in zip(recorded, entries, strict=True):
        assert (entry.id, entry.tool, entry.session) == (
            row["id"],
            row["tool"],
            row["meta"]["session"],
        )
        assert entry.request.args.values == row["payload"]
        if entry.mapped:
            assert entry.request.capability == row["capability"]
    assert sum(entry.mapped for entry in entries) > 400
