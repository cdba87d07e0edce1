"""Records that lack something: what can be said of them, and what is said where that ends."""

from typing import Any

import pytest
from laws.drawing import policy_of

from fencekit.checks.replay import refine_open_decisions
from fencekit.checks.replay.replay_api import replay
from fencekit.model.finding import RecordClass
from fencekit.model.record import Completeness, Record
from fencekit.model.report import Report
from fencekit.model.request import ANYTHING, UNKNOWN, Facts, Request
from fencekit.model.source import Place
from fencekit.prover import complete_request

Rules = dict[str, Any]


def a_call(*, args: Facts = ANYTHING, **parts: Any) -> Record:
    request = Request("shell.exec", args=args, **parts)
    return Record(request, None, Place("log", 1), completeness=Completeness.MASKED)


def replayed(before: Rules, after: Rules, *records: Record, **options: Any) -> Report:
    allow = {"allow": ["shell"]}
    policies = policy_of({**allow, **after}), policy_of({**allow, **before})
    return replay(records, *policies, **options)


def kind(before: Rules, after: Rules, **call: Any) -> RecordClass:
    (found,) = (
        kind for kind, count in replayed(before, after, a_call(**call)).counts.items() if count
    )
    return found


def deny(*rules: Rules) -> Rules:
    return {"deny": [{"capability": "shell", **rule} for rule in rules]}


def test_a_value_of_one_argument_stands_in_the_text_of_all() -> None:
    path = {"path_prefix": "/etc"}
    assert kind(deny(path), deny({**path, "contains": "/etc"})) is RecordClass.UNCHANGED
    assert kind(deny(path), deny({**path, "contains": "/etc/"})) is RecordClass.MAYBE_LOOSER


def test_the_relation_of_two_globs_is_known() -> None:
    wide, narrow = {"environment": "p*"}, {"environment": "prod*"}
    assert kind(deny(wide), deny(wide, narrow), environment=UNKNOWN) is RecordClass.UNCHANGED
    assert kind(deny(narrow), deny(narrow, wide), environment=UNKNOWN) is RecordClass.MAYBE_TIGHTER


def test_the_relation_of_two_patterns_is_known() -> None:
    wide, narrow = {"match_regex": "rm"}, {"match_regex": "rm +-rf"}
    assert kind(deny(wide), deny(wide, narrow)) is RecordClass.UNCHANGED
    assert kind(deny(narrow), deny(narrow, wide)) is RecordClass.MAYBE_TIGHTER


def test_beyond_any_number_of_combinations_what_is_certain_is_said() -> None:
    before = [{"contains": f"w{number} ", "path_prefix": f"/{number}"} for number in range(16)]
    after = [{**rule, "match_keywords": [rule["path_prefix"], "x"]} for rule in before]
    assert kind(deny(*before), deny(*after)) is RecordClass.UNCHANGED


def test_what_is_kept_of_the_arguments_is_taken_as_given() -> None:
    known, first = Facts({"command": "ls", "note": UNKNOWN}), deny({"match_regex": "^rm"})
    assert kind({}, first, args=known) is RecordClass.UNCHANGED
    assert kind({}, first, args=Facts(known.values, open=True)) is RecordClass.MAYBE_TIGHTER
    assert kind({}, deny({"match_regex": "rm"}), args=known) is RecordClass.MAYBE_TIGHTER


def test_the_rest_of_a_list_is_taken_as_given() -> None:
    args = Facts({"argv": ["rm", UNKNOWN]})
    assert kind({}, deny({"match_regex": r"^\['ls"}), args=args) is RecordClass.UNCHANGED
    assert kind({}, deny({"match_regex": r"^\['rm', '-rf"}), args=args) is RecordClass.MAYBE_TIGHTER


def test_what_is_no_json_stays_open_and_is_said_to() -> None:
    report = replayed({}, deny({"match_regex": r"^\['ls"}), a_call(args=Facts({"a": (UNKNOWN,)})))
    assert report.counts[RecordClass.MAYBE_TIGHTER] == 1
    assert any("what is no JSON in `a`" in trouble for trouble in report.troubles)


def test_a_change_that_some_call_shows_each_way_stays_open() -> None:
    before, after = deny({"contains": "a"}), deny({"contains": "b"})
    assert kind(before, after) is RecordClass.CANNOT_TELL


def test_a_record_without_a_decision_is_not_guessed() -> None:
    (found,) = (k for k, n in replay([a_call()], policy_of(deny({}))).counts.items() if n)
    assert found is RecordClass.CANNOT_TELL


def test_a_regex_that_takes_for_ever_on_a_call_made_up_leaves_the_record_open() -> None:
    long = Facts({"command": "a" * 40 + "!", "note": UNKNOWN})
    endless = deny({"match_regex": "(a+)+$"})
    report = replayed({}, endless, a_call(args=long), timeout=0.2)
    assert report.counts[RecordClass.MAYBE_TIGHTER] == 1
    (trouble,) = (line for line in report.troubles if "more could perhaps be said" in line)
    assert trouble.startswith("1 of the records that stay open")
    assert "time limit of 0.2 s" in trouble


def test_what_a_replay_no_longer_looks_at_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(refine_open_decisions, "MOST_IN_ALL", 0)
    wide, narrow = deny({"environment": "p*"}), deny({"environment": "p*"}, {"environment": "pr*"})
    report = replayed(wide, narrow, a_call(environment=UNKNOWN))
    assert report.counts[RecordClass.MAYBE_TIGHTER] == 1
    (trouble,) = report.troubles
    assert trouble == (
        "1 of the records that stay open more could perhaps be said: "
        "as much was looked at as a replay looks at"
    )


def test_records_with_the_same_gap_are_asked_about_once(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = []
    real = complete_request.Gap.fill
    monkeypatch.setattr(
        complete_request.Gap, "fill", lambda gap, goal: asked.append(goal.name) or real(gap, goal)
    )
    after = deny({"user_role": "dev", "caller_depth_gt": 3})
    records = [
        a_call(args=Facts({"n": number}), context=Facts({}, open=True)) for number in range(50)
    ]
    report = replayed({}, after, *records)
    assert report.counts[RecordClass.MAYBE_TIGHTER] == 50
    assert asked == ["never tighter", "never unchanged"]


def test_a_call_that_showed_a_change_is_tried_on_the_next_record(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asked = []
    real = complete_request.Gap.fill
    monkeypatch.setattr(
        complete_request.Gap, "fill", lambda gap, goal: asked.append(goal.name) or real(gap, goal)
    )
    records = [a_call(args=Facts({"n": n, "command": UNKNOWN})) for n in range(50)]
    report = replayed({}, deny({"contains": "rm"}), *records)
    assert report.counts[RecordClass.MAYBE_TIGHTER] == 50
    assert asked == ["never tighter", "never unchanged"]
