"""`fencekit test` as it is called: what it runs, what it prints, and how it ends."""

import json
import shutil
from pathlib import Path

import pytest
from capfence.core.policy_testing import run_policy_fixture_file
from jsonschema import Draft202012Validator
from running import ROOT, assert_inert, fencekit

pytestmark = pytest.mark.oracle

POLICY = """\
deny:
  - capability: shell.exec
    contains: rm
require_approval:
  - capability: pay.out
    amount_gt: 100
allow:
  - capability: pay.out
    amount_lte: 100
  - docs.*
rules:
  - {capability: file.read, action: warn}
"""
CASES = """\
policy: policy.yaml
cases:
  - name: small payments
    request: {capability: pay.out, args: {amount: 5}}
    expect: ALLOW
  - name: large payments
    request: {capability: pay.out, args: {amount: 500}}
    expect: {verdict: ESCALATE, rule: require_approval-1}
  - name: reading is noted
    request: {capability: file.read}
    expect: {verdict: ALLOW, obligations: [warn]}
"""
WRONG = CASES.replace("expect: ALLOW\n", "expect: DENY\n")


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "policy.yaml").write_text(POLICY)
    return tmp_path


def put(text: str, name: str = "a.fence.yaml") -> str:
    Path(name).parent.mkdir(exist_ok=True)
    Path(name).write_text(text, encoding="utf-8")
    return name


def test_cases_that_are_met_are_clean() -> None:
    done = fencekit("test", put(CASES))
    assert done.code == 0, done.all
    assert done.out.startswith("CLEAN: 3 of 3 cases passed\n")


def test_a_case_that_is_not_met_is_shown_with_what_was_expected_and_what_decided() -> None:
    done = fencekit("test", put(WRONG))
    assert done.code == 1
    assert "FINDINGS: 2 of 3 cases passed" in done.out
    assert "a.fence.yaml:3:5: failed: small payments" in done.out
    assert "  expected  DENY\n  actual    ALLOW\n  rule      allow-1@" in done.out
    assert " (policy.yaml:8)" in done.out
    assert '{"capability": "pay.out", "args": {"amount": 5}}' in done.out
    assert "fencekit explain policy.yaml a.fence.yaml:3:5" in done.out


def test_the_command_that_is_shown_explains_the_case() -> None:
    done = fencekit("test", put(WRONG))
    (command,) = [line for line in done.out.splitlines() if "fencekit explain" in line]
    explained = fencekit(*command.split()[2:])
    assert explained.code == 0, explained.all
    assert "decision  ALLOW" in explained.out
    assert '"amount": 5' in explained.out


def test_a_case_of_each_is_explained_by_its_number() -> None:
    text = "policy: policy.yaml\nnever:\n  - each: {capability: [a, b], args.x: [1]}\n"
    path = put(text)
    second = fencekit("explain", "policy.yaml", f"{path}:3:2")
    assert '"capability": "b"' in second.out
    assert "2 cases stand there" in fencekit("explain", "policy.yaml", f"{path}:3").err
    assert "no case begins there" in fencekit("explain", "policy.yaml", f"{path}:99").err


@pytest.mark.parametrize(
    ("expect", "said"),
    [
        ("{verdict: ALLOW, rule: allow-2}", "actual    ALLOW by allow-1"),
        ("{rule: allow-9}", "the policy has no rule `allow-9` (did you mean `allow-"),
        ("{verdict: ALLOW, obligations: [warn]}", "expected  ALLOW+warn"),
        ("{rule: default}", "by default"),
    ],
)
def test_a_rule_and_obligations_are_checked_where_they_are_written(expect: str, said: str) -> None:
    done = fencekit("test", put(CASES.replace("expect: ALLOW\n", f"expect: {expect}\n")))
    assert done.code == 1
    assert said in done.out


def test_the_files_of_a_folder_are_run_in_order_and_counted_each() -> None:
    put(CASES, "sub/b.fence.yaml")
    Path("sub/policy.yaml").write_text(POLICY)
    put(WRONG, "a.fence.yaml")
    done = fencekit("test", ".")
    assert done.code == 1
    rows = [line.split() for line in done.out.splitlines() if ".fence.yaml  " in line]
    assert rows == [["./a.fence.yaml", "2", "1", "0"], ["./sub/b.fence.yaml", "3", "0", "0"]]


COULD_NOT = {
    "an empty folder": ("", ["empty"], "no file of cases in `empty`"),
    "a missing file": ("", ["missing.fence.yaml"], "cannot read `missing.fence.yaml`"),
    "a file without cases": ("policy: policy.yaml\n", ["a.fence.yaml"], "has no case"),
    "a file with no case in a list": (
        "policy: policy.yaml\ncases: []\n", ["a.fence.yaml"], "has no case"
    ),
    "a missing policy": ("policy: gone.yaml\ncases: []\n", ["a.fence.yaml"], "`gone.yaml`"),
    "an unknown claim": (
        CASES + "claims:\n  - always_denys: {}\n", ["a.fence.yaml"], "unknown claim: `always_denys`"
    ),
    "what is no YAML": ("{", ["a.fence.yaml"], "not YAML"),
    "a suite of nothing": ("{suite: s, cases: []}", ["a.yaml"], "has no `policy`"),
}  # fmt: skip


@pytest.mark.parametrize("what", COULD_NOT)
def test_nothing_checked_is_never_a_pass(what: str) -> None:
    text, args, said = COULD_NOT[what]
    Path("empty").mkdir()
    if text:
        put(text, args[0])
    done = fencekit("test", *args)
    assert done.code == 3, done.all
    assert said in done.all
    assert "CLEAN" not in done.out


