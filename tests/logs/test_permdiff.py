"""permdiff's calls: what an effect says, and what was unknown where permdiff had them from."""

import json
import random
from pathlib import Path

import pytest

from fencekit.logs.format_recognition import sample_of
from fencekit.logs.log_registry import formats, open_log, read_log
from fencekit.logs.permdiff import FORMAT
from fencekit.model.errors import FencekitError
from fencekit.model.record import Completeness, InvalidRecord, Notice, Record
from fencekit.model.request import UNKNOWN
from fencekit.model.verdict import Obligation, Verdict
from fencekit.reading.input_files import open_source

SAMPLES = Path(__file__).resolve().parents[2] / "fixtures" / "logs" / "permdiff"
CALLS = SAMPLES / "calls.jsonl"
A, E, D = Verdict.ALLOW, Verdict.ESCALATE, Verdict.DENY
CALL = {
    "id": "c-1",
    "timestamp": "2026-11-20T09:00:00Z",
    "principal": {"id": "alice"},
    "agent": {"id": "desk"},
    "tool": {"name": "refund"},
    "arguments": {"amount": 1.0, "card": {"number": "4", "name": "A"}},
    "context": {"environment": "staging", "risk_level": "low", "session_id": "s-1"},
    "recorded": {"effect": "allow"},
}


def read(tmp_path, *lines):
    path = tmp_path / "calls.jsonl"
    texts = (line if isinstance(line, bytes) else json.dumps(line).encode() for line in lines)
    path.write_bytes(b"".join(text + b"\n" for text in texts))
    return list(read_log(path, log_format="permdiff"))


def one(tmp_path, **changes) -> Record:
    (entry,) = read(tmp_path, {**CALL, **changes})
    assert isinstance(entry, Record), entry
    return entry


def wrong(tmp_path, **changes) -> str:
    (entry,) = read(tmp_path, {**CALL, **changes})
    assert isinstance(entry, InvalidRecord)
    assert entry.place.line == 1
    assert entry.excerpt.startswith('{"id"')
    return entry.error.message


def verdicts(record: Record) -> set[Verdict] | None:
    return None if record.recorded is None else set(record.recorded.verdicts)


# --- the sample -----------------------------------------------------------------------------


def test_every_line_of_the_sample_is_a_record():
    records = list(read_log(CALLS))
    assert [type(record) for record in records] == [Record] * 16
    assert [record.place.line for record in records] == list(range(1, 17))
    assert records[0].id == "call-001"
    assert records[0].time == "2026-11-20T09:01:00Z"
    assert {record.session for record in records} == {"run-1", "5f0c", "cu-run"}


def test_the_effects_of_the_sample_are_decisions_unless_they_are_results():
    assert [verdicts(record) for record in read_log(CALLS)] == [
        *({A}, {D}, {E}, None, None, None),  # its own form: an error, and twice no effect
        *({A}, {D}, {A}),  # OPA
        *(None, None, None),  # a transcript
        *({A}, {A}, None, {D}),  # Custody: the third was observed only
    ]


def test_the_principals_of_the_sample_are_known_where_permdiff_knew_them():
    principals = [record.request.principal for record in read_log(CALLS)]
    assert principals == [*["alice"] * 4, *["bob"] * 2, *["alice"] * 3, *[UNKNOWN] * 3] + (
        ["carol"] * 4
    )


def test_the_tools_of_the_sample_carry_their_server():
    with open_log(CALLS) as log:
        records = list(log.entries())
    assert records[2].tool == "mcp__stripe__payments.refund"
    assert records[10].tool == "mcp__fs__delete_file"
    assert records[15].tool == "mcp__mcp__delete_repo"
    mapped = {record.tool: record.request.capability for record in records if record.mapped}
    assert mapped == {
        "mcp__stripe__payments.refund": "mcp.tools.call",
        "mcp__fs__delete_file": "mcp.tools.call",
        "mcp__mcp__delete_repo": "mcp.tools.call",
        "Bash": "shell.exec",
        "Read": "file.read",
    }
    assert sum(not record.mapped for record in records) == 10


