"""Mutation: what is noticed, what is equivalent, what the score says, and how the command ends."""

import json
from itertools import pairwise
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator
from laws import drawing
from running import ROOT, assert_inert, fencekit, record, write_lines

from fencekit.cases.case_writer import write_cases
from fencekit.engines.native.native_evaluator import NativeEvaluator
from fencekit.model.case import Case, Expectation
from fencekit.model.mutation_result import MutantStatus
from fencekit.model.record import Record
from fencekit.model.report import Status
from fencekit.model.request import ANYTHING, Request
from fencekit.model.source import Place
from fencekit.model.verdict import Obligation, Verdict
from fencekit.mutation.mutant_pool import spread_numbers
from fencekit.mutation.mutation_job import mutate
from fencekit.mutation.operators.single_edits import single_edits

SMALL = """\
deny:
  - capability: pay.out
    amount_gt: 100
allow:
  - pay.out
"""
PINNED = """\
policy: policy.yaml
cases:
  - name: around the limit
    request: {capability: pay.out.eu}
    rows:
      - {args.amount: 100, expect: {verdict: ALLOW, obligations: []}}
      - {args.amount: 101, expect: DENY}
  - name: elsewhere no rule decides
    request: {args: {amount: 1000}}
    expect: {rule: default}
    rows:
      - {capability: pay.x}
      - {capability: card.out}
"""
"""Cases at every boundary of SMALL: its threshold, its sections, its capabilities."""


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "policy.yaml").write_text(SMALL)
    (tmp_path / "cases.fence.yaml").write_text(PINNED)
    return tmp_path


def policy_of(text: str = SMALL):
    return drawing.policy_of_text(text)


def case(request: Request, *verdicts: Verdict, name: str = "a") -> Case:
    return Case(name, request, Expectation(frozenset(verdicts)), Place("c", 1))


CALLS = [Request("pay.out", args={"amount": amount}) for amount in (1, 100, 101, 500)]


def test_a_suite_that_asserts_nothing_scores_zero():
    asserting_nothing = [
        case(request, *Verdict, name=str(number)) for number, request in enumerate(CALLS)
    ]
    mutation = mutate(policy_of(), asserting_nothing).mutation
    assert mutation is not None
    assert mutation.cases == 4
    assert mutation.count(MutantStatus.KILLED) == 0
    assert mutation.scored > 10
    assert mutation.score == 0


def test_a_suite_that_pins_every_boundary_of_a_small_policy_scores_all_of_it():
    done = fencekit("mutate", "policy.yaml", "--cases", "cases.fence.yaml", "--min-score", "100")
    assert "a score of 100.0 %" in done.out, done.out
    assert done.code == 0


def test_taking_any_pin_out_of_that_suite_costs_score():
    lines = PINNED.splitlines(keepends=True)
    pins = [at for at, line in enumerate(lines) if line.startswith("      - {")]
    scores = []
    for at in pins:
        Path("fewer.fence.yaml").write_text("".join([*lines[:at], *lines[at + 1 :]]))
        done = fencekit("mutate", "policy.yaml", "--cases", "fewer.fence.yaml", "--format", "json")
        scores.append(done.report["mutation"]["score"])
    assert len(scores) == 4
    assert max(scores) < 100


@pytest.mark.parametrize(
    "text",
    [
        SMALL,
        "rules:\n  - {capability: a, action: warn, match_keywords: [x, y]}\nallow: [a, b.c]\n",
        (
            "risk_levels: {high: {action: block}}\n"
            "require_approval: [{capability: a, environment: p*}]\n"
        ),
        (
            "deny: [{capability: '*', match_regex: '^(rm|dd)\\s'}]\n"
            "allow: [{capability: sh, path_prefix: /w/}]\n"
        ),
    ],
)
def test_making_a_case_of_each_survivor_notices_every_mutant(text):
    policy = policy_of(text)
    evaluator = NativeEvaluator(policy)
    cases: list[Case] = []
    for _ in range(4):
        mutation = mutate(policy, cases, [Record(Request("nowhere"), None, Place("log"))]).mutation
        assert mutation is not None
        if not mutation.survivors:
            break
        for survivor in mutation.survivors:
            assert survivor.difference is not None
            request = survivor.difference.request
            effect = evaluator.decide(request).outcomes[0].effect
            assert str(effect) == survivor.difference.before != survivor.difference.after
            expected = Expectation(frozenset({effect.verdict}), "", effect.obligations)
            cases.append(Case(str(len(cases)), request, expected, Place("c", len(cases))))
    assert mutation.score == 100
    assert mutation.count(MutantStatus.KILLED) > 10


