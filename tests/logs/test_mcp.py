"""Captures of MCP: the calls of both revisions, whatever is written around the messages."""

import json
import random
from pathlib import Path

import pytest

from fencekit.logs.format_recognition import sample_of
from fencekit.logs.log_registry import formats, open_log, read_log
from fencekit.logs.mcp import FORMAT
from fencekit.model.errors import FencekitError
from fencekit.model.record import Completeness, InvalidRecord, Notice, Record
from fencekit.model.request import UNKNOWN
from fencekit.reading.input_files import open_source
from logs.reading import read_calls

SAMPLES = Path(__file__).resolve().parents[2] / "fixtures" / "logs" / "mcp"
WITH_HANDSHAKE = SAMPLES / "2025-11-25.log"
WITHOUT = SAMPLES / "2026-07-28.jsonl"
TOOLS = ["read_file", "delete_file", "delete_file", "list_tmp", "list_tmp", "no_such_tool"]
TOOLS += ["read_file", "wipe"]
ARGS = [{"path": "/srv/notes.txt"}, {"path": "/srv/old.txt", "recursive": True}]
ARGS += [{"path": "/etc/passwd"}, {}, {}, {"x": 1.0}, {}, {"path": "/srv/tmp"}]
HELLO = {
    "jsonrpc": "2.0",
    "id": 1,
    "method": "initialize",
    "params": {"clientInfo": {"name": "c"}},
}


def call(number=7, tool="read_file", **params) -> dict:
    said = {"name": tool, "arguments": {"path": "/a"}} | params
    return {"jsonrpc": "2.0", "id": number, "method": "tools/call", "params": said}


def answer(number=7, **result) -> dict:
    return {"jsonrpc": "2.0", "id": number, "result": {"content": []} | result}


def read(tmp_path, *lines):
    """Entries of a capture of these lines: values as JSON, or bytes as they are."""
    path = tmp_path / "capture.jsonl"
    path.write_bytes(b"".join(as_line(line) + b"\n" for line in lines))
    return list(read_calls(path, log_format="mcp"))


def as_line(line) -> bytes:
    return line if isinstance(line, bytes) else json.dumps(line).encode()


def one(tmp_path, *lines) -> Record:
    (entry,) = read(tmp_path, *lines)
    assert isinstance(entry, Record), entry
    return entry


def wrong(tmp_path, line) -> str:
    (entry,) = read(tmp_path, line)
    assert isinstance(entry, InvalidRecord)
    assert entry.place.line == 1
    return entry.error.message


# --- the samples ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("path", "lines", "places", "first"),
    [
        (WITH_HANDSHAKE, 23, [6, 8, 10, 12, 14, 16, 18, 20], 3),
        (WITHOUT, 18, [3, 5, 7, 9, 11, 13, 15, 17], 2),
    ],
)
def test_every_call_of_a_revision_is_a_record(path, lines, places, first):
    assert len(path.read_text("utf-8").splitlines()) == lines
    records = list(read_calls(path, log_format="mcp"))
    assert [record.tool for record in records] == TOOLS
    assert [record.place.line for record in records] == places
    assert [record.id for record in records] == [str(first + at) for at in range(8)]
    assert [record.request.args.values for record in records] == ARGS
    assert all(record.request.args.whole for record in records)
    assert {record.request.principal for record in records} == {"desk-agent"}
    assert {record.completeness for record in records} == {Completeness.FULL}


@pytest.mark.parametrize("path", [WITH_HANDSHAKE, WITHOUT])
def test_a_call_that_failed_was_not_decided_and_neither_was_one_that_ran(path):
    assert b'"isError":true' in path.read_bytes()
    assert {record.recorded for record in read_calls(path, log_format="mcp")} == {None}


def test_every_call_is_mapped_to_the_capability_of_calling_a_tool():
    with open_log(WITHOUT) as log:
        records = list(log.entries())
    assert {(record.request.capability, record.mapped) for record in records} == {
        ("mcp.tools.call", True)
    }
    with open_source(str(WITHOUT)) as source:
        unmapped = list(FORMAT.read(source))
    assert {(record.request.capability, record.mapped) for record in unmapped} == {(UNKNOWN, False)}


