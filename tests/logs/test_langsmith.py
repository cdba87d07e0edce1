"""LangSmith's runs of tools: what LangChain's tracer keeps of a call."""

import json
import random
from dataclasses import replace
from pathlib import Path

import pytest

from fencekit.logs import format_recognition, log_registry
from fencekit.logs.tool_map import MappedTool, ToolMap
from fencekit.model.capability import Capability
from fencekit.model.errors import FencekitError
from fencekit.model.record import Completeness, InvalidRecord, PassedOver, Record
from fencekit.model.request import ANYTHING, UNKNOWN
from fencekit.model.source import Place
from fencekit.reading.input_files import open_source
from logs.reading import read_calls

LOGS = Path(__file__).resolve().parents[2] / "fixtures" / "logs"
NESTED, ARRAY, PAGE = (
    LOGS / "langsmith" / name for name in ("nested.jsonl", "array.json", "page.json")
)


def read(path: Path) -> list[Record | InvalidRecord]:
    return list(read_calls(path, log_format="langsmith"))


def written(folder: Path, *objects: object) -> list[Record | InvalidRecord]:
    path = folder / "log.jsonl"
    path.write_text("".join(json.dumps(each) + "\n" for each in objects))
    with log_registry.open_log(path, "langsmith") as log:
        return list(log.entries())


def run(**also: object) -> dict[str, object]:
    made = {"id": "r1", "name": "ls", "run_type": "tool", "inputs": {"path": "/"}}
    return {**made, "start_time": "2026-11-21T09:00:00+00:00", **also}


def test_the_runs_inside_one_another_are_the_runs_of_the_array():
    inside, apart = (
        [replace(entry, place=Place("x")) for entry in read(path)] for path in (NESTED, ARRAY)
    )
    assert inside == apart
    assert [entry.tool for entry in inside] == ["find_order", "read_file", "terminal", "ask_person"]
    assert {entry.recorded for entry in inside} == {None}


def test_a_place_is_the_line_and_the_number_of_the_run():
    assert [(entry.place.line, entry.place.column) for entry in read(NESTED)] == [
        *((1, 2), (1, 3), (1, 4), (2, None)),
    ]
    assert [entry.place.line for entry in read(ARRAY)] == [2, 3, 4, 5]
    assert [(entry.place.line, entry.place.column) for entry in read(PAGE)] == [
        *((1, 1), (1, 2), (1, 3)),
    ]


def test_a_call_has_its_principal_arguments_time_session_and_id():
    order, file, shell, person = read(NESTED)
    assert order.request.principal == "mara@bookshop.example"
    assert order.request.args.values == {"number": 1042, "fields": ["state", "address"]}
    assert order.session == "thread-5"
    assert (order.time, order.id[-2:]) == ("2026-11-21T09:00:02+00:00", "02")
    assert file.tool == "read_file"  # the run itself is called `look`
    assert shell.request.args.values == {"commands": "rm -r /srv/orders"}
    assert (person.request.principal, person.session) == (UNKNOWN, "")


def test_tools_of_langchains_own_toolkits_have_a_capability_and_others_do_not():
    assert [(entry.request.capability, entry.mapped) for entry in read(NESTED)] == [
        (UNKNOWN, False),
        ("file.read", True),
        ("shell.exec", True),
        (UNKNOWN, False),
    ]
    assert all(map(Capability.parse, log_registry.formats()["langsmith"].tools.values()))


def test_the_users_mapping_wins_over_the_defaults():
    tools = ToolMap((MappedTool("terminal", "ops.shell", {"command": "/commands"}),))
    with log_registry.open_log(NESTED, tools=tools) as log:
        (shell,) = (entry for entry in log.entries() if entry.tool == "terminal")
    assert shell.request.capability == "ops.shell"
    assert shell.request.args.values == {"command": "rm -r /srv/orders"}


def test_inputs_that_older_versions_print_as_python_are_read_as_what_they_were():
    order, file, hidden = read(PAGE)
    assert order.request.args.values == {"number": 1042, "fields": ["state", "address"]}
    assert file.request.args.values == {"path": "/srv/orders/1042.json"}
    assert (order.completeness, file.completeness) == (Completeness.FULL, Completeness.FULL)
    assert (hidden.request.args, hidden.completeness) == (ANYTHING, Completeness.ARGS_MISSING)


def test_a_plain_text_is_an_argument_whose_name_is_not_kept():
    *_, person = read(NESTED)
    assert (person.request.args, person.completeness) == (ANYTHING, Completeness.ARGS_MISSING)


