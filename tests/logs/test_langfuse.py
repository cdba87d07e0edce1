"""Langfuse's observations of tools: what its API and its exports keep of a call."""

import json
import random
from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest

from fencekit.logs import format_recognition, log_registry
from fencekit.model.errors import FencekitError
from fencekit.model.record import Completeness, InvalidRecord, PassedOver, Record
from fencekit.model.request import ANYTHING, UNKNOWN
from fencekit.model.source import Place
from fencekit.reading.input_files import open_source
from logs.reading import read_calls

LOGS = Path(__file__).resolve().parents[2] / "fixtures" / "logs"
PAGE, ROWS = LOGS / "langfuse" / "page.json", LOGS / "langfuse" / "rows.jsonl"


def read(path: Path) -> list[Record | InvalidRecord]:
    return list(read_calls(path, log_format="langfuse"))


def written(folder: Path, *objects: object) -> list[Record | InvalidRecord]:
    path = folder / "log.jsonl"
    path.write_text("".join(json.dumps(each) + "\n" for each in objects))
    return read(path)


def observation(**also: object) -> dict[str, object]:
    made = {"id": "o1", "traceId": "t1", "startTime": "2026-11-21T09:00:00Z", "type": "TOOL"}
    return {**made, "name": "ls", **also}


@pytest.mark.parametrize("path", [PAGE, ROWS], ids=["page", "rows"])
def test_the_sample_holds_eight_calls_and_no_decision(path):
    entries = read(path)
    assert [entry.tool for entry in entries] == [
        *("find_order", "read_file", "delete_customer", "create_refund"),
        *("send_email", "charge_card", "run_command", "ask_person"),
    ]
    assert Counter(entry.completeness for entry in entries) == {
        Completeness.FULL: 4,
        Completeness.ARGS_MISSING: 3,
        Completeness.MASKED: 1,
    }
    assert {entry.recorded for entry in entries} == {None}
    assert {entry.request.capability for entry in entries} == {UNKNOWN}
    assert {entry.session for entry in entries} == {"session-9"}


def test_both_forms_of_the_same_observations_are_the_same_records_but_for_the_spelling_of_times():
    first, second = (
        [replace(entry, place=Place("x"), time="") for entry in read(path)] for path in (PAGE, ROWS)
    )
    assert first == second
    assert read(PAGE)[0].time == "2026-11-21T09:00:01Z"
    assert read(ROWS)[0].time == "2026-11-21 09:00:01.000000"


def test_a_place_is_the_line_and_in_a_page_the_number_of_the_observation():
    assert [(entry.place.line, entry.place.column) for entry in read(PAGE)[:2]] == [(1, 3), (1, 4)]
    assert [(entry.place.line, entry.place.column) for entry in read(ROWS)[:2]] == [
        (3, None),
        (4, None),
    ]


def test_a_call_has_its_principal_environment_arguments_and_id():
    order, *_, last = read(PAGE)
    assert order.request.principal == "mara@bookshop.example"
    assert order.request.environment == "production"
    assert order.request.args.values == {"number": 1042, "fields": ["state", "address"]}
    assert order.id == "0b5e000000000002"
    assert last.request.principal is UNKNOWN


def test_the_environment_that_langfuse_writes_where_nobody_named_one_is_none(tmp_path):
    default, named, none = written(
        tmp_path,
        *(observation(environment=name) for name in ("default", "staging", None)),
    )
    assert (default.request.environment, named.request.environment) == (None, "staging")
    assert none.request.environment is None


def test_arguments_by_name_are_known_and_those_by_position_leave_the_rest_open(tmp_path):
    named, placed, other = written(
        tmp_path,
        observation(input={"args": [], "kwargs": {"a": 1}}),
        observation(input={"args": [2], "kwargs": {"a": 1}}),
        observation(input={"args": "x", "kwargs": {"a": 1}}),
    )
    assert (named.request.args.values, named.completeness) == ({"a": 1}, Completeness.FULL)
    assert named.request.args.whole
    assert (placed.request.args.values, placed.request.args.open) == ({"a": 1}, True)
    assert placed.completeness == Completeness.ARGS_MISSING
    assert other.request.args.values == {"args": "x", "kwargs": {"a": 1}}


@pytest.mark.parametrize(
    ("given", "completeness"),
    [
        (None, Completeness.ARGS_MISSING),
        ("", Completeness.ARGS_MISSING),
        ("a sentence", Completeness.ARGS_MISSING),
        ("{odd}", Completeness.ARGS_MISSING),
        ('{"a": "cut', Completeness.TRUNCATED),
        ("<fully masked due to failed mask function>", Completeness.MASKED),
    ],
)
def test_an_input_that_is_no_object_leaves_the_arguments_unknown(given, completeness, tmp_path):
    (entry,) = written(tmp_path, observation(input=given))
    assert (entry.request.args, entry.completeness) == (ANYTHING, completeness)


