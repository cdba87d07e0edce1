"""The command line as a person and a build server meet it: help, streams, colours, encodings."""

import json
import os
import pty
import re
import select
import subprocess
import sys
import time
from pathlib import Path

import pytest
from running import (
    ALLOW_ALL,
    LOGS,
    POLICIES,
    ROOT,
    assert_inert,
    command,
    fencekit,
    in_a_process,
    record,
    variables,
    write_lines,
)

import fencekit as package
from fencekit.cli.main import COMMANDS

SEED, SEED_POLICY = LOGS / "capfence_trace/seed.jsonl", POLICIES / "seed-shell.yaml"
AGENTS, MIXED = LOGS / "capfence_trace/agents.jsonl", POLICIES / "agents-mixed.yaml"
COLOUR = re.compile(r"\x1b\[[0-9;]*m")
CODES = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.parametrize("option", ["--help", "-h"])
@pytest.mark.parametrize("name", ["", *COMMANDS])
def test_every_command_has_help(name: str, option: str) -> None:
    done = fencekit(*filter(None, [name, option]))
    assert (done.code, done.err) == (0, "")
    assert f"Usage: fencekit {name}".rstrip() in done.out


def test_the_help_says_what_each_exit_code_means() -> None:
    lines = fencekit("--help").out.splitlines()
    assert [line.split()[0] for line in lines if re.match(r" +[0-3]  ", line)] == list("0123")
    for name in COMMANDS:
        assert any(line.split()[:1] == [name] for line in lines)


def test_the_version_is_that_of_the_package() -> None:
    assert fencekit("--version").out == f"fencekit, version {package.__version__}\n"


@pytest.mark.parametrize(
    "args",
    [
        (),
        ("bogus",),
        ("replay", "--bogus"),
        ("replay",),
        ("replay", SEED),
        ("replay", "--policy", SEED_POLICY),
        ("replay", SEED, "--policy", SEED_POLICY, "--fail-on", "anything"),
        ("replay", SEED, "--policy", SEED_POLICY, "--format", "pdf"),
        ("replay", SEED, "--policy", SEED_POLICY, "--timeout", "soon"),
        ("replay", SEED, "--policy", SEED_POLICY, "--timeout", "0"),
        ("replay", SEED, "--policy", SEED_POLICY, "--timeout", "-1"),
        ("replay", SEED, "--policy", SEED_POLICY, "--timeout", "nan"),
        ("replay", SEED, "--policy", SEED_POLICY, "--timeout", "inf"),
        ("replay", SEED, "--policy", SEED_POLICY, "--timeout", "1e300"),
        ("replay", SEED, "--policy", SEED_POLICY, "--timeout", "1e-9"),
        ("replay", SEED, "--policy", SEED_POLICY, "--max-invalid", "many"),
        ("replay", SEED, "--policy", SEED_POLICY, "--max-invalid", "-1"),
        ("replay", SEED, "--policy", SEED_POLICY, "--max-invalid", "1.5"),
        ("replay", SEED, "--policy", SEED_POLICY, "--max-invalid", "9" * 5_000),
        ("replay", SEED, "--policy", SEED_POLICY, "--max-undecided", "ALL"),
        ("replay", SEED, "--policy", SEED_POLICY, "--keep-records", "-1"),
        ("replay", SEED, "--policy", SEED_POLICY, "--log-format", "csv"),
        ("replay", "nothing-matches-*.jsonl", "--policy", SEED_POLICY),
        ("explain",),
        ("explain", SEED_POLICY),
    ],
    ids=lambda args: " ".join(map(str, args)).replace(str(ROOT), "")[-60:],
)
@pytest.mark.usefixtures("here")
def test_what_cannot_be_asked_is_usage_and_prints_no_report(args: tuple[object, ...]) -> None:
    done = fencekit(*args)
    assert done.code == 2, done.all
    assert done.err
    assert "CLEAN" not in done.all
    assert "Traceback" not in done.err


@pytest.mark.usefixtures("here")
def test_a_report_that_cannot_be_written_is_usage() -> None:
    done = fencekit("replay", SEED, "--policy", SEED_POLICY, "--html", "no/such/folder/r.html")
    assert done.code == 2
    assert "cannot write `no/such/folder/r.html`" in done.err


@pytest.mark.parametrize("args", [("replay", AGENTS, "--policy", MIXED), ("explain", MIXED, "-")])
@pytest.mark.parametrize(
    "environment", [{}, {"NO_COLOR": "1"}, {"TERM": "dumb"}, {"TERM": "xterm"}]
)
def test_a_pipe_gets_no_escape_codes(args: tuple[object, ...], environment: dict[str, str]) -> None:
    done = in_a_process(*args, given=b"capability: shell.exec.production\n", **environment)
    assert done.out
    assert_inert(done.all)


