"""`fencekit diff`: proved, a call that shows it, or not known; and an exit code for each."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from running import ESCAPE, ROOT, Done, fencekit

from fencekit.checks.proofs import policy_comparison, prove_or_search
from fencekit.checks.proofs.policy_comparison import ComparisonJob, compared_classes
from fencekit.dialects.dialect_registry import load_policy
from fencekit.engines.native.native_evaluator import NativeEvaluator
from fencekit.model.change import Change, compare_effects
from fencekit.model.comparison_result import ClassComparison, ComparisonResult, summary
from fencekit.model.policy import Policy
from fencekit.model.proof import Method, ProofStep, Proved, Unknown, Witness
from fencekit.model.request_json import from_form
from fencekit.reporting.json_report import to_json

OLD = "deny: [{capability: pay.out, amount_gte: 500}]\nallow: [pay.out, 'file.*']\n"
LOOSER = "deny: [{capability: pay.out, amount_gt: 500}]\nallow: [pay.out, 'file.*']\n"
TIGHTER = "deny: [{capability: pay.out, amount_gte: 400}]\nallow: [pay.out, 'file.*']\n"
BOTH = "deny: [{capability: pay.out, amount_gt: 500}]\nallow: [pay.out]\n"
REORDERED = "allow: ['file.*', pay.out]\ndeny: [{capability: pay.out, amount_gte: 500}]\n"


def load(path: str) -> Policy:
    return load_policy(path)


@pytest.fixture
def diff(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Return a function that compares two texts by the command."""
    monkeypatch.chdir(tmp_path)

    def run(old: str, new: str, *options: str) -> Done:
        Path("old.yaml").write_text(old, encoding="utf-8")
        Path("new.yaml").write_text(new, encoding="utf-8")
        return fencekit("diff", "old.yaml", "new.yaml", *options)

    return run


@pytest.fixture
def unsettled(monkeypatch: pytest.MonkeyPatch) -> None:
    """Make every comparison end in not known."""
    open_one = ClassComparison("pay.out", Unknown("it is dark"), Unknown("it is dark"))
    monkeypatch.setattr(policy_comparison, "compared_classes", lambda *_, **__: iter([open_one]))


@pytest.mark.parametrize(
    ("new", "answers", "code"),
    [
        (OLD, ("proved", "proved", True), 0),
        (REORDERED, ("proved", "proved", True), 0),
        (LOOSER, ("witness", "proved", False), 1),
        (TIGHTER, ("proved", "witness", False), 0),
        (BOTH, ("witness", "witness", False), 1),
    ],
)
def test_both_directions_are_answered(
    diff: Any, new: str, answers: tuple[str, str, bool], code: int
) -> None:
    done = diff(OLD, new, "--format", "json")
    assert done.code == code
    section = done.report["comparison"]
    assert (section["looser"], section["tighter"], section["equivalent"]) == answers
    schema = json.loads((ROOT / "docs/report.schema.json").read_text("utf-8"))
    Draft202012Validator(schema).validate(done.report)


def test_every_witness_of_every_class_is_one(diff: Any) -> None:
    classes = diff(OLD, BOTH, "--format", "json").report["comparison"]["classes"]
    assert {one["capability"].split(".")[0] for one in classes} >= {"pay", "file"}
    job = ComparisonJob("old.yaml", "new.yaml")
    policies = [load(path) for path in (job.baseline, job.candidate)]
    seen = 0
    for one in classes:
        for way, expected in (("looser", Change.LOOSER), ("tighter", Change.TIGHTER)):
            if one[way]["answer"] == "witness":
                request = from_form(one[way]["request"])
                before, after = (NativeEvaluator(p).decide(request).outcomes[0] for p in policies)
                assert compare_effects(before.effect, after.effect) is expected
                assert one[way]["before"]["effect"] == str(before.effect)
                assert one[way]["after"]["effect"] == str(after.effect)
                seen += 1
    assert seen >= 2


def test_the_text_shows_the_call_both_rules_and_where_they_stand(diff: Any) -> None:
    done = diff(OLD, LOOSER)
    assert done.code == 1
    assert done.out.startswith("FINDINGS: the candidate is looser")
    assert 'call   {"capability": "pay.out", "args": {"amount": 500}}' in done.out
    assert "(old.yaml:1:8)  pay.out; amount_gte: 500" in done.out
    assert "> deny: [{capability: pay.out, amount_gte: 500}]" in done.out
    assert "(new.yaml:2:9)  pay.out" in done.out
    assert "how it was settled" not in done.out


