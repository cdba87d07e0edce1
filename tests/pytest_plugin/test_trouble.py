"""Trouble tightens, and nothing checked is not a pass: no run of these ends in 0, or in 5."""

import gzip
import json
import subprocess
import sys
from pathlib import Path

import pytest

from fencekit.checks.replay.replay_job import ReplayJob
from fencekit.checks.replay.replay_records import ReplayRun
from fencekit.dialects.dialect_registry import load_policy
from fencekit.logs.log_registry import open_log
from fencekit.model.report import FailOn, Limits
from fencekit.pytest_plugin.replay_groups import COULD_NOT_CHECK, Gathered, results

from .conftest import CALLS, REPLAY, ROOT, Run, lines_of, outcomes, plugin_options

pytest_plugins = ["pytester"]

FAILS = {f"audit.jsonl::{COULD_NOT_CHECK}": "failed"}
ANY = ("--capfence-max-invalid=all", "--capfence-max-undecided=all", "--capfence-fail-on=never")
RISKY = "allow:\n  - capability: shell.exec.*\n    contains: git\n"


@pytest.mark.parametrize("options", [(), ANY])
@pytest.mark.parametrize(
    "content",
    [b"", b"\n\n", b"{}\n", b"\x00\xff\x01binary", b"[]", b"{broken", gzip.compress(b"", mtime=0)],
)
def test_a_log_with_nothing_to_check_fails(
    run: Run, project: Path, content: bytes, options: tuple[str, ...]
) -> None:
    (project / "audit.jsonl").write_bytes(content)
    result = run(*REPLAY, *options)
    assert result.ret == 1
    assert result.parseoutcomes()["failed"] >= 1
    result.stdout.fnmatch_lines(["COULD NOT CHECK: *"])


def test_under_xdist_too_a_log_with_nothing_to_check_fails(run: Run, project: Path) -> None:
    (project / "audit.jsonl").write_bytes(b"")
    result = run(*REPLAY, *ANY, "-n2", apart=True)
    assert result.ret == 1
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["COULD NOT CHECK: *", "*the log is empty*"])


def test_a_log_of_only_invalid_lines_fails_even_if_any_number_is_allowed(
    run: Run, project: Path
) -> None:
    (project / "audit.jsonl").write_text('{"schema": "fencekit.record/1"}\n' * 3)
    result = run(*REPLAY, *ANY, "-v")
    assert outcomes(result) == {"audit.jsonl::invalid-records": "passed", **FAILS}


def test_a_log_that_is_not_there_fails(run: Run) -> None:
    result = run("--capfence-replay=gone.jsonl", REPLAY[2], REPLAY[3], *ANY, "-v")
    assert outcomes(result) == {f"gone.jsonl::{COULD_NOT_CHECK}": "failed"}
    result.stdout.fnmatch_lines(["*cannot read `gone.jsonl`: no such file or directory*"])


def test_one_bad_log_among_good_ones_fails_in_its_own_name(run: Run, project: Path) -> None:
    (project / "bad.jsonl").write_bytes(b"")
    result = run(*REPLAY, "--capfence-replay=bad.jsonl", *ANY, "-v")
    failed = [name for name, word in outcomes(result).items() if word == "failed"]
    assert failed == [f"bad.jsonl::{COULD_NOT_CHECK}"]
    assert len(outcomes(result)) == 6


def test_a_broken_checksum_fails_beside_the_groups_that_were_read(run: Run, project: Path) -> None:
    trace = (ROOT / "fixtures/logs/capfence_trace/seed.jsonl").read_text().replace("rm -rf", "ls")
    (project / "audit.jsonl").write_text(trace)
    result = run(*REPLAY, *ANY, "-v")
    assert outcomes(result)[f"audit.jsonl::{COULD_NOT_CHECK}"] == "failed"
    result.stdout.fnmatch_lines(["*checksum*"])


@pytest.mark.parametrize("text", ["deny: [", "deny:\n  - capability: x\n    contians: y\n"])
@pytest.mark.parametrize("option", ["--capfence-policy", "--capfence-baseline"])
def test_a_policy_that_cannot_be_read_is_a_usage_error(
    run: Run, project: Path, text: str, option: str
) -> None:
    (project / "broken.yaml").write_text(text)
    result = run(*REPLAY, f"{option}=broken.yaml", "--capfence-report=out.html")
    assert result.ret == 4
    result.stderr.fnmatch_lines(["ERROR: broken.yaml:*"])
    assert "broken.yaml" in (project / "out.html").read_text()


def test_under_xdist_too_a_policy_that_cannot_be_read_is_a_usage_error(run: Run) -> None:
    result = run("--capfence-replay=audit.jsonl", "--capfence-policy=gone.yaml", "-n2", apart=True)
    assert result.ret == 4
    result.stderr.fnmatch_lines(["ERROR: *gone.yaml*no such file or directory*"])


@pytest.mark.parametrize(
    ("limit", "fails"), [("0", True), ("1", True), ("2", False), ("all", False)]
)
def test_invalid_records_fail_beyond_their_limit(
    run: Run, project: Path, limit: str, *, fails: bool
) -> None:
    (project / "audit.jsonl").write_text(lines_of(CALLS[:1]) + "{broken\n" * 2)
    result = run(*REPLAY, f"--capfence-max-invalid={limit}", "-v", "-rP")
    assert result.ret == fails
    name = "audit.jsonl::invalid-records"
    assert outcomes(result)[name] == ("failed" if fails else "passed")
    result.stdout.fnmatch_lines(["audit.jsonl:2: 2 records could not be read"])