def test_the_same_calls_are_read_without_the_prefixes(tmp_path):
    lines = WITH_HANDSHAKE.read_bytes().splitlines()
    records = read(tmp_path, *(line[3:] for line in lines))
    assert [record.tool for record in records] == TOOLS


def test_no_other_format_recognises_the_sample():
    with open_source(str(WITHOUT)) as source:
        sample = sample_of(source)
    assert [name for name, known in formats().items() if known.recognises(sample)] == ["mcp"]


def test_mcp_recognises_no_sample_of_another_format():
    for path in sorted(SAMPLES.parent.rglob("*")):
        if path.is_file() and path.suffix != ".md" and SAMPLES not in path.parents:
            with open_source(str(path)) as source:
                assert not FORMAT.recognises(sample_of(source)), path


# --- what is written around the messages ----------------------------------------------------


@pytest.mark.parametrize(
    "prefix",
    ["C> ", "client -> server: ", "[2026-11-23T10:00:00Z] INFO --> ", "[12] ", "\ufeff", "  "],
)
def test_a_prefix_is_tolerated(tmp_path, prefix):
    record = one(tmp_path, prefix.encode() + as_line(call()))
    assert (record.tool, record.request.args.values) == ("read_file", {"path": "/a"})


@pytest.mark.parametrize("inner", [call(), json.dumps(call(), separators=(",", ":"))])
@pytest.mark.parametrize("key", ["message", "payload", "data"])
def test_a_message_may_stand_in_an_object_with_its_session_and_time(tmp_path, key, inner):
    line = {"ts": "2026-11-23T10:00:00Z", "direction": "client_to_server", "session": "s-1"}
    record = one(tmp_path, line | {key: inner})
    assert (record.session, record.time) == ("s-1", "2026-11-23T10:00:00Z")
    path = tmp_path / "capture.jsonl"
    with open_log(path) as log:
        assert log.format.name == "mcp"


@pytest.mark.parametrize("prefix", [b"", b"C> "])
def test_a_batch_is_as_many_messages_as_it_holds(tmp_path, prefix):
    batch = [call(1), {"jsonrpc": "2.0", "id": 2, "method": "ping"}, call(3), 7]
    entries = read(tmp_path, prefix + as_line(batch), call(4))
    assert [getattr(entry, "id", None) for entry in entries] == ["1", "3", None, "4"]
    assert [entry.place.line for entry in entries] == [1, 1, 1, 2]


@pytest.mark.parametrize(
    "lines",
    [
        [b"[12] " + as_line(call(1)), b"[13] " + as_line(call(2))],
        [b"[2026-11-23T10:00:00Z] client -> server: " + as_line(call(n)) for n in (1, 2)],
        [as_line([call(1), HELLO]), as_line(call(2))],
        [as_line([call(1)]), as_line([call(2)])],
        [b"[]", as_line(call(1)), as_line(call(2))],
        [b"[stderr] listening", b"[12] " + as_line(call(1)), as_line(call(2))],
    ],
    ids=["number", "time", "a batch first", "batches", "an empty batch", "no message"],
)
def test_a_capture_whose_first_line_begins_with_a_bracket_is_recognised(tmp_path, lines):
    path = tmp_path / "capture.log"
    path.write_bytes(b"".join(line + b"\n" for line in lines))
    with open_log(path) as log:
        entries = list(log.entries())
        assert log.format.name == "mcp"
    assert [entry.id for entry in entries if isinstance(entry, Record)] == ["1", "2"]


@pytest.mark.parametrize("indent", [None, 2])
def test_a_capture_may_be_one_array(tmp_path, indent):
    path = tmp_path / "capture.json"
    path.write_text(json.dumps([HELLO, call(2), answer(2), call(3)], indent=indent))
    with open_log(path) as log:
        records = list(log.entries())
    assert [(record.id, record.place.line) for record in records] == [("2", 2), ("3", 4)]


def test_messages_may_be_written_over_several_lines(tmp_path):
    path = tmp_path / "capture.txt"
    path.write_text("\n".join(json.dumps(said, indent=2) for said in (HELLO, call(2))))
    assert [record.id for record in read_calls(path)] == ["2"]