def test_the_command_that_is_shown_explains_the_call(diff: Any) -> None:
    hostile = 'deny: [{capability: sh.x, contains: "\\\\n"}]\nallow: [sh.x]\n'
    done = diff(hostile, "allow: [sh.x]\n")
    assert done.code == 1
    shown = next(line for line in done.out.splitlines() if "explain: " in line)
    command = shown.split("explain: ", 1)[1].replace("fencekit", f"{sys.executable} -m fencekit", 1)
    ran = subprocess.run(
        command,
        shell=True,
        capture_output=True,
        text=True,
        check=True,
        env={"PYTHONPATH": str(ROOT), "PATH": "/usr/bin:/bin"},
    )
    assert "decision  ALLOW" in ran.stdout


@pytest.mark.parametrize("new", [LOOSER, TIGHTER, OLD])
def test_explaining_shows_how_each_answer_was_come_to(diff: Any, new: str) -> None:
    done = diff(OLD, new, "--explain")
    _, _, ladder = done.out.partition("how it was settled\n")
    assert "and capabilities like it" in ladder or "every call meets the same rules" in ladder


def test_changed_fails_on_a_tightening_too_and_never_on_nothing(diff: Any) -> None:
    assert diff(OLD, TIGHTER, "--fail-on", "changed").code == 1
    assert diff(OLD, LOOSER, "--fail-on", "never").code == 0
    assert diff(OLD, OLD, "--fail-on", "changed").code == 0


@pytest.mark.usefixtures("unsettled")
def test_what_is_not_known_is_not_a_pass_unless_that_is_allowed(diff: Any) -> None:
    done = diff(OLD, LOOSER)
    assert done.code == 3
    assert done.out.startswith("COULD NOT CHECK: not known whether")
    assert "it is dark" in done.out
    assert "`--allow-unknown`" in done.out
    assert diff(OLD, LOOSER, "--fail-on", "never").code == 3
    allowed = diff(OLD, LOOSER, "--allow-unknown")
    assert allowed.code == 0
    assert "it is dark" in allowed.out


def test_a_proof_of_nothing_is_told_and_is_no_pass_unless_that_is_allowed(diff: Any) -> None:
    Path("none.json").write_text('{"properties": {"x": false}, "required": ["x"]}')
    done = diff(OLD, LOOSER, "--domain", "none.json")
    assert done.code == 3
    assert done.out.startswith("COULD NOT CHECK: proved, but no call is in the domain")
    assert "so nothing was checked (`--allow-unknown` lets it pass)" in done.out
    assert diff(OLD, LOOSER, "--domain", "none.json", "--allow-unknown").code == 0
    guarded = fencekit("prove", "new.yaml", "--guardrails", "old.yaml", "--domain", "none.json")
    assert guarded.code == 3
    assert "proved, but no call is in the domain" in guarded.out


def test_a_policy_that_cannot_be_read_is_no_answer(diff: Any) -> None:
    done = diff(OLD, "allow: [")
    assert done.code == 3
    assert "new.yaml:" in done.err
    assert fencekit("diff", "old.yaml", "nowhere.yaml").code == 3
    assert fencekit("diff", "old.yaml").code == 2


def test_a_domain_is_a_json_schema(diff: Any) -> None:
    Path("list.json").write_text("[]", encoding="utf-8")
    Path("broken.json").write_text("{", encoding="utf-8")
    assert diff(OLD, LOOSER, "--domain", "list.json").code == 2
    broken = diff(OLD, LOOSER, "--domain", "broken.json")
    assert broken.code == 2
    assert "broken.json:1:" in broken.err


