"""The report names who is behind an edit that is to blame, where git knows, and nobody else."""

import os
import subprocess
from pathlib import Path
from typing import Any

import pytest
from running import ESCAPE, fencekit, record, write_lines

OLD = """\
deny:
  - capability: shell.exec
    match_keywords:
      - rm -rf
      - shutdown
  - capability: pay.out
    amount_gte: 500
allow:
  - capability: shell.exec
  - capability: pay.out
"""
EVIL = "Mallory & \u202e co"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def git(*words: str, who: str = "Ann", day: str = "2026-01-01") -> None:
    env = {**os.environ, "GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_SYSTEM": os.devnull}
    for role in ("AUTHOR", "COMMITTER"):
        env[f"GIT_{role}_NAME"] = who
        env[f"GIT_{role}_EMAIL"] = "secret@example.com"
        env[f"GIT_{role}_DATE"] = f"{day}T12:00:00Z"
    subprocess.run(["git", *words], check=True, capture_output=True, env=env)


def commit(text: str, message: str, who: str, day: str) -> None:
    Path("p.yaml").write_text(text, encoding="utf-8")
    git("add", "p.yaml")
    git("commit", "-qm", message, who=who, day=day)


@pytest.fixture
def history(folder: Path) -> None:
    """Make a repository in which Ann wrote a policy and Bob has touched something else since."""
    git("init", "-q", "-b", "main")
    commit(OLD, "first policy", "Ann", "2026-01-01")
    commit(f"# Agents.\n{OLD}", "a heading", "Bob", "2026-01-02")


def edits(*options: str) -> list[dict[str, Any]]:
    made = fencekit("diff", *options, "--format", "json").report["diff"]["edits"]
    assert isinstance(made, list)
    return made


def author(*options: str) -> tuple[str, ...]:
    (edit,) = edits(*options)
    named = edit.get("author", {})
    return tuple(named.get(key, "") for key in ("name", "did", "summary"))


@pytest.mark.usefixtures("history")
def test_who_wrote_the_line_that_loosens_is_named_without_being_asked_for() -> None:
    commit(f"# Agents.\n{OLD.replace('500', '900')}", "more & more", EVIL, "2026-01-03")
    expected = (EVIL, "wrote", "more & more")
    assert author("p.yaml", "--from", "HEAD~1") == expected
    assert author("p.yaml", "--from", "HEAD~1", "--to", "HEAD") == expected
    assert author("p.yaml", "--from", "HEAD~1", "--no-authors") == ("", "", "")
    done = fencekit("diff", "p.yaml", "--from", "HEAD~1", "--html", "r.html")
    assert "co wrote the line in " in done.out
    assert not ESCAPE.search(done.all)
    page = Path("r.html").read_text("utf-8")
    assert "Mallory &amp; " in page
    assert "\u202e" not in page
    assert "secret@example.com" not in page + done.all


@pytest.mark.usefixtures("history")
@pytest.mark.parametrize("form", ["markdown", "sarif", "junit", "github", "gitlab", "text", "json"])
def test_every_format_names_the_edit_and_who_is_behind_it(form: str) -> None:
    commit(f"# Agents.\n{OLD.replace('500', '900')}", "more", "Cleo", "2026-01-03")
    done = fencekit("diff", "p.yaml", "--from", "HEAD~1", "--format", form)
    assert "Cleo" in done.out
    if form != "json":
        assert "reverting edit 1 restores the old decision" in done.out


@pytest.mark.usefixtures("history")
def test_an_item_that_is_gone_from_a_list_is_put_down_to_who_took_it_out() -> None:
    without = f"# Agents.\n{OLD.replace('      - shutdown' + chr(10), '')}"
    commit(without, "let them shut down", "Cleo", "2026-01-03")
    commit(f"{without}# The end.\n", "an end", "Dan", "2026-01-04")
    expected = ("Cleo", "removed", "let them shut down")
    assert author("p.yaml", "--from", "HEAD~2") == expected
    assert author("p.yaml", "--from", "HEAD~2", "--to", "HEAD") == expected


