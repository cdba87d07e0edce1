"""Claims in files of cases: proved for every call, or refuted by one, or no pass."""

from pathlib import Path

import pytest
from hypothesis import given
from jsonschema import Draft202012Validator
from laws.drawing import policies, requests
from running import ROOT, fencekit

from fencekit.cases.case_file import Claim
from fencekit.cases.case_file_formats import read_cases
from fencekit.checks.suite import suite_job
from fencekit.checks.suite.claim_kinds import CLAIMS
from fencekit.engines.native.native_evaluator import NativeEvaluator
from fencekit.model.policy import Policy
from fencekit.model.request import Request
from fencekit.model.request_json import from_form
from fencekit.model.source import Place
from fencekit.model.suite_result import ClaimResult, ClaimStatus
from fencekit.model.verdict import Verdict
from fencekit.reading import json as our_json
from fencekit.reading import yaml

POLICY = """\
deny: [{capability: pay.out, amount_gt: 1000}]
require_approval: [{capability: pay.out, amount_gt: 100}]
allow: [pay.out, docs.*]
"""
TIGHTER = POLICY.replace("1000", "900")
OTHER = "allow: [file.*]\n"
GUARDRAILS = "deny: [{capability: pay.out, amount_gt: 5000}]\n"


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "sub").mkdir()
    files = {"policy": POLICY, "tighter": TIGHTER, "other": OTHER, "guardrails": GUARDRAILS}
    for name, text in files.items():
        (tmp_path / "sub" / f"{name}.yaml").write_text(text, encoding="utf-8")
    return tmp_path


def put(*claims: str) -> str:
    listed = "".join(f"  - {claim}\n" for claim in claims)
    text = f"policy: policy.yaml\nclaims:\n{listed}"
    Path("sub/a.fence.yaml").write_text(text, encoding="utf-8")
    return "sub/a.fence.yaml"


HOLD = (
    "always_denies: {capability: pay.out, amount_gt: 1000}",
    "always_denies: {capability: pay.out, amount_gt: 2000, contains: x}",
    "always_denies: shell.*",
    "always_denies: {capability: file.read, path_prefix: /etc}",
    "always_allows: docs.read",
    "always_allows: {capability: docs, contains: rm}",
    "never_errors: docs.read",
    "never_errors: {capability: other.thing, amount_gt: 5}",
    "equivalent: policy.yaml",
    "equivalent: {to: tighter.yaml, capability: docs}",
    "equivalent: {to: tighter.yaml, capability: shell.exec}",
    "disjoint: other.yaml",
    "disjoint: {with: tighter.yaml, capability: pay.out, amount_gt: 100}",
    "keeps_to: guardrails.yaml",
    "keeps_to: policy.yaml",
)
FAIL = (
    ("always_denies: {capability: pay.out, amount_gt: 999}", "a call that is not denied"),
    ("always_denies: {}", "a call that is not denied"),
    ("always_allows: pay.out", "a call that is not allowed"),
    ("never_errors: {}", "a call for which deciding raises"),
    ("never_errors: pay.out", "OverflowError"),
    ("equivalent: tighter.yaml", "the other policy decides otherwise: DENY by `deny-1` there"),
    ("equivalent: {to: tighter.yaml, capability: pay.out, amount_gt: 100}", "DENY by `deny-1`"),
    ("disjoint: tighter.yaml", "a call that both policies allow: ALLOW by"),
    ("disjoint: {with: policy.yaml, capability: docs}", "a call that both policies allow"),
    ("keeps_to: tighter.yaml", "looser than the guardrails: DENY by `deny-1` there"),
)


@pytest.mark.parametrize("claim", HOLD)
def test_a_claim_that_holds_is_proved(claim: str) -> None:
    done = fencekit("test", put(claim))
    assert done.code == 0, done.all
    assert "1 of 1 claim proved" in done.out


@pytest.mark.parametrize(("claim", "said"), FAIL)
def test_a_claim_that_does_not_hold_is_refuted_by_a_call(claim: str, said: str) -> None:
    done = fencekit("test", put(claim), "--format", "json")
    assert done.code == 1, done.all
    [result] = done.report["suite"]["files"][0]["claims"]
    assert result["status"] == "refuted"
    assert said in result["message"]
    request = from_form(result["request"])
    from fencekit.dialects.dialect_registry import load_policy

    outcome = NativeEvaluator(load_policy("sub/policy.yaml")).decide(request).outcomes[0]
    assert str(outcome.effect) == result["actual"]
    assert fencekit("test", put(claim)).code == 1


@pytest.mark.parametrize(
    ("claim", "said"),
    [
        ("always_denies: {capability: pay.out, amount_gtt: 5}", "did you mean `amount_gt`?"),
        ("always_denies: {capability: [pay.out]}", "is a list, not text"),
        ("always_denies: {amount_gt: '5'}", "not a number"),
        ("always_denies: {match_regex: '('}", "does not compile"),
        ("always_denies: [pay.out]", "this names none"),
        ("equivalent: {capability: pay.out}", "names no other policy"),
        ("equivalent: {to: tighter.yaml, with: x}", "unknown key in a claim: `with`"),
        ("equivalent: nowhere.yaml", "nowhere.yaml"),
        ("keeps_to: {to: guardrails.yaml}", "guardrails are a file"),
        ("always_denys: {}", "did you mean `always_denies`?"),
    ],
)
def test_a_claim_that_means_nothing_is_no_pass(claim: str, said: str) -> None:
    done = fencekit("test", put(claim))
    assert done.code == 3, done.all
    assert said in done.all


