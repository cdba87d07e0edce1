"""Tool calls in OpenTelemetry traces, in the three encodings that people have them in."""

import gzip
import json
import random
from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest

from fencekit.logs import format_recognition, log_registry
from fencekit.logs.indented_json import MAX_OBJECT, Chunk, chunks
from fencekit.logs.tool_map import ToolMap
from fencekit.model.errors import FencekitError, LogError
from fencekit.model.record import Completeness, InvalidRecord, PassedOver, Record
from fencekit.model.request import ANYTHING, UNKNOWN
from fencekit.model.source import Place
from fencekit.reading.input_files import MAX_LINE, open_source
from logs.reading import read_calls

LOGS = Path(__file__).resolve().parents[2] / "fixtures" / "logs"
SAMPLES = sorted(path for path in (LOGS / "otel").iterdir() if "json" in path.suffix)
NAMES = [path.name for path in SAMPLES]
CONSOLE, COLLECTOR = LOGS / "otel/console.json", LOGS / "otel/collector.jsonl"
HERE = Place("x")


def read(path: Path) -> list[Record | InvalidRecord]:
    return list(read_calls(path, log_format="otel"))


def written(folder: Path, *objects: object) -> list[Record | InvalidRecord]:
    """What is read of objects, one a line."""
    path = folder / "log.jsonl"
    path.write_text("".join(json.dumps(each) + "\n" for each in objects))
    return read(path)


def span(attributes: object, **also: object) -> dict[str, object]:
    """A span as the SDK writes it."""
    context = {"trace_id": "0x1", "span_id": "0x2", "trace_state": "[]"}
    made = {"name": "execute_tool ls", "context": context, "start_time": "2026-11-21T09:00:00Z"}
    return {**made, "attributes": attributes, **also}


def gen_ai(**also: object) -> dict[str, object]:
    named = {"gen_ai.operation.name": "execute_tool", "gen_ai.tool.name": "ls"}
    return {**named, **{f"gen_ai.tool.call.{key}": value for key, value in also.items()}}


def open_inference(**also: object) -> dict[str, object]:
    named = {"openinference.span.kind": "TOOL", "tool.name": "ls"}
    return {**named, **{key.replace("__", "."): value for key, value in also.items()}}


def otlp(*attributes: tuple[str, object], spans: object = None) -> dict[str, object]:
    """An object of OTLP/JSON with one span."""
    pairs = [{"key": key, "value": value} for key, value in attributes]
    one = {"name": "n", "spanId": "2", "startTimeUnixNano": "1000", "attributes": pairs}
    return {"resourceSpans": [{"scopeSpans": [{"spans": [one] if spans is None else spans}]}]}


EXECUTES = ("gen_ai.operation.name", {"stringValue": "execute_tool"})
NAMED = ("gen_ai.tool.name", {"stringValue": "ls"})


@pytest.mark.parametrize("path", SAMPLES, ids=NAMES)
def test_each_encoding_of_the_sample_holds_nine_calls_and_no_decision(path):
    entries = read(path)
    assert [entry.tool for entry in entries] == [
        "read_file",
        "run_command",
        "create_refund",
        "send_email",
        "write_file",
        "search_orders",
        "delete_customer",
        "charge_card",
        "ask_person",
    ]
    assert Counter(entry.completeness for entry in entries) == {
        Completeness.FULL: 5,
        Completeness.ARGS_MISSING: 2,
        Completeness.MASKED: 1,
        Completeness.TRUNCATED: 1,
    }
    assert {entry.recorded for entry in entries} == {None}
    assert {entry.mapped for entry in entries} == {False}
    assert {entry.request.capability for entry in entries} == {UNKNOWN}
    assert {entry.request.environment for entry in entries} == {"production"}


def test_the_three_encodings_of_the_same_spans_are_the_same_records():
    first, *others = ([replace(entry, place=HERE) for entry in read(path)] for path in SAMPLES)
    assert len(others) == 2
    assert all(other == first for other in others)


def test_a_call_has_its_principal_arguments_time_session_and_ids():
    first, *_, orders, customer, _, _ = read(CONSOLE)
    assert first.request.principal == "refund-agent"
    assert first.request.args.values == {"path": "/srv/orders/1042.json", "lines": 40}
    assert first.request.args.whole
    assert (first.time, first.session) == ("2026-11-21T09:00:00.750000Z", "conv-17")
    assert (first.id, orders.id) == ("call_0001", "f00d00000000100a")
    assert (orders.request.principal, orders.session) == ("mara@bookshop.example", "session-9")
    assert orders.request.args.values == {"email": "reader@home.example"}
    assert customer.request.args.values == {"id": 7, "why": "it's asked"}


