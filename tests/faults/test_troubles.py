"""Findings and trouble together, limits, errors of the engine, and the time limit."""

import json
import signal
from pathlib import Path

import pytest

from .conftest import Run, event, trace

DENIED = event(decision="deny", reason="policy_deny")
ALLOWED = event()


def test_a_loosening_fails(run: Run, tmp_path: Path) -> None:
    (tmp_path / "log.jsonl").write_bytes(trace(DENIED, ALLOWED))
    done = run("replay", "log.jsonl", "--policy", "good.yaml")
    assert done.code == 1
    assert "1 of 2 checked calls would be decided looser" in done.out
    assert "DENY -> ALLOW" in done.out


def test_deny_to_require_approval_is_a_loosening(run: Run, tmp_path: Path) -> None:
    (tmp_path / "log.jsonl").write_bytes(trace(DENIED))
    (tmp_path / "p.yaml").write_text("require_approval: [shell.exec.*]\n")
    done = run("replay", "log.jsonl", "--policy", "p.yaml")
    assert done.code == 1
    assert "DENY -> ESCALATE" in done.out


def test_a_dropped_warning_is_a_loosening(run: Run, tmp_path: Path) -> None:
    (tmp_path / "log.jsonl").write_bytes(trace(event(reason="policy_warn")))
    done = run("replay", "log.jsonl", "--policy", "good.yaml")
    assert done.code == 1
    assert "ALLOW+warn -> ALLOW" in done.out


def test_findings_outweigh_single_bad_records_and_both_are_shown(run: Run, tmp_path: Path) -> None:
    (tmp_path / "log.jsonl").write_bytes(trace(DENIED, b"junk"))
    done = run("replay", "log.jsonl", "--policy", "good.yaml")
    assert done.code == 1
    assert "DENY -> ALLOW" in done.out
    assert "log.jsonl:3" in done.out


def test_an_input_that_fails_outweighs_findings_and_both_are_shown(
    run: Run, tmp_path: Path
) -> None:
    (tmp_path / "log.jsonl").write_bytes(trace(DENIED))
    done = run("replay", "log.jsonl", "missing.jsonl", "--policy", "good.yaml")
    assert done.code == 3
    assert "DENY -> ALLOW" in done.out
    assert "cannot read `missing.jsonl`" in done.out


def test_a_loosening_in_lines_that_are_skipped_is_no_pass(run: Run, tmp_path: Path) -> None:
    hidden = json.dumps(DENIED).encode()[:-1]
    (tmp_path / "log.jsonl").write_bytes(trace(ALLOWED, hidden))
    assert run("replay", "log.jsonl", "--policy", "good.yaml").code == 3


def test_never_still_fails_on_trouble(run: Run, tmp_path: Path) -> None:
    (tmp_path / "log.jsonl").write_bytes(trace(DENIED))
    arguments = ("--policy", "good.yaml", "--fail-on", "never")
    assert run("replay", "log.jsonl", *arguments).code == 0
    (tmp_path / "log.jsonl").write_bytes(trace(DENIED, b"junk"))
    assert run("replay", "log.jsonl", *arguments).code == 3


def test_changed_fails_on_a_tightening_too(run: Run, tmp_path: Path) -> None:
    (tmp_path / "p.yaml").write_text("deny: ['*']\n")
    assert run("replay", "good.jsonl", "--policy", "p.yaml").code == 0
    assert run("replay", "good.jsonl", "--policy", "p.yaml", "--fail-on", "changed").code == 1


def test_a_candidate_that_raises_on_every_call_was_not_checked(run: Run, tmp_path: Path) -> None:
    huge = event(payload={"amount": 10**400})
    (tmp_path / "log.jsonl").write_bytes(trace(huge, huge))
    (tmp_path / "p.yaml").write_text(
        "deny:\n  - {capability: shell.exec.*, amount_gt: 5}\nallow: ['*']\n"
    )
    done = run("replay", "log.jsonl", "--policy", "p.yaml", "--max-invalid", "all")
    assert done.code == 3
    assert "no record was checked" in done.out
    report = run("replay", "log.jsonl", "--policy", "p.yaml", "--format", "json").report
    (finding,) = report["findings"]
    assert (finding["slug"], finding["count"]) == ("engine-error", 2)
    assert "rule `deny-1`: OverflowError" in finding["message"]
    rule = {key: finding["rule"][key] for key in ("id", "file", "line")}
    assert rule == {"id": "deny-1", "file": "p.yaml", "line": 2}