@pytest.mark.usefixtures("history")
def test_a_rule_that_is_gone_is_put_down_to_who_took_it_out() -> None:
    rule = "  - capability: pay.out\n    amount_gte: 500\n"
    commit(f"# Agents.\n{OLD.replace(rule, '', 1)}", "pay at will", "Cleo", "2026-01-03")
    assert author("p.yaml", "--from", "HEAD~1") == ("Cleo", "removed", "pay at will")


@pytest.mark.usefixtures("history")
def test_what_is_not_committed_yet_is_called_just_that() -> None:
    Path("p.yaml").write_text(OLD.replace("500", "900"), encoding="utf-8")
    assert author("p.yaml", "--from", "HEAD") == ("somebody here", "wrote", "")
    Path("p.yaml").write_text(OLD.replace("      - shutdown\n", ""), encoding="utf-8")
    assert author("p.yaml", "--from", "HEAD") == ("somebody here", "removed", "")
    assert "not committed yet" in fencekit("diff", "p.yaml", "--from", "HEAD").out


@pytest.mark.usefixtures("history")
def test_of_two_files_the_removed_line_is_put_down_to_who_wrote_it_last() -> None:
    Path("new.yaml").write_text(OLD.replace("      - shutdown\n", ""), encoding="utf-8")
    assert author("p.yaml", "new.yaml") == ("Ann", "wrote_before", "first policy")


@pytest.mark.usefixtures("history")
def test_an_edit_that_is_to_blame_for_nothing_has_no_author() -> None:
    idle = "allow:\n  - capability: pay.out\n    amount_lt: 100\n"
    commit(OLD.replace("500", "900").replace("allow:\n", idle), "two", "Cleo", "2026-01-03")
    found = edits("p.yaml", "--from", "HEAD~1")
    assert ["author" in edit for edit in found] == [True, False]


def test_outside_of_a_repository_nobody_is_named(folder: Path) -> None:
    Path("old.yaml").write_text(OLD, encoding="utf-8")
    Path("new.yaml").write_text(OLD.replace("500", "900"), encoding="utf-8")
    done = fencekit("diff", "old.yaml", "new.yaml", "--format", "json")
    assert done.code == 1
    assert "author" not in done.report["diff"]["edits"][0]
    assert not done.err


def test_without_git_nobody_is_named(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    Path("old.yaml").write_text(OLD, encoding="utf-8")
    Path("new.yaml").write_text(OLD.replace("500", "900"), encoding="utf-8")
    monkeypatch.setenv("PATH", str(folder))
    assert fencekit("diff", "old.yaml", "new.yaml").code == 1


@pytest.mark.usefixtures("history")
def test_a_clone_that_is_cut_short_blames_nobody_for_what_is_older(folder: Path) -> None:
    Path("p.yaml").write_text(OLD, encoding="utf-8")
    git("clone", "-q", "--depth", "1", folder.as_uri(), "shallow")
    Path("old.yaml").write_text(OLD.replace("500", "100"), encoding="utf-8")
    assert author("old.yaml", "shallow/p.yaml") == ("", "", "")
    git("clone", "-q", folder.as_uri(), "whole")
    assert author("old.yaml", "whole/p.yaml") == ("Ann", "wrote", "first policy")


@pytest.mark.usefixtures("history")
def test_an_address_that_stands_for_a_name_is_cut() -> None:
    commit(f"# Agents.\n{OLD.replace('500', '900')}", "more", "cleo@example.com", "2026-01-03")
    assert author("p.yaml", "--from", "HEAD~1")[0] == "cleo"


@pytest.mark.usefixtures("history")
def test_a_replay_with_a_baseline_names_them_too() -> None:
    Path("old.yaml").write_text(OLD, encoding="utf-8")
    commit(OLD.replace("500", "900"), "more", "Cleo", "2026-01-03")
    write_lines(Path("log.jsonl"), record("pay.out", "DENY", args={"amount": 600}))
    words = ("replay", "log.jsonl", "--policy", "p.yaml", "--baseline", "old.yaml")
    assert "Cleo wrote the line in " in fencekit(*words).out
    silent = fencekit(*words, "--no-authors", "--format", "json").report
    assert "author" not in silent["diff"]["edits"][0]
    assert "--no-authors" in silent["command"]