@pytest.mark.parametrize(
    ("given", "known", "completeness"),
    [
        ({"a": 1, "input": "x"}, {"a": 1, "input": "x"}, Completeness.FULL),
        ({"input": {"a": 1}}, {"input": {"a": 1}}, Completeness.FULL),
        ({"input": '{"a": [1]}'}, {"a": [1]}, Completeness.FULL),
        ({"input": "{'a': None}"}, {"a": None}, Completeness.FULL),
        ({"input": "{}"}, {}, Completeness.FULL),
        ({"input": "{'a': Message(text='x')}"}, None, Completeness.ARGS_MISSING),
        ({"input": "{'a': __import__('os')}"}, None, Completeness.ARGS_MISSING),
        ({"input": "{'a': 'cut"}, None, Completeness.TRUNCATED),
        ({"input": "{" * 5000}, None, Completeness.TRUNCATED),
        ({"input": "{'a': " + "-" * 50_000 + "1}"}, None, Completeness.ARGS_MISSING),
        ({"input": "{'a': '" + "x" * 70_000 + "'}"}, None, Completeness.ARGS_MISSING),
        ({"input": ""}, None, Completeness.ARGS_MISSING),
        ({}, None, Completeness.ARGS_MISSING),
        (None, None, Completeness.ARGS_MISSING),
    ],
)
def test_inputs_are_read_as_far_as_they_are_there(given, known, completeness, tmp_path):
    (entry,) = written(tmp_path, run(inputs=given))
    assert entry.completeness == completeness
    assert entry.request.args.open == (known is None)
    assert entry.request.args.values == (known or {})


def test_reading_python_text_warns_nobody_and_runs_nothing(tmp_path, recwarn):
    (entry,) = written(tmp_path, run(inputs={"input": "{'a': '\\d'}"}))
    assert entry.request.args.values == {"a": "\\d"}
    assert not recwarn.list


def test_the_project_is_not_taken_for_the_session(tmp_path):
    (entry,) = written(tmp_path, run(session_id="project"))
    assert entry.session == ""


def test_runs_of_other_types_are_passed_over_but_those_inside_them_are_not(tmp_path):
    chain = run(run_type="chain", child_runs=[run(), run(run_type="llm", child_runs=[run()])])
    entries = written(tmp_path, chain, run(run_type="retriever"))
    assert [(entry.tool, entry.place.column) for entry in entries] == [("ls", 2), ("ls", 4)]


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({}, "the run has no `run_type`"),
        (run(run_type=7), "`run_type` is not text"),
        (run(name=""), "the run names no tool"),
        (run(name=[]), "`name` is not text"),
        (run(serialized=1), "`serialized` is not an object"),
        (run(extra=[]), "`extra` is not an object"),
        (run(extra={"metadata": "x"}), "`metadata` is not an object"),
        (run(extra={"metadata": {"user_id": 1}}), "`user_id` is not text"),
        (run(inputs=[1]), "`inputs` is not an object"),
        (run(inputs={"input": '{"a": 1, "a": 1}'}), "occurs twice"),
        (run(run_type="chain", child_runs=7), "a run is not an object"),
        (run(run_type="chain", child_runs=["x"]), "a run is not an object"),
        ({"runs": [None]}, "not a JSON object"),
    ],
)
def test_what_should_be_a_run_and_is_none_is_invalid_and_costs_no_other(given, message, tmp_path):
    wrong, good = written(tmp_path, given, run())
    assert isinstance(wrong, InvalidRecord)
    assert message in wrong.error.message
    assert wrong.place.line == 1
    assert good.tool == "ls"


def test_the_sample_is_recognised_by_this_format_alone():
    for given in (NESTED, ARRAY, PAGE):
        with log_registry.open_log(given) as log:
            assert log.format.name == "langsmith"
    for path in (path for path in LOGS.glob("*/*.*") if path.parent.name != "langsmith"):
        with open_source(str(path)) as source:
            sample = format_recognition.sample_of(source)
        assert not log_registry.formats()["langsmith"].recognises(sample), path


def test_every_corrupted_line_is_a_record_or_invalid_and_nothing_else_escapes(tmp_path):
    chance, copy = random.Random(8), tmp_path / "copy.jsonl"
    lines = [json.dumps(each).encode() for each in json.loads(ARRAY.read_text())[1:]]
    for _ in range(400):
        spoilt = [damaged(line, chance) if chance.random() < 0.4 else line for line in lines]
        copy.write_bytes(b"\n".join(spoilt) + b"\n")
        try:
            entries = read(copy)
        except FencekitError:
            continue
        assert {type(entry) for entry in entries} <= {Record, InvalidRecord, PassedOver}
        other = sum(b'"run_type": "tool"' not in line for line in spoilt)
        assert len(lines) - other <= sum(getattr(entry, "count", 1) for entry in entries)


def damaged(line: bytes, chance: random.Random) -> bytes:
    """Flip a bit, or take a piece out, without making or losing a line."""
    at = chance.randrange(len(line))
    if chance.random() < 0.5:
        line = line[:at] + bytes([line[at] ^ (1 << chance.randrange(8))]) + line[at + 1 :]
    else:
        line = line[:at] + line[at + chance.randint(1, 60) :]
    return line.replace(b"\n", b"?").replace(b"\r", b"?") or b"?"
