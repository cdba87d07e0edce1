"""Under xdist one process replays, writes and sums up; the workers run what they are sent."""

from pathlib import Path

import pytest

from .conftest import LOOSER, REFUND, REPLAY, TIGHTER, UNCHANGED, Run

pytest_plugins = ["pytester"]

COUNTING = """
import os
from fencekit.checks.replay import replay_job

run = replay_job.ReplayJob.run

def counted(self, **given):
    with open("replays", "a") as file:
        print(os.environ.get("PYTEST_XDIST_WORKER", "controller"), file=file)
    return run(self, **given)

replay_job.ReplayJob.run = counted
"""


@pytest.mark.parametrize("path", [[], ["tests"]])
def test_the_tests_are_the_same_and_the_replay_runs_once(
    run: Run, project: Path, path: list[str]
) -> None:
    (project / "counting.py").write_text(COUNTING)
    given = (*REPLAY, "--capfence-report=out.html", *path, "-p", "counting")
    result = run("-n2", "-v", *given, apart=True)
    assert result.ret == 1
    result.assert_outcomes(failed=2, passed=3 + len(path))
    shown = result.stdout.str()
    for name in (LOOSER, REFUND, TIGHTER, *UNCHANGED):
        assert name in shown
    assert shown.count("= capfence replay =") == 1
    result.stdout.fnmatch_lines(["FINDINGS: 3 of 6 *", "report     out.html"])
    result.stdout.fnmatch_lines(["audit.jsonl:2: shell.exec.production: 2 calls would *"])
    assert (project / "replays").read_text() == "controller\n"
    assert (project / "out.html").exists()


def test_a_name_runs_one_test(run: Run) -> None:
    result = run(*REPLAY, "-n2", LOOSER, apart=True)
    result.assert_outcomes(failed=1)


def test_last_failed_works_across(run: Run) -> None:
    run(*REPLAY, "-n2", apart=True)
    run(*REPLAY, "--lf").assert_outcomes(failed=2)


def test_junit_xml_holds_the_failures(run: Run, project: Path) -> None:
    run(*REPLAY, "-n2", "--junitxml=junit.xml", apart=True)
    text = (project / "junit.xml").read_text()
    assert 'failures="2"' in text
    assert '<property name="capfence_calls" value="2"' in text