# --- who calls, and what answers what -------------------------------------------------------


def test_the_client_that_a_call_names_goes_before_the_one_that_began_the_session(tmp_path):
    meta = {"io.modelcontextprotocol/clientInfo": {"name": "d"}}
    assert one(tmp_path, HELLO, call(2)).request.principal == "c"
    assert one(tmp_path, HELLO, call(2, _meta=meta)).request.principal == "d"
    assert one(tmp_path, call(2)).request.principal is UNKNOWN
    assert one(tmp_path, call(2, _meta=[])).request.principal is UNKNOWN


def test_sessions_have_clients_of_their_own(tmp_path):
    first = {"session": "1", "message": HELLO}
    records = read(tmp_path, first, *({"session": s, "message": call(2)} for s in "12"))
    assert [record.request.principal for record in records] == ["c", UNKNOWN]


def test_the_context_has_the_name_of_the_tool_that_policies_ask_for_and_perhaps_more(tmp_path):
    context = one(tmp_path, call(2, "delete_file")).request.context
    assert context.values == {"tool_name": "delete_file"}
    assert context.open


def test_a_call_without_arguments_has_none(tmp_path):
    record = one(tmp_path, call(arguments=None))
    assert record.request.args.whole
    assert record.request.args.values == {}
    assert record.completeness is Completeness.FULL


def test_a_result_without_its_call_is_invalid_because_a_call_is_missing(tmp_path):
    assert "its call is not in the capture" in wrong(tmp_path, answer())
    entries = read(tmp_path, call(7), answer(7), answer(7), answer("7"), answer(8))
    assert [type(entry) for entry in entries] == [Record, InvalidRecord]
    assert entries[-1].place.line == 5  # what answers a request again costs no call


def test_results_are_paired_within_their_session(tmp_path):
    entries = read(
        tmp_path, {"session": "1", "message": call()}, {"session": "2", "message": answer()}
    )
    assert [type(entry) for entry in entries] == [Record, InvalidRecord]


def test_results_are_paired_by_direction_because_both_sides_count_their_own_requests(tmp_path):
    asks = {"jsonrpc": "2.0", "id": 7, "method": "elicitation/create", "params": {}}
    accepts = {"jsonrpc": "2.0", "id": 7, "result": {"action": "accept", "content": {}}}
    said = [call(7), asks, accepts, answer(7)]
    assert len(read(tmp_path, *said)) == 1
    marked = [mark + as_line(line) for mark, line in zip([b"C> ", b"S> "] * 2, said, strict=True)]
    assert len(read(tmp_path, *marked)) == 1


@pytest.mark.parametrize(
    "result",
    [
        {"tools": []},
        {"contents": []},
        {"messages": []},
        {"role": "assistant", "content": [{"type": "text", "text": "x"}], "model": "m"},
        {"action": "accept", "content": {"sure": True}},
        {},
        None,
    ],
)
def test_other_results_without_a_request_are_passed_over(tmp_path, result):
    assert read(tmp_path, {"jsonrpc": "2.0", "id": 1, "result": result}) == []


def test_other_messages_are_passed_over(tmp_path):
    said = [
        {"jsonrpc": "2.0", "method": "notifications/progress", "params": {}},
        {"jsonrpc": "2.0", "id": 1, "method": "tools/list"},
        {"jsonrpc": "2.0", "id": 1, "error": {"code": -32600, "message": "no"}},
        {"jsonrpc": "2.0", "id": None, "error": {"code": -32700, "message": "no"}},
        {"jsonrpc": "2.0", "id": 2, "method": "initialize", "params": []},
    ]
    assert read(tmp_path, *said) == []


# --- what cannot be read --------------------------------------------------------------------