def test_arguments_that_the_trace_does_not_hold_whole_are_unknown():
    for entry in read(CONSOLE):
        if entry.completeness is not Completeness.FULL:
            assert entry.request.args.open
            assert not entry.request.args.values


def test_a_place_is_the_line_where_the_object_begins_and_the_number_of_the_span():
    lines = CONSOLE.read_text().splitlines()
    for entry in read(CONSOLE):
        assert lines[entry.place.line - 1] == "{"
        assert entry.tool in lines[entry.place.line] or "search" in entry.tool
        assert entry.place.column is None
    assert [(entry.place.line, entry.place.column) for entry in read(COLLECTOR)] == [
        *((1, 2), (1, 3), (1, 4), (1, 5)),
        *((2, 1), (2, 3), (2, 4), (2, 5), (3, 1)),
    ]


@pytest.mark.parametrize("path", SAMPLES, ids=NAMES)
def test_the_sample_is_recognised_by_this_format_alone(path, tmp_path):
    packed = tmp_path / "log.gz"
    packed.write_bytes(gzip.compress(path.read_bytes()))
    for given in (path, packed):
        with log_registry.open_log(given) as log:
            assert log.format.name == "otel"


def test_no_sample_of_another_format_is_recognised_as_a_trace():
    others = [path for path in LOGS.glob("*/*.*") if path.parent.name != "otel"]
    assert others
    for path in others:
        with open_source(str(path)) as source:
            sample = format_recognition.sample_of(source)
        assert not log_registry.formats()["otel"].recognises(sample), path


def test_a_trace_whose_first_object_is_beyond_the_head_is_recognised(tmp_path):
    path = tmp_path / "big.json"
    many = [*otlp(EXECUTES, NAMED)["resourceSpans"]] * 2000
    path.write_text(json.dumps({"resourceSpans": many}))
    with log_registry.open_log(path) as log:
        assert log.format.name == "otel"
        assert sum(1 for _ in log.entries()) == 2000


def test_the_users_mapping_gives_the_tools_their_capabilities(tmp_path):
    tools = ToolMap().over({"*_file": "file.any"})
    with log_registry.open_log(CONSOLE, tools=tools) as log:
        mapped = [entry.request.capability for entry in log.entries() if entry.mapped]
    assert mapped == ["file.any", "file.any"]


def test_a_span_that_calls_no_tool_is_passed_over(tmp_path):
    chat = span({"gen_ai.operation.name": "chat"})
    chain = span({"openinference.span.kind": "CHAIN"})
    named = span(None, name="work"), span({}, name="work")
    assert written(tmp_path, chat, chain, *named) == []


def test_metrics_and_logs_beside_the_spans_are_passed_over(tmp_path):
    given = {"resourceLogs": []}, {"resourceMetrics": [1]}, otlp(EXECUTES, NAMED)
    assert [entry.tool for entry in written(tmp_path, *given)] == ["ls"]


@pytest.mark.parametrize(
    ("given", "known", "completeness"),
    [
        ('{"a": 1}', {"a": 1}, Completeness.FULL),
        ("{}", {}, Completeness.FULL),
        ({"a": [1, {"b": None}]}, {"a": [1, {"b": None}]}, Completeness.FULL),
        ("{'a': True, 'b': [-1, 2.5, None]}", {"a": True, "b": [-1, 2.5, None]}, "full"),
        ('{"a": "[Scrubbed due to \'secret\']"}', {"a": UNKNOWN}, Completeness.MASKED),
        ({"a": ["__REDACTED__", 2]}, {"a": [UNKNOWN, 2]}, Completeness.MASKED),
        ("[Scrubbed due to 'password']", None, Completeness.MASKED),
        ('{"a": "never end', None, Completeness.TRUNCATED),
        ('{"a": [1, 2', None, Completeness.TRUNCATED),
        ('{"a": "x\\', None, Completeness.TRUNCATED),
        ("{'a': 1, 'b'", None, Completeness.TRUNCATED),
        ("", None, Completeness.ARGS_MISSING),
        (None, None, Completeness.ARGS_MISSING),
        ("null", None, Completeness.ARGS_MISSING),
        ("[1, 2]", None, Completeness.ARGS_MISSING),
        ("please", None, Completeness.ARGS_MISSING),
    ],
)
def test_arguments_are_read_as_far_as_they_are_there(given, known, completeness, tmp_path):
    (entry,) = written(tmp_path, span(gen_ai(arguments=given)))
    assert entry.completeness == completeness
    assert entry.request.args.values == ({} if known is None else known)
    assert entry.request.args.open == (known is None)