def test_the_completeness_of_the_sample_says_what_is_masked_and_what_is_missing():
    records = list(read_log(CALLS))
    found = [record.completeness for record in records]
    assert {kind: found.count(kind) for kind in Completeness} == {
        Completeness.FULL: 9,
        Completeness.MASKED: 5,
        Completeness.TRUNCATED: 0,
        Completeness.ARGS_MISSING: 2,
    }
    assert records[6].request.args.values["token"] is UNKNOWN
    assert records[6].request.args.values["body"] == "x"
    assert records[7].request.args.values["body"] is UNKNOWN
    assert [record.request.args.open for record in records[12:]] == [True] * 4


def test_no_other_format_recognises_the_sample():
    with open_source(str(CALLS)) as source:
        sample = sample_of(source)
    assert [name for name, known in formats().items() if known.recognises(sample)] == ["permdiff"]


def test_permdiff_recognises_no_sample_of_another_format():
    for path in sorted(SAMPLES.parent.rglob("*")):
        if path.is_file() and path.suffix != ".md" and SAMPLES not in path.parents:
            with open_source(str(path)) as source:
                assert not FORMAT.recognises(sample_of(source)), path


# --- what a call means ----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("effect", "said"),
    [("allow", {A}), ("deny", {D}), ("require_approval", {E}), ("error", None), (None, None)],
)
def test_an_effect_is_a_verdict_and_an_error_is_none(tmp_path, effect, said):
    record = one(tmp_path, recorded={"effect": effect})
    assert verdicts(record) == said
    if record.recorded:
        assert record.recorded.obligations is None


@pytest.mark.parametrize("absent", [None, {}])
def test_a_call_without_an_effect_has_no_recorded_decision(tmp_path, absent):
    assert one(tmp_path, recorded=absent).recorded is None


def test_what_a_transcript_shows_is_no_decision(tmp_path):
    source = {"format": "claude-code", "locator": "x:1"}
    assert one(tmp_path, source=source).recorded is None
    assert one(tmp_path, source=source | {"format": "permdiff.jsonl"}).recorded is not None


def test_a_warning_of_custody_is_an_obligation_and_observing_is_no_decision(tmp_path):
    warned = one(tmp_path, context={"custody.verdict": "warn"}).recorded
    assert (warned.verdicts, warned.obligations) == ({A}, {Obligation("warn")})
    assert one(tmp_path, context={"custody.verdict": "observe"}).recorded is None


def test_the_context_has_the_environment_and_the_session_and_is_never_whole(tmp_path):
    record = one(tmp_path)
    assert (record.request.environment, record.session) == ("staging", "s-1")
    assert record.request.context.values == {"risk_level": "low", "session_id": "s-1"}
    assert record.request.context.open
    bare = one(tmp_path, context=None)
    assert (bare.request.environment, bare.session) == (None, "")
    assert bare.request.in_context("environment") is UNKNOWN


def test_arguments_that_were_not_kept_are_unknown_and_empty_ones_are_empty(tmp_path):
    missing, empty = one(tmp_path, arguments=None), one(tmp_path, arguments={})
    assert missing.request.args.open
    assert missing.completeness is Completeness.ARGS_MISSING
    assert empty.request.args.whole
    assert empty.completeness is Completeness.FULL


def test_arguments_keep_their_numbers(tmp_path):
    assert repr(one(tmp_path).request.args.get("amount")) == "1.0"


@pytest.mark.parametrize("prefix", ["claude_code", "otel"])
def test_a_principal_that_permdiff_made_up_is_unknown(tmp_path, prefix):
    context = {f"{prefix}.principal_missing": True}
    assert one(tmp_path, context=context).request.principal is UNKNOWN
    context = {f"{prefix}.principal_missing": False}
    assert one(tmp_path, context=context).request.principal == "alice"


def test_what_opa_masked_is_unknown_and_nothing_else_is(tmp_path):
    record = one(tmp_path, context={"opa.masked": ["/input/arguments/card/number"]})
    assert record.request.args.values == {"amount": 1.0, "card": {"number": UNKNOWN, "name": "A"}}
    assert (record.request.principal, record.tool) == ("alice", "refund")
    assert record.completeness is Completeness.MASKED
    assert verdicts(record) == {A}


