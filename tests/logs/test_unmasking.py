"""A replay that is given the key decides equality with masked values, and shows none of them."""

import json
import re
from pathlib import Path

import pytest
from running import Done, fencekit, write_lines

from fencekit.logs.log_registry import read_log
from fencekit.logs.redaction import read_key
from fencekit.logs.writer import AuditWriter
from fencekit.model.errors import UsageError
from fencekit.model.record import Record, Recorded
from fencekit.model.request import Masked, Request
from fencekit.model.source import Place
from fencekit.model.verdict import Verdict

pytest_plugins = ["pytester"]
KEY = "the key of the masks"
LOOSER = "allow:\n  - {capability: '*', environment: production}\n"
SAME = "allow:\n  - {capability: '*', environment: staging}\n"
GLOB = "allow:\n  - {capability: '*', environment: 'prod*'}\n"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A log of one denied call whose environment and argument are masked, and the key to them."""
    monkeypatch.chdir(tmp_path)
    write_lines(Path("mask.key"), KEY)
    write_lines(Path("other.key"), "the key of another log")
    denied = Recorded(frozenset({Verdict.DENY}), frozenset())
    request = Request("db.drop", environment="production", args={"table": "orders"})
    with AuditWriter(
        "audit.jsonl", mask=["environment", "args.table"], mask_key=read_key("mask.key")
    ) as log:
        log.append(Record(request, denied, Place("")))
    return tmp_path


def replay(policy: str, *options: object) -> Done:
    Path("policy.yaml").write_text(policy, "utf-8")
    return fencekit("replay", "audit.jsonl", "--policy", "policy.yaml", *options)


@pytest.mark.parametrize(
    ("policy", "with_key", "without"),
    [(LOOSER, (1, "looser"), (3, "maybe_looser")), (SAME, (0, "unchanged"), (3, "maybe_looser"))],
    ids=["equal", "different"],
)
def test_equality_with_a_masked_value_is_decided_with_the_key(
    folder: Path, policy: str, with_key: tuple[int, str], without: tuple[int, str]
) -> None:
    for options, (code, kind) in (((), without), (("--redaction-key", "mask.key"), with_key)):
        done = replay(policy, *options, "--format", "json")
        assert done.code == code
        assert [name for name, count in done.report["counts"].items() if count] == [kind]


def test_a_glob_stays_open_and_so_does_every_other_relation(folder: Path) -> None:
    for policy in (GLOB, "allow:\n  - {capability: '*', contains: orders}\n"):
        assert replay(policy, "--redaction-key", "mask.key").code == 3


def test_a_value_of_the_arguments_is_asked_too(folder: Path) -> None:
    policy = "allow:\n  - {capability: '*', table: orders}\n"
    assert replay(policy, "--redaction-key", "mask.key").code == 1


def test_another_key_decides_nothing_and_that_is_said(folder: Path) -> None:
    done = replay(SAME, "--redaction-key", "other.key")
    assert done.code == 3
    assert "`--redaction-key` names another key than 2 masked values were masked with" in done.out


def test_nothing_that_was_masked_and_no_key_is_shown(folder: Path) -> None:
    page = folder / "report.html"
    for options in ((), ("--format", "json"), ("--html", page)):
        done = replay(GLOB, "--redaction-key", "mask.key", *options)
        shown = done.all + (page.read_text("utf-8") if page.exists() else "")
        assert not {"production", "orders", KEY} & set(re.findall(r"\w[\w ]*\w", shown))
        assert "db.drop" in shown


@pytest.mark.parametrize("given", ["none.key", "short.key", "."])
def test_a_key_that_cannot_be_read_or_is_too_short_is_a_usage_error(
    folder: Path, given: str
) -> None:
    write_lines(Path("short.key"), "short")
    done = replay(SAME, "--redaction-key", given)
    assert done.code == 2
    assert done.err.startswith("error: ")
    assert "Traceback" not in done.all


def test_the_report_is_never_written_over_the_key(folder: Path) -> None:
    done = replay(SAME, "--redaction-key", "mask.key", "--html", "mask.key")
    assert done.code == 2
    assert Path("mask.key").read_text("utf-8") == KEY + "\n"


def test_the_configuration_and_explain_know_the_key_too(folder: Path) -> None:
    table = "[tool.fencekit]\nlogs = 'audit.jsonl'\npolicy = 'policy.yaml'\n"
    (folder / "pyproject.toml").write_text(f"{table}redaction_key = 'mask.key'\n")
    Path("policy.yaml").write_text(LOOSER, "utf-8")
    assert fencekit("replay").code == 1
    done = fencekit("explain", "policy.yaml", "audit.jsonl:1", "--format", "json")
    assert json.loads(done.out)["decision"] == "ALLOW"
    (folder / "pyproject.toml").unlink()
    done = fencekit(
        *("explain", "policy.yaml", "audit.jsonl:1", "--redaction-key", "mask.key"),
    )
    assert "decision  ALLOW" in done.out


def test_the_plugin_takes_the_key(folder: Path, pytester: pytest.Pytester) -> None:
    for name in ("audit.jsonl", "mask.key"):
        (pytester.path / name).write_bytes((folder / name).read_bytes())
    (pytester.path / "policy.yaml").write_text(SAME)
    options = ("--capfence-replay=audit.jsonl", "--capfence-policy=policy.yaml")
    pytester.runpytest_subprocess(*options).assert_outcomes(failed=1)
    key = "--capfence-redaction-key=mask.key"
    pytester.runpytest_subprocess(*options, key).assert_outcomes(passed=1)


def test_a_log_that_is_converted_keeps_its_digests(folder: Path) -> None:
    assert fencekit("logs", "convert", "audit.jsonl", "-o", "copy.jsonl").code == 0
    (first,), (again,) = read_log("audit.jsonl"), read_log("copy.jsonl")
    assert isinstance(first, Record)
    assert isinstance(again, Record)
    assert again.request == first.request
    assert isinstance(again.request.environment, Masked)
    assert again.request.environment.digest.startswith("hmac-sha256:")


@pytest.mark.parametrize("end", ["", "\n", "\r\n"])
def test_the_end_of_a_line_is_no_part_of_a_key(tmp_path: Path, end: str) -> None:
    (tmp_path / "key").write_bytes((KEY + end).encode())
    assert read_key(tmp_path / "key") == KEY.encode()


def test_a_key_that_is_too_short_is_refused(tmp_path: Path) -> None:
    (tmp_path / "key").write_bytes(b"fifteen bytes..")
    with pytest.raises(UsageError, match="at least 16"):
        read_key(tmp_path / "key")
