"""`--capfence-properties`: one test for each capability, that the candidate is nowhere looser."""

import subprocess
import sys
from pathlib import Path

import pytest

from fencekit.cases.case_file_formats import read_cases

from .conftest import CANDIDATE, POLICY, REPLAY, Run, collected, configure, outcomes, plugin_options

pytest_plugins = ["pytester"]

GIVEN = ("--capfence-policy=candidate.yaml", "--capfence-baseline=policy.yaml")
PROPERTIES = ("--capfence-properties", *GIVEN, "--capfence-seed=1")
NAMES = [
    f"candidate.yaml::not-looser[{name}]"
    for name in (
        "file.read.secret",
        "shell.exec.*",
        "file.read.*",
        "payment.refund.*",
        "shell.exec.production",
        "*",
    )
]
FAILING = {NAMES[1], NAMES[3], NAMES[4], NAMES[5]}


@pytest.fixture(autouse=True)
def imported() -> None:
    """Import here what each run in this process would import again."""
    import fencekit.pytest_plugin.property_items
    import fencekit.strategies.example_database  # noqa: F401


def test_each_capability_is_a_test_and_the_looser_ones_fail(run: Run) -> None:
    result = run(*PROPERTIES, "-v")
    assert outcomes(result) == {name: "failed" if name in FAILING else "passed" for name in NAMES}
    result.stdout.fnmatch_lines(
        [
            "* capfence properties *",
            "policies   policy.yaml -> candidate.yaml",
            "searched   6 of 6 properties, 2,0* calls tried: 4 failed",
            "seed       1",
        ]
    )


def test_a_failure_says_the_call_both_decisions_both_rules_and_a_case(run: Run) -> None:
    result = run(*PROPERTIES, "-k", "production")
    result.stdout.fnmatch_lines(
        [
            "candidate.yaml:4:5: the candidate is looser: DENY -> ALLOW",
            '  call   {"capability": "shell.exec.production", "args": {"command": "rm -rf"}}',
            "  before deny-1@* (policy.yaml:2:5)  shell.exec.production; contains: rm -rf",
            "         > - capability: shell.exec.production",
            "  after  allow-1@* (candidate.yaml:4:5)  shell.exec.*",
            "  found after * call*: `--capfence-seed=1 --capfence-examples=1000` tries the same",
            "pin it as a case, in a file `….fence.yaml`:",
            "  policy: candidate.yaml",
            "  - name: shell.exec.production stays DENY",
            "    expect: DENY",
        ]
    )
    assert "Traceback" not in result.stdout.str()


def test_nothing_is_looser_than_itself_and_a_tighter_policy_passes(run: Run, project: Path) -> None:
    (project / "candidate.yaml").write_text(POLICY)
    assert run(*PROPERTIES, "--capfence-examples=200").ret == 0
    (project / "candidate.yaml").write_text(
        POLICY.replace("allow:\n  - shell.exec.*\n", "allow:\n")
    )
    assert run(*PROPERTIES, "--capfence-examples=200").ret == 0


def test_names_are_the_same_every_time_and_select_one_test(run: Run) -> None:
    assert [collected(run(*PROPERTIES, "--collect-only", "-q")) for _ in range(2)] == [NAMES] * 2
    for name in (NAMES[0], NAMES[3], NAMES[5]):
        assert list(outcomes(run(*PROPERTIES, "-v", name))) == [name]
    assert list(outcomes(run(*PROPERTIES, "-v", "candidate.yaml"))) == NAMES


def test_k_lf_and_collect_only_work(run: Run) -> None:
    run(*PROPERTIES, "-k", "payment").assert_outcomes(failed=1, deselected=5)
    run(*PROPERTIES).assert_outcomes(failed=4, passed=2)
    run(*PROPERTIES, "--lf").assert_outcomes(failed=4)
    result = run(*PROPERTIES, "--collect-only")
    assert result.ret == 0
    assert "capfence properties" not in result.stdout.str()


