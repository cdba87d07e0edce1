"""What is waived passes as a test too, and says that it is; what is not fails."""

from pathlib import Path

from .conftest import LOOSER, REFUND, REPLAY, Run, outcomes

pytest_plugins = ["pytester"]

WAIVERS = """\
waivers:
  - capability: payment.refund.*
    reason: until the audit
    approver: ann@example.com
    expires: 2026-12-31
"""


def test_a_waived_group_passes_and_an_expired_waiver_lets_it_fail(run: Run, project: Path) -> None:
    (project / "fencekit.waivers.yaml").write_text(WAIVERS, encoding="utf-8")
    found = outcomes(run(*REPLAY, "--capfence-today=2026-12-31", "-v"))
    assert (found[REFUND], found[LOOSER]) == ("passed", "failed")
    found = outcomes(run(*REPLAY, "--capfence-today=2027-01-01", "-v"))
    assert (found[REFUND], found[LOOSER]) == ("failed", "failed")


def test_a_waiver_that_covers_any_call_fails_the_session(run: Run, project: Path) -> None:
    broad = WAIVERS.replace("payment.refund.*", "'*'")
    (project / "fencekit.waivers.yaml").write_text(broad, encoding="utf-8")
    result = run(*REPLAY, "--capfence-today=2026-12-31", "-v")
    assert result.ret == 1
    assert outcomes(result)[REFUND] == "failed"
