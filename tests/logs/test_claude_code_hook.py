"""What a PreToolUse hook was given and answered: three words decide, the rest decides nothing."""

import json
import random
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fencekit.logs.claude_code_hook import DECISIONS, FORMAT, OLDER_DECISIONS
from fencekit.logs.log_format import LogLayout, LogSample
from fencekit.logs.log_registry import formats, open_log
from fencekit.model.record import Completeness, InvalidRecord, PassedOver, Record
from fencekit.model.request import UNKNOWN
from fencekit.model.verdict import Obligation, Verdict
from logs.reading import read_calls

REPOSITORY = Path(__file__).resolve().parents[2]
SAMPLE = REPOSITORY / "fixtures" / "logs" / "claude_code_hook" / "written.jsonl"
OTHER_EVENTS = 2


def stdin(**more):
    return {
        "session_id": "s",
        "transcript_path": "t.jsonl",
        "cwd": "/srv",
        "hook_event_name": "PreToolUse",
        "tool_name": "Bash",
        "tool_input": {"command": "ls"},
        "tool_use_id": "toolu_1",
        **more,
    }


def answer(word, **more):
    return {
        "hookSpecificOutput": {"hookEventName": "PreToolUse", "permissionDecision": word, **more}
    }


@pytest.fixture
def read(tmp_path):
    def entries(*lines):
        path = tmp_path / "hook.jsonl"
        texts = (line if isinstance(line, str) else json.dumps(line) for line in lines)
        path.write_text("\n".join(texts) + "\n", "utf-8")
        return list(read_calls(path, log_format="claude-code-hook"))

    return entries


@pytest.fixture
def decided(read):
    def recorded(line):
        (entry,) = read(line)
        assert isinstance(entry, Record), entry
        return entry.recorded

    return recorded


@pytest.fixture(scope="module")
def sample():
    return list(read_calls(SAMPLE))


def verdicts(recorded):
    return None if recorded is None else set(recorded.verdicts)


def test_the_sample_is_recognised_and_by_no_other_format():
    with open_log(SAMPLE) as log:
        assert log.format is FORMAT
    assert formats()["claude-code-hook"] is FORMAT


def test_every_line_of_the_sample_but_those_of_other_events_is_a_record(sample):
    assert len(sample) + OTHER_EVENTS == len(SAMPLE.read_text("utf-8").splitlines())
    assert [entry.id for entry in sample] == [f"toolu_{number:02d}" for number in range(1, 13)]


def test_the_decisions_of_the_sample_are_those_that_the_hook_took(sample):
    taken = {entry.id[-2:]: verdicts(entry.recorded) for entry in sample}
    assert {name: said for name, said in taken.items() if said} == {
        "03": {Verdict.ALLOW},
        "04": {Verdict.DENY},
        "05": {Verdict.ESCALATE},
        "06": {Verdict.ALLOW},
        "07": {Verdict.ALLOW},
        "09": {Verdict.DENY},
        "12": {Verdict.DENY},
    }
    reasons = {entry.id[-2:]: entry.recorded.reason for entry in sample if entry.recorded}
    assert reasons["04"] == "deleting folders is not allowed"
    assert reasons["09"] == "piping a download into a shell is blocked"
    assert reasons["12"] == "pushing is for people"


def test_the_calls_of_the_sample_are_whole_and_mapped(sample):
    assert {entry.completeness for entry in sample} == {Completeness.FULL}
    assert all(entry.request.args.whole and entry.mapped for entry in sample)
    assert Counter(entry.request.capability for entry in sample) == {
        "shell.exec": 6,
        "file.read": 2,
        "file.write": 2,
        "http.get": 1,
        "mcp.tools.call": 1,
    }


def test_who_asks_is_unknown_and_of_the_context_three_things_are_known(sample):
    asked = sample[10].request
    assert asked.principal is UNKNOWN
    assert asked.context.values == {
        "cwd": "/srv/shop",
        "permission_mode": "default",
        "agent_type": "code-reviewer",
    }
    assert asked.in_context("environment") is UNKNOWN
    assert (sample[0].time, sample[3].time) == ("", "2026-11-20T14:02:10Z")


def test_a_call_that_runs_with_another_input_carries_an_obligation(sample, decided):
    assert sample[6].recorded.obligations == {Obligation("rewrite-input")}
    assert sample[6].request.args.get("url") == "http://docs.example.com/api"
    asked = decided({"input": stdin(), "output": answer("ask", updatedInput={})})
    denied = decided({"input": stdin(), "output": answer("deny", updatedInput={})})
    assert asked.obligations == {Obligation("rewrite-input")}
    assert denied.obligations == frozenset()


