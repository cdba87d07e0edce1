"""`--capfence-prove`: a test for each proof, which fails with a call."""

from pathlib import Path

import pytest

from fencekit.checks.proofs.comparison import ComparisonJob
from fencekit.checks.proofs.guardrails import GuardrailsJob
from fencekit.config.proofs import proof_jobs
from fencekit.config.settings import Settings
from fencekit.model.errors import UsageError
from fencekit.pytest_plugin import PROOF_OPTIONS

from .conftest import POLICY, REPLAY, Run, collected, configure, outcomes

pytest_plugins = ["pytester"]

BASELINE = ("--capfence-policy=candidate.yaml", "--capfence-baseline=policy.yaml")
PROVE = ("--capfence-prove", *BASELINE)
NOT_LOOSER = "candidate.yaml::proved[not-looser]"
GUARDRAILS = "candidate.yaml::proved[guardrails]"


@pytest.fixture(autouse=True)
def imported(project: Path) -> None:
    """Import here what each run in this process would import again."""
    import fencekit.pytest_plugin.proofs  # noqa: F401

    (project / "guardrails.yaml").write_text("deny: [file.read.secret]\n")


def test_a_looser_candidate_fails_with_the_call(run: Run) -> None:
    result = run(*PROVE, "-v")
    assert outcomes(result) == {NOT_LOOSER: "failed"}
    said = "\n".join(result.outlines)
    assert "FINDINGS: the candidate is looser" in said
    assert 'call   {"capability": "payment.refund' in said
    assert "rule   allow-3@" in said
    assert "Traceback" not in said


def test_a_candidate_that_is_proved_passes(run: Run) -> None:
    result = run("--capfence-prove", "--capfence-policy=policy.yaml", *BASELINE[1:])
    result.assert_outcomes(passed=1)


def test_guardrails_are_a_test_of_their_own(run: Run) -> None:
    given = "--capfence-guardrails=guardrails.yaml"
    assert outcomes(run(*PROVE, given, "-v")) == {NOT_LOOSER: "failed", GUARDRAILS: "passed"}
    alone = run("--capfence-prove", "--capfence-policy=policy.yaml", given, "-v")
    assert outcomes(alone) == {"policy.yaml::proved[guardrails]": "failed"}
    assert "(guardrails.yaml:1:8)  file.read.secret" in "\n".join(alone.outlines)


def test_all_of_it_can_be_configured(project: Path, run: Run) -> None:
    configure(
        project, policy="candidate.yaml", baseline="policy.yaml", guardrails="guardrails.yaml"
    )
    assert outcomes(run("--capfence-prove", "-v")) == {NOT_LOOSER: "failed", GUARDRAILS: "passed"}


def test_what_cannot_be_asked_is_a_usage_error(run: Run) -> None:
    assert run("--capfence-prove").ret == pytest.ExitCode.USAGE_ERROR
    only = run("--capfence-prove", "--capfence-policy=candidate.yaml")
    assert only.ret == pytest.ExitCode.USAGE_ERROR
    for name in PROOF_OPTIONS:
        value = () if name == "allow-unknown" else ("x",)
        result = run(f"--capfence-{name}", *value)
        assert result.ret == pytest.ExitCode.USAGE_ERROR
        assert "does nothing without `--capfence-prove`" in "\n".join(result.errlines)


def test_a_policy_that_cannot_be_read_fails_its_test(project: Path, run: Run) -> None:
    (project / "candidate.yaml").write_text("deny: [")
    result = run(*PROVE)
    result.assert_outcomes(failed=1)
    assert "candidate.yaml:" in "\n".join(result.outlines)


def test_it_runs_beside_a_replay_and_tests(run: Run) -> None:
    names = collected(run(*PROVE, *REPLAY[:2], "tests", "--collect-only", "-q"))
    assert NOT_LOOSER in names
    assert any(name.startswith("audit.jsonl::") for name in names)
    assert "tests/test_own.py::test_own" in names
    assert list(outcomes(run(*PROVE, "-v", NOT_LOOSER))) == [NOT_LOOSER]


def test_an_equal_candidate_is_proved(project: Path, run: Run) -> None:
    (project / "candidate.yaml").write_text(POLICY)
    run(*PROVE).assert_outcomes(passed=1)


def test_the_command_line_wins_over_the_configuration() -> None:
    kept = Settings(
        policy="p", baseline="b", guardrails="g", domain="d", policy_root="r", allow_unknown=True
    )
    jobs = proof_jobs(kept)
    assert jobs.not_looser == ComparisonJob(
        "b", "p", policy_root="r", domain="d", allow_unknown=True
    )
    assert jobs.guardrails == GuardrailsJob("p", "g", "r", "d", allow_unknown=True)
    jobs = proof_jobs(kept, policy="P", baseline="B", guardrails="G", domain="D", policy_root="R")
    assert jobs.not_looser == ComparisonJob(
        "B", "P", policy_root="R", domain="D", allow_unknown=True
    )
    assert jobs.guardrails == GuardrailsJob("P", "G", "R", "D", allow_unknown=True)
    with pytest.raises(UsageError, match="is empty"):
        proof_jobs(kept, guardrails="")
