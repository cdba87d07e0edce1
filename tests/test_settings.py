"""`[tool.fencekit]`: the command line wins over the configuration, that over the default."""

import json
from pathlib import Path

import pytest
from running import Done, fencekit, record, write_lines

from fencekit.config.options import OPTIONS, TOML, Kind, options_of

PATHS = [key for key, option in OPTIONS.items() if option.kind is Kind.PATH]

LOOSE, TIGHT = "allow: ['*']\n", "deny: ['*']\n"
UNKNOWN = {"$unknown": True}
OPEN = "deny: [{capability: a, contains: x}]\nallow: [a]\n"


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Work in a folder with two policies and a log of a denied call."""
    monkeypatch.chdir(tmp_path)
    Path("loose.yaml").write_text(LOOSE, encoding="utf-8")
    Path("tight.yaml").write_text(TIGHT, encoding="utf-8")
    Path("open.yaml").write_text(OPEN, encoding="utf-8")
    write_lines(Path("log.jsonl"), record("a.b"))
    write_lines(Path("two.jsonl"), record("a.b"), "{")
    hook = {"hook_event_name": "PreToolUse", "tool_name": "Bash", "tool_input": {}}
    other = {**hook, "hook_event_name": "PostToolUse", "tool_use_id": "t2"}
    Path("spoken.jsonl").write_text(f"{json.dumps(hook)}\n{json.dumps(other)}\n", "utf-8")
    write_lines(Path("unknown.jsonl"), record("a.b", args=UNKNOWN))
    write_lines(Path("allowed.jsonl"), record("a.b", "ALLOW"))
    return tmp_path


def configured(text: str, *args: object) -> Done:
    Path("pyproject.toml").write_text(f"[tool.fencekit]\n{text}\n", encoding="utf-8")
    return fencekit("replay", *args)


def test_a_bare_command_does_what_is_configured() -> None:
    done = configured("logs = ['log.jsonl']\npolicy = 'loose.yaml'\nbaseline = 'tight.yaml'")
    assert done.code == 1
    assert "looser  a.b  DENY -> ALLOW" in done.out
    assert "against    tight.yaml" in done.out


# key: what is configured, what that leads to, options on the command line, what those lead to
BOTH = "logs = ['log.jsonl']\npolicy = 'tight.yaml'\n"
PRECEDENCE: dict[str, tuple[str, int, tuple[str, ...], int]] = {
    "logs": ("logs = ['gone']\npolicy = 'tight.yaml'", 3, ("log.jsonl",), 0),
    "policy": ("logs = 'log.jsonl'\npolicy = 'loose.yaml'", 1, ("--policy", "tight.yaml"), 0),
    "baseline": (
        "logs = 'log.jsonl'\npolicy = 'loose.yaml'\nbaseline = 'loose.yaml'",
        0,
        ("--baseline", "tight.yaml"),
        1,
    ),
    "policy_root": (
        "logs = 'log.jsonl'\npolicy = 'sub/child.yaml'\npolicy_root = 'sub'",
        0,
        ("--policy-root", "."),
        3,
    ),
    "baseline_root": (
        BOTH + "baseline = 'sub/child.yaml'\nbaseline_root = 'sub'",
        0,
        ("--baseline-root", "."),
        3,
    ),
    "log_format": (BOTH + "log_format = 'capfence-audit'", 3, ("--log-format", "fencekit"), 0),
    "tools": (BOTH + "tools = 'gone.yaml'", 3, ("--tools", "tools.yaml"), 0),
    "redaction_key": (BOTH + "redaction_key = 'gone'", 2, ("--redaction-key", "long.key"), 0),
    "fail_on": (
        "logs = 'allowed.jsonl'\npolicy = 'tight.yaml'\nfail_on = 'changed'",
        1,
        ("--fail-on", "looser"),
        0,
    ),
    "max_invalid": (
        "logs = 'two.jsonl'\npolicy = 'tight.yaml'\nmax_invalid = 1",
        0,
        ("--max-invalid", "0"),
        3,
    ),
    "max_undecided": (
        "logs = 'unknown.jsonl'\npolicy = 'open.yaml'\nmax_undecided = 'all'",
        0,
        ("--max-undecided", "0"),
        3,
    ),
    "max_passed_over": (
        "logs='spoken.jsonl'\npolicy='tight.yaml'\nbaseline='tight.yaml'\nmax_passed_over=1",
        0,
        ("--max-passed-over", "0"),
        3,
    ),
    "max_line": (BOTH + "max_line = '64'", 3, ("--max-line", "1MiB"), 0),
    "require_chain": (BOTH + "require_chain = true", 3, ("--no-require-chain",), 0),
    "timeout": (
        "logs = 'long.jsonl'\npolicy = 'slow.yaml'\ntimeout = 0.3",
        3,
        ("--timeout", "60", "--policy", "tight.yaml"),
        0,
    ),
}


@pytest.mark.parametrize("key", PRECEDENCE)
def test_the_command_line_wins_over_the_configuration(key: str) -> None:
    Path("sub").mkdir()
    Path("sub/child.yaml").write_text("extends: base.yaml\n", encoding="utf-8")
    Path("sub/base.yaml").write_text(TIGHT, encoding="utf-8")
    Path("tools.yaml").write_text("tools: {Bash: shell.exec}\n", encoding="utf-8")
    Path("slow.yaml").write_text("deny: [{capability: a, match_regex: '^(a+)+$'}]\n")
    Path("long.key").write_text("sixteen bytes and more")
    write_lines(Path("long.jsonl"), record("a.b", args={"x": "a" * 60 + "!"}))
    text, alone, options, together = PRECEDENCE[key]
    assert configured(text).code == alone
    assert configured(text, *options).code == together


def test_every_key_has_a_test_of_its_precedence() -> None:
    elsewhere = {"report", "keep_records", "redact", "lint", "waivers"}
    elsewhere |= {"no_baseline", "today", "authors", "proof_memory"}  # below
    of_pytest = {"examples", "seed", "save_witness", "guardrails", "domain", "allow_unknown"}
    elsewhere |= {*of_pytest, "fail_on_errors"}  # in tests/pytest_plugin
    elsewhere |= {"trusted_keys"}  # beside those on the command line, in tests/packs
    assert set(PRECEDENCE) | elsewhere == set(options_of(TOML))


def test_the_report_and_the_kept_records_come_from_the_configuration_too() -> None:
    text = "logs = 'log.jsonl'\npolicy = 'loose.yaml'\nreport = 'r.html'\nkeep_records = 0"
    done = configured(text, "--format", "json")
    assert Path("r.html").read_text(encoding="utf-8").startswith("<!")
    assert done.report["replay"]["changed_not_kept"] == 1
    done = configured(text, "--format", "json", "--html", "s.html", "--keep-records", "1")
    assert Path("s.html").exists()
    assert done.report["replay"]["changed_not_kept"] == 0


def test_zero_on_the_command_line_is_a_number_and_not_absence() -> None:
    text = "logs = 'two.jsonl'\npolicy = 'tight.yaml'\nmax_invalid = 'all'"
    assert configured(text).code == 0
    assert configured(text, "--max-invalid", "0").code == 3


def test_paths_are_relative_to_the_file_from_wherever_the_command_runs(
    here: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = "logs = ['*og.jsonl']\npolicy = 'loose.yaml'\nbaseline = 'tight.yaml'"
    folder = here / "deep" / "deeper"
    folder.mkdir(parents=True)
    (here / "pyproject.toml").write_text(f"[tool.fencekit]\n{text}\nreport = 'r.html'\n")
    monkeypatch.chdir(folder)
    done = fencekit("replay", "--format", "json")
    assert done.code == 1, done.err
    assert done.report["replay"]["candidate"] == "../../loose.yaml"
    assert [log["path"] for log in done.report["replay"]["logs"]] == ["../../log.jsonl"]
    assert (here / "r.html").exists()
    # What is typed is relative to where it is typed.
    write_lines(folder / "own.jsonl", record("a.b"), record("a.c"))
    assert fencekit("replay", "own.jsonl", "--format", "json").report["checked"] == 2


@pytest.mark.parametrize("name", ["[brackets]", "star*", "what?", "with space"])
def test_a_folder_may_have_a_name_that_looks_like_a_glob(
    name: str, here: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = here / name / "sub"
    folder.mkdir(parents=True)
    (folder.parent / "pyproject.toml").write_text(
        "[tool.fencekit]\nlogs = ['l*.jsonl']\npolicy = 'p.yaml'\n"
    )
    (folder.parent / "p.yaml").write_text(TIGHT)
    write_lines(folder.parent / "log.jsonl", record())
    # So far below it, the folder is named from the root and no more by `..`.
    far = folder.joinpath(*["d"] * 80)
    far.mkdir(parents=True)
    for at in (folder, folder.parent, far):
        monkeypatch.chdir(at)
        done = fencekit("replay")
        assert done.code == 0, done.err


def test_globs_are_sorted_and_may_stand_beside_names() -> None:
    for name in ("b", "a"):
        write_lines(Path(f"{name}.log"), record())
    text = "logs = ['log.jsonl', '*.log']\npolicy = 'tight.yaml'"
    report = configured(text, "--format", "json").report
    assert [log["path"] for log in report["replay"]["logs"]] == ["log.jsonl", "a.log", "b.log"]


def test_a_glob_that_matches_nothing_is_not_a_pass() -> None:
    done = configured("logs = ['nothing-*.jsonl']\npolicy = 'tight.yaml'")
    assert (done.code, done.out) == (2, "")
    assert "no file matches `nothing-*.jsonl`" in done.err


WRONG: dict[str, tuple[str, str]] = {
    "an unknown key": ("polcy = 'x'", "unknown key in `[tool.fencekit]`: `polcy`"),
    "a key with dashes": ("fail-on = 'looser'", "unknown key in `[tool.fencekit]`: `fail-on`"),
    "logs that is a number": ("logs = 5", "`logs` in `[tool.fencekit]` is not a path or a list"),
    "logs with a number": (
        "logs = ['a', 5]",
        "`logs` in `[tool.fencekit]` is not a path or a list",
    ),
    "no log": ("logs = []\npolicy = 'tight.yaml'", "no log to replay"),
    "no policy": ("logs = ['log.jsonl']", "no policy to replay against"),
    "a limit that is yes": ("max_invalid = true", "is not a number or `all`"),
    "a limit that is a fraction": ("max_invalid = 0.5", "is not a number or `all`"),
    "a limit below zero": (BOTH + "max_invalid = -1", "neither a number from 0 nor `all`"),
    "a limit that is a word": (
        BOTH + "max_undecided = 'many'",
        "neither a number from 0 nor `all`",
    ),
    "a timeout that is text": ("timeout = '5'", "`timeout` in `[tool.fencekit]` is not a number"),
    "a timeout of nothing": (BOTH + "timeout = 0", "`timeout` is `0`"),
    "a timeout without end": (BOTH + "timeout = inf", "`timeout` is `inf`"),
    "records that are text": ("keep_records = 'all'", "`keep_records` in `[tool.fencekit]`"),
    "an unknown word": (BOTH + "fail_on = 'tighter'", "`fail_on` is `tighter`"),
    "an unknown format": (BOTH + "log_format = 'csv'", "no such log format: `csv`"),
    "broken TOML": ("logs = [", "pyproject.toml: not TOML"),
    "a key twice": ("policy = 'a'\npolicy = 'b'", "pyproject.toml: not TOML"),
    "nesting without end": ("logs = " + "[" * 5_000, "pyproject.toml"),
    **{f"a {key} that is a list": (f"{key} = ['x']", f"`{key}` in `[tool.fenc") for key in PATHS},
}


@pytest.mark.parametrize("name", WRONG)
def test_a_configuration_that_cannot_be_meant_is_usage(name: str) -> None:
    text, words = WRONG[name]
    done = configured(text)
    assert (done.code, done.out) == (2, ""), done.all
    assert words in done.err


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("tool = 5\n", 0),
        ("[tool]\nfencekit = 5\n", 2),
        ("[[tool.fencekit]]\n", 2),
        ("", 0),
        ("[tool.other]\nkey = 1\n", 0),
    ],
)
def test_a_file_without_our_table_configures_nothing(text: str, code: int) -> None:
    Path("pyproject.toml").write_text(text, encoding="utf-8")
    assert fencekit("replay", "log.jsonl", "--policy", "tight.yaml").code == code


def test_a_configuration_that_is_not_utf8_is_usage() -> None:
    Path("pyproject.toml").write_bytes(b"# caf\xe9\n")
    done = fencekit("replay", "log.jsonl", "--policy", "tight.yaml")
    assert (done.code, done.out) == (2, "")
    assert "pyproject.toml:1:6: not UTF-8" in done.err


def test_a_near_miss_is_pointed_at() -> None:
    assert "did you mean `fail_on`?" in configured("failon = 'looser'").err


def test_the_nearest_file_counts_alone(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    Path("pyproject.toml").write_text("[tool.fencekit]\npolicy = 'loose.yaml'\n")
    (here / "inner").mkdir()
    (here / "inner/pyproject.toml").write_text("[tool.fencekit]\npolicy = '../tight.yaml'\n")
    monkeypatch.chdir(here / "inner")
    assert fencekit("replay", "../log.jsonl").code == 0


def test_explain_needs_no_configuration_and_minds_no_broken_one() -> None:
    Path("pyproject.toml").write_text("[tool.fencekit\n")
    done = fencekit("explain", "tight.yaml", "-", given=b"capability: a")
    assert done.code == 0


def test_no_baseline_wins_over_the_configuration_and_excludes_a_baseline() -> None:
    text = "logs = 'log.jsonl'\npolicy = 'loose.yaml'\nbaseline = 'loose.yaml'"
    assert configured(text).code == 0
    assert configured(text, "--no-baseline").code == 1
    done = configured(text, "--no-baseline", "--baseline", "tight.yaml")
    assert done.code == 2
    assert "`--baseline` and `--no-baseline` exclude each other" in done.err
