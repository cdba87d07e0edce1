"""Our own format: what is written is what is read, for every record that there can be."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator
from running import LOGS, POLICIES, ROOT, fencekit

from fencekit.logs.jsonl import encode
from fencekit.logs.log_layout import LoggedObject
from fencekit.logs.log_registry import read_log
from fencekit.model.record import Completeness, InvalidRecord, Record, Recorded
from fencekit.model.request import UNKNOWN, Facts, Request
from fencekit.model.source import Place
from fencekit.model.verdict import Obligation, Verdict
from fencekit.reading import json as strict

SCHEMA = Draft202012Validator(json.loads((ROOT / "docs/record.schema.json").read_text("utf-8")))
PLACE = Place("log", 1)

texts = st.text(max_size=12) | st.sampled_from(
    ["$unknown", "$$unknown", "unknown", "\x00", "é", "😀"]
)
keys = texts | st.sampled_from(["amount", "path", "environment"])
numbers = (
    st.integers()
    | st.floats(allow_nan=False)
    | st.sampled_from([1, 1.0, -0.0, 0, 10**400, 1e308, float("inf")])
)
values = st.recursive(
    st.none() | st.booleans() | numbers | texts | st.just(UNKNOWN),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(keys, inner, max_size=3),
    max_leaves=8,
)
facts = st.builds(
    lambda values, is_open: Facts(values, open=is_open),
    st.dictionaries(keys, values, max_size=4),
    st.booleans(),
)


def without_environment(given: Facts) -> Facts:
    kept = {key: value for key, value in given.values.items() if key != "environment"}
    return Facts(kept, open=given.open)


words = texts | st.just(UNKNOWN)
requests = st.builds(
    Request,
    words,
    principal=words | st.none(),
    environment=words | st.none(),
    context=facts.map(without_environment),
    args=facts,
)
decisions = st.builds(
    Recorded,
    st.frozensets(st.sampled_from(Verdict), min_size=1),
    st.none() | st.frozensets(st.builds(Obligation, texts), max_size=3),
    texts,
    texts,
    st.sampled_from([True, False, None]),
    st.lists(texts, max_size=2).map(tuple),
    st.lists(texts, max_size=2).map(tuple),
)
records = st.builds(
    Record,
    requests,
    decisions | st.none(),
    st.just(PLACE),
    id=texts,
    time=texts,
    session=texts,
    completeness=st.sampled_from(Completeness),
    tool=texts,
    policy=texts,
    engine=texts,
)


def read_back(line: str, folder: Path) -> Record:
    path = folder / "log.jsonl"
    path.write_text(line + "\n", encoding="utf-8", newline="\n")
    [entry] = read_log(path)
    assert isinstance(entry, Record), entry
    return entry


def everything(record: Record) -> tuple[object, ...]:
    """Return all that a record says but its place; equal dicts in another order are not equal."""
    parts = (record.id, record.time, record.session, record.completeness)
    made_by = (record.tool, record.policy, record.engine)
    return (record.request.identity, record.recorded, *parts, *made_by)


@settings(
    max_examples=300,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@example(Record(Request("a", args={"b": 1, "a": 1.0}), None, PLACE))
@example(Record(Request("a", args=Facts({"$unknown": UNKNOWN}, open=True)), None, PLACE))
@given(records)
def test_what_is_written_is_what_is_read(tmp_path: Path, record: Record) -> None:
    line = encode(record)
    assert "\n" not in line
    back = read_back(line, tmp_path)
    assert everything(back) == everything(record)
    assert encode(back) == line
    if "1e999" not in line:
        SCHEMA.validate(strict.parse(line))


@pytest.mark.parametrize(
    ("left", "right"),
    [({"a": 1}, {"a": 1.0}), ({"a": 1, "b": 2}, {"b": 2, "a": 1}), ({"a": True}, {"a": 1})],
)
def test_the_spelling_of_numbers_and_the_order_of_keys_survive(
    left: dict[str, Any], right: dict[str, Any], tmp_path: Path
) -> None:
    made = [encode(Record(Request("a", args=args), None, PLACE)) for args in (left, right)]
    assert made[0] != made[1]
    back = [read_back(line, tmp_path).request for line in made]
    assert back[0] != back[1]


def test_no_obligation_is_not_the_same_as_obligations_that_nobody_kept(tmp_path: Path) -> None:
    for obligations in (None, frozenset(), frozenset({Obligation("warn")})):
        recorded = Recorded(frozenset({Verdict.ALLOW}), obligations)
        back = read_back(encode(Record(Request("a"), recorded, PLACE)), tmp_path)
        assert back.recorded == recorded


def test_a_key_that_a_reader_does_not_know_is_passed_over(tmp_path: Path) -> None:
    line = json.loads(encode(Record(Request("a"), None, PLACE)))
    assert read_back(json.dumps({**line, "tomorrow": {"x": [1]}}), tmp_path).request == Request("a")


BROKEN: list[tuple[dict[str, Any], str]] = [
    ({"schema": "fencekit.record/1"}, "no `request`"),
    ({"request": 5}, "a request is an object"),
    ({"request": {}}, "no `capability`"),
    ({"completeness": "half"}, "unknown completeness: `half`"),
    ({"completeness": []}, "unknown completeness"),
    ({"id": 5}, "`id` is not text"),
    ({"request": {"capability": "a", "args": {"x": {"$unknown": 1}}}}, "`$unknown`"),
]


@pytest.mark.parametrize(("change", "words"), BROKEN, ids=lambda given: str(given)[:50])
def test_a_record_that_is_not_in_the_documented_form_is_invalid(
    change: dict[str, Any], words: str, tmp_path: Path
) -> None:
    good = {"schema": "fencekit.record/1", "request": {"capability": "a"}}
    line = change if list(change) == ["schema"] else {**good, **change}
    path = tmp_path / "log.jsonl"
    path.write_text(json.dumps(good) + "\n" + json.dumps(line) + "\n", encoding="utf-8")
    _, entry = read_log(path)
    assert isinstance(entry, InvalidRecord)
    assert words in entry.error.message
    assert entry.error.place == Place(str(path), 2)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"request": {"capability": ""}, "decision": 5}, "`decision` is not an object"),
        ({"decision": {}}, "unknown verdict"),
        ({"decision": {"verdict": []}}, "unknown verdict"),
        ({"decision": {"verdict": ["ALLOW", "x"]}}, "unknown verdict: `x`"),
        ({"decision": {"verdict": "ALLOW", "obligations": "warn"}}, "`obligations` is not a list"),
        ({"decision": {"verdict": "ALLOW", "escalates_default": "yes"}}, "`escalates_default`"),
        ({"decision": {"verdict": "ALLOW", "reason": 5}}, "`reason` is not text"),
    ],
)
def test_a_decision_that_is_not_in_the_documented_form_is_noted_and_the_call_stands(
    change: dict[str, Any], words: str, tmp_path: Path
) -> None:
    line = {"schema": "fencekit.record/1", "request": {"capability": "a"}, **change}
    path = tmp_path / "log.jsonl"
    path.write_text(json.dumps(line) + "\n", encoding="utf-8")
    (entry,) = read_log(path)
    assert isinstance(entry, Record)
    assert entry.recorded is None
    assert words in entry.notes[0]


SAMPLES = [
    ("capfence_audit/agents.jsonl", "agents-mixed.yaml"),
    ("capfence_json/agents.json", "agents-mixed.yaml"),
    ("capfence_sqlite/agents.db", "agents-mixed.yaml"),
    ("capfence_sqlite/warn.db", "legacy.yaml"),
    ("capfence_sqlite/observe.db", "agents-mixed.yaml"),
    ("capfence_sqlite/odd-capabilities.db", "odd-capabilities.yaml"),
    ("capfence_sqlite/v06.db", "agents-mixed.yaml"),
    ("capfence_trace/agents.jsonl", "agents-mixed.yaml"),
]


@pytest.mark.parametrize(("log", "policy"), SAMPLES)
def test_a_log_in_our_format_replays_to_the_same_counts(
    log: str, policy: str, tmp_path: Path
) -> None:
    entries = [entry for entry in read_log(LOGS / log) if isinstance(entry, Record)]
    assert entries
    path = tmp_path / "log.jsonl"
    path.write_text("".join(encode(entry) + "\n" for entry in entries), encoding="utf-8")
    for line in path.read_text(encoding="utf-8").splitlines():
        SCHEMA.validate(json.loads(line))
    counts = [
        fencekit("replay", given, "--policy", POLICIES / policy, "--format", "json").report[
            "counts"
        ]
        for given in (LOGS / log, path)
    ]
    assert counts[0] == counts[1]
    assert [everything(entry) for entry in read_log(path)] == list(map(everything, entries))


def test_a_found_object_without_its_text_is_searched_for_marks() -> None:
    # An element of an array has no text of its own; its marks are still marks.
    from fencekit.logs.jsonl import entry_of

    form = {"capability": "a", "args": {"x": {"$unknown": True}}}
    entry = entry_of(LoggedObject({"schema": "fencekit.record/1", "request": form}, PLACE))
    assert isinstance(entry, Record)
    assert entry.request.args.get("x") is UNKNOWN
