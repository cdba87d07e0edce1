"""Each group of records is a test: what it is called, when it fails, what it says."""

from pathlib import Path

import pytest

from .conftest import (
    CALLS,
    LOOSER,
    REFUND,
    REPLAY,
    TIGHTER,
    UNCHANGED,
    Run,
    collected,
    lines_of,
    outcomes,
)

pytest_plugins = ["pytester"]


def test_every_group_of_records_is_one_test(run: Run) -> None:
    result = run(*REPLAY, "-v")
    passing = dict.fromkeys((*UNCHANGED, TIGHTER), "passed")
    assert outcomes(result) == {LOOSER: "failed", REFUND: "failed", **passing}
    assert result.ret == 1


@pytest.mark.parametrize(
    ("fail_on", "failing"),
    [("looser", {LOOSER, REFUND}), ("changed", {LOOSER, REFUND, TIGHTER}), ("never", set())],
)
def test_fail_on_says_which_groups_fail(run: Run, fail_on: str, failing: set[str]) -> None:
    result = run(*REPLAY, "-v", "--capfence-fail-on", fail_on)
    assert {name for name, word in outcomes(result).items() if word == "failed"} == failing
    assert result.ret == bool(failing)


def test_a_policy_against_its_own_log_passes(run: Run) -> None:
    result = run("--capfence-replay=audit.jsonl", "--capfence-policy=policy.yaml", "-v")
    assert result.ret == 0
    assert len(outcomes(result)) == 5
    result.stdout.fnmatch_lines(["CLEAN: 6 checked calls unchanged"])


def test_with_a_baseline_both_rules_are_in_the_name(run: Run) -> None:
    result = run(*REPLAY, "--capfence-baseline", "policy.yaml", "-v")
    failing = {name for name, word in outcomes(result).items() if word == "failed"}
    assert failing == {
        "audit.jsonl::shell.exec.production[DENY->ALLOW,deny-1->allow-1]",
        "audit.jsonl::payment.refund.eu[ESCALATE->ALLOW,require_approval-1->allow-3]",
    }
    result.stdout.fnmatch_lines(
        ["*was    deny-1@* (policy.yaml:2)*", "*rule   allow-1@* (candidate*"]
    )


def test_a_failure_names_lines_rules_and_the_command_that_explains(run: Run) -> None:
    result = run(*REPLAY)
    head = "audit.jsonl:2: shell.exec.production: 2 calls would be decided looser: DENY -> ALLOW"
    result.stdout.fnmatch_lines(
        [
            head,
            "  rule   allow-1@* (candidate.yaml:4)  shell.exec.[*]",
            '  audit.jsonl:2  bot  {"command": "rm -rf /"}',
            '  audit.jsonl:3  bot  {"command": "rm -rf /srv"}',
            "  explain: fencekit explain candidate.yaml audit.jsonl:2",
            "  key: *",
            "  (`--capfence-fail-on` is `looser`)",
        ],
        consecutive=True,
    )
    assert "Traceback" not in result.stdout.str()


def test_the_same_file_name_twice_gives_two_logs(run: Run, project: Path) -> None:
    (project / "old").mkdir()
    (project / "old/audit.jsonl").write_text(lines_of(CALLS[:1]))
    result = run(*REPLAY, "--capfence-replay", "old/audit.jsonl", "--co", "-q")
    names = collected(result)
    assert len(names) == len(set(names)) == 6
    assert f"old/{UNCHANGED[0]}" in names


def test_a_log_named_twice_is_replayed_once(run: Run) -> None:
    result = run(*REPLAY, "--capfence-replay=./audit.jsonl", "-v")
    assert len(outcomes(result)) == 5
    result.stdout.fnmatch_lines(["*of 6 checked calls*"])


@pytest.mark.parametrize("name", [LOOSER, UNCHANGED[0], TIGHTER])
def test_the_name_of_a_test_runs_that_test_alone(run: Run, name: str) -> None:
    assert list(outcomes(run(*REPLAY, "-v", name))) == [name]


def test_a_group_and_an_ordinary_test_are_selected_together(run: Run) -> None:
    result = run(*REPLAY, "-v", LOOSER, "tests/test_own.py::test_own")
    assert set(outcomes(result)) == {LOOSER, "tests/test_own.py::test_own"}


def test_the_name_of_a_log_selects_it_among_others(run: Run, project: Path) -> None:
    (project / "other.jsonl").write_text(lines_of(CALLS))
    result = run(*REPLAY, "--capfence-replay=other.jsonl", "-v", "audit.jsonl")
    assert {name.split("::")[0] for name in outcomes(result)} == {"audit.jsonl"}


def test_a_name_that_is_no_longer_there_is_an_error(run: Run) -> None:
    result = run(*REPLAY, "audit.jsonl::gone[DENY->ALLOW,allow-1]")
    assert result.ret == 4
    result.stderr.fnmatch_lines(["*not found*gone*"])


def test_last_failed_runs_what_failed(run: Run) -> None:
    run(*REPLAY, "tests")
    assert set(outcomes(run(*REPLAY, "-v", "--lf", "tests"))) == {LOOSER, REFUND}


def test_last_failed_finds_a_log_outside_of_the_root(run: Run, project: Path) -> None:
    (project / "inner").mkdir()
    at = ("--rootdir=inner", "-c", "inner/pytest.ini", *REPLAY)
    (project / "inner/pytest.ini").write_text("[pytest]\n")
    assert run(*at, "tests").ret == 1
    result = run(*at, "tests", "--lf", "-v")
    result.assert_outcomes(failed=2)
    name = next(line for line in run(*at, "--co", "-q").outlines if "[DENY->ALLOW" in line)
    run(*at, name).assert_outcomes(failed=1)


@pytest.mark.parametrize(
    ("expression", "count"), [("looser", 2), ("tighter", 1), ("shell", 2), ("not audit", 0)]
)
def test_keywords_select(run: Run, expression: str, count: int) -> None:
    assert len(outcomes(run(*REPLAY, "-v", "-k", expression))) == count


def test_the_report_is_written_and_named(run: Run, project: Path) -> None:
    result = run(*REPLAY, "--capfence-report", "out.html", "-q")
    result.stdout.fnmatch_lines(
        [
            "*capfence replay*",
            "FINDINGS: 3 of 6 checked calls would be decided looser, 1 tighter",
            "candidate  candidate.yaml",
            "calls      2 unchanged, 3 looser, 1 tighter",
            "report     out.html",
        ]
    )
    assert "shell.exec.production" in (project / "out.html").read_text()


def test_collect_only_lists_and_neither_fails_nor_writes(run: Run, project: Path) -> None:
    result = run(*REPLAY, "--capfence-report", "out.html", "--collect-only", "-q")
    assert result.ret == 0
    assert collected(result) == [UNCHANGED[0], LOOSER, UNCHANGED[1], TIGHTER, REFUND]
    assert not (project / "out.html").exists()


@pytest.mark.parametrize("options", [["-p", "no:cacheprovider"], ["-p", "no:terminal"], ["-qq"]])
def test_other_plugins_may_be_missing(run: Run, options: list[str]) -> None:
    assert run(*REPLAY, *options).ret == 1


def test_a_log_is_never_taken_for_a_doctest(run: Run, project: Path) -> None:
    hostile = lines_of(CALLS[:1]) + ">>> open('owned', 'w')\n"
    (project / "audit.txt").write_text(hostile)
    given = ("--capfence-replay=audit.txt", "--capfence-policy=policy.yaml")
    result = run(*given, "--capfence-max-invalid=all")
    result.assert_outcomes(passed=2)
    assert not (project / "owned").exists()