@pytest.mark.parametrize(
    ("said", "message"),
    [
        ({"id": 1}, "not a message of JSON-RPC 2.0"),
        (call() | {"jsonrpc": "1.0"}, "not a message of JSON-RPC 2.0"),
        ({"jsonrpc": "2.0", "id": 1}, "neither a request nor an answer"),
        (call() | {"method": 7}, "`method` is not text"),
        (call() | {"id": None}, "no `id`"),
        (call() | {"id": True}, "no `id`"),
        (call() | {"id": [1]}, "no `id`"),
        (call() | {"params": []}, "no `params`"),
        (call(name=None), "no `name`"),
        (call(name=""), "no `name`"),
        (call(name={"a": 1}), "no `name`"),
        (call(arguments=[1]), "`arguments`"),
        (call(arguments="x"), "`arguments`"),
        ({"message": 7}, "the message is not a JSON object"),
        ({"message": "{"}, "in the text of the message"),
        (b"C> []", "an empty batch"),
        ("text", "not JSON"),
        (b"Server is listening on {port}", "not JSON"),
        (b"C>", "not JSON"),
        (b'C> {"jsonrpc":"2.0","id":1,"method":"tools/ca', "not JSON"),
        (b'C> {"jsonrpc":"2.0"} trailing', "neither a request nor an answer"),
        (b'C> {"id":1,"id":2}', "occurs twice"),
        (b'C> {"id":"\xff"}', "not UTF-8"),
    ],
)
def test_a_line_that_is_no_message_or_no_proper_call_is_invalid(tmp_path, said, message):
    assert message in wrong(tmp_path, said)


@pytest.mark.parametrize(
    "line", [b"Server is listening", b"[2026-11-23T10:00:00Z] START server.py (pid=7)", b"ready"]
)
def test_a_line_of_words_between_the_messages_is_noticed(tmp_path, line):
    path = tmp_path / "log"
    path.write_bytes(b'C> {"jsonrpc":"2.0","method":"ping","id":1}\n' + line + b"\n")
    (notice,) = read_log(path, log_format="mcp")
    assert isinstance(notice, Notice)


def test_an_empty_batch_is_invalid(tmp_path):
    entries = read(tmp_path, [], call())
    assert [type(entry) for entry in entries] == [InvalidRecord, Record]
    assert entries[0].error.message == "an empty batch"


def test_the_place_of_trouble_counts_the_prefix(tmp_path):
    (entry,) = read(tmp_path, b'C> {"a" 1}')
    assert (entry.place.line, entry.place.column) == (1, 9)


def test_of_an_array_that_was_cut_what_is_whole_is_read_and_the_rest_is_lost(tmp_path):
    path = tmp_path / "cut.json"
    path.write_text(json.dumps([call(), call()], indent=1)[:-20])
    good, wrong = read_calls(path, log_format="mcp")
    assert (type(good), type(wrong), wrong.count) == (Record, InvalidRecord, 1)


def test_a_capture_that_was_cut_keeps_every_whole_line(tmp_path):
    path = tmp_path / "cut.log"
    path.write_bytes(WITH_HANDSHAKE.read_bytes()[:-40])
    entries = list(read_calls(path, log_format="mcp"))
    assert [type(entry) for entry in entries] == [Record] * 8 + [InvalidRecord]
    assert entries[-1].place.line == 23


def test_corruption_never_costs_a_line_and_only_our_errors_escape(tmp_path):
    dice = random.Random(5)
    lines = WITH_HANDSHAKE.read_bytes().splitlines()
    clean = b"".join(line + b"\n" for line in lines if b'"tools/call"' in line)
    path = tmp_path / "corrupted.jsonl"
    for _ in range(300):
        damaged = bytearray(clean)
        at = dice.randrange(len(damaged))
        damaged[at] = dice.choice(b'\x00"{}[],:x\n\r\xff7')
        path.write_bytes(damaged)
        left = [line for line in bytes(damaged).split(b"\n") if line.strip()]
        try:
            entries = list(read_calls(path, log_format="mcp"))
        except FencekitError:
            pytest.fail("a capture of lines is never unreadable as a whole")
        renamed = len(left) - len(entries)  # the damage made another method of it
        assert renamed <= sum(b'"tools/call"' not in line and is_whole(line) for line in left)


def is_whole(line: bytes) -> bool:
    try:
        return isinstance(json.loads(line[line.find(b"{") :]).get("method"), str)
    except (ValueError, AttributeError):
        return False
