"""Files of cases under pytest: a test for each case, found again by its name."""

from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from running import assert_inert

from fencekit.pytest_plugin.case_items import escape_name
from pytest_plugin.conftest import Run, outcomes

pytest_plugins = ["pytester"]

CASES = """\
policy: ../policy.yaml
cases:
  - name: a list is fine
    request: {capability: shell.exec.production, args: {command: ls}}
    expect: ALLOW
  - name: around the disk
    request: {capability: shell.exec.production}
    rows:
      - {args.command: rm -rf /, expect: DENY}
      - {name: "as *text*: [x]", args.command: ls, expect: DENY}
never:
  - {name: secrets, request: {capability: file.write.secret}}
"""
NAMES = [
    "tests/a.fence.yaml::a list is fine",
    "tests/a.fence.yaml::around the disk [1]",
    "tests/a.fence.yaml::around the disk [as *text*%3A [x]]",
    "tests/a.fence.yaml::never%3A secrets",
]
SUITE = """\
suite: s
cases:
  - name: one
    policy: policy.yaml
    event: {actor: {id: bot}, action: {capability: file.read.public}, payload: {}}
    expected: {verdict: allow}
"""


@pytest.fixture
def cases(project: Path) -> Path:
    """Return a project with a file of cases among its tests."""
    import fencekit.pytest_plugin.case_items  # noqa: F401  (a run in this process imports it anew)

    (project / "tests/a.fence.yaml").write_text(CASES)
    return project


def test_a_plain_run_collects_a_test_for_each_case(cases: Path, run: Run) -> None:
    listed = [line for line in run("--collect-only", "-q").outlines if "::" in line]
    assert listed == [*NAMES, "tests/test_own.py::test_own"]


def test_a_case_that_is_not_met_fails_with_its_place_and_without_a_traceback(
    cases: Path, run: Run
) -> None:
    result = run()
    result.assert_outcomes(passed=4, failed=1)
    text = result.stdout.str()
    assert "tests/a.fence.yaml:10:9: failed: around the disk [as *text*: [x]]" in text
    assert "  expected  DENY" in text
    assert "  actual    ALLOW" in text
    assert "Traceback" not in text
    assert "cases.py" not in text


@pytest.mark.parametrize("number", range(4))
def test_a_name_given_back_runs_that_case_alone(cases: Path, run: Run, number: int) -> None:
    result = run(NAMES[number])
    result.assert_outcomes(passed=int(number != 2), failed=int(number == 2))


def test_the_last_failed_case_runs_again(cases: Path, run: Run) -> None:
    run("-p", "cacheprovider")
    again = run("-p", "cacheprovider", "--lf")
    again.assert_outcomes(failed=1)


@pytest.mark.parametrize(
    ("word", "count"), [("disk", 2), ("never", 1), ("file.write.secret", 1), ("fence and list", 1)]
)
def test_k_finds_cases_by_name_and_capability(cases: Path, run: Run, word: str, count: int) -> None:
    result = run("--collect-only", "-q", "-k", word)
    assert len([line for line in result.outlines if "fence.yaml::" in line]) == count


def test_under_xdist_the_outcomes_are_the_same(cases: Path, run: Run) -> None:
    run("-n", "2", apart=True).assert_outcomes(passed=4, failed=1)


def test_junit_holds_what_was_expected_and_got(cases: Path, run: Run) -> None:
    run("--junitxml", "junit.xml")
    tree = ET.parse(cases / "junit.xml")
    failed = [case for case in tree.iter("testcase") if case.find("failure") is not None]
    assert [case.get("name") for case in failed] == ["around the disk [as *text*%3A [x]]"]
    properties = {p.get("name"): p.get("value") for p in failed[0].iter("property")}
    assert properties == {"fencekit_expected": "DENY", "fencekit_actual": "ALLOW"}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("policy: p\n", "there is no case in it"),
        ("{", "tests/a.fence.yaml:1:2: not YAML"),
        (CASES.replace("expect: ALLOW", "expect: maybe"), "tests/a.fence.yaml:5:13:"),
        (CASES + "claims: [{always_denys: {}}]\n", "unknown claim: `always_denys`"),
    ],
)
def test_a_file_that_cannot_be_read_is_an_error_and_no_pass(
    cases: Path, run: Run, text: str, said: str
) -> None:
    (cases / "tests/a.fence.yaml").write_text(text)
    result = run()
    assert result.ret == pytest.ExitCode.INTERRUPTED
    assert said in result.stdout.str()
    assert "Traceback" not in result.stdout.str()