def test_a_file_that_fails_outweighs_the_findings_of_others_and_all_is_shown() -> None:
    put(WRONG)
    put("{", "b.fence.yaml")
    done = fencekit("test", ".")
    assert done.code == 3
    assert "b.fence.yaml:1:2: not YAML" in done.out
    assert "failed: small payments" in done.out


def test_a_decision_that_raises_is_an_error_and_no_denial() -> None:
    put(CASES.replace("amount: 5}", f"amount: {10**400}}}").replace("ALLOW\n", "DENY\n", 1))
    done = fencekit("test", "a.fence.yaml")
    assert done.code == 3, done.out
    assert "a.fence.yaml:3:5: error: small payments" in done.out
    assert "OverflowError" in done.out
    assert "1 of 3 cases could not be decided" in done.out


def test_a_pattern_that_backtracks_for_ever_is_an_error_of_its_case() -> None:
    Path("policy.yaml").write_text("allow: [{capability: a, match_regex: '(x+x+)+y'}]\n")
    text = "policy: policy.yaml\ncases:\n"
    for number, command in enumerate(("x" * 40, "fine")):
        text += f"  - name: c{number}\n    request: {{capability: a, args: {{c: {command}}}}}\n"
        text += "    expect: DENY\n"
    done = fencekit("test", put(text), "--timeout", "0.2")
    assert done.code == 3
    assert "time limit" in done.out
    assert "1 of 2 cases passed" in done.out


def test_another_policy_can_take_the_place_of_the_one_that_is_named() -> None:
    Path("candidate.yaml").write_text("allow: ['*']\n")
    done = fencekit("test", put(CASES), "--policy", "candidate.yaml")
    assert done.code == 1
    assert "1 of 3 cases passed" in done.out


def test_without_a_path_it_is_usage() -> None:
    assert fencekit("test").code == 2
    assert fencekit("test", "").code == 2


@pytest.mark.parametrize("form", ["json", "markdown", "sarif", "junit", "github", "gitlab"])
def test_every_format_names_the_failing_case(form: str) -> None:
    done = fencekit("test", put(WRONG), "--format", form)
    assert done.code == 1
    assert "small payments" in done.out


def test_the_json_report_is_what_its_schema_says() -> None:
    done = fencekit("test", put(WRONG), "--format", "json", "--coverage")
    schema = json.loads((ROOT / "docs/report.schema.json").read_text(encoding="utf-8"))
    Draft202012Validator(schema).validate(done.report)
    suite = done.report["suite"]
    (file,), coverage = suite["files"], suite["coverage"]
    assert [case["status"] for case in file["cases"]] == ["failed", "passed", "passed"]
    assert coverage["points"] == sum(len(policy["points"]) for policy in coverage["policies"])
    assert done.report["checked"] == 3


def test_hostile_names_and_values_are_inert() -> None:
    bad = "\\u202e\\x1b[31m::error::x##[command]<script>"
    text = CASES.replace("small payments", f'"{bad}"').replace("ALLOW\n", "ESCALATE\n", 1)
    path = put(text.replace("amount: 5}", f'amount: "{bad}"}}'))
    for form in ("text", "json"):
        done = fencekit("test", path, "--format", form)
        assert done.code == 1
        assert_inert(done.all)
    page = fencekit("test", path, "--html", "r.html")
    assert page.code == 1
    html = Path("r.html").read_text()
    assert "[command]<script>" not in html


SUITE = """\
suite: s
cases:
"""
SUITE_CASE = """\
  - name: n{number}
    policy: sub/p.yaml
    event: {{actor: {{id: bot}}, action: {{capability: {capability}}}, payload: {payload}}}
    expected: {{verdict: {verdict}}}
"""
SUITE_CASES = [
    ("pay.out", "{amount: 5}", "allow"),
    ("pay.out", "{amount: 500}", "require_approval"),
    ("pay.out", "{amount: 500}", "allow"),
    ("shell.exec", "{command: rm x}", "deny"),
    ("shell.exec", "{command: ls}", "deny"),
    ("file.read", "{}", "warn"),
    ("file.read", "{}", "allow"),
    ("docs.x", "{}", "allow"),
    ("other", "{}", "deny"),
]


def test_a_suite_of_capfence_passes_and_fails_as_it_does_there() -> None:
    Path("sub").mkdir()
    shutil.copy("policy.yaml", "sub/base.yaml")
    Path("sub/p.yaml").write_text("extends: sub/base.yaml\n")
    text = SUITE + "".join(
        SUITE_CASE.format(number=number, capability=capability, payload=payload, verdict=verdict)
        for number, (capability, payload, verdict) in enumerate(SUITE_CASES)
    )
    path = put(text, "suite.yaml")
    theirs = run_policy_fixture_file(path)
    done = fencekit("test", path, "--format", "json")
    ours = done.report["suite"]["files"][0]["cases"]
    passed = [case["status"] == "passed" for case in ours]
    assert passed == [result.passed for result in theirs.results]
    assert theirs.failures == passed.count(False) == 2
    assert done.code == 1


def test_the_cases_of_the_demo_are_met_by_its_policy_and_not_by_its_candidate() -> None:
    demo = ROOT / "fencekit/_demo"
    assert fencekit("test", demo).code == 0
    assert fencekit("test", demo, "--policy", demo / "candidate.yaml").code == 1