@pytest.mark.parametrize(
    ("pointer", "principal", "tool", "is_open"),
    [
        ("/input/principal/id", UNKNOWN, "refund", False),
        ("/input/principal", UNKNOWN, "refund", False),
        ("/input/tool/name", "alice", "", False),
        ("/input/tool/server", "alice", "", False),
        ("/input/arguments", "alice", "refund", True),
        ("/input/context/environment", "alice", "refund", False),
        ("/input/context", "alice", "refund", False),
        ("/input", UNKNOWN, "", True),
        ("/input/user", UNKNOWN, "", True),  # the input had another shape
    ],
)
def test_whatever_part_opa_masked_is_unknown(tmp_path, pointer, principal, tool, is_open):
    context = {"opa.erased": [pointer], "environment": "staging"}
    record = one(tmp_path, context=context)
    assert (record.request.principal, record.tool) == (principal, tool)
    assert record.request.args.open is is_open
    assert record.completeness is Completeness.MASKED
    if "environment" in pointer:
        assert record.request.environment is UNKNOWN


def test_an_answer_that_opa_masked_is_no_decision(tmp_path):
    record = one(tmp_path, context={"opa.masked": ["/result/effect"]})
    assert record.recorded is None
    assert record.completeness is Completeness.FULL


def test_keys_that_are_not_known_change_nothing(tmp_path):
    assert one(tmp_path, more=[1]).request == one(tmp_path).request


# --- what cannot be read --------------------------------------------------------------------


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"id": 7}, "`id` is not text"),
        ({"timestamp": None}, "`timestamp` is not text"),
        ({"principal": "alice"}, "`principal` is not an object"),
        ({"principal": {}}, "`principal.id` is not text"),
        ({"agent": None}, "`agent` is not an object"),
        ({"tool": {"name": ""}}, "`tool.name` is not text"),
        ({"tool": {"name": ["x"]}}, "`tool.name` is not text"),
        ({"tool": {"name": "x", "server": 7}}, "`tool.server` is not text"),
        ({"arguments": [1]}, "`arguments` is not an object"),
        ({"arguments": "x"}, "`arguments` is not an object"),
        ({"context": [1]}, "`context` is not an object"),
        ({"recorded": "allow"}, "`recorded` is not an object"),
        ({"source": "x"}, "`source` is not an object"),
        ({"context": {"opa.masked": "x"}}, "`opa.masked` is not a list"),
        ({"context": {"opa.erased": ["x"]}}, "no JSON Pointer"),
    ],
)
def test_a_call_that_lacks_something_or_has_it_of_another_type_is_invalid(
    tmp_path, changes, message
):
    assert message in wrong(tmp_path, **changes)


@pytest.mark.parametrize("effect", ["ALLOW", ["allow"]])
def test_an_effect_that_is_none_is_noted_and_the_call_stands(tmp_path, effect):
    (entry,) = read(tmp_path, CALL | {"recorded": {"effect": effect}})
    assert entry.recorded is None
    assert entry.notes == (f"the decision is not recorded: unknown effect: `{effect}`",)


@pytest.mark.parametrize("key", ["id", "timestamp", "principal", "agent", "tool"])
def test_a_call_without_what_permdiff_requires_is_invalid(tmp_path, key):
    (entry,) = read(tmp_path, {name: value for name, value in CALL.items() if name != key})
    assert isinstance(entry, InvalidRecord)


def test_a_log_that_was_cut_keeps_every_whole_line(tmp_path):
    path = tmp_path / "cut.jsonl"
    path.write_bytes(CALLS.read_bytes()[:-30])
    entries = list(read_log(path))
    assert [type(entry) for entry in entries] == [Record] * 15 + [InvalidRecord]


def test_corruption_never_costs_a_line_and_only_our_errors_escape(tmp_path):
    dice = random.Random(7)
    clean = CALLS.read_bytes()
    path = tmp_path / "corrupted.jsonl"
    for _ in range(200):
        damaged = bytearray(clean)
        for _ in range(dice.randint(1, 5)):
            damaged[dice.randrange(1, len(damaged))] = dice.choice(b'\x00"{}[],:x\n\r\xff7')
        path.write_bytes(damaged)
        lines = [line for line in bytes(damaged).split(b"\n") if line.strip()]
        try:
            entries = list(read_log(path, log_format="permdiff"))
        except FencekitError:
            pytest.fail("a log of lines is never unreadable as a whole")
        assert sum(not isinstance(entry, Notice) for entry in entries) >= len(lines)
