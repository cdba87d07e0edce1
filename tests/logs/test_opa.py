"""OPA's decision logs: what is read of them, what is unknown, what cannot be translated."""

import gzip
import json
import random
from pathlib import Path

import pytest

from fencekit.logs.format_recognition import sample_of
from fencekit.logs.log_registry import formats, open_log, read_log
from fencekit.logs.opa import FORMAT
from fencekit.model.errors import FencekitError
from fencekit.model.record import Completeness, InvalidRecord, Record
from fencekit.model.request import UNKNOWN
from fencekit.model.verdict import Obligation, Verdict
from fencekit.reading.input_files import open_source

SAMPLES = Path(__file__).resolve().parents[2] / "fixtures" / "logs" / "opa"
ARRAY, CONSOLE = SAMPLES / "agents.json", SAMPLES / "console.jsonl"
A, E, D = Verdict.ALLOW, Verdict.ESCALATE, Verdict.DENY
EVENT = {
    "labels": {"id": "1"},
    "decision_id": "d-1",
    "path": "agents/authz/allow",
    "input": {"principal": "ops", "capability": "shell.exec", "args": {"command": "ls"}},
    "result": True,
    "timestamp": "2026-11-20T10:00:00Z",
}


def events() -> list[dict]:
    return json.loads(ARRAY.read_text("utf-8"))


def read(tmp_path, *lines):
    """Entries of a log of these lines: objects, or bytes as they are."""
    path = tmp_path / "log.jsonl"
    path.write_bytes(b"".join(as_line(line) + b"\n" for line in lines))
    return list(read_log(path, log_format="opa"))


def as_line(line) -> bytes:
    return line if isinstance(line, bytes) else json.dumps(line).encode()


def one(tmp_path, **changes) -> Record:
    (entry,) = read(tmp_path, {**EVENT, **changes})
    assert isinstance(entry, Record), entry
    return entry


def wrong(tmp_path, **changes) -> str:
    (entry,) = read(tmp_path, {**EVENT, **changes})
    assert isinstance(entry, InvalidRecord)
    assert entry.place.line == 1
    assert entry.excerpt.startswith('{"labels"')
    return entry.error.message


def said(tmp_path, result, path="agents/authz") -> set[Verdict] | None:
    recorded = one(tmp_path, result=result, path=path).recorded
    return None if recorded is None else set(recorded.verdicts)


# --- the samples ----------------------------------------------------------------------------


def test_every_event_of_the_array_is_a_record():
    records = list(read_log(ARRAY))
    assert [type(record) for record in records] == [Record] * 16
    assert [record.place.line for record in records] == list(range(1, 17))
    assert [record.id for record in records] == [event["decision_id"] for event in events()]
    assert records[0].time == "2026-11-20T10:01:00.000000001Z"


def test_the_verdicts_of_the_array_are_those_that_were_answered():
    found = [record.recorded and set(record.recorded.verdicts) for record in read_log(ARRAY)]
    assert found == [
        *({A}, {D}, {E, D}, {A}, {A}, {E}, {D}, {D}, {A}),
        *({A}, {D}, {A}, None, {D}, None, None),
    ]


def test_the_array_names_principals_capabilities_and_tools():
    records = list(read_log(ARRAY))
    assert [r.request.principal for r in records[4:7]] == ["support-agent", "coding-agent", "alice"]
    assert records[4].request.capability == "ticket.read.staging"
    assert records[4].request.environment == "staging"
    assert records[4].request.context.values == {"risk_level": "low"}
    assert records[13].request.capability == "payment.transfer"
    assert [r.tool for r in records if r.tool] == ["Bash", "mcp__fs__delete_file"]
    assert [r.mapped for r in records if r.tool] == [False, False]
    assert {r.request.capability for r in records if r.tool} == {UNKNOWN}


def test_the_completeness_of_the_array_says_what_is_masked_and_what_is_missing():
    found = [record.completeness for record in read_log(ARRAY)]
    assert {kind: found.count(kind) for kind in Completeness} == {
        Completeness.FULL: 10,
        Completeness.MASKED: 3,
        Completeness.TRUNCATED: 0,
        Completeness.ARGS_MISSING: 3,
    }


def test_the_other_lines_of_the_console_are_passed_over():
    records = list(read_log(CONSOLE))
    assert len(CONSOLE.read_text("utf-8").splitlines()) == 10
    assert [record.place.line for record in records] == [3, 6, 9]
    assert [set(record.recorded.verdicts) for record in records] == [{A}, {D}, {A}]
    assert records[2].request.args.get("command") is UNKNOWN
    assert records[2].completeness is Completeness.MASKED