def test_a_capability_that_a_name_cannot_hold_is_escaped(run: Run, project: Path) -> None:
    odd = 'deny:\n  - "a::b[c] \\u202e/d"\nallow: ["x\\n"]\n'
    (project / "candidate.yaml").write_text(odd)
    (project / "policy.yaml").write_text(odd)
    listed = collected(run(*PROPERTIES, "--collect-only", "-q"))
    assert listed == [
        "candidate.yaml::not-looser[a%3A%3Ab%5Bc%5D%20%E2%80%AE%2Fd]",
        "candidate.yaml::not-looser[x%0A]",
        "candidate.yaml::not-looser[*]",
    ]
    for name in listed:
        run(*PROPERTIES, "--capfence-examples=50", name).assert_outcomes(passed=1)


def test_xdist_shares_the_tests_out(run: Run) -> None:
    result = run(*PROPERTIES, "-n2", "-v", apart=True)
    result.assert_outcomes(failed=4, passed=2)
    assert result.stdout.str().count("= capfence properties =") == 1
    result.stdout.fnmatch_lines(["searched   6 of 6 properties, 2,0* calls tried: 4 failed"])


def test_both_flags_run_both(run: Run) -> None:
    result = run(*REPLAY, "--capfence-properties", "--capfence-baseline=policy.yaml")
    result.assert_outcomes(failed=2 + 4, passed=3 + 2)
    shown = result.stdout.str()
    assert "= capfence replay =" in shown
    assert "= capfence properties =" in shown


def test_a_path_beside_the_flag_runs_too_and_none_takes_the_place_of_testpaths(run: Run) -> None:
    run(*PROPERTIES, "tests").assert_outcomes(failed=4, passed=3)
    run(*PROPERTIES).assert_outcomes(failed=4, passed=2)


def test_everything_can_stand_in_the_configuration(run: Run, project: Path) -> None:
    configure(
        project,
        policy="candidate.yaml",
        baseline="policy.yaml",
        examples=50,
        save_witness="cases",
    )
    result = run("--capfence-properties", "--capfence-seed=1")
    result.assert_outcomes(failed=4, passed=2)
    result.stdout.fnmatch_lines(["searched   6 of 6 properties, 1?? calls tried: 4 failed"])
    assert list((project / "cases").glob("witness-*.fence.yaml"))
    more = ("--capfence-examples=20", "--capfence-save-witness=others")
    result = run("--capfence-properties", "--capfence-seed=1", *more)
    result.stdout.fnmatch_lines(["searched   6 of 6 properties, ?? calls tried: * failed"])
    assert list((project / "others").glob("witness-*.fence.yaml"))


@pytest.mark.parametrize(
    ("args", "said"),
    [
        (("--capfence-properties", GIVEN[0]), "no `baseline` for the properties"),
        (("--capfence-properties", GIVEN[1]), "no `policy` for the properties"),
        ((*PROPERTIES, "--capfence-examples=0"), "nothing would be tried"),
        ((*PROPERTIES, "--capfence-timeout=0"), "`timeout` is `0.0`"),
        ((*PROPERTIES, "--capfence-save-witness="), "`--capfence-save-witness` is empty"),
        ((*PROPERTIES, "--capfence-tools=x"), "`--capfence-tools` does nothing without"),
        (("--capfence-examples=5",), "does nothing without `--capfence-properties`"),
        (GIVEN, "does nothing without `--capfence-replay`"),
        (("--capfence-properties", "--capfence-policy=none.yaml", GIVEN[1]), "none.yaml"),
    ],
)
def test_what_cannot_be_run_is_a_usage_error(run: Run, args: tuple[str, ...], said: str) -> None:
    result = run(*args)
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    assert said in result.stderr.str()
    assert "Traceback" not in result.stderr.str()