def test_what_stays_open_beyond_the_limit_was_not_checked(run: Run, tmp_path: Path) -> None:
    line = {"tool": "shell.exec.production", "decision": "deny", "reason": "policy_deny"}
    (tmp_path / "log.jsonl").write_text(json.dumps(line) + "\n")
    (tmp_path / "p.yaml").write_text(
        "deny:\n  - {capability: shell.exec.*, risk_level: high}\nallow: ['*']\n"
    )
    arguments = ("replay", "log.jsonl", "--policy", "p.yaml")
    done = run(*arguments)
    assert done.code == 3
    assert "1 record leaves open whether the candidate is looser" in done.out
    assert run(*arguments, "--max-undecided", "1").code == 0
    assert run(*arguments, "--max-undecided", "all").code == 0


def test_records_without_a_decision_ask_for_a_baseline(run: Run, tmp_path: Path) -> None:
    plain = {key: value for key, value in ALLOWED.items() if key not in ("decision", "reason")}
    (tmp_path / "log.jsonl").write_bytes(trace(plain))
    done = run("replay", "log.jsonl", "--policy", "good.yaml")
    assert done.code == 3
    assert "name the policy in force with `--baseline`" in done.out
    assert run("replay", "log.jsonl", "--policy", "good.yaml", "--baseline", "good.yaml").code == 0


@pytest.mark.skipif(not hasattr(signal, "setitimer"), reason="the time limit needs POSIX signals")
def test_a_regex_that_backtracks_for_ever_is_stopped_and_named(run: Run, tmp_path: Path) -> None:
    slow = event(payload={"command": "a" * 80 + "!"})
    (tmp_path / "log.jsonl").write_bytes(trace(ALLOWED, slow, ALLOWED))
    (tmp_path / "p.yaml").write_text(
        "deny:\n  - {capability: '*', match_regex: '^(a+)+$'}\nallow: ['*']\n"
    )

    def handler(*_: object) -> None:
        raise AssertionError("this handler was not asked")

    before = signal.signal(signal.SIGVTALRM, handler)
    try:
        done = run("replay", "log.jsonl", "--policy", "p.yaml", "--timeout", "0.2")
        assert signal.getsignal(signal.SIGVTALRM) is handler
        assert signal.getitimer(signal.ITIMER_VIRTUAL) == (0.0, 0.0)
    finally:
        signal.signal(signal.SIGVTALRM, before)
    assert done.code == 3
    assert "log.jsonl:3: rule `deny-1`: still undecided after the time limit of 0.2 s" in done.out


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (("replay",), "no log to replay"),
        (("replay", "good.jsonl"), "no policy to replay against"),
        (("replay", "good.jsonl", "--policy", "good.yaml", "--timeout", "0"), "`timeout` is `0.0`"),
        (("replay", "good.jsonl", "--policy", "good.yaml", "--max-invalid", "-1"), "`max_invalid`"),
        (("replay", "good.jsonl", "--policy", "good.yaml", "--max-invalid", "x"), "`max_invalid`"),
        (
            ("replay", "good.jsonl", "--policy", "good.yaml", "--log-format", "x"),
            "no such log form",
        ),
        (("replay", "*.nothing", "--policy", "good.yaml"), "no file matches `*.nothing`"),
        (("replay", "good.jsonl", "--policy", "good.yaml", "--html", "no/x.html"), "cannot write"),
        (("replay", "--format", "xml"), "xml"),
        (("explain", "good.yaml"), "REQUEST"),
        (("nonsense",), "nonsense"),
    ],
    ids=lambda value: " ".join(value)[-40:] if isinstance(value, tuple) else value,
)
def test_what_cannot_be_asked_is_usage(arguments: tuple[str, ...], expected: str, run: Run) -> None:
    done = run(*arguments)
    assert done.code == 2
    assert expected in done.err