@pytest.mark.parametrize(
    "text",
    [
        "<Decimal>",
        "<secret>",
        "<dict>",
        "<not serializable bytes>",
        '"<not serializable object of type: Handle>"',
    ],
)
def test_a_value_that_the_sdk_cannot_write_is_unknown(text, tmp_path):
    (entry,) = written(tmp_path, observation(input={"amount": text, "to": "<b>x</b>"}))
    assert entry.request.args.values == {"amount": UNKNOWN, "to": "<b>x</b>"}
    assert entry.completeness == Completeness.MASKED


def test_observations_of_other_types_are_passed_over(tmp_path):
    others = (observation(type=kind, name=None) for kind in ("SPAN", "GENERATION", "NEW"))
    (only,) = written(tmp_path, *others, observation(type="tool"))
    assert only.tool == "ls"


@pytest.mark.parametrize(
    ("given", "message"),
    [
        (observation(type=None), "the observation has no `type`"),
        (observation(type=3), "`type` is not text"),
        (observation(name=""), "the observation names no tool"),
        (observation(name=["x"]), "`name` is not text"),
        (observation(id={}), "`id` is not text"),
        (observation(input='{"a": 1, "a": 2}'), "the key `a` occurs twice"),
        (observation(input='{"a": NaN}'), "`NaN` is no JSON number"),
        (observation(input=7), "`input` is neither an object nor text"),
        (observation(input=[1]), "`input` is neither an object nor text"),
        ({}, "the observation has no `type`"),
        ({"data": [7]}, "not a JSON object"),
        ({"data": {}}, "the observation has no `type`"),
    ],
)
def test_what_should_be_an_observation_and_is_none_is_invalid(given, message, tmp_path):
    wrong, good = written(tmp_path, given, observation())
    assert isinstance(wrong, InvalidRecord)
    assert message in wrong.error.message
    assert wrong.place.line == 1
    assert good.tool == "ls"


def test_the_sample_is_recognised_by_this_format_alone(tmp_path):
    array = tmp_path / "array.json"
    array.write_text(json.dumps([observation(), observation(type="SPAN")], indent=2))
    for given in (PAGE, ROWS, array):
        with log_registry.open_log(given) as log:
            assert log.format.name == "langfuse"
    others = [path for path in LOGS.glob("*/*.*") if path.parent.name != "langfuse"]
    for path in others:
        with open_source(str(path)) as source:
            sample = format_recognition.sample_of(source)
        assert not log_registry.formats()["langfuse"].recognises(sample), path


def test_a_page_that_is_cut_is_one_invalid_record(tmp_path):
    path = tmp_path / "page.json"
    path.write_bytes(PAGE.read_bytes()[:3000])
    (entry,) = read(path)
    assert isinstance(entry, InvalidRecord)
    assert entry.place.line == 1


def test_of_an_array_that_is_cut_what_is_whole_is_read_and_the_rest_is_lost(tmp_path):
    path = tmp_path / "array.json"
    path.write_text(json.dumps([observation(id="1"), observation(id="2")])[:-3])
    good, wrong = read(path)
    assert (good.id, wrong.count) == ("1", 1)


def test_every_corrupted_line_is_a_record_or_invalid_and_nothing_else_escapes(tmp_path):
    chance, copy = random.Random(5), tmp_path / "copy.jsonl"
    tools = [line for line in ROWS.read_bytes().splitlines() if b'"TOOL"' in line]
    for _ in range(400):
        lines = [damaged(line, chance) if chance.random() < 0.3 else line for line in tools]
        copy.write_bytes(b"\n".join(lines) + b"\n")
        try:
            entries = read(copy)
        except FencekitError:
            continue
        assert {type(entry) for entry in entries} <= {Record, InvalidRecord, PassedOver}
        others = sum(b'"TOOL"' not in line for line in lines)
        assert len(tools) - others <= sum(getattr(entry, "count", 1) for entry in entries)


def damaged(line: bytes, chance: random.Random) -> bytes:
    """Flip a bit, or take a piece out, without making or losing a line."""
    at = chance.randrange(len(line))
    if chance.random() < 0.5:
        line = line[:at] + bytes([line[at] ^ (1 << chance.randrange(8))]) + line[at + 1 :]
    else:
        line = line[:at] + line[at + chance.randint(1, 60) :]
    return line.replace(b"\n", b"?").replace(b"\r", b"?") or b"?"