def test_a_policy_that_cannot_be_read_fails_each_case(cases: Path, run: Run) -> None:
    (cases / "tests/a.fence.yaml").write_text(CASES.replace("policy.yaml", "gone.yaml"))
    result = run()
    result.assert_outcomes(passed=1, failed=4)
    assert "gone.yaml" in result.stdout.str()
    assert "Traceback" not in result.stdout.str()


def test_a_suite_of_capfence_is_collected_only_where_it_is_named(cases: Path, run: Run) -> None:
    (cases / "tests/a.fence.yaml").unlink()
    (cases / "tests/suite.yaml").write_text(SUITE.replace("policy.yaml", "../policy.yaml"))
    assert not [line for line in run("--collect-only", "-q").outlines if "suite.yaml" in line]
    run("tests/suite.yaml").assert_outcomes(passed=1)
    (cases / "tests/other.yaml").write_text("a: 1\n")
    assert run("tests/other.yaml").ret == pytest.ExitCode.USAGE_ERROR


def test_files_outside_of_the_root_are_told_apart(
    cases: Path, run: Run, tmp_path_factory: pytest.TempPathFactory
) -> None:
    folders = [tmp_path_factory.mktemp(name) for name in ("one", "two")]
    for folder in folders:
        (folder / "a.fence.yaml").write_text(CASES.replace("../policy", str(cases / "policy")))
    result = run(*(str(folder / "a.fence.yaml") for folder in folders), "-v")
    assert len([name for name in outcomes(result) if "a list is fine" in name]) == 2


def test_a_replay_and_cases_run_together(cases: Path, run: Run) -> None:
    result = run("--capfence-replay=audit.jsonl", "--capfence-policy", "policy.yaml", "tests")
    text = result.stdout.str()
    assert "a.fence.yaml" in text
    assert "audit.jsonl" in text


def test_hostile_names_are_inert(cases: Path, run: Run) -> None:
    bad = '"\\u202e\\x1b[31m::error::x ##[command]"'
    text = CASES.replace("a list is fine", bad).replace("expect: ALLOW", "expect: DENY")
    (cases / "tests/a.fence.yaml").write_text(text)
    result = run("-v")
    assert_inert(result.stdout.str())
    result.assert_outcomes(passed=3, failed=2)


def test_names_that_differ_stay_different() -> None:
    names = ["a", "a b", "a%20b", "a:b", "a%3Ab", "ä", "x" * 300, "x" * 300 + "y", "a[1]", "a/b"]
    assert len({escape_name(name) for name in names}) == len(names)
    assert all("::" not in escape_name(name) for name in names)


def test_a_claim_is_a_test_that_fails_with_the_call_that_refutes_it(cases: Path, run: Run) -> None:
    (cases / "tests/a.fence.yaml").write_text(
        "policy: ../policy.yaml\n"
        "claims:\n"
        "  - name: no disk\n"
        "    always_denies: {capability: shell.exec.production, contains: rm -rf}\n"
        "  - {name: no shell, always_denies: shell.exec.production}\n"
        "  - {name: itself, equivalent: ../policy.yaml}\n"
    )
    result = run("tests/a.fence.yaml")
    result.assert_outcomes(passed=2, failed=1)
    said = "\n".join(result.outlines)
    assert "a call that is not denied" in said
    assert "Traceback" not in said
