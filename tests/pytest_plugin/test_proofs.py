"""`--capfence-prove`: a test for each proof, which fails with a call."""

from importlib import import_module
from pathlib import Path

import pytest

from fencekit.checks.proofs import policy_comparison
from fencekit.checks.proofs.guardrails_check import GuardrailsJob
from fencekit.checks.proofs.policy_comparison import ComparisonJob
from fencekit.config.options import PYTEST, options_of
from fencekit.config.project_settings import Settings
from fencekit.config.proof_settings import proof_jobs
from fencekit.config.property_settings import property_job
from fencekit.generation.call_search import looser, looser_by_decision
from fencekit.model.comparison_result import ClassComparison
from fencekit.model.errors import UsageError
from fencekit.model.proof import Proved, Unknown
from fencekit.strategies.property_search import PropertyJob

from .conftest import POLICY, REPLAY, Run, collected, configure, outcomes

pytest_plugins = ["pytester"]

BASELINE = ("--capfence-policy=candidate.yaml", "--capfence-baseline=policy.yaml")
PROVE = ("--capfence-prove", *BASELINE)
NOT_LOOSER = "candidate.yaml::proved[not-looser]"
GUARDRAILS = "candidate.yaml::proved[guardrails]"


@pytest.fixture(autouse=True)
def imported(project: Path) -> None:
    """Import here what each run in this process would import again."""
    import fencekit.pytest_plugin.proof_items  # noqa: F401

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
    for name in ("guardrails", "domain", "allow-unknown"):
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
        {
            "policy": "p",
            "baseline": "b",
            "guardrails": "g",
            "domain": "d",
            "policy_root": "r",
            "allow_unknown": True,
        }
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


@pytest.fixture
def raising(project: Path) -> None:
    """Write a pair of which the candidate is looser only where the baseline raises."""
    raises = "require_approval: [{capability: pay.out, amount_gt: 500}]\nallow: [pay.out]\n"
    (project / "policy.yaml").write_text(raises)
    (project / "candidate.yaml").write_text("require_approval: [pay.out]\n")


@pytest.mark.usefixtures("raising")
def test_what_only_an_error_shows_fails_where_it_is_asked_for(project: Path, run: Run) -> None:
    for guardrails in ((), ("--capfence-guardrails=policy.yaml",)):
        passes = run(*PROVE, *guardrails)
        passes.assert_outcomes(passed=1 + len(guardrails))
        assert "NO LOOSER EXCEPT ON ERRORS" in passes.stdout.str()
        fails = run(*PROVE, *guardrails, "--capfence-fail-on-errors")
        fails.assert_outcomes(failed=1 + len(guardrails))
    configure(project, fail_on_errors=True)
    run(*PROVE).assert_outcomes(failed=1)


def test_properties_seek_errors_where_it_is_asked_for() -> None:
    kept = Settings({"policy": "p", "baseline": "b", "fail_on_errors": True})
    assert property_job(kept, seed="1", database="").fail_on_errors
    assert not property_job(kept, seed="1", database="", fail_on_errors=False).fail_on_errors
    for told, sought in ((True, looser), (False, looser_by_decision)):
        job = PropertyJob("policy.yaml", "candidate.yaml", fail_on_errors=told)
        assert job.load().sought_pairs is sought


WAIVERS = """\
waivers:
  - capability: payment.refund*
    reason: until the audit
    approver: ann@example.com
    expires: 2026-12-31
  - capability: shell.exec.*
    reason: until the audit
    approver: ann@example.com
    expires: 2026-12-31
"""


def test_what_is_waived_passes_and_says_so(project: Path, run: Run) -> None:
    (project / "fencekit.waivers.yaml").write_text(WAIVERS)
    waived = run(*PROVE, "--capfence-today=2026-12-31")
    waived.assert_outcomes(passed=1)
    assert "waived by ann@example.com until 2026-12-31: until the audit" in waived.stdout.str()
    run(*PROVE, "--capfence-today=2027-01-01").assert_outcomes(failed=1)


def test_what_is_not_known_and_let_pass_is_said(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    one = ClassComparison("pay.out", Unknown("it is dark"), Proved("patched"))
    monkeypatch.setattr(policy_comparison, "compared_classes", lambda *_, **__: iter([one]))
    run(*PROVE).assert_outcomes(failed=1)
    result = run(*PROVE, "--capfence-allow-unknown")
    result.assert_outcomes(passed=1)
    assert (
        "proved[not-looser]: CLEAN: none of 1 checked call is known to change, 1 maybe looser"
        in result.stdout.str()
    )


GATES = ("diff", "prove", "replay")
ELSEWHERE = {
    "logs": "replay",
    "html": "report",
    "output": None,  # pytest has reports of its own: JUnit, and what its plugins write
    "out": None,
    "authors": None,  # shown by the page only, which names them where there is one
    "records": None,
    "cases": None,  # pytest collects files of cases by themselves
    "certificate": None,
    "written": None,
    "explained": None,
    "measured": None,
    "old_at": None,
    "new_at": None,
    "policies": "policy",
}
"""Options of the command line that are called otherwise in pytest, and those that it has not."""


@pytest.mark.parametrize("name", GATES)
def test_every_option_of_a_gate_is_one_of_pytest_too(name: str) -> None:
    command = import_module(f"fencekit.cli.{name}").command
    known = {*options_of(PYTEST), "replay"}
    asked = {ELSEWHERE.get(option.name, option.name) for option in command.params} - {None}
    assert asked <= known
