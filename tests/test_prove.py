"""`fencekit prove`: what a rule of the guardrails decides, the policy does not decide looser."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from jsonschema import Draft202012Validator
from laws.drawing import policies, requests
from running import ROOT, fencekit

from fencekit.checks.proofs import guardrails_check
from fencekit.checks.proofs.guardrails_check import AT_LEAST_AS_STRICT, GuardrailsJob, keeps_to
from fencekit.dialects.dialect_registry import load_policy
from fencekit.engines.native.native_evaluator import NativeEvaluator
from fencekit.model.change import Change, compare_effects
from fencekit.model.comparison_result import ClassGuardrail
from fencekit.model.policy import Policy
from fencekit.model.proof import Proved, Unknown, Witness
from fencekit.model.request import Request
from fencekit.model.verdict import Verdict
from fencekit.prover.prover import check_property

GUARDRAILS = """
deny: [{capability: pay.out, amount_gt: 1000}]
require_approval: [{capability: pay.out, amount_gt: 100}]
"""


@pytest.fixture
def files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Return a function that writes a policy and guardrails into the working directory."""
    monkeypatch.chdir(tmp_path)

    def write(policy: str, guardrails: str) -> tuple[Policy, Policy]:
        Path("policy.yaml").write_text(policy, encoding="utf-8")
        Path("guardrails.yaml").write_text(guardrails, encoding="utf-8")
        return load_policy("policy.yaml"), load_policy("guardrails.yaml")

    return write


@pytest.mark.parametrize(
    ("policy", "kept"),
    [
        ("deny: [pay.out]\n", True),
        ("allow: [other.thing]\n", True),
        ("require_approval: [pay.out]\n", False),
        ("deny: [{capability: pay.out, amount_gt: 1000}]\nrequire_approval: [pay.out]\n", True),
        ("deny: [{capability: pay.out, amount_gt: 100}]\nallow: ['*']\n", True),
        ("deny: [{capability: pay.out, amount_gt: 1000}]\nallow: ['*']\n", False),
        ("deny: [{capability: pay.out, amount_gt: 101}]\nallow: ['*']\n", False),
    ],
)
def test_what_a_rule_of_the_guardrails_decides_binds(files: Any, policy: str, kept: bool) -> None:
    result = keeps_to(*files(policy, GUARDRAILS))
    assert isinstance(result, Proved if kept else Witness)
    if isinstance(result, Witness):
        assert result.before.rule is not None
        change = compare_effects(result.before.effect, result.after.effect)
        assert change is Change.LOOSER


def test_what_no_rule_of_the_guardrails_decides_is_free(files: Any) -> None:
    assert isinstance(keeps_to(*files("allow: [file.read]\n", GUARDRAILS)), Proved)
    small = "deny: [{capability: pay.out, amount_gt: 100}]\nallow: [pay.out]\n"
    assert isinstance(keeps_to(*files(small, GUARDRAILS)), Proved)


def test_a_warning_of_the_guardrails_must_be_kept(files: Any) -> None:
    warns = "rules: [{capability: sql.q, action: warn}]\n"
    assert isinstance(keeps_to(*files("allow: [sql.q]\n", warns)), Witness)
    assert isinstance(keeps_to(*files(warns, warns)), Proved)
    assert isinstance(keeps_to(*files("require_approval: [sql.q]\n", warns)), Proved)


def test_an_allow_of_the_guardrails_asks_for_nothing(files: Any) -> None:
    allows = "allow: ['*']\n"
    assert isinstance(keeps_to(*files("deny: ['*']\n", allows)), Proved)


def test_every_policy_keeps_to_itself() -> None:
    @given(policies)
    def law(policy: Policy) -> None:
        assert isinstance(keeps_to(policy, policy), Proved)

    law()