def test_a_claim_that_cannot_be_settled_is_no_pass(monkeypatch: pytest.MonkeyPatch) -> None:
    def dark(policy: Policy, claim: Claim, _: object) -> ClaimResult:
        unknown = ClaimStatus.UNKNOWN
        return ClaimResult(claim.kind, claim.name, claim.place, policy.file, unknown, "it is dark")

    monkeypatch.setitem(CLAIMS, "always_denies", dark)
    done = fencekit("test", put("always_denies: {}"))
    assert done.code == 3
    assert "1 of 1 claims could not be settled" in done.out
    assert "it is dark" in done.out


def test_the_other_policies_are_among_what_was_read() -> None:
    inputs = fencekit("test", put("keeps_to: guardrails.yaml"), "--format", "json").report["inputs"]
    assert {given["path"] for given in inputs} >= {"sub/guardrails.yaml", "sub/policy.yaml"}


def test_every_kind_of_claim_is_described_and_in_the_schema() -> None:
    page = (ROOT / "docs/cases.md").read_text("utf-8")
    schema = our_json.parse((ROOT / "docs/cases.schema.json").read_text("utf-8"))
    for kind in CLAIMS:
        assert f"| `{kind}: " in page
        assert kind in schema["$defs"]["claim"]["properties"]
    validator = Draft202012Validator(schema)
    for claim in HOLD:
        document = yaml.parse(Path(put(claim)).read_text("utf-8"), "x", suite_job.FencekitError)
        assert document is not None
        validator.validate(document.value)
    assert read_cases(put(*HOLD)).claims


def test_a_scope_means_the_calls_that_such_a_rule_matches() -> None:
    proved = 0

    @given(policies, policies, requests)
    def law(policy: Policy, drawn: Policy, request: Request) -> None:
        nonlocal proved
        rule = next((rule for rule in drawn.rules if rule.section == "deny"), None)
        if rule is None:
            return
        written = {str(c.name): c.value for c in rule.conditions}
        text = yaml.write({"capability": rule.capability, **written})
        value = yaml.parse(text, "x", suite_job.FencekitError)
        assert value is not None
        claim = Claim("always_denies", "drawn", value, Place("x"))
        result = CLAIMS["always_denies"](policy, claim, lambda _: policy)
        proved += result.status is ClaimStatus.PROVED
        meant = rule_matches(rule, request)
        denied = NativeEvaluator(policy).decide(request).outcomes[0].effect.verdict is Verdict.DENY
        if result.status is ClaimStatus.PROVED:
            assert denied or not meant
        if result.request is not None:
            assert rule_matches(rule, result.request)
            assert result.actual != "DENY"

    law()
    assert proved


def rule_matches(rule, request: Request) -> bool:
    from fencekit.model.policy import Tier

    alone = Policy("capfence", (Tier("deny", (rule,)),))
    outcome = NativeEvaluator(alone).decide(request).outcomes[0]
    return outcome.rule is not None and outcome.error is None


RAISES = "require_approval: [{capability: pay.out, amount_gt: 500}, pay.out]\n"
ASKS = "require_approval: [pay.out]\n"


@pytest.mark.parametrize(
    ("claim", "policy"),
    [
        ("keeps_to: raises.yaml", ASKS),
        ("equivalent: {to: raises.yaml, capability: pay.out}", ASKS),
        ("always_allows: pay.out", "allow: [{capability: pay.out, amount_gt: 5}, pay.out]\n"),
    ],
)
def test_what_only_errors_refute_is_neither_refuted_nor_proved(claim: str, policy: str) -> None:
    Path("sub/raises.yaml").write_text(RAISES, encoding="utf-8")
    Path("sub/policy.yaml").write_text(policy, encoding="utf-8")
    path = put(claim)
    done = fencekit("test", path, "--format", "json")
    assert (done.code, done.report["status"]) == (0, "except-errors")
    (made,) = done.report["suite"]["files"][0]["claims"]
    assert made["status"] == "except-errors"
    assert made["message"].startswith("where deciding raises only: ")
    (finding,) = done.report["findings"]
    assert (finding["slug"], finding["class"]) == ("looser-on-error", "looser_on_error")
    for form in ("text", "markdown", "junit", "github", "gitlab", "sarif"):
        shown = fencekit("test", path, "--format", form)
        assert shown.code == 0
        assert "CLEAN" not in shown.out
        assert "Passed" not in shown.out
    assert fencekit("test", path, "--fail-on-errors").code == 1
    Path("pyproject.toml").write_text("[tool.fencekit]\nfail_on_errors = true\n", encoding="utf-8")
    assert fencekit("test", path).code == 1
    assert fencekit("test", path, "--no-fail-on-errors").code == 0


def test_a_call_without_an_error_refutes_where_there_is_one() -> None:
    Path("sub/raises.yaml").write_text(RAISES, encoding="utf-8")
    Path("sub/policy.yaml").write_text("allow: [pay.out]\n", encoding="utf-8")
    done = fencekit("test", put("keeps_to: raises.yaml"), "--format", "json")
    assert done.code == 1
    (made,) = done.report["suite"]["files"][0]["claims"]
    assert made["status"] == "refuted"
    assert "ESCALATE by `require_approval-2` there" in made["message"]
