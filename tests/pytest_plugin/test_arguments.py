"""Which word after the flag is a log, and what `[tool.fencekit]` and the paths of pytest add."""

from pathlib import Path

import pytest

from fencekit.pytest_plugin.replay_arguments import join_flags

from .conftest import CALLS, LOOSER, REPLAY, Run, configure, lines_of, outcomes

pytest_plugins = ["pytester"]

FLAG = "--capfence-replay"
POLICY = "--capfence-policy=candidate.yaml"
OWN = "tests/test_own.py::test_own"


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ([FLAG, "audit.jsonl"], [f"{FLAG}=audit.jsonl"]),
        ([FLAG, "audit"], [f"{FLAG}=audit"]),
        ([FLAG], [f"{FLAG}="]),
        ([FLAG, "-q"], [f"{FLAG}=", "-q"]),
        ([FLAG, "tests"], [f"{FLAG}=", "tests"]),
        ([FLAG, "tests/"], [f"{FLAG}=", "tests/"]),
        ([FLAG, "gone.py"], [f"{FLAG}=", "gone.py"]),
        ([FLAG, "a.py::test_x[y]"], [f"{FLAG}=", "a.py::test_x[y]"]),
        ([FLAG, "a.jsonl::x[y]"], [f"{FLAG}=", "a.jsonl::x[y]"]),
        ([FLAG, FLAG, "a"], [f"{FLAG}=", f"{FLAG}=a"]),
        ([FLAG, "a", "b"], [f"{FLAG}=a", "b"]),
        ([FLAG, "a", FLAG, "b", "-x"], [f"{FLAG}=a", f"{FLAG}=b", "-x"]),
        ([FLAG, "--", "a"], [f"{FLAG}=", "--", "a"]),
        (["--", FLAG, "a"], ["--", FLAG, "a"]),
        ([f"{FLAG}=tests"], [f"{FLAG}=tests"]),
        ([f"{FLAG}=a.py::b"], [f"{FLAG}=a.py::b"]),
    ],
)
def test_a_word_is_a_log_unless_it_can_be_nothing_but_a_path_for_pytest(
    given: list[str], expected: list[str], tmp_path: Path
) -> None:
    (tmp_path / "tests").mkdir()
    assert list(join_flags(given, tmp_path)) == expected


def test_the_flag_alone_reads_the_configuration(run: Run, project: Path) -> None:
    configure(project, logs=["audit.jsonl"], policy="candidate.yaml", report="out.html")
    result = run(FLAG, "-v")
    assert len(outcomes(result)) == 5
    assert LOOSER in outcomes(result)
    assert (project / "out.html").exists()


def test_without_paths_the_replay_takes_the_place_of_the_test_paths(run: Run) -> None:
    assert OWN not in outcomes(run(*REPLAY, "-v"))


@pytest.mark.parametrize("path", ["tests", "tests/test_own.py", OWN])
def test_with_paths_both_run(run: Run, project: Path, path: str) -> None:
    configure(project, logs="audit.jsonl", policy="candidate.yaml")
    for given in ((FLAG, path), (path, FLAG), (*REPLAY, path)):
        assert {OWN, LOOSER} <= set(outcomes(run(*given, "-v")))


def test_the_conftest_of_a_path_after_the_flag_is_loaded_first(run: Run, project: Path) -> None:
    configure(project, logs="audit.jsonl", policy="candidate.yaml")
    code = "def pytest_addoption(parser): parser.addoption('--mine')\n"
    (project / "tests/deep").mkdir()
    (project / "tests/deep/conftest.py").write_text(code)
    assert run(FLAG, "tests/deep", "--mine=1").ret == 1


def test_options_after_the_bare_flag_are_options(run: Run, project: Path) -> None:
    configure(project, logs="audit.jsonl", policy="candidate.yaml")
    assert run(FLAG, "-k", "file").ret == 0
    assert run(FLAG, "-k", "shell").ret == 1


def test_the_name_of_a_test_in_a_log_may_follow_the_bare_flag(run: Run, project: Path) -> None:
    (project / "more.jsonl").write_text(lines_of(CALLS))
    configure(project, logs=["audit.jsonl", "more.jsonl"], policy="candidate.yaml")
    assert list(outcomes(run(FLAG, LOOSER, "-v"))) == [LOOSER]