def test_an_upload_is_read_compressed_as_it_is_sent(tmp_path):
    path = tmp_path / "upload.gz"
    path.write_bytes(gzip.compress(ARRAY.read_bytes()))
    with open_log(path) as log:
        assert (log.format.name, len(list(log.entries()))) == ("opa", 16)


@pytest.mark.parametrize("path", [ARRAY, CONSOLE])
def test_no_other_format_recognises_the_samples(path):
    with open_source(str(path)) as source:
        sample = sample_of(source)
    assert [name for name, known in formats().items() if known.recognises(sample)] == ["opa"]


def test_opa_recognises_no_sample_of_another_format():
    for path in sorted(SAMPLES.parent.rglob("*")):
        if path.is_file() and path.suffix != ".md" and SAMPLES not in path.parents:
            with open_source(str(path)) as source:
                assert not FORMAT.recognises(sample_of(source)), path


# --- what the input means -------------------------------------------------------------------


@pytest.mark.parametrize(
    ("given", "capability"),
    [
        ({"capability": "a.b.c"}, "a.b.c"),
        ({"action": "payment.refund"}, "payment.refund"),
        ({"action": "refund", "resource": "payment"}, "payment.refund"),
        ({"action": "refund", "resource": "payment", "scope": "eu.west"}, "payment.refund.eu.west"),
        ({"action": "refund", "resource": "payment", "env": "prod"}, "payment.refund.prod"),
        ({"action": {"name": "read"}, "resource": {"type": "doc", "id": "7"}}, "doc.read"),
        ({"operation": "read", "resource": {"kind": "doc"}}, "doc.read"),
        ({"action": "read"}, UNKNOWN),
        ({"action": "read", "resource": "/srv/a.txt"}, UNKNOWN),
        ({"action": "read", "resource": {"id": "7"}}, UNKNOWN),
        ({"action": "read", "resource": "doc", "scope": "a b"}, UNKNOWN),
        ({"capability": 7}, UNKNOWN),
        ({"method": "GET"}, UNKNOWN),
        ({}, UNKNOWN),
    ],
)
def test_the_capability_is_named_or_made_of_resource_and_action(tmp_path, given, capability):
    record = one(tmp_path, input=given)
    assert (record.request.capability, record.tool) == (capability, "")


@pytest.mark.parametrize(
    ("given", "principal"),
    [
        ({"principal": "a", "user": "b"}, "a"),
        ({"subject": {"type": "agent", "id": "s"}}, "s"),
        ({"user": {"name": "bob"}}, "bob"),
        ({"agent_id": "x"}, "x"),
        ({"user": 7}, UNKNOWN),
        ({"user": ""}, UNKNOWN),
        ({}, UNKNOWN),
    ],
)
def test_the_principal_is_the_first_that_is_named(tmp_path, given, principal):
    assert one(tmp_path, input=given).request.principal == principal


@pytest.mark.parametrize("given", [None, "text", 7, True, ["list"]])
def test_an_input_that_is_no_object_leaves_everything_unknown(tmp_path, given):
    record = one(tmp_path, input=given)
    assert record.request.capability is UNKNOWN
    assert record.request.args.open
    assert record.request.context.open
    assert record.completeness is Completeness.ARGS_MISSING


def test_without_an_object_of_arguments_other_keys_are_some_of_them(tmp_path):
    record = one(tmp_path, input={"user": "bob", "capability": "a.b", "amount": 5})
    assert record.request.args.get("amount") == 5
    assert record.request.args.get("currency") is UNKNOWN
    assert record.completeness is Completeness.ARGS_MISSING


def test_the_arguments_keep_their_order_and_their_numbers(tmp_path):
    record = one(tmp_path, input={"capability": "a.b", "args": {"b": 1.0, "a": 1}})
    assert repr(record.request.args.values) == "{'b': 1.0, 'a': 1}"
    assert record.request.args.whole


def test_a_session_in_the_input_is_the_session(tmp_path):
    assert one(tmp_path, input={"session_id": "s-1"}).session == "s-1"
    assert one(tmp_path, input={"session_id": 4}).session == ""


# --- what is masked -------------------------------------------------------------------------

GIVEN = {"principal": "ops", "capability": "a.b", "args": {"k": {"x": 1, "y": 2}, "l": [1, 2, 3]}}


