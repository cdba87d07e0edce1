"""Audit lines in the style of capability-proxy: both shapes, four decisions, guardrails."""

import json
import random
from pathlib import Path

import pytest

from fencekit.logs.capability_proxy import FORMAT
from fencekit.logs.format_recognition import sample_of
from fencekit.logs.log_registry import formats, open_log, read_log
from fencekit.model.errors import FencekitError
from fencekit.model.record import Completeness, InvalidRecord, Notice, Record
from fencekit.model.request import UNKNOWN
from fencekit.model.verdict import Verdict
from fencekit.reading.input_files import open_source

SAMPLES = Path(__file__).resolve().parents[2] / "fixtures" / "logs" / "capability_proxy"
NESTED, FLAT = SAMPLES / "nested.jsonl", SAMPLES / "flat.jsonl"
A, E, D = Verdict.ALLOW, Verdict.ESCALATE, Verdict.DENY
LINE = {"tool": "read_file", "args": {"path": "/a"}, "decision": "ALLOW"}


def read(tmp_path, *lines):
    path = tmp_path / "audit.jsonl"
    texts = (line if isinstance(line, bytes) else json.dumps(line).encode() for line in lines)
    path.write_bytes(b"".join(text + b"\n" for text in texts))
    return list(read_log(path, log_format="capability-proxy"))


def one(tmp_path, **changes) -> Record:
    (entry,) = read(tmp_path, {**LINE, **changes})
    assert isinstance(entry, Record), entry
    return entry


def wrong(tmp_path, **changes) -> str:
    (entry,) = read(tmp_path, {**LINE, **changes})
    assert isinstance(entry, InvalidRecord)
    assert entry.place.line == 1
    assert entry.excerpt.startswith('{"tool"')
    return entry.error.message


def duties(record: Record) -> list[str]:
    return sorted(map(str, record.recorded.obligations))


# --- the samples ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("path", "verdicts", "obligations"),
    [
        (NESTED, [A, A, A, A, E, D, D], {2: ["max_bytes", "no_overwrite"], 3: ["guardrails"]}),
        (FLAT, [A, A, E, D], {1: ["backup"]}),
    ],
)
def test_every_line_of_a_sample_is_a_record_with_its_decision(path, verdicts, obligations):
    records = list(read_log(path))
    assert [type(record) for record in records] == [Record] * len(verdicts)
    assert [record.recorded.verdicts for record in records] == [{verdict} for verdict in verdicts]
    named = {at: duties(record) for at, record in enumerate(records) if duties(record)}
    assert named == obligations


def test_the_calls_of_a_sample_have_their_arguments_principal_session_and_reason():
    records = list(read_log(NESTED))
    assert records[0].request.args.values == {"path": "/srv/workspace/hello.txt"}
    assert {record.request.principal for record in records} == {"desk-agent"}
    assert {record.session for record in records} == {"run-9"}
    assert [record.id for record in records] == [f"call-{n}" for n in range(1, 8)]
    assert records[0].time == "2026-11-20T08:01:00Z"
    assert records[5].recorded.reason == "outside the workspace; secret"


def test_the_flat_sample_has_numbers_as_ids_and_times_and_one_call_without_arguments():
    records = list(read_log(FLAT))
    assert [record.id for record in records] == ["1", "2", "3", "4"]
    assert records[0].time == "2026-11-20T08:00:00.500Z"
    assert [record.request.principal for record in records] == [*["desk-agent"] * 3, UNKNOWN]
    assert [record.completeness for record in records] == [
        *[Completeness.FULL] * 3,
        Completeness.ARGS_MISSING,
    ]
    assert [record.request.args.open for record in records] == [False, False, False, True]


def test_tools_are_mapped_and_one_that_nobody_knows_is_not():
    with open_log(NESTED) as log:
        records = list(log.entries())
    assert [record.request.capability for record in records] == [
        *("file.read", "file.list", "file.write", "file.write", "file.delete", "file.read"),
        UNKNOWN,
    ]
    assert [record.tool for record in records if not record.mapped] == ["run_shell"]


@pytest.mark.parametrize("path", [NESTED, FLAT])
def test_no_other_format_recognises_the_samples(path):
    with open_source(str(path)) as source:
        sample = sample_of(source)
    fits = [name for name, known in formats().items() if known.recognises(sample)]
    assert fits == ["capability-proxy"]


def test_capability_proxy_recognises_no_sample_of_another_format():
    for path in sorted(SAMPLES.parent.rglob("*")):
        if path.is_file() and path.suffix != ".md" and SAMPLES not in path.parents:
            with open_source(str(path)) as source:
                assert not FORMAT.recognises(sample_of(source)), path


# --- what a line means ----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("word", "verdict", "obligations"),
    [
        ("ALLOW", A, []),
        ("allow", A, []),
        ("ALLOW_WITH_GUARDRAILS", A, ["guardrails"]),
        ("ESCALATE", E, []),
        ("DENY", D, []),
    ],
)
@pytest.mark.parametrize("key", [None, "verdict", "decision", "outcome"])
def test_a_decision_is_one_of_four_words_itself_or_inside(
    tmp_path, key, word, verdict, obligations
):
    record = one(tmp_path, decision=word if key is None else {key: word})
    assert record.recorded.verdicts == {verdict}
    assert duties(record) == obligations


