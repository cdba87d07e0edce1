"""Several logs in one run: folders, standard input, forks; and what every report says of them."""

import json
import subprocess
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from running import fencekit

from fencekit.reporting.report_formats import formats
from logs.test_nothing_unseen import META, lines, ran, said, use

POLICY = "deny: [shell.exec]\nallow: ['*']\n"


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    Path("policy.yaml").write_text(POLICY)
    return tmp_path


def replay(*logs: str, given: bytes = b"", form: str = "json"):
    options = ("--policy", "policy.yaml", "--baseline", "policy.yaml", "--format", form)
    return fencekit("replay", *logs, *options, given=given)


def test_a_fork_in_another_log_of_the_run_adds_its_own_calls_only() -> None:
    Path("a.jsonl").write_text(lines(said(use("A")), said(use("B"))))
    Path("b.jsonl").write_text(lines(*(said(use(name), session="f") for name in "ABC")))
    report = replay("a.jsonl", "b.jsonl").report
    assert [log["records"] for log in report["replay"]["logs"]] == [2, 1]
    assert report["replay"]["logs"][1]["notices"][0]["count"] == 2


def test_a_folder_is_its_logs_sorted_with_a_count_by_format() -> None:
    Path("logs/in").mkdir(parents=True)
    Path("logs/b.jsonl").write_text(lines(said(use("A"))))
    Path("logs/a.jsonl").write_text(lines(META, ran("shell", "c")))
    Path("logs/in/c.jsonl").write_text(lines(said(use("B"))))
    Path("logs/notes.md").write_text("nothing to see")
    report = replay("logs").report
    *found, folder = report["replay"]["logs"]
    assert [log["path"] for log in found] == ["logs/a.jsonl", "logs/b.jsonl", "logs/in/c.jsonl"]
    assert folder["formats"] == {"claude-code": 2, "codex": 1}
    assert folder["notices"][0]["first"] == "logs/notes.md"
    assert report["exit_code"] == 0


def test_a_file_of_a_folder_that_holds_calls_in_no_known_format_is_passed_over() -> None:
    Path("logs").mkdir()
    Path("logs/a.jsonl").write_text(lines(said(use("A"))))
    Path("logs/b.txt").write_text('{"odd": 1}\n{"tool_name": "x", "tool_input": {}}\n')
    done = replay("logs")
    assert (done.code, done.report["replay"]["passed_over"]) == (3, 1)


def test_standard_input_is_a_log() -> None:
    done = replay("-", given=lines(said(use("A"))).encode())
    assert (done.code, done.report["checked"]) == (0, 1)
    assert (
        "fencekit explain" not in replay("-", given=lines(said(use("A"))).encode(), form="text").out
    )


@pytest.mark.parametrize("form", formats())
@pytest.mark.parametrize("limit", ["0", "all"])
def test_every_format_says_what_was_passed_over(form: str, limit: str) -> None:
    odd = {"type": "progress", "sessionId": "s", "data": {"tool": "x", "args": {}}}
    Path("log.jsonl").write_text(lines(said(use("A")), odd))
    options = ("--policy", "policy.yaml", "--baseline", "policy.yaml", "--max-passed-over", limit)
    done = fencekit("replay", "log.jsonl", *options, "--format", form)
    assert done.code == (3 if limit == "0" else 0)
    said_so = "passed_over" if form == "json" else "passed over"
    assert said_so in done.out
    assert "log.jsonl:2" in done.out


def git(*words: str) -> None:
    subprocess.run(["git", "-c", "user.name=a", "-c", "user.email=a@b", *words], check=True)


def test_paths_are_from_the_root_and_printed_commands_work_in_a_subfolder(
    here: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = here / "services/desk"
    folder.mkdir(parents=True)
    monkeypatch.chdir(folder)
    git("init", "-q", str(here))
    Path("policy.yaml").write_text(POLICY)
    git("add", "policy.yaml")
    git("commit", "-qm", "one")
    Path("policy.yaml").write_text("allow: ['*']\n")
    Path("log.jsonl").write_text(lines(said(use("A"), use("B"))))
    diff = ("diff", "policy.yaml", "--from", "HEAD", "--log", "log.jsonl")
    sarif = fencekit(*diff, "--format", "sarif").report["runs"][0]
    places = [result["locations"][0]["physicalLocation"] for result in sarif["results"]]
    assert {place["artifactLocation"]["uri"] for place in places} == {"services/desk/policy.yaml"}
    entries = json.loads(fencekit(*diff, "--format", "gitlab").out)
    assert "services/desk/policy.yaml" in {entry["location"]["path"] for entry in entries}
    assert "file=services/desk/policy.yaml," in fencekit(*diff, "--format", "github").out
    cases = ET.fromstring(fencekit(*diff, "--format", "junit").out).iter("testcase")
    names = [case.get("name", "") for case in cases]
    assert not any("call)" in name or "calls)" in name for name in names)
    for policy in ("policy.yaml", "HEAD:policy.yaml"):  # in git, from the folder
        done = fencekit("explain", policy, "log.jsonl:1:2", "--format", "json")
        assert done.code == 0, done.err
    assert fencekit("explain", "HEAD:gone.yaml", "log.jsonl:1:2").code in (2, 3)


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        ("./policy.yaml", "services/desk/policy.yaml"),
        ("../../shared/policy.yaml", "shared/policy.yaml"),
        ("{here}/services/desk/policy.yaml", "services/desk/policy.yaml"),
        ("../my desk/policy.yaml", "services/my%20desk/policy.yaml"),
    ],
)
def test_a_path_is_from_the_root_however_it_is_given(
    given: str, shown: str, here: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    git("init", "-q", str(here))
    for folder in ("services/desk", "services/my desk", "shared"):
        (here / folder).mkdir(parents=True)
        (here / folder / "policy.yaml").write_text("allow: ['*']\n")
    monkeypatch.chdir(here / "services/desk")
    Path("old.yaml").write_text(POLICY)
    policy = given.format(here=here)
    done = fencekit("diff", "old.yaml", policy, "--no-authors", "--format", "sarif")
    (result, *_) = done.report["runs"][0]["results"]
    artifact = result["locations"][0]["physicalLocation"]["artifactLocation"]
    assert artifact["uri"] == shown
    entries = json.loads(fencekit("diff", "old.yaml", policy, "--format", "gitlab").out)
    assert shown.replace("%20", " ") in {entry["location"]["path"] for entry in entries}