@pytest.mark.parametrize(
    "given",
    [
        '{"a": 1, "a": 2}',
        "{'a': 1, 'a': 2}",
        '{"a": NaN}',
        "{'a': print(1)}",
        "{'a': (1, 2)}",
        "{1: 2}",
        "{'a': 1e999}",
        "{**{}}",
        "{'a': b'x'}",
        "{'a': -True}",
        "{'a': '\\ud800'}",
        [1],
        7,
        True,
    ],
)
def test_arguments_that_are_malformed_make_an_invalid_record(given, tmp_path):
    (entry,) = written(tmp_path, span(gen_ai(arguments=given)))
    assert isinstance(entry, InvalidRecord)
    assert "`gen_ai.tool.call.arguments`" in entry.error.message
    assert entry.place.line == 1


def test_an_input_that_is_plain_text_leaves_the_arguments_unknown(tmp_path):
    odd = open_inference(input__value="{who knows}")
    (entry,) = written(tmp_path, span(odd))
    assert (entry.request.args, entry.completeness) == (ANYTHING, Completeness.ARGS_MISSING)
    (entry,) = written(tmp_path, span({**odd, "input.mime_type": "application/json"}))
    assert isinstance(entry, InvalidRecord)


def test_the_parameters_of_a_tool_are_its_definition_and_no_arguments(tmp_path):
    (entry,) = written(tmp_path, span(open_inference(tool__parameters='{"path": "/etc"}')))
    assert (entry.request.args, entry.completeness) == (ANYTHING, Completeness.ARGS_MISSING)


def test_a_principal_that_no_span_names_is_unknown(tmp_path):
    (entry,) = written(tmp_path, span(gen_ai()))
    assert entry.request.principal is UNKNOWN
    assert entry.request.environment is None
    assert entry.request.in_context("environment") is UNKNOWN


@pytest.mark.parametrize(
    ("given", "message"),
    [
        (
            span(gen_ai(), name=7) | {"attributes": {"gen_ai.operation.name": "execute_tool"}},
            "tool",
        ),
        (span(open_inference(tool__name=""), name=""), "the span names no tool"),
        (span(open_inference(tool__name=["x"])), "`tool.name` is not text"),
        (span([1]), "objects"),
        ({"context": None}, "objects"),
        ({"hello": 1}, "neither a span nor `resourceSpans`"),
        ({"resourceSpans": {}}, "neither a span nor `resourceSpans`"),
        ({"resourceSpans": [7]}, "not a JSON object"),
        ({"resourceSpans": [{"scopeSpans": 1}]}, "`scopeSpans` is not a list"),
        ({"resourceSpans": [{"scopeSpans": ["x"]}]}, "not a JSON object"),
        (otlp(spans=7), "`spans` is not a list"),
        (otlp(spans=["x"]), "not a JSON object"),
        (otlp(spans=[{"attributes": 1}]), "`attributes` is not a list"),
        (otlp(spans=[{"attributes": [1]}]), "keys and values"),
        (otlp(EXECUTES, ("gen_ai.operation.name", {"stringValue": "chat"})), "occurs twice"),
        (otlp(("gen_ai.operation.name", 1)), "has no value that JSON has"),
        (otlp(EXECUTES, ("gen_ai.tool.name", {"stringValue": 1})), "has no value"),
        (otlp(EXECUTES, ("gen_ai.tool.name", {"bytesValue": "AA=="})), "has no value"),
        (otlp(EXECUTES, ("gen_ai.tool.name", {"intValue": "1"})), "is not text"),
    ],
)
def test_what_should_be_a_span_and_is_none_is_invalid_and_costs_no_other(given, message, tmp_path):
    *_, wrong, good = written(tmp_path, given, otlp(EXECUTES, NAMED))
    assert isinstance(wrong, InvalidRecord)
    assert message in wrong.error.message
    assert wrong.place.line == 1
    assert good.tool == "ls"


@pytest.mark.parametrize(
    ("value", "plain"),
    [
        ({"intValue": "-12"}, -12),
        ({"intValue": 5}, 5),
        ({"doubleValue": 2}, 2.0),
        ({"boolValue": False}, False),
        ({"arrayValue": {"values": [{"stringValue": "x"}, {}]}}, ["x", None]),
        ({"arrayValue": {}}, []),
        ({"kvlistValue": {"values": [{"key": "k", "value": {"intValue": "1"}}]}}, {"k": 1}),
    ],
)
def test_values_of_otlp_become_plain_json(value, plain, tmp_path):
    given = {"kvlistValue": {"values": [{"key": "a", "value": value}]}}
    (entry,) = written(tmp_path, otlp(EXECUTES, NAMED, ("gen_ai.tool.call.arguments", given)))
    assert entry.request.args.values == {"a": plain}
    assert type(entry.request.args.values["a"]) is type(plain)