def test_where_it_is_proved_no_drawn_call_breaks_it() -> None:
    proved = 0

    @given(policies, policies, requests)
    def law(policy: Policy, guardrails: Policy, request: Request) -> None:
        nonlocal proved
        outcomes = tuple(
            NativeEvaluator(one).decide(request).outcomes[0] for one in (guardrails, policy)
        )
        result = check_property(AT_LEAST_AS_STRICT, guardrails, policy)
        proved += isinstance(result, Proved)
        if AT_LEAST_AS_STRICT.broken(outcomes):
            assert not isinstance(result, Proved)
        if isinstance(result, Witness):
            assert AT_LEAST_AS_STRICT.broken(result.outcomes)

    law()
    assert proved


def test_adding_the_guardrails_to_a_policy_that_only_allows_makes_it_keep_to_them(
    files: Any,
) -> None:
    Path("guardrails.yaml").write_text(GUARDRAILS, encoding="utf-8")
    policy, guardrails = files("extends: guardrails.yaml\nallow: ['*']\n", GUARDRAILS)
    assert isinstance(keeps_to(policy, guardrails), Proved)
    amount = Request("pay.out", args={"amount": 50})
    decided = NativeEvaluator(policy).decide(amount).outcomes[0]
    assert decided.effect.verdict is Verdict.ALLOW


def test_the_command_shows_the_call_and_the_rule_of_the_guardrails(files: Any) -> None:
    files("allow: [pay.out]\n", GUARDRAILS)
    done = fencekit("prove", "policy.yaml", "--guardrails", "guardrails.yaml", "--explain")
    assert done.code == 1
    assert done.out.startswith("FINDINGS: the policy is looser than its guardrails")
    assert "(guardrails.yaml:2:8)  pay.out; amount_gt: 1000" in done.out
    assert "how it was settled" in done.out
    report = fencekit("prove", "policy.yaml", "--guardrails", "guardrails.yaml", "--format", "json")
    schema = json.loads((ROOT / "docs/report.schema.json").read_text("utf-8"))
    Draft202012Validator(schema).validate(report.report)
    assert report.report["findings"][0]["slug"] == "beyond-guardrails"
    assert report.report["guardrails"]["at_least_as_strict"] == "witness"


def test_a_policy_that_keeps_to_its_guardrails_passes(files: Any) -> None:
    files("require_approval: [file.*]\n", GUARDRAILS)
    done = fencekit("prove", "policy.yaml", "--guardrails", "guardrails.yaml")
    assert done.code == 0
    assert "all guardrails hold (2 rules)" in done.out


@pytest.mark.parametrize("idle", ["{}\n", "allow: ['*']\n"])
def test_guardrails_that_ask_for_nothing_are_no_pass(files: Any, idle: str) -> None:
    files("allow: [pay.out]\n", idle)
    done = fencekit("prove", "policy.yaml", "--guardrails", "guardrails.yaml")
    assert done.code == 3
    assert "nothing was checked" in done.out
    assert "the guardrails deny nothing" in done.out


def test_not_known_is_no_pass_unless_that_is_allowed(
    files: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    files("allow: [pay.out]\n", GUARDRAILS)
    one = ClassGuardrail("pay.out", Unknown("it is dark"))
    monkeypatch.setattr(guardrails_check, "guarded_classes", lambda *_, **__: iter([one]))
    job = GuardrailsJob("policy.yaml", "guardrails.yaml")
    assert job.run().exit_code == 3
    assert "it is dark" in job.run().troubles[0]
    assert GuardrailsJob("policy.yaml", "guardrails.yaml", allow_unknown=True).run().exit_code == 0


def test_guardrails_that_cannot_be_read_are_no_pass(files: Any) -> None:
    files("allow: [pay.out]\n", GUARDRAILS)
    Path("guardrails.yaml").write_text("deny: [", encoding="utf-8")
    assert fencekit("prove", "policy.yaml", "--guardrails", "guardrails.yaml").code == 3
    assert fencekit("prove", "policy.yaml").code == 2