@pytest.mark.parametrize(("word", "verdict"), DECISIONS.items())
def test_the_four_decisions_mean_the_same_in_every_shape(decided, word, verdict):
    expected = None if verdict is None else {verdict}
    output = answer(word, permissionDecisionReason="so")
    texts = [output, json.dumps(output), f"\n {json.dumps(output)}\n"]
    shapes = [{**stdin(), **output}, *({"input": stdin(), "output": text} for text in texts)]
    for said in map(decided, [*shapes, {**stdin(), "output": output}]):
        assert verdicts(said) == expected
        assert said is None or (said.reason, said.obligations) == ("so", frozenset())


@pytest.mark.parametrize(("word", "verdict"), OLDER_DECISIONS.items())
def test_the_older_words_are_read_where_there_is_no_newer_one(decided, word, verdict):
    older = {"decision": word, "reason": "so"}
    assert verdicts(decided({"input": stdin(), "output": older})) == {verdict}
    both = older | answer("ask")
    assert verdicts(decided({"input": stdin(), "output": both})) == {Verdict.ESCALATE}


@pytest.mark.parametrize(
    "line",
    [
        stdin(),
        {"input": stdin()},
        {"input": stdin(), "output": None},
        {"input": stdin(), "output": {}},
        {"input": stdin(), "output": ""},
        {"input": stdin(), "output": "checked"},
        {"input": stdin(), "output": {"continue": False, "stopReason": "enough"}},
        {"input": stdin(), "output": {"async": True}},
        {"input": stdin(), "output": {"hookSpecificOutput": {"hookEventName": "PreToolUse"}}},
        {"input": stdin(), "output": answer("defer")},
        {"input": stdin(), "output": answer("allow"), "exit_code": 1},
    ],
)
def test_a_hook_that_left_the_call_to_the_usual_rules_has_decided_nothing(decided, line):
    assert decided(line) is None


def test_exit_code_2_denies_whatever_was_printed(decided):
    line = {"input": stdin(), "output": answer("allow"), "exit_code": 2, "stderr": " no\n"}
    said = decided(line)
    assert (verdicts(said), said.reason) == ({Verdict.DENY}, "no")
    assert verdicts(decided({**stdin(), "exit_code": 2})) == {Verdict.DENY}


def test_a_denial_holds_whatever_the_exit_code_is(decided):
    line = {"input": stdin(), "output": answer("deny"), "exit_code": 1}
    assert verdicts(decided(line)) == {Verdict.DENY}


@pytest.mark.parametrize("event", ["PostToolUse", "PermissionRequest", "UserPromptSubmit", "New"])
def test_lines_of_other_events_speak_of_a_call_that_is_read_or_passed_over(read, event):
    other = stdin(hook_event_name=event)
    (entry,) = read(other, stdin(), other, {"input": {"hook_event_name": event}})
    assert isinstance(entry, Record)
    (lost,) = read(other, other)
    assert isinstance(lost, PassedOver)
    assert event in lost.kind


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ({}, "no `hook_event_name`"),
        ({"input": {}}, "no `hook_event_name`"),
        ({"input": [stdin()]}, "no `hook_event_name`"),
        ({"input": {"tool_name": "Bash"}}, "no `hook_event_name`"),
        ({"hook_event_name": None}, "no `hook_event_name`"),
        ({"hook_event_name": 1}, "`hook_event_name` is not text"),
        (answer("allow"), "a hook's output without its input"),
        (stdin(tool_name=None), "the call has no `tool_name`"),
        (stdin(tool_name=[]), "`tool_name` is not text"),
        (stdin(tool_input=None), "`tool_input` is not an object"),
        (stdin(tool_input="ls"), "`tool_input` is not an object"),
        ('{"a": NaN}', "`NaN` is no JSON number"),
        ("null", "not a JSON object"),
    ],
)
def test_a_line_that_cannot_be_read_is_invalid_and_costs_no_other(read, line, message):
    good, bad, after = read(stdin(), line, stdin(tool_use_id="toolu_2"))
    assert (good.id, after.id) == ("toolu_1", "toolu_2")
    assert isinstance(bad, InvalidRecord)
    assert (bad.error.message, bad.place.line, bad.error.place.line) == (message, 2, 2)
    assert bad.excerpt


@pytest.mark.parametrize(
    ("line", "message"),
    [
        (stdin(tool_use_id=1), "`tool_use_id` of the line is not text"),
        (stdin(session_id={}), "`session_id` of the line is not text"),
        (stdin(cwd=0), "`cwd` of the line is not text"),
        (stdin() | answer("Deny"), "unknown decision: `Deny`"),
        (stdin() | answer(True), "`permissionDecision` is not text"),
        (stdin() | answer("allow", updatedInput="ls"), "`updatedInput` is not an object"),
        (stdin() | answer("ask", updatedInput=[]), "`updatedInput` is not an object"),
        (stdin(decision="block", reason=1), "`reason` is not text"),
        (
            stdin() | answer("allow", hookEventName="PostToolUse"),
            "the output is for `PostToolUse`, not for `PreToolUse`",
        ),
        (stdin(hookSpecificOutput=[]), "`hookSpecificOutput` is not an object"),
        (stdin(decision="deny"), "unknown decision: `deny`"),
        ({"input": stdin(), "output": []}, "`output` is neither an object nor text"),
        (
            {"input": stdin(), "output": '{"a": 1, "a": 2}'},
            "`output`: the key `a` occurs twice in one object",
        ),
        ({"input": stdin(), "exit_code": "2"}, "`exit_code` is not an integer"),
        ({"input": stdin(), "exit_code": True}, "`exit_code` is not an integer"),
    ],
)
def test_what_is_odd_about_an_answer_is_noted_and_the_call_stands(read, line, message):
    (entry,) = read(line)
    assert isinstance(entry, Record)
    assert entry.recorded is None
    (note,) = entry.notes
    assert note.removeprefix("the decision is not recorded: ") == message