def test_a_denial_that_becomes_a_question_is_a_mutant_of_its_own():
    policy = policy_of("deny: [a]\nallow: [b]\n")
    both = case(Request("a"), Verdict.DENY, Verdict.ESCALATE)
    lenient = mutate(policy, [both]).mutation
    strict = mutate(policy, [case(Request("a"), Verdict.DENY)]).mutation
    assert lenient is not None
    assert strict is not None
    fates = [
        {m.operator: m.fate for m in mutation.mutants if m.rule == "deny-1"}
        for mutation in (lenient, strict)
    ]
    assert fates[0]["deny-to-require-approval"] is MutantStatus.SURVIVED
    assert fates[0]["deny-to-allow"] is MutantStatus.KILLED
    assert fates[1]["deny-to-require-approval"] is MutantStatus.KILLED
    assert ("DENY", "ESCALATE", 0) in {change[:3] for change in lenient.by_change()}


def test_an_obligation_that_is_lost_is_noticed_by_a_case_that_asks_for_it():
    policy = policy_of("rules: [{capability: a, action: warn}]\n")
    plain = case(Request("a"), Verdict.ALLOW)
    asking = Case("b", Request("a"), Expectation(frozenset({Verdict.ALLOW}), "", WARNS), Place("c"))
    fates = []
    for one in (plain, asking):
        mutation = mutate(policy, [one]).mutation
        assert mutation is not None
        fates.append({m.operator: m.fate for m in mutation.mutants}["warn-to-allow"])
    assert fates == [MutantStatus.SURVIVED, MutantStatus.KILLED]


WARNS = frozenset({Obligation("warn")})


def test_a_recorded_call_notices_what_is_certain_to_be_decided_otherwise():
    whole = Record(Request("pay.out", args={"amount": 5}), None, Place("log", 7))
    without = Record(Request("pay.out", args=ANYTHING), None, Place("log", 8))
    mutation = mutate(policy_of(), (), [whole, whole, without]).mutation
    assert mutation is not None
    assert mutation.records == 2
    killers = {
        m.operator: str(m.by_place) for m in mutation.mutants if m.fate is MutantStatus.KILLED
    }
    assert killers["allow-to-deny"] == "log:7"
    only_unknown = mutate(policy_of(), (), [without]).mutation
    assert only_unknown is not None
    killed = {m.operator for m in only_unknown.mutants if m.fate is MutantStatus.KILLED}
    # Whatever the amount is, this denies it; that it was allowed before is not certain.
    assert "deny-to-allow" not in killed


def test_what_is_proved_to_decide_alike_is_not_counted():
    policy = policy_of("deny: [{capability: a, amount_gt: 5}]\nallow: ['b']\n")
    mutation = mutate(policy, [case(Request("b"), Verdict.ALLOW)]).mutation
    assert mutation is not None
    equivalent = [m for m in mutation.mutants if m.fate is MutantStatus.EQUIVALENT]
    assert all(m.note.startswith("proved by ") and m.difference is None for m in equivalent)
    assert mutation.scored == len(mutation.mutants) - len(equivalent)
    mutants = {(m.label): m for m in single_edits(policy)}
    for one in equivalent:
        old, new = NativeEvaluator(policy), NativeEvaluator(mutants[one.label].policy)
        for request in [*CALLS, Request("a"), Request("b"), Request("a", args={"amount": 6})]:
            assert old.decide(request).effects == new.decide(request).effects


def test_the_result_is_the_same_in_several_processes():
    policy = ROOT / "fixtures/policies/capfence/risk-levels.yaml"
    write_lines(Path("a.jsonl"), record("shell.exec.ci", "ALLOW", args={"command": "ls"}))
    given = ["mutate", policy, "--log", "a.jsonl", "--format", "json"]
    one, two = fencekit(*given), fencekit(*given, "--jobs", "2")
    assert one.out == two.out
    assert one.report["mutation"]["counts"]["killed"] > 3


def test_the_json_report_is_what_its_schema_says():
    done = fencekit("mutate", "policy.yaml", "--cases", ".", "--format", "json")
    schema = json.loads((ROOT / "docs/report.schema.json").read_text(encoding="utf-8"))
    Draft202012Validator(schema).validate(done.report)
    section = done.report["mutation"]
    assert sum(section["counts"].values()) == len(section["mutants"]) == done.report["checked"]
    told = sum(row["mutants"] for row in section["operators"])
    assert told == section["counts"]["killed"] + section["counts"]["survived"]


@pytest.mark.parametrize(("minimum", "code"), [("0", 0), ("5", 0), ("95", 1)])
def test_a_score_below_the_minimum_fails(minimum: str, code: int):
    Path("few.fence.yaml").write_text(
        "policy: policy.yaml\ncases: [{name: a, request: {capability: pay.out}, expect: ALLOW}]\n"
    )
    done = fencekit("mutate", "policy.yaml", "--cases", "few.fence.yaml", "--min-score", minimum)
    assert done.code == code, done.out
    assert "survived: " in done.out