def test_a_policy_that_does_not_parse_ends_the_session(run: Run, project: Path) -> None:
    (project / "candidate.yaml").write_text("allow: [x\n")
    result = run(*PROPERTIES)
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    assert "candidate.yaml:" in result.stderr.str()


def test_a_pattern_that_runs_past_the_time_limit_fails_its_test(run: Run, project: Path) -> None:
    slow = "deny: [{capability: x, match_regex: '^(a|a)*$'}]\nallow: [x]\n"
    (project / "policy.yaml").write_text(slow)
    (project / "candidate.yaml").write_text(slow)
    result = run(*PROPERTIES, "--capfence-timeout=0.05", "--capfence-examples=3000")
    assert result.ret == 1
    result.stdout.fnmatch_lines(["could not be checked: *time limit*"])


def test_witnesses_are_written_once_as_cases_that_pass_for_the_policy_in_force(
    run: Run, project: Path
) -> None:
    run(*PROPERTIES, "--capfence-save-witness=cases").assert_outcomes(failed=4, passed=2)
    files = sorted((project / "cases").iterdir())
    before = {file.name: file.read_text() for file in files}
    assert len(files) in (2, 3)
    run(*PROPERTIES, "--capfence-save-witness=cases")
    assert {file.name: file.read_text() for file in (project / "cases").iterdir()} == before
    for file in files:
        read = read_cases(str(file))
        assert (project / read.policy).samefile(project / "candidate.yaml")
        assert [str(case.expected) for case in read.cases] in (["DENY"], ["ESCALATE"])
    files[0].write_text("# mine\n")
    result = run(*PROPERTIES, "--capfence-save-witness=cases")
    assert files[0].read_text() == "# mine\n"
    result.stdout.fnmatch_lines([f"`cases/{files[0].name}` has something else in it: *"])


def test_a_folder_that_cannot_be_written_is_said(run: Run, project: Path) -> None:
    (project / "cases").write_text("a file")
    result = run(*PROPERTIES, "--capfence-save-witness=cases")
    result.assert_outcomes(failed=4, passed=2)
    result.stdout.fnmatch_lines(["    expect: DENY", "cannot write `cases`: *"])
    assert "Traceback" not in result.stdout.str()


def test_what_failed_is_tried_first_the_next_time_and_forgotten_when_mended(
    run: Run, project: Path
) -> None:
    given = ("--capfence-properties", *GIVEN, NAMES[4])
    run(*given).assert_outcomes(failed=1)
    result = run(*given, "--capfence-examples=1")
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["  kept from an earlier run"])
    (project / "candidate.yaml").write_text(POLICY)
    run(*given, "--capfence-examples=1").assert_outcomes(passed=1)
    (project / "candidate.yaml").write_text(CANDIDATE)
    result = run(*given, "--capfence-examples=1")
    assert "kept from" not in result.stdout.str()


def test_ci_and_a_seed_are_the_same_every_time_and_keep_nothing(
    run: Run, project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CI", "true")
    given = ("--capfence-properties", *GIVEN)
    shown = [run(*given, "-k", "payment").stdout.str() for _ in range(2)]
    assert all("seed       0\n" in text for text in shown)
    lines = [[line for line in text.splitlines() if "found after" in line] for text in shown]
    assert lines[0] == lines[1] != []
    monkeypatch.delenv("CI")
    run(*PROPERTIES)
    assert not (project / ".pytest_cache/d/capfence").exists()


def test_without_a_database_hypothesis_is_not_imported(project: Path) -> None:
    show = "def pytest_unconfigure():\n    import sys\n    print('LOADED', *sys.modules)\n"
    (project / "conftest.py").write_text(show)
    quiet = ("-p", "no:hypothesispytest")
    done = subprocess.run(
        [sys.executable, "-m", "pytest", *plugin_options(), *quiet, *PROPERTIES, NAMES[0]],
        cwd=project,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout
    assert "fencekit.generation.call_search" in done.stdout
    assert "hypothesis.database" not in done.stdout