def masked(tmp_path, **pointers) -> Record:
    return one(tmp_path, input=GIVEN, **pointers)


def test_a_masked_value_is_unknown_and_its_neighbours_are_not(tmp_path):
    args = masked(tmp_path, masked=["/input/args/k/x"]).request.args.values
    assert args == {"k": {"x": UNKNOWN, "y": 2}, "l": [1, 2, 3]}


def test_an_erased_key_is_unknown_rather_than_absent(tmp_path):
    request = masked(tmp_path, erased=["/input/args/token", "/input/args/k/z"]).request
    assert request.args.get("token") is UNKNOWN
    assert request.args.values["k"] == {"x": 1, "y": 2, "z": UNKNOWN}
    assert request.args.get("other") is None
    assert (request.capability, request.principal) == ("a.b", "ops")


def test_an_element_may_be_masked_alone_but_erasing_one_moves_the_others(tmp_path):
    assert masked(tmp_path, masked=["/input/args/l/1"]).request.args.values["l"] == [1, UNKNOWN, 3]
    assert masked(tmp_path, erased=["/input/args/l/1"]).request.args.values["l"] is UNKNOWN
    assert masked(tmp_path, masked=["/input/args/l/9"]).request.args.values["l"] is UNKNOWN


@pytest.mark.parametrize("pointer", ["/input", "/input/args"])
def test_erased_arguments_are_all_unknown(tmp_path, pointer):
    record = masked(tmp_path, erased=[pointer])
    assert record.request.args.open
    assert not record.request.args.values
    assert record.completeness is Completeness.MASKED


def test_an_erased_principal_or_capability_is_unknown(tmp_path):
    request = masked(tmp_path, erased=["/input/principal", "/input/capability"]).request
    assert request.principal is UNKNOWN
    assert request.capability is UNKNOWN
    assert request.args.whole


@pytest.mark.parametrize("pointer", ["/input/args/a~1b", "/input/args/a%2Fb"])
def test_a_pointer_means_every_key_that_it_may_spell(tmp_path, pointer):
    record = one(tmp_path, input={**GIVEN, "args": {"a/b": 1, "c": 2}}, masked=[pointer])
    assert record.request.args.get("a/b") is UNKNOWN
    assert record.request.args.get("c") == 2


def test_pointers_outside_of_input_and_result_change_nothing(tmp_path):
    record = masked(tmp_path, erased=["/nd_builtin_cache/http.send"], masked=None)
    assert record.completeness is Completeness.FULL
    assert record.request.whole is False  # the context is never all there
    assert record.request.args.whole


def test_a_masked_answer_is_no_recorded_decision(tmp_path):
    assert one(tmp_path, masked=["/result"]).recorded is None
    event = {"result": {"deny": ["x"], "reason": "y"}, "path": "agents/authz"}
    assert one(tmp_path, **event, masked=["/result/deny/0"]).recorded is None
    assert one(tmp_path, **event, erased=["/result/deny"]).recorded is None
    assert one(tmp_path, **event, erased=["/result/why"]).recorded.verdicts == {D}
    assert one(tmp_path, **event, erased=["/result/why"]).completeness is Completeness.FULL


@pytest.mark.parametrize("pointers", [["input/args"], [""], [7], "/input", {"a": 1}])
def test_pointers_that_are_none_make_an_event_invalid(tmp_path, pointers):
    assert "`masked`" in wrong(tmp_path, masked=pointers)


# --- what was answered ----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("result", "verdicts"),
    [
        (True, {A}),
        (False, {D}),
        ("allow", {A}),
        ("DENY", {D}),
        ("require_approval", {E}),
        ({"allow": True}, {A}),
        ({"allowed": False}, {D}),
        ({"allow": True, "require_approval": True}, {E}),
        ({"allow": False, "require_approval": True}, {E, D}),
        ({"allow": False, "require_approval": False}, {D}),
        ({"allow": False, "decision": "escalate"}, {E}),
        ({"deny": ["no"]}, {D}),
        ({"deny": []}, {A}),
        ({"deny": [], "allow": False}, {D}),
        ({"deny": {"x": "no"}}, {D}),
        ({"verdict": "ask"}, {E}),
        ({"effect": "Deny"}, {D}),
        ({"decision": True}, {A}),
        ({"allow": True, "deny": ["no"]}, None),
        ({"allow": True, "decision": "deny"}, None),
        ({"allow": True, "permitted": False}, None),
        ({"allow": "yes"}, None),
        ({"deny": "no"}, None),
        ({"decision": "perhaps"}, None),
        ({"decision": ["allow"]}, None),
        ({"require_approval": False}, None),
        ({"score": 0.4}, None),
        ({}, None),
        ([{"x": True}], None),
        (7, None),
        ("perhaps", None),
        (None, None),
    ],
)
def test_an_answer_is_translated_as_far_as_it_speaks(tmp_path, result, verdicts):
    assert said(tmp_path, result) == verdicts