def test_a_log_that_is_one_array_is_read(tmp_path):
    path = tmp_path / "hook.json"
    path.write_text(json.dumps([stdin(), {"input": stdin(), "output": answer("deny")}, 7]), "utf-8")
    first, second, third = read_calls(path)
    assert (first.recorded, verdicts(second.recorded)) == (None, {Verdict.DENY})
    assert (isinstance(third, InvalidRecord), third.place.line) == (True, 3)


def test_detection_asks_for_the_event_of_a_hook():
    def recognised(value):
        return [
            name
            for name, log_format in formats().items()
            if log_format.recognises(LogSample(LogLayout.LINES, (value,)))
        ]

    assert recognised(stdin()) == ["claude-code-hook"]
    assert recognised(stdin(tool="Bash", decision="block")) != []
    assert recognised({"input": stdin(), "output": None}) == ["claude-code-hook"]
    assert recognised({**stdin(hook_event_name="PostToolUse"), "tool_response": {}}) == [
        "claude-code-hook"
    ]
    assert "claude-code-hook" not in recognised({"input": {}, "output": {}})
    assert recognised({"tool_name": "Bash", "risk": "low"}) == ["capfence-trace"]


def test_each_line_of_a_corrupted_log_is_a_record_or_invalid_or_of_another_event(tmp_path):
    rng = random.Random(20261124)
    whole = SAMPLE.read_bytes().splitlines()
    path = tmp_path / "hook.jsonl"
    good = {entry.place.line for entry in read_calls(SAMPLE)}
    invalid = 0
    for _ in range(400):
        at = rng.randrange(len(whole))
        line = bytearray(whole[at])
        for _ in range(rng.randint(1, 3)):
            spot = rng.randrange(len(line))
            flipped = bytes([line[spot] ^ (1 << rng.randrange(8))])
            put = rng.choice([b"", b"\x00", b"\xff", b"{", b'"', b"1e999", flipped])
            line[spot : spot + rng.randint(0, 3)] = put
        broken = bytes(line).replace(b"\n", b" ").replace(b"\r", b" ")
        path.write_bytes(b"\r\n".join([*whole[:at], broken, *whole[at + 1 :]]))
        entries = [
            entry
            for entry in read_calls(path, log_format="claude-code-hook")
            if not isinstance(entry, PassedOver)
        ]
        places = [entry.place.line for entry in entries]
        wrong = [entry for entry in entries if isinstance(entry, InvalidRecord)]
        assert good - {at + 1} <= set(places) <= good | {at + 1}
        assert {entry.place.line for entry in wrong} <= {at + 1}
        invalid += len(wrong)
    assert invalid > 100


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3)
    ),
    max_leaves=6,
)
KEYS = ("tool_name", "tool_input", "tool_use_id", "session_id", "cwd", "time", "decision", "reason")
ANSWERS = st.fixed_dictionaries(
    {},
    optional={
        "hookEventName": JSON | st.just("PreToolUse"),
        "permissionDecision": JSON | st.sampled_from(list(DECISIONS)),
        "permissionDecisionReason": JSON,
        "updatedInput": JSON,
    },
)
OUTPUTS = JSON | st.fixed_dictionaries({"hookSpecificOutput": JSON | ANSWERS})
GIVEN = st.fixed_dictionaries(
    {"hook_event_name": JSON | st.just("PreToolUse")}, optional=dict.fromkeys(KEYS, JSON)
)
LINES = GIVEN | st.fixed_dictionaries(
    {"input": JSON | GIVEN | st.just(stdin())},
    optional={"output": OUTPUTS, "exit_code": JSON | st.just(2), "stderr": JSON, "time": JSON},
)


@given(line=LINES)
def test_any_line_is_read_or_passed_over_or_invalid(tmp_path_factory, line):
    path = tmp_path_factory.mktemp("odd") / "hook.jsonl"
    path.write_text(json.dumps(line) + "\n" + json.dumps(stdin(tool_use_id="last")), "utf-8")
    *before, last = read_calls(path, log_format="claude-code-hook")
    assert (last.id, len(before) <= 1) == ("last", True)