def test_a_directory_after_an_equals_sign_is_a_log_and_fails(run: Run) -> None:
    result = run(f"{FLAG}=tests", POLICY, "-v")
    assert outcomes(result) == {"tests::could-not-check": "failed"}
    result.stdout.fnmatch_lines(["*tests*no file in this folder is a log*"])


def test_the_flag_works_in_addopts(run: Run, project: Path) -> None:
    options = f'"{FLAG}", "audit.jsonl", "{POLICY}"'
    text = f"[tool.pytest.ini_options]\naddopts = [{options}]\n"
    (project / "pyproject.toml").write_text(text)
    assert LOOSER in outcomes(run("-v"))
    assert {LOOSER, OWN} <= set(outcomes(run("-v", "tests")))


def test_the_command_line_comes_before_the_configuration(run: Run, project: Path) -> None:
    configure(
        project,
        logs=["gone.jsonl"],
        policy="gone.yaml",
        fail_on="never",
        report="no/such/folder.html",
        max_undecided="all",
    )
    given = (*REPLAY, "--capfence-fail-on=looser", "--capfence-report=out.html")
    assert run(*given).ret == 1
    assert (project / "out.html").exists()


def test_the_configuration_comes_before_the_defaults(run: Run, project: Path) -> None:
    configure(project, logs="*.jsonl", policy="candidate.yaml", fail_on="never")
    assert run(FLAG).ret == 0


def test_paths_are_seen_from_where_pytest_is_called(
    run: Run, project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    configure(project, logs=["audit.jsonl"], policy="candidate.yaml", report="out.html")
    (project / "inner").mkdir()
    monkeypatch.chdir(project / "inner")
    result = run(FLAG, "-q")
    result.stdout.fnmatch_lines(["../audit.jsonl:2: *", "report     ../out.html"])
    assert (project / "out.html").exists()
    name = f"../{LOOSER}"
    result.stdout.fnmatch_lines([f"FAILED {name.replace('[', '[[]')}*"])
    assert list(outcomes(run(FLAG, "-v", name))) == [name]


def test_a_conftest_that_changes_the_folder_changes_no_path(run: Run, project: Path) -> None:
    (project / "tests/conftest.py").write_text("import os\nos.chdir('/')\n")
    result = run(*REPLAY, "--capfence-report=out.html", "tests", apart=True)
    result.assert_outcomes(failed=2, passed=4)
    assert (project / "out.html").exists()


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ((FLAG,), "no log to replay"),
        ((f"{FLAG}=audit.jsonl",), "no policy to replay against"),
        ((f"{FLAG}=",), "names no log"),
        ((FLAG, "", POLICY), "names no log"),
        ((POLICY,), "does nothing without `--capfence-replay`"),
        (("--capfence-max-undecided=0", "tests"), "does nothing without"),
        ((*REPLAY, "--capfence-fail-on=all"), "invalid choice"),
        ((*REPLAY, "--capfence-max-invalid=-1"), "neither a number from 0 nor `all`"),
        ((*REPLAY, "--capfence-timeout=0"), "`timeout` is `0.0`"),
        ((*REPLAY, "--capfence-log-format=xml"), "no such log format: `xml`"),
        ((*REPLAY, "--capfence-report=no/such/folder.html"), "cannot write `no/such/folder.html`"),
        ((f"{FLAG}=*.log", POLICY), "no file matches"),
    ],
)
def test_what_is_asked_for_wrongly_is_a_usage_error(
    run: Run, given: tuple[str, ...], said: str
) -> None:
    result = run(*given)
    assert result.ret == 4
    assert said in result.stderr.str()
    assert "Traceback" not in result.stderr.str() + result.stdout.str()


def test_an_unknown_key_of_the_configuration_is_a_usage_error(run: Run, project: Path) -> None:
    configure(project, logs="audit.jsonl", polcy="candidate.yaml")
    result = run(FLAG)
    assert result.ret == 4
    result.stderr.fnmatch_lines(["*unknown key in*polcy*", "*did you mean `policy`*"])


@pytest.mark.parametrize("option", ["--help", "--version"])
def test_help_and_version_need_no_replay(run: Run, option: str) -> None:
    result = run(FLAG, option)
    assert result.ret == 0
    assert option == "--version" or "--capfence-max-undecided" in result.stdout.str()