@pytest.mark.parametrize(
    ("given", "named"),
    [
        ("backup", ["backup"]),
        (["b", "a", "a"], ["a", "b"]),
        ([{"name": "a", "x": 1}, {"id": "b"}], ["a", "b"]),
        ({"a": {"x": 1}, "b": None}, ["a", "b"]),
        ([], ["guardrails"]),
        (None, ["guardrails"]),
    ],
)
@pytest.mark.parametrize("key", ["guardrails", "obligations"])
def test_guardrails_that_are_named_are_the_obligations(tmp_path, key, given, named):
    word = "ALLOW_WITH_GUARDRAILS"
    assert duties(one(tmp_path, decision=word, **{key: given})) == named
    assert duties(one(tmp_path, decision={"verdict": word, key: given})) == named


def test_the_final_decision_goes_before_an_earlier_one(tmp_path):
    assert one(tmp_path, final_decision="DENY").recorded.verdicts == {D}


@pytest.mark.parametrize("absent", [None, "left out"])
def test_a_line_without_a_decision_has_none(tmp_path, absent):
    line = {key: value for key, value in LINE.items() if key != "decision"}
    (entry,) = read(tmp_path, line if absent else line | {"decision": None})
    assert entry.recorded is None


@pytest.mark.parametrize("call", ["call", "tool_call", "toolcall"])
@pytest.mark.parametrize("tool", ["tool", "tool_name", "name"])
@pytest.mark.parametrize("args", ["args", "arguments", "params"])
def test_a_call_may_be_an_object_of_its_own(tmp_path, call, tool, args):
    line = {call: {tool: "read_file", args: {"path": "/a"}}, "decision": "ALLOW"}
    (entry,) = read(tmp_path, line)
    assert (entry.tool, entry.request.args.values) == ("read_file", {"path": "/a"})
    with open_log(tmp_path / "audit.jsonl") as log:
        assert log.format.name == "capability-proxy"


def test_the_context_is_what_is_there_and_never_whole(tmp_path):
    request = one(tmp_path, context={"environment": "staging", "depth": 2}).request
    assert (request.environment, request.context.values) == ("staging", {"depth": 2})
    assert request.context.open
    assert one(tmp_path).request.in_context("environment") is UNKNOWN


@pytest.mark.parametrize("given", ["a", {"id": "a"}, {"name": "a"}])
def test_the_principal_is_a_text_or_an_object_with_one(tmp_path, given):
    assert one(tmp_path, subject=given).request.principal == "a"


@pytest.mark.parametrize("given", [None, "", [1], {"x": 1}, True])
def test_a_principal_that_is_not_named_is_unknown(tmp_path, given):
    assert one(tmp_path, principal=given).request.principal is UNKNOWN


def test_a_log_of_capfence_stays_one_of_capfence(tmp_path):
    path = tmp_path / "audit.jsonl"
    path.write_text('{"tool": "payments.refund", "payload": {"a": 1}, "decision": "DENY"}\n')
    with open_log(path) as log:
        assert log.format.name == "capfence-audit"


# --- what cannot be read --------------------------------------------------------------------


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"tool": None}, "names no `tool`"),
        ({"tool": ""}, "names no `tool`"),
        ({"tool": 7}, "names no `tool`"),
        ({"call": "x"}, "the call is not an object"),
        ({"call": {}}, "names no `tool`"),
        ({"args": [1]}, "the arguments are not an object"),
        ({"args": "x"}, "the arguments are not an object"),
        ({"context": "x"}, "`context` is not an object"),
    ],
)
def test_a_line_that_is_no_decided_call_is_invalid(tmp_path, changes, message):
    assert message in wrong(tmp_path, **changes)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"decision": "PERHAPS"}, "unknown decision: `PERHAPS`"),
        ({"decision": 7}, "unknown decision: `7`"),
        ({"decision": False}, "unknown decision: `False`"),
        ({"decision": []}, "unknown decision"),
        ({"decision": {}}, "unknown decision: `None`"),
        ({"guardrails": [{"x": 1}]}, "a guardrail has no name"),
        ({"guardrails": [None]}, "a guardrail has no name"),
        ({"guardrails": 7}, "a guardrail has no name"),
    ],
)
def test_a_decision_that_is_none_is_noted_and_the_call_stands(tmp_path, changes, message):
    entry = one(tmp_path, **changes)
    assert entry.recorded is None
    assert message in entry.notes[0]


def test_a_log_that_was_cut_keeps_every_whole_line(tmp_path):
    path = tmp_path / "cut.jsonl"
    path.write_bytes(NESTED.read_bytes()[:-30])
    entries = list(read_log(path))
    assert [type(entry) for entry in entries] == [Record] * 6 + [InvalidRecord]


@pytest.mark.parametrize("sample", [NESTED, FLAT])
def test_corruption_never_costs_a_line_and_only_our_errors_escape(tmp_path, sample):
    dice = random.Random(11)
    clean = sample.read_bytes()
    path = tmp_path / "corrupted.jsonl"
    for _ in range(200):
        damaged = bytearray(clean)
        for _ in range(dice.randint(1, 5)):
            damaged[dice.randrange(1, len(damaged))] = dice.choice(b'\x00"{}[],:x\n\r\xff7')
        path.write_bytes(damaged)
        lines = [line for line in bytes(damaged).split(b"\n") if line.strip()]
        try:
            entries = list(read_log(path, log_format="capability-proxy"))
        except FencekitError:
            pytest.fail("a log of lines is never unreadable as a whole")
        assert sum(not isinstance(entry, Notice) for entry in entries) >= len(lines)