def on_a_terminal(*args: object, columns: int = 80, cwd: Path | None = None, **more: str) -> str:
    """Return what the command writes on a pseudo-terminal of that width, both streams."""
    main_end, other_end = pty.openpty()
    environment = variables(TERM="xterm-256color", COLUMNS=str(columns), **more)
    with subprocess.Popen(
        command(*args),
        stdin=other_end,
        stdout=other_end,
        stderr=other_end,
        env=environment,
        cwd=cwd,
    ) as process:
        os.close(other_end)
        written = b""
        until = time.monotonic() + 60
        while time.monotonic() < until:
            if not select.select([main_end], [], [], 0.2)[0]:
                if process.poll() is not None:
                    break
                continue
            try:
                chunk = os.read(main_end, 65_536)
            except OSError:  # what Linux says at the end
                break
            if not chunk:
                break
            written += chunk
        os.close(main_end)
    return written.decode("utf-8", "backslashreplace").replace("\r\n", "\n")


def test_a_terminal_gets_colours() -> None:
    text = on_a_terminal("replay", AGENTS, "--policy", MIXED)
    assert COLOUR.search(text)
    assert "FINDINGS" in text
    assert "Traceback" not in text


def test_a_terminal_that_is_told_so_gets_no_colours() -> None:
    text = on_a_terminal("replay", AGENTS, "--policy", MIXED, NO_COLOR="1")
    assert not COLOUR.search(text)
    assert "FINDINGS" in text


def test_an_error_on_a_terminal_is_inert_but_for_our_own_colours(tmp_path: Path) -> None:
    (tmp_path / "p.yaml").write_text('"\\e[31mkey": 1\n', encoding="utf-8")
    text = on_a_terminal("replay", SEED, "--policy", tmp_path / "p.yaml")
    assert "\x1b[31mkey" not in text
    assert r"\u001b[31mkey" in CODES.sub("", text)


@pytest.mark.parametrize("columns", [1, 20, 40, 80, 200])
def test_a_narrow_terminal_cuts_no_number(columns: int) -> None:
    wide = fencekit("replay", AGENTS, "--policy", MIXED).out
    shown = on_a_terminal("replay", AGENTS, "--policy", MIXED, columns=columns)
    narrow = " ".join(CODES.sub("", shown).split())
    counts = re.findall(
        r"^(unchanged|looser|tighter|invalid|records) +([0-9,]+)$", wide, re.MULTILINE
    )
    assert len(counts) == 5
    for name, number in counts:
        assert f"{name} {number}" in narrow
    header = next(line for line in wide.splitlines() if line.startswith("before / after"))
    assert " ".join(header.split()) in narrow


def test_a_narrow_pipe_breaks_no_line() -> None:
    args = ("replay", AGENTS, "--policy", MIXED)
    assert in_a_process(*args, COLUMNS="40").out == in_a_process(*args, COLUMNS="300").out


@pytest.mark.parametrize(
    ("policy", "options", "code"),
    [
        (POLICIES / "agents.yaml", (), 0),
        (POLICIES / "agents.yaml", ("--records",), 0),
        (MIXED, (), 1),
        (MIXED, ("--format", "json"), 1),
    ],
)
def test_a_reader_that_goes_away_changes_no_exit_code_and_causes_no_noise(
    policy: Path, options: tuple[str, ...], code: int
) -> None:
    args = command("replay", AGENTS, "--policy", policy, *options)
    with subprocess.Popen(
        args, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=variables()
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.close()
        assert process.stderr.read() == b""
        assert process.wait(timeout=60) == code


@pytest.mark.parametrize(
    "environment",
    [
        {"LC_ALL": "C"},
        {"LC_ALL": "C", "PYTHONIOENCODING": "ascii", "PYTHONUTF8": "0"},
        {"LC_ALL": "POSIX", "PYTHONCOERCECLOCALE": "0", "PYTHONUTF8": "0"},
        {"PYTHONIOENCODING": "latin-1"},
    ],
    ids=" ".join,
)
def test_a_locale_that_lacks_our_characters_gets_escapes(
    environment: dict[str, str], here: Path
) -> None:
    log = write_lines(here / "log.jsonl", record("a.b", args={"command": "läs 日本 😀"}))
    policy = here / "pölicy.yaml"
    policy.write_text(ALLOW_ALL, encoding="utf-8")
    for extra in ((), ("--format", "json"), ("--records",), ("--html", "r.html")):
        done = in_a_process("replay", log, "--policy", policy, *extra, **environment)
        assert done.code == 1, done.err
        assert "Traceback" not in done.err
    request = '{"capability": "a.b", "args": {"x": "läs"}}'.encode()
    done = in_a_process("explain", policy, "-", given=request, **environment)
    assert done.code == 0, done.err
    missing = in_a_process("replay", "fehlt-ü", "--policy", policy, **environment)
    assert missing.code == 3
    assert "Traceback" not in missing.err


def test_a_terminal_without_our_characters_gets_escapes(here: Path) -> None:
    log = write_lines(here / "log.jsonl", record("a.b", args={"command": "日本"}))
    (here / "p.yaml").write_text(ALLOW_ALL, encoding="utf-8")
    text = on_a_terminal("replay", log, "--policy", here / "p.yaml", PYTHONIOENCODING="ascii")
    assert "Traceback" not in text
    assert r"\u65e5\u672c" in text


def test_python_m_fencekit_is_the_command() -> None:
    done = subprocess.run(
        [sys.executable, "-W", "error", "-m", "fencekit", "--version"],
        capture_output=True,
        text=True,
        env=variables(),
        check=True,
    )
    assert done.stdout == f"fencekit, version {package.__version__}\n"


def test_ctrl_c_is_neither_a_pass_nor_a_finding(here: Path) -> None:
    import signal

    (here / "p.yaml").write_text(
        "deny:\n  - {capability: a, match_regex: '^(a+)+$'}\n", encoding="utf-8"
    )
    log = write_lines(here / "log.jsonl", record("a.b", args={"x": "a" * 60 + "!"}))
    args = command("replay", log, "--policy", here / "p.yaml", "--timeout", 50)
    with subprocess.Popen(
        args,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=variables(),
        # A shell that runs the tests in the background has them ignore Ctrl-C, and their children.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),  # noqa: PLW1509
    ) as process:
        time.sleep(1.5)
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=30)
    assert process.returncode == 3
    assert out == b""
    assert err.decode().strip() == "error: interrupted before the end"