@pytest.mark.parametrize(
    ("limit", "fails"), [("0", True), ("1", True), ("2", False), ("all", False)]
)
@pytest.mark.parametrize("fail_on", ["looser", "changed", "never"])
def test_undecided_groups_fail_beyond_their_limit(
    run: Run, project: Path, limit: str, fail_on: str, *, fails: bool
) -> None:
    calls = [("shell.exec.production", "DENY", None)] * 2
    (project / "audit.jsonl").write_text(lines_of(calls))
    (project / "candidate.yaml").write_text(RISKY)
    options = (f"--capfence-max-undecided={limit}", f"--capfence-fail-on={fail_on}")
    result = run(*REPLAY, *options, "-v", "-rP")
    assert result.ret == fails
    result.stdout.fnmatch_lines(
        [
            "audit.jsonl:1: shell.exec.production: 2 calls may be decided looser: DENY -> *",
            "  (2 undecided in all; `--capfence-max-undecided` allows *)",
        ]
    )


def test_perhaps_tighter_counts_as_undecided_when_any_change_fails(run: Run, project: Path) -> None:
    (project / "audit.jsonl").write_text(lines_of([("shell.exec.production", "ALLOW", None)]))
    (project / "candidate.yaml").write_text(RISKY)
    assert run(*REPLAY).ret == 0
    assert run(*REPLAY, "--capfence-fail-on=changed").ret == 1


def test_a_regex_that_never_ends_fails_at_the_time_limit(run: Run, project: Path) -> None:
    (project / "candidate.yaml").write_text(
        "allow:\n  - capability: shell.exec.*\n    match_regex: '(a+)+$'\n"
    )
    (project / "audit.jsonl").write_text(
        lines_of([("shell.exec.production", "DENY", {"command": "a" * 60 + "!"})])
    )
    result = run(*REPLAY, "--capfence-timeout=0.4", "-v", apart=True)
    assert outcomes(result) == FAILS
    result.stdout.fnmatch_lines(["*audit.jsonl:1: *time limit of 0.4 s*"])


def test_options_are_called_as_they_are_called_here(run: Run, project: Path) -> None:
    (project / "audit.jsonl").write_text(lines_of(CALLS[:1]) + "{broken\n")
    result = run(*REPLAY)
    result.stdout.fnmatch_lines(["*`--capfence-max-invalid` allows 0*"])
    assert "`--max-invalid`" not in result.stdout.str()


def test_a_timer_of_someone_else_goes_on(project: Path) -> None:
    code = f"""
import signal, sys, pytest
heard = []
signal.signal(signal.SIGVTALRM, lambda *_: heard.append(1))
signal.setitimer(signal.ITIMER_VIRTUAL, 60)
assert pytest.main({[*plugin_options(), *REPLAY, "-q"]!r}) == 1
assert 0 < signal.getitimer(signal.ITIMER_VIRTUAL)[0] < 61
signal.setitimer(signal.ITIMER_VIRTUAL, 0.01)
for _ in range(100_000_000):
    if heard:
        break
assert heard == [1]
"""
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=project, capture_output=True, check=False
    )
    assert done.returncode == 0, done.stderr.decode()


LOGS = sorted(path for path in (ROOT / "fixtures/logs").rglob("agents.*"))
FOLDER = ROOT / "fixtures/policies/capfence"
POLICIES = ["agents", "agents-loosened", "agents-tightened", "agents-mixed"]
LIMITS = [Limits(), Limits(None, None), Limits(0, 30)]


@pytest.mark.parametrize("log", LOGS, ids=lambda log: log.parent.name)
@pytest.mark.parametrize("policy", POLICIES)
@pytest.mark.parametrize("baseline", ["", "agents"])
def test_a_test_fails_exactly_where_the_command_line_fails(
    log: Path, policy: str, baseline: str
) -> None:
    in_force = load_policy(FOLDER / f"{baseline}.yaml") if baseline else None
    gathered = Gathered()
    run = ReplayRun(load_policy(FOLDER / f"{policy}.yaml"), in_force, watch=gathered.add)
    with open_log(log) as opened:
        run.take(str(log), opened.format.name, opened.entries())
    for fail_on in FailOn:
        for limits in LIMITS:
            report = run.report(fail_on, limits)
            (made,) = results((str(log),), report, gathered)
            assert any(result.failure for result in made.results) == bool(report.exit_code)
            assert sum(result.calls for result in made.results) == report.read
            names = [result.name for result in made.results]
            assert len(names) == len(set(names))


def test_what_the_worker_is_sent_is_plain(project: Path) -> None:
    from fencekit.pytest_plugin.replay_session import pack_results, unpack_results

    job = ReplayJob((str(project / "audit.jsonl"),), str(project / "candidate.yaml"))
    gathered = Gathered()
    made = results(job.logs, job.run(watch=gathered.add), gathered)
    assert unpack_results(pack_results(made)) == made
    assert json.dumps(pack_results(made))
