"""Files of cases: what they mean, and what is refused, with file, line and column."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator
from laws import drawing

from fencekit.cases.case_file_formats import find_case_files, read_cases
from fencekit.cases.case_writer import write_cases
from fencekit.model.case import Case, Expectation
from fencekit.model.decision import Decision, Outcome
from fencekit.model.errors import CaseError, EngineError
from fencekit.model.request_json import request_to_json
from fencekit.model.source import Place
from fencekit.model.verdict import ALLOW, DENY, WARN, Obligation, Verdict
from fencekit.reading import yaml

ROOT = Path(__file__).parents[2]
SCHEMA = json.loads((ROOT / "docs/cases.schema.json").read_text(encoding="utf-8"))
VALIDATOR = Draft202012Validator(SCHEMA)


def cases_of(folder: Path, text: str) -> list[Case]:
    """Return the cases of a file with that text, which the schema lets through."""
    document = yaml.parse(text, "a", CaseError)
    assert document is not None
    VALIDATOR.validate(document.value)
    (folder / "a.fence.yaml").write_text(text, encoding="utf-8")
    return list(read_cases(str(folder / "a.fence.yaml")).cases)


def refused(folder: Path, text: str) -> str:
    """Return what is said of a file with that text, which the schema refuses where it can."""
    (folder / "a.fence.yaml").write_text(text, encoding="utf-8")
    with pytest.raises(CaseError) as error:
        read_cases(str(folder / "a.fence.yaml"))
    return str(error.value).replace(f"{folder}/", "")


CASE = "policy: p.yaml\ncases:\n  - name: one\n    request: {capability: a.b}\n    expect: DENY\n"


def test_a_case_has_a_name_a_request_and_an_expectation(tmp_path):
    [case] = cases_of(tmp_path, CASE)
    assert (case.name, request_to_json(case.request)) == ("one", {"capability": "a.b"})
    assert case.expected == Expectation(frozenset({Verdict.DENY}))
    assert (case.place.line, case.place.column) == (3, 5)


def test_a_policy_is_named_relative_to_the_file(tmp_path):
    (tmp_path / "deep").mkdir()
    (tmp_path / "deep/a.fence.yaml").write_text(CASE.replace("p.yaml", "../p.yaml"))
    assert read_cases(str(tmp_path / "deep/a.fence.yaml")).policy == str(tmp_path / "p.yaml")


def test_a_row_comes_over_the_template_and_has_its_own_expectation(tmp_path):
    text = (
        "policy: p.yaml\ncases:\n"
        "  - name: t\n"
        "    request: {capability: a.b, args: {x: 1, y: 2}, context: {z: 3}}\n"
        "    expect: ALLOW\n"
        "    rows:\n"
        "      - {args.y: 5}\n"
        "      - {name: named, args: {w: 6}, expect: {verdict: DENY, rule: deny-1}}\n"
        "      - {capability: c, args.a.b: 7, context.z: 8, principal: ann, environment: e}\n"
    )
    first, second, third = cases_of(tmp_path, text)
    assert [case.name for case in (first, second, third)] == ["t [1]", "t [named]", "t [3]"]
    assert request_to_json(first.request)["args"] == {"x": 1, "y": 5}
    assert request_to_json(second.request)["args"] == {"x": 1, "y": 2, "w": 6}
    assert second.expected == Expectation(frozenset({Verdict.DENY}), "deny-1")
    assert request_to_json(third.request) == {
        "capability": "c",
        "principal": "ann",
        "environment": "e",
        "context": {"z": 8},
        "args": {"x": 1, "y": 2, "a.b": 7},
    }
    assert [case.place.line for case in (first, second, third)] == [7, 8, 9]


def test_each_is_every_combination_in_order(tmp_path):
    text = "policy: p.yaml\nnever:\n  - name: n\n    each: {capability: [a, b], args.x: [1, 2]}\n"
    cases = cases_of(tmp_path, text)
    assert [(c.request.capability, c.request.args.get("x")) for c in cases] == [
        ("a", 1), ("a", 2), ("b", 1), ("b", 2),
    ]  # fmt: skip
    assert [case.name for case in cases] == [f"never: n [{number}]" for number in (1, 2, 3, 4)]
    assert len({case.place for case in cases}) == 4


@pytest.mark.parametrize(
    ("section", "verdict", "right"),
    [
        ("never", "", "ESCALATE DENY"),
        ("never", "verdict: [ALLOW, ESCALATE]", "DENY"),
        ("always", "", "DENY"),
        ("always", "verdict: ALLOW", "ALLOW"),
        ("always", "verdict: [ESCALATE, DENY]", "ESCALATE DENY"),
    ],
)
def test_an_invariant_says_which_verdicts_are_right(tmp_path, section, verdict, right):
    text = f"policy: p.yaml\n{section}:\n  - request: {{capability: a}}\n"
    [case] = cases_of(tmp_path, text + (f"    {verdict}\n" if verdict else ""))
    assert case.name == f"{section}: {section}-1"
    assert case.expected.verdicts == {Verdict[word] for word in right.split()}


WRONG: dict[str, tuple[str, str]] = {
    "a key that there is none of": (
        CASE + "polcy: x\n", "a.fence.yaml:6:1: unknown key in a file of cases: `polcy` (did you"
    ),
    "a key of a case that there is none of": (
        CASE + "    expects: DENY\n", "a.fence.yaml:6:5: unknown key in `one`: `expects` (did you"
    ),
    "a key that occurs twice": (
        CASE + "    expect: ALLOW\n", "a.fence.yaml:6:5: the key `expect` occurs twice"
    ),
    "a key of a request that there is none of": (
        CASE.replace("{capability: a.b}", "{capability: a.b, arg: {}}"),
        "a.fence.yaml:4:32: unknown key in `request` of `one`: `arg` (did you mean `args`?)",
    ),
    "no policy": (CASE.replace("policy: p.yaml\n", ""), "a.fence.yaml:1:1: the file has no `polic"),
    "no name": (CASE.replace("name: one\n    ", ""), "case `cases-1` has no `name`"),
    "no request": (CASE.replace("    request: {capability: a.b}\n", ""), "`one` has no `request`"),
    "no capability": (CASE.replace("capability: a.b", "principal: a"), "has no `capability`"),
    "no expectation": (CASE.replace("    expect: DENY\n", ""), "case `one` has no `expect`"),
    "a verdict that is none": (
        CASE.replace("DENY", "deny"), "`deny`, which is no verdict (did you mean `DENY`?)"
    ),
    "an expectation of nothing": (CASE.replace("DENY", "{}"), "of case `one` expects nothing"),
    "an expectation that cannot fail": (
        CASE.replace("DENY", "{verdict: [ALLOW, DENY, ESCALATE]}"), "names every verdict"
    ),
    "an unknown part of an expectation": (
        CASE.replace("DENY", "{verdict: DENY, rul: x}"), "unknown key in `expect` of case"
    ),
    "obligations that are no list": (
        CASE.replace("DENY", "{obligations: warn}"), "no list of words"
    ),
    "an invariant that cannot fail": (
        "policy: p\nnever: [{verdict: [], request: {capability: a}}]\n", "names no verdict"
    ),
    "two cases of one name": (
        CASE + "  - {name: one, request: {capability: c}, expect: ALLOW}\n",
        "a.fence.yaml:6:5: two cases are called `one`: the other one is in line 3",
    ),
    "a row with a key that there is none of": (
        CASE.replace("    expect", "    rows: [{arg.x: 1}]\n    expect"),
        "unknown key in a row of `one`: `arg.x`",
    ),
    "no rows": (CASE.replace("    expect", "    rows: []\n    expect"), "is not a list of rows"),
    "rows and each": (
        CASE.replace("    expect", "    rows: [{}]\n    each: {args.x: [1]}\n    expect"),
        "`one` has both `rows` and `each`",
    ),
    "an each that is no list": (
        CASE.replace("    expect", "    each: {args.x: 1}\n    expect"), "is not a list of values"
    ),
    "an expectation in a row of an invariant": (
        "policy: p\nnever: [{rows: [{capability: a, expect: DENY}]}]\n", "`expect`"
    ),
    "cases that are no list": ("policy: p\ncases: {}\n", "`cases` is not a list"),
    "a policy": ("deny: [a]\nallow: [b]\n", "a.fence.yaml:1:1: it has none of `policy`, `cases`"),
    "a list": ("- 1\n", "a file of cases is a mapping"),
    "a case that is a word": ("policy: p\ncases: [a]\n", "`cases-1` is not a mapping"),
    "a claim of two kinds": ("policy: p\nclaims: [{a: 1, b: 2}]\n", "does not name one kind"),
}  # fmt: skip
BEYOND_A_SCHEMA = {"two cases of one name", "a key that occurs twice", "no capability"}


@pytest.mark.parametrize("what", WRONG)
def test_what_is_refused_is_said_with_its_place(tmp_path, what):
    text, said = WRONG[what]
    assert said in refused(tmp_path, text)
    if what not in BEYOND_A_SCHEMA:
        document = yaml.parse(text, "a", CaseError)
        assert document is not None
        is_claim = "claim" in what
        assert is_claim or not VALIDATOR.is_valid(document.value), "the schema lets it through"


def test_all_that_is_wrong_is_said_at_once(tmp_path):
    text = CASE.replace("DENY", "NO").replace("capability", "capabilty")
    said = refused(tmp_path, text)
    assert "no verdict" in said
    assert "did you mean `capability`?" in said


@pytest.mark.parametrize("text", ["", "# nothing\n", "{", "a: !!python/object:x {}", "\x01"])
def test_what_is_no_yaml_is_refused(tmp_path, text):
    assert "a.fence.yaml" in refused(tmp_path, text)


@pytest.mark.parametrize("value", [".nan", "2024-01-01", "{1: 2}"])
def test_what_no_recorded_call_can_have_is_refused(tmp_path, value):
    text = CASE.replace("capability: a.b", f"capability: a.b, args: {{x: {value}}}")
    assert "put it in quotes" in refused(tmp_path, text)


def test_too_many_combinations_are_refused(tmp_path):
    values = list(range(101))
    text = (
        f"policy: p\nnever: [{{each: {{capability: [a], args.x: {values}, args.y: {values}}}}}]\n"
    )
    assert "stands for 10,201 calls" in refused(tmp_path, text)


def test_a_huge_file_is_refused_without_being_read(tmp_path):
    path = tmp_path / "a.fence.yaml"
    with path.open("wb") as file:
        file.truncate(9 << 20)
    with pytest.raises(CaseError, match="larger than 8,388,608 bytes"):
        read_cases(str(path))


@pytest.mark.parametrize("name", ["missing.fence.yaml", "a\0b", "x" * 3000])
def test_a_file_that_is_not_there_is_an_error_of_ours(tmp_path, name):
    with pytest.raises(CaseError):
        read_cases(str(tmp_path / name))


def test_the_files_of_a_folder_are_found_below_it_once_and_sorted(tmp_path):
    for name in ("b.fence.yaml", "a/z.fence.yml", ".git/x.fence.yaml", "plain.yaml"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(CASE)
    names = [str(tmp_path / name) for name in ("a/z.fence.yml", "b.fence.yaml")]
    assert find_case_files([str(tmp_path), names[1]]) == names
    (tmp_path / "none").mkdir()
    with pytest.raises(CaseError, match="no file of cases in"):
        find_case_files([str(tmp_path / "none")])


def test_an_expectation_is_met_when_all_that_is_possible_is_right():
    allowed, warned, denied = Outcome(ALLOW), Outcome(WARN), Outcome(DENY)
    raised = Outcome(DENY, error=EngineError("x"))
    deny = Expectation(frozenset({Verdict.DENY}))
    assert deny.is_met_by(Decision((denied,)))
    assert not deny.is_met_by(Decision((denied, allowed)))
    assert not deny.is_met_by(Decision((raised,)))
    any_allow = Expectation(frozenset({Verdict.ALLOW}))
    assert any_allow.is_met_by(Decision((allowed, warned)))
    with_warning = Expectation(frozenset({Verdict.ALLOW}), "", frozenset({Obligation("warn")}))
    assert [with_warning.is_met_by(Decision((o,))) for o in (allowed, warned)] == [False, True]
    assert Expectation(frozenset({Verdict.DENY}), "default").is_met_by(Decision((denied,)))
    assert not Expectation(frozenset({Verdict.DENY}), "deny-1").is_met_by(Decision((denied,)))


expectations = st.builds(
    Expectation,
    st.sets(st.sampled_from(Verdict), min_size=1, max_size=2).map(frozenset),
    st.sampled_from(["", "deny-1", "default"]),
    st.sampled_from([None, frozenset(), frozenset({Obligation("warn")})]),
)


@given(
    st.lists(st.tuples(drawing.requests, expectations), min_size=1, max_size=3), st.integers(0, 99)
)
def test_what_is_written_reads_as_the_same_cases(tmp_path_factory, drawn, seed):
    cases = [
        Case(f"case {number}", request, expected, Place(""))
        for number, (request, expected) in enumerate(drawn)
        if request.in_context("environment") in (None, request.environment)
        and "nan" not in repr(request.args)
    ]
    if not cases:
        return
    folder = tmp_path_factory.mktemp("written")
    text = write_cases("p.yaml", cases, suite="s")
    again = cases_of(folder, text)
    assert [(c.name, c.request, c.expected) for c in again] == [
        (c.name, c.request, c.expected) for c in cases
    ]


SUITE: dict[str, Any] = {
    "suite": "s",
    "cases": [
        {
            "name": "n",
            "policy": "../p.yaml",
            "event": {
                "actor": {"id": "bot", "role": "dev"},
                "action": {"capability": "a.b"},
                "payload": {"tool_name": "t"},
                "metadata": {"tenant": "x"},
            },
            "expected": {"verdict": "warn"},
        }
    ],
}


def test_a_suite_of_capfence_is_read_as_it_reads_it(tmp_path):
    (tmp_path / "s.yaml").write_text(json.dumps(SUITE))
    file = read_cases(str(tmp_path / "s.yaml"))
    [case] = file.cases
    assert (file.title, file.policy, file.strict) == ("s", "", False)
    assert case.policy == str(tmp_path.parent / "p.yaml")
    assert request_to_json(case.request) == {
        "capability": "a.b",
        "environment": "development",
        "context": {"tenant": "x", "actor": "bot", "user_role": "dev", "tool_name": "t"},
        "args": {"tool_name": "t"},
    }
    assert case.expected.obligations == frozenset({Obligation("warn")})


@pytest.mark.parametrize("word", ["default_deny", "permit", None])
def test_a_suite_that_expects_what_no_decision_is_is_refused(tmp_path, word):
    suite = {"cases": [{**SUITE["cases"][0], "expected": {"verdict": word}}]}
    (tmp_path / "s.yaml").write_text(json.dumps(suite))
    with pytest.raises(CaseError, match="which no decision is"):
        read_cases(str(tmp_path / "s.yaml"))


def test_the_cases_of_the_demo_are_what_the_schema_says():
    text = (ROOT / "fencekit/_demo/policy.fence.yaml").read_text(encoding="utf-8")
    document = yaml.parse(text, "a", CaseError)
    assert document is not None
    VALIDATOR.validate(document.value)