DEMO = [
    *("audit.jsonl", "candidate.yaml", "gated.jsonl", "policy.fence.yaml", "policy.yaml"),
    "report.html",
]


def test_the_demo_shows_the_loosening_and_can_be_run_again(here: Path) -> None:
    for _ in range(2):
        done = fencekit("demo", "a folder")
        assert (done.code, done.err) == (0, "")
        assert "FINDINGS" in done.out
        names = sorted(path.name for path in (here / "a folder").iterdir())
        assert names == DEMO
        assert "ALLOW (policy_allow): the tool answered `1 row`" in done.out
        assert "DENY (policy_default_deny): it did not run" in done.out
        assert "replayed on the policy in force: 2 calls, 0 calls looser" in done.out
        assert "replayed on the candidate: 2 calls, 1 call looser" in done.out
    again = next(line for line in done.out.splitlines() if line.startswith("$ fencekit "))
    import shlex

    repeated = fencekit(*shlex.split(again[2:])[1:])
    assert repeated.code == 1
    assert "FINDINGS" in repeated.out


@pytest.mark.usefixtures("here")
def test_a_demo_that_has_nowhere_to_write_is_usage() -> None:
    Path("file").touch()
    done = fencekit("demo", "file/folder")
    assert done.code == 2
    assert "cannot write into `file/folder`" in done.err


def test_a_glob_may_be_absolute_and_stands_for_its_files_in_order(here: Path) -> None:
    for name in ("b", "a", "c"):
        write_lines(here / f"{name}.jsonl", record())
    (here / "p.yaml").write_text("deny: ['*']\n", encoding="utf-8")
    for glob in ("*.jsonl", f"{here}/*.jsonl", "./?.jsonl", "**/[abc].jsonl"):
        report = fencekit("replay", glob, "--policy", "p.yaml", "--format", "json").report
        read = [Path(log["path"]).name for log in report["replay"]["logs"]]
        assert read == ["a.jsonl", "b.jsonl", "c.jsonl"]


@pytest.mark.usefixtures("here")
def test_a_name_that_looks_like_a_glob_is_a_file_where_there_is_one() -> None:
    write_lines(Path("a[1].jsonl"), record())
    Path("p.yaml").write_text("deny: ['*']\n", encoding="utf-8")
    assert fencekit("replay", "a[1].jsonl", "--policy", "p.yaml").code == 0


def test_a_log_can_come_through_a_pipe(here: Path) -> None:
    line = f"exec {' '.join(command('replay', '/dev/stdin', '--policy', 'p.yaml'))}"
    (here / "p.yaml").write_text("deny: ['*']\n", encoding="utf-8")
    done = subprocess.run(
        ["sh", "-c", line],
        input=record() + "\n",
        capture_output=True,
        text=True,
        env=variables(),
        cwd=here,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")


def test_json_is_all_there_is_on_standard_output(here: Path) -> None:
    done = fencekit("replay", SEED, "--policy", SEED_POLICY, "--format", "json", "--html", "r.html")
    assert json.loads(done.out)["status"] == "clean"
    assert done.err == "report: r.html\n"