def test_a_survivor_is_shown_at_its_line_with_a_call():
    Path("few.fence.yaml").write_text(
        "policy: policy.yaml\ncases: [{name: a, request: {capability: pay.out}, expect: ALLOW}]\n"
    )
    done = fencekit("mutate", "policy.yaml", "--cases", "few.fence.yaml")
    edit = "policy.yaml:3:5: survived: `deny-1`: `amount_gt: 100` becomes `amount_gt: 101`\n"
    assert edit in done.out
    shown = done.out.split(edit)[1].splitlines()[0]
    assert shown.startswith('  DENY -> ALLOW  {"capability": "pay.out')


def test_a_log_can_stand_in_for_cases_and_is_read_once():
    args = [{"amount": 5}, {"amount": 500}, {"amount": 5}]
    lines = [record("pay.out.eu", "ALLOW", args=given) for given in args]
    write_lines(Path("audit.jsonl"), *lines)
    done = fencekit("mutate", "policy.yaml", "--log", "audit.jsonl", "--format", "json")
    assert done.code == 0, done.all
    section = done.report["mutation"]
    assert (section["cases"], section["records"]) == (0, 2)
    assert section["counts"]["killed"] > 0


COULD_NOT = {
    "cases that do not pass": (
        [], "policy: p\ncases: [{name: a, request: {capability: pay.out}, expect: DENY}]\n",
        "1 of 1 cases do not pass on the policy itself, such as `a`",
    ),
    "a file without cases": ([], "policy: p\ncases: []\n", "no case and no record"),
    "a file that is none": ([], "{", "not YAML"),
    "a log that is not there": (["--log", "gone.jsonl"], PINNED, "gone.jsonl"),
    "a log with a broken line": (["--log", "broken.jsonl"], PINNED, "1 records could not be read"),
}  # fmt: skip


@pytest.mark.parametrize("what", COULD_NOT)
def test_nothing_judged_is_never_a_pass(what: str):
    options, text, said = COULD_NOT[what]
    write_lines(Path("broken.jsonl"), record("pay.out"), "{")
    Path("a.fence.yaml").write_text(text)
    done = fencekit("mutate", "policy.yaml", "--cases", "a.fence.yaml", *options)
    assert done.code == 3, done.all
    assert said in done.out
    assert "a score of" not in done.out


def test_a_policy_without_any_mutant_could_not_be_checked():
    report = mutate(policy_of("{}"), [case(Request("a"), Verdict.DENY)])
    assert report.status is Status.COULD_NOT_CHECK
    assert report.mutation is not None
    assert report.mutation.score is None


def test_without_cases_or_logs_it_is_usage():
    assert fencekit("mutate", "policy.yaml").code == 2
    assert fencekit("mutate", "policy.yaml", "--cases", ".", "--min-score", "101").code == 2
    assert fencekit("mutate", "policy.yaml", "--cases", ".", "--max-invalid", "x").code == 2


def test_a_policy_that_cannot_be_read_ends_in_three():
    assert fencekit("mutate", "gone.yaml", "--cases", ".").code == 3


def test_hostile_values_of_a_policy_are_inert():
    Path("policy.yaml").write_text(
        'deny: [{capability: a, contains: "\\u202e\\x1b[31m::error::##[command]"}]\nallow: [a]\n'
    )
    text = "policy: policy.yaml\ncases: [{name: a, request: {capability: a}, expect: ALLOW}]\n"
    Path("h.fence.yaml").write_text(text)
    for form in ("text", "json"):
        done = fencekit("mutate", "policy.yaml", "--cases", "h.fence.yaml", "--format", form)
        assert done.code == 0
        assert "survived" in done.out
        assert_inert(done.all)


def test_what_a_survivor_shows_can_be_written_as_a_case():
    mutation = mutate(policy_of(), [case(Request("pay.out"), Verdict.ALLOW)]).mutation
    assert mutation is not None
    [survivor, *_] = mutation.survivors
    assert survivor.difference is not None
    made = case(survivor.difference.request, Verdict[survivor.difference.before])
    assert "expect: " in write_cases("policy.yaml", [made])


def test_a_sample_has_some_of_each_kind_and_is_always_the_same():
    policy = ROOT / "fencekit/_demo/policy.yaml"
    given = ["mutate", policy, "--cases", ROOT / "fencekit/_demo", "--format", "json"]
    one, two = (fencekit(*given, "--sample", "60") for _ in range(2))
    assert one.out == two.out
    section = one.report["mutation"]
    assert (len(section["mutants"]), section["made"]) == (60, 255)
    assert len({mutant["operator"] for mutant in section["mutants"]}) > 35
    assert "sample      60 of 255 mutants" in fencekit(*given[:-2], "--sample", "60").out


@pytest.mark.parametrize("count", [0, 1, 2, 7, 100])
def test_each_beginning_of_what_is_spread_is_spread(count: int):
    numbers = spread_numbers(range(count))
    assert sorted(numbers) == list(range(count))
    if count > 8:
        assert max(b - a for a, b in pairwise(sorted(numbers[:8]))) <= count // 8 + 1