@pytest.mark.parametrize(
    ("path", "result", "verdicts"),
    [
        ("agents/deny", True, {D}),
        ("/agents/deny/", False, {A}),
        ("agents/violation", [{"msg": "x"}], {D}),
        ("agents/require_approval", True, {E}),
        ("agents/require_approval", False, None),
        ("agents/decision", "deny", {D}),
        ("agents/main", True, {A}),
        ("agents/main", [], None),
    ],
)
def test_the_name_of_the_rule_says_what_yes_means(tmp_path, path, result, verdicts):
    assert said(tmp_path, result, path) == verdicts


def test_a_query_names_the_rule_where_there_is_no_path(tmp_path):
    event = {key: value for key, value in EVENT.items() if key != "path"}
    (entry,) = read(tmp_path, {**event, "query": "data.agents.deny"})
    assert entry.recorded.verdicts == {D}


def test_an_event_with_an_error_or_without_result_has_no_recorded_decision(tmp_path):
    assert one(tmp_path, error={"code": "internal_error"}).recorded is None
    event = {key: value for key, value in EVENT.items() if key != "result"}
    (entry,) = read(tmp_path, event)
    assert entry.recorded is None


def test_obligations_are_known_where_the_answer_lists_them(tmp_path):
    def duties(result):
        return one(tmp_path, result=result).recorded.obligations

    assert duties(True) == frozenset()
    assert duties({"allow": True}) is None
    assert duties({"allow": True, "obligations": ["log"]}) == {Obligation("log")}
    assert duties({"allow": True, "obligations": [{"id": "log"}]}) is None


# --- what cannot be read --------------------------------------------------------------------


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"decision_id": None}, "no `decision_id`"),
        ({"decision_id": 7}, "`decision_id` is not text"),
        ({"timestamp": 7}, "`timestamp` is not text"),
        ({"path": ["a"]}, "`path` is not text"),
        ({"msg": "Sent response."}, "`msg` is `Sent response.`"),
    ],
)
def test_an_event_with_fields_of_a_wrong_type_is_invalid(tmp_path, changes, message):
    assert message in wrong(tmp_path, **changes)


def test_a_broken_line_costs_no_other(tmp_path):
    entries = read(tmp_path, EVENT, b'{"decision_id": "x', b"[]", b"\xff", EVENT)
    kinds = [type(entry) for entry in entries]
    assert kinds == [Record, InvalidRecord, InvalidRecord, InvalidRecord, Record]
    assert [entry.place.line for entry in entries] == [1, 2, 3, 4, 5]


def test_an_object_without_a_decision_is_invalid_unless_the_console_printed_it(tmp_path):
    entries = read(tmp_path, {"x": 1}, {"level": "info", "msg": "Initializing server."})
    assert [type(entry) for entry in entries] == [InvalidRecord]


def test_of_an_array_that_was_cut_what_is_whole_is_read_and_the_rest_is_lost(tmp_path):
    path = tmp_path / "cut.json"
    path.write_bytes(ARRAY.read_bytes()[:-100])
    *good, wrong = read_log(path, log_format="opa")
    assert {type(entry) for entry in good} == {Record}
    assert (type(wrong), wrong.count) == (InvalidRecord, 1)


def test_corruption_never_costs_a_line_and_only_our_errors_escape(tmp_path):
    dice = random.Random(3)
    clean = "".join(json.dumps(event) + "\n" for event in events()).encode()
    path = tmp_path / "corrupted.jsonl"
    for _ in range(300):
        damaged = bytearray(clean)
        for _ in range(dice.randint(1, 5)):
            damaged[dice.randrange(1, len(damaged))] = dice.choice(b'\x00"{}[],:x\n\r\xff7')
        path.write_bytes(damaged)
        lines = [line for line in bytes(damaged).split(b"\n") if line.strip()]
        try:
            entries = list(read_log(path, log_format="opa"))
        except FencekitError:
            pytest.fail("a log of lines is never unreadable as a whole")
        assert sum(getattr(entry, "count", 1) for entry in entries) >= len(lines)