def test_no_report_is_written_over_what_is_read(diff: Any) -> None:
    done = diff(OLD, LOOSER, "--html", "new.yaml")
    assert done.code == 2
    assert "not written over" in done.err
    done = diff(OLD, LOOSER, "--html", "report.html", "--out", "sarif=report.sarif")
    assert done.code == 1
    assert "pay.out" in Path("report.html").read_text("utf-8")
    results = json.loads(Path("report.sarif").read_text("utf-8"))["runs"][0]["results"]
    assert results[0]["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] == "new.yaml"


def test_hostile_text_of_policies_is_shown_inert(diff: Any) -> None:
    evil = '"a\\u202e\\u001b[31m::error::"'
    old = f"deny: [{{capability: sh.x, contains: {evil}}}]\nallow: [sh.x]\n"
    done = diff(old, "allow: [sh.x]\n", "--explain")
    assert done.code != 2
    assert not ESCAPE.search(done.all)


def test_the_answer_for_all_calls_is_the_worst_of_the_classes(diff: Any) -> None:
    dark, sure = Unknown("dark"), Proved(Method.CASES)
    assert summary([]).word == "proved"
    assert summary([sure, dark]) is dark
    assert ComparisonResult("o", "n", (ClassComparison("a", sure, dark),)).equivalent is None
    assert ComparisonResult("o", "n", ()).equivalent is True
    diff(OLD, BOTH)
    classes = list(compared_classes(load("old.yaml"), load("new.yaml")))
    found = [one.looser for one in classes if isinstance(one.looser, Witness)]
    assert found
    assert summary([dark, *found, sure]) is found[0]


def test_a_report_keeps_both_answers_of_each_class(tmp_path: Path) -> None:
    (tmp_path / "old.yaml").write_text(OLD, encoding="utf-8")
    (tmp_path / "new.yaml").write_text(BOTH, encoding="utf-8")
    old, new = load(str(tmp_path / "old.yaml")), load(str(tmp_path / "new.yaml"))
    for one in compared_classes(old, new):
        assert isinstance(one.looser, Proved | Witness)
        assert isinstance(one.tighter, Proved | Witness)
    report = ComparisonJob(str(tmp_path / "old.yaml"), str(tmp_path / "new.yaml")).run()
    assert report.checked == sum(report.counts.values())
    assert to_json(report)["comparison"]["classes"]


@pytest.fixture
def dark(monkeypatch: pytest.MonkeyPatch) -> None:
    """Leave every class of capabilities open, so that a search is all there is."""

    def by_capability(*_: Any, **__: Any) -> Any:
        yield "pay.out", Unknown("it is dark", (ProofStep(Method.WORDS, "groped about"),))

    monkeypatch.setattr(prove_or_search, "by_capability", by_capability)


@pytest.mark.usefixtures("dark")
def test_where_nothing_is_proved_a_search_is_made_and_the_report_says_so(diff: Any) -> None:
    found = diff(OLD, LOOSER, "--explain")
    assert found.code == 1
    assert "words: groped about" in found.out
    assert "search: " in found.out
    none = diff(OLD, TIGHTER, "--explain")
    assert none.code == 3
    assert "it is dark; a search of 5,000 calls found none" in none.out


AGENTS = ROOT / "fixtures/policies/capfence"
TRACE = ROOT / "fixtures/logs/capfence_trace/agents.jsonl"


def test_each_edit_is_shown_with_what_it_caused() -> None:
    done = fencekit("diff", AGENTS / "agents.yaml", AGENTS / "agents-mixed.yaml", "--log", TRACE)
    assert done.code == 1
    assert "10 edits between the versions" in done.out
    edits = done.out.split("10 edits between the versions\n")[1].split("\n\n")[0]
    assert 'match_keywords without "systemctl restart"' in edits
    assert "newly allows 1 call (1 capability)" in edits
    assert 'risk level "high"' in edits


def test_recorded_calls_are_put_down_to_the_edits_that_changed_them() -> None:
    policies = (AGENTS / "agents.yaml", AGENTS / "agents-mixed.yaml")
    report = fencekit("diff", *policies, "--log", TRACE, "--format", "json").report
    assert report["checked"] == 355
    edits = {edit["number"]: edit for edit in report["diff"]["edits"]}
    found = [f for f in report["findings"] if f["class"] in ("looser", "tighter")]
    assert found
    for finding in found:
        assert finding["blames"]
        for blame in finding["blames"]:
            assert blame["exact"]
            assert {number for numbers in blame["undo"] for number in numbers} <= set(edits)
    refunds = [f for f in found if f["capability"] == "payment.refund.production"]
    raised = {edits[n].get("condition") for f in refunds for b in f["blames"] for n in b["undo"][0]}
    assert {"amount_gte", "amount_lt"} <= raised
    assert report["replay"]["cost"]["approvals"] == {"before": 80, "after": 111, "open": 0}


def test_a_replay_with_a_baseline_shows_the_same_edits() -> None:
    policies = ("--policy", AGENTS / "agents-mixed.yaml", "--baseline", AGENTS / "agents.yaml")
    done = fencekit("replay", TRACE, *policies)
    assert "10 edits between the versions" in done.out


def test_options_about_logs_want_a_log_and_two_versions_are_wanted(diff: Any) -> None:
    assert diff(OLD, LOOSER, "--timeout", "3").code == 2
    assert fencekit("diff", "old.yaml", "new.yaml", "--from", "HEAD").code == 2
    assert fencekit("diff", "old.yaml", "new.yaml", "--to", "HEAD").code == 2


def test_a_log_that_cannot_be_read_is_no_pass(diff: Any) -> None:
    assert diff(OLD, OLD, "--log", "nowhere.jsonl").code == 3
    Path("empty.jsonl").write_text("", encoding="utf-8")
    assert diff(OLD, OLD, "--log", "empty.jsonl").code == 3


def test_one_path_at_two_revisions_is_compared(diff: Any) -> None:
    git = ["git", "-c", "user.name=n", "-c", "user.email=e@example.org"]
    Path("p.yaml").write_text(OLD, encoding="utf-8")
    for words in (["init", "-q"], ["add", "p.yaml"], ["commit", "-qm", "one"]):
        subprocess.run([*git, *words], check=True)
    Path("p.yaml").write_text(LOOSER, encoding="utf-8")
    done = fencekit("diff", "p.yaml", "--from", "HEAD", "--format", "json")
    assert done.code == 1
    assert done.report["command"] == ["fencekit", "diff", "p.yaml", "--from", "HEAD"]
    subprocess.run([*git, "commit", "-qam", "two"], check=True)
    assert fencekit("diff", "p.yaml", "--from", "HEAD").code == 0
    assert fencekit("diff", "p.yaml", "--from", "HEAD~1", "--to", "HEAD").code == 1
    assert fencekit("diff", "p.yaml", "--from", "HEAD", "--to", "WORKTREE").code == 0
    assert fencekit("diff", "p.yaml", "--from", "-x").code == 2


CASES = """\
policy: new.yaml
cases:
  - name: five hundred is refused
    request: {capability: pay.out, args: {amount: 500}}
    expect: DENY
  - name: a little is paid
    request: {capability: pay.out, args: {amount: 1}}
    expect: ALLOW
"""


def test_cases_are_run_on_both_and_those_that_the_new_version_fails_are_findings(diff: Any) -> None:
    Path("pay.fence.yaml").write_text(CASES, encoding="utf-8")
    done = diff(OLD, LOOSER, "--cases", "pay.fence.yaml", "--format", "json", "--html", "r.html")
    assert done.code == 1
    assert done.report["checked"] == 2
    slugs = [finding["slug"] for finding in done.report["findings"]]
    assert slugs == ["failing-case", "looser-call"]
    looser = done.report["findings"][1]
    assert looser["witnesses"][0]["file"] == "pay.fence.yaml"
    assert looser["blames"][0]["undo"] == [[1]]
    assert "--cases pay.fence.yaml" in " ".join(done.report["command"])
    assert "five hundred is refused" in Path("r.html").read_text("utf-8")
    fine = diff(OLD, OLD, "--cases", "pay.fence.yaml", "--format", "json")
    assert fine.code == 0
    assert fine.report["checked"] == 2
    assert diff(OLD, OLD, "--cases", "nowhere.fence.yaml").code == 3
    Path("bad.fence.yaml").write_text("cases: 3", encoding="utf-8")
    assert diff(OLD, OLD, "--cases", "bad.fence.yaml").code == 3
    wrong = CASES.replace("expect: ALLOW", "expect: DENY")
    Path("pay.fence.yaml").write_text(wrong, encoding="utf-8")
    assert diff(OLD, OLD, "--cases", "pay.fence.yaml").code == 1


def test_a_domain_leaves_out_calls_that_cannot_be(diff: Any) -> None:
    old = "deny: [{capability: sh.x, contains: password}]\nallow: [sh.x]\n"
    new = "deny: [{capability: sh.x, match_regex: '(?i)password'}]\nallow: [sh.x]\n"
    schema = {
        "type": "object",
        "properties": {"command": {"type": "string"}},
        "additionalProperties": False,
    }
    Path("schema.json").write_text(json.dumps(schema), encoding="utf-8")
    everywhere = diff(old, new)
    assert everywhere.code == 1
    assert "password" in everywhere.out
    within = diff(old, new, "--domain", "schema.json")
    assert within.code == 0, within.all
    assert "every call whose arguments are as schema.json says" in within.out


def test_a_tool_is_a_domain_by_its_input_schema(diff: Any) -> None:
    amount = {"type": "integer", "maximum": 400, "minimum": 0}
    schema = {"properties": {"amount": amount}, "required": ["amount"]}
    schema["additionalProperties"] = False
    for said in (schema, {"name": "pay", "inputSchema": schema}):
        Path("domain.json").write_text(json.dumps(said))
        assert diff(OLD, LOOSER, "--domain", "domain.json").code == 0
    assert diff(OLD, LOOSER).code == 1