@pytest.mark.parametrize(
    "value",
    [
        {"intValue": "ten"},
        {"intValue": True},
        {"doubleValue": "NaN"},
        {"doubleValue": 10**400},
        {"kvlistValue": {"values": [{"key": "a"}, {"key": "a", "value": {"intValue": 1}}]}},
        {"arrayValue": {"values": 1}},
        {"stringValue": "a", "intValue": 1},
        {"surprise": 1},
    ],
)
def test_values_that_json_has_not_are_invalid(value, tmp_path):
    (entry,) = written(tmp_path, otlp(EXECUTES, NAMED, ("gen_ai.tool.call.arguments", value)))
    assert isinstance(entry, InvalidRecord)


@pytest.mark.parametrize("start", [None, "soon", [], "9" * 21, 10**30, -5, True])
def test_a_time_that_is_none_is_left_out(start, tmp_path):
    given = otlp(EXECUTES, NAMED)
    given["resourceSpans"][0]["scopeSpans"][0]["spans"][0]["startTimeUnixNano"] = start
    (entry,) = written(tmp_path, given)
    assert entry.time in ("", "1969-12-31T23:59:59.999999Z")
    (entry,) = written(tmp_path, span(gen_ai(), start_time={}))
    assert entry.time == ""


def test_what_is_printed_between_the_spans_is_invalid_and_costs_no_span(tmp_path):
    path = tmp_path / "console.json"
    text = CONSOLE.read_text()
    path.write_text("starting up\nready\n" + text.replace("\n}\n{", "\n}\n\nwarning: slow\n{", 1))
    entries = read(path)
    invalid = [entry for entry in entries if isinstance(entry, InvalidRecord)]
    assert [(entry.place.line, entry.excerpt) for entry in invalid] == [
        (1, "starting up"),
        (2, "ready"),
        (31, "warning: slow"),
    ]
    assert len(entries) == 9 + 3


def test_a_broken_span_is_located_by_its_own_line_and_costs_no_other(tmp_path):
    path = tmp_path / "console.json"
    lines = CONSOLE.read_text().splitlines()
    lines[42] = lines[42].replace('"', "", 1)
    path.write_text("\n".join(lines))
    wrong, *others = read(path)
    assert (wrong.place.line, len(others)) == (28, 8)
    assert wrong.error.place.line == 43


def test_a_console_that_was_cut_keeps_the_spans_before_the_cut(tmp_path):
    path = tmp_path / "console.json"
    path.write_bytes(CONSOLE.read_bytes()[:6000])
    *good, wrong = read(path)
    assert {type(entry) for entry in good} == {Record}
    assert isinstance(wrong, InvalidRecord)
    assert wrong.error.message.startswith("not JSON")


def test_no_more_of_an_object_is_held_than_its_limit():
    numbered = [(1, b"{"), (2, None), (3, b"}"), (4, b'{"a": 1}')]
    assert [(each.number, each.text) for each in chunks(numbered)] == [(1, None), (4, b'{"a": 1}')]
    chunk = Chunk(1)
    for _ in range(MAX_OBJECT // MAX_LINE + 1):
        chunk.add(b" " * MAX_LINE)
    assert (chunk.lines, chunk.text) == ([], None)


def test_a_log_of_nothing_but_garbage_is_in_no_format(tmp_path):
    path = tmp_path / "x"
    path.write_text("garbage\n")
    with pytest.raises(LogError):
        list(read_calls(path))


@pytest.mark.parametrize("path", SAMPLES, ids=NAMES)
def test_a_corrupted_trace_raises_no_error_but_ours(path, tmp_path):
    chance = random.Random(20261121)
    original, copy = path.read_bytes(), tmp_path / "copy.json"
    for _ in range(250):
        copy.write_bytes(corrupted(original, chance))
        try:
            entries = read(copy)
        except FencekitError:
            continue
        assert {type(entry) for entry in entries} <= {Record, InvalidRecord, PassedOver}
        assert len(entries) <= 80


def corrupted(data: bytes, chance: random.Random) -> bytes:
    """Damage in one to three places: a bit, a cut, a piece gone, a piece that is none of it."""
    for _ in range(chance.randint(1, 3)):
        at = chance.randrange(len(data) + 1)
        damage = chance.choice(["bit", "gone", "more", "cut"])
        if damage == "bit" and at < len(data):
            data = data[:at] + bytes([data[at] ^ (1 << chance.randrange(8))]) + data[at + 1 :]
        elif damage == "gone":
            data = data[:at] + data[at + chance.randint(1, 40) :]
        elif damage == "more":
            piece = chance.choice([b"\n", b"\0", b"{", b'"', b"\xff", b"1e999", b"9" * 5000])
            data = data[:at] + piece + data[at:]
        elif chance.random() < 0.2:
            data = data[:at]
    return data
