"""A policy as it was in a commit: read whole, by any ref, and nothing else is read or run."""

import os
import subprocess
from pathlib import Path

import pytest

from fencekit.dialects.registry import load_policy
from fencekit.model.errors import PolicyError, UsageError

BASE = "deny: [{capability: shell.exec, contains: rm}]\n"
CHILD = "extends: policies/base.yaml\nallow: [shell.exec]\n"


def git(folder: Path, *words: str) -> str:
    env = {
        **os.environ,
        "GIT_CONFIG_GLOBAL": os.devnull,
        "GIT_CONFIG_SYSTEM": os.devnull,
        **{f"GIT_{who}_{what}": "a@b.c" for who in ("AUTHOR", "COMMITTER") for what in ("EMAIL",)},
        **{f"GIT_{who}_NAME": "Ann" for who in ("AUTHOR", "COMMITTER")},
    }
    done = subprocess.run(
        ["git", "-C", str(folder), *words], check=True, capture_output=True, text=True, env=env
    )
    return done.stdout.strip()


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a repository whose policy was changed since the branch `old`; we stand in it."""
    (tmp_path / "policies").mkdir()
    git(tmp_path, "init", "-q", "-b", "main")
    (tmp_path / "policies/base.yaml").write_text(BASE, encoding="utf-8")
    (tmp_path / "policies/child.yaml").write_text(CHILD, encoding="utf-8")
    (tmp_path / "policies/link.yaml").symlink_to("child.yaml")
    git(tmp_path, "add", ".")
    git(tmp_path, "commit", "-q", "-m", "first")
    git(tmp_path, "branch", "old")
    (tmp_path / "policies/base.yaml").write_text("deny: []\n", encoding="utf-8")
    git(tmp_path, "commit", "-q", "-am", "second")
    (tmp_path / "policies/child.yaml").write_text("allow: ['*']\n", encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_what_a_policy_extends_is_read_at_the_same_revision(repository: Path) -> None:
    old = load_policy("policies/child.yaml", revision="old")
    assert [rule.capability for rule in old.rules] == ["shell.exec", "shell.exec"]
    assert old.file == "old:policies/child.yaml"
    assert [source.path for source in old.files] == [
        "old:policies/child.yaml",
        "old:policies/base.yaml",
    ]
    head = load_policy("policies/child.yaml", revision="HEAD")
    assert len(list(head.rules)) == 1
    now = load_policy("policies/child.yaml")
    assert [rule.capability for rule in now.rules] == ["*"]


def test_any_name_of_a_commit_is_a_revision(repository: Path) -> None:
    names = ["old", "refs/heads/old", "HEAD~1", git(repository, "rev-parse", "old")]
    policies = [load_policy("policies/child.yaml", revision=name) for name in names]
    assert all(policy == policies[0] for policy in policies)


def test_a_path_is_read_from_wherever_we_stand(
    repository: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(repository / "policies")
    policy = load_policy("child.yaml", revision="old", policy_root="..")
    assert len(list(policy.rules)) == 2
    assert policy.file == "old:child.yaml"


@pytest.mark.parametrize("ref", ["-x", "--output=x", "", "gone", "old:policies", "a\0b"])
def test_what_is_no_revision_is_refused(repository: Path, ref: str) -> None:
    if not ref:
        return  # no revision: the file on disk
    before = sorted(path.name for path in repository.iterdir())
    with pytest.raises(UsageError, match="revision"):
        load_policy("policies/child.yaml", revision=ref)
    assert sorted(path.name for path in repository.iterdir()) == before


@pytest.mark.parametrize(
    ("path", "said"),
    [
        ("policies/gone.yaml", "has no file"),
        ("policies", "a folder"),
        ("policies/link.yaml", "a link"),
        (":(glob)**", "has no file"),
        ("policies/*.yaml", "has no file"),
    ],
)
def test_what_is_no_file_of_the_revision_is_refused(repository: Path, path: str, said: str) -> None:
    with pytest.raises(PolicyError, match=said):
        load_policy(path, revision="old")


def test_a_file_of_another_place_is_not_looked_for_in_the_repository(repository: Path) -> None:
    with pytest.raises(UsageError, match="in no git repository"):
        load_policy("../elsewhere.yaml", revision="old")


def test_a_syntax_error_of_an_old_policy_is_placed_in_its_revision(repository: Path) -> None:
    (repository / "policies/bad.yaml").write_text("deny:\n  - [\n", encoding="utf-8")
    git(repository, "add", ".")
    git(repository, "commit", "-q", "-m", "bad")
    with pytest.raises(PolicyError, match=r"HEAD:policies/bad\.yaml:3"):
        load_policy("policies/bad.yaml", revision="HEAD")


def test_outside_of_a_repository_there_is_no_revision(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path.parent))
    with pytest.raises(UsageError, match="no git repository"):
        load_policy("p.yaml", revision="main")


def test_without_git_the_error_says_so(repository: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(repository))
    with pytest.raises(UsageError, match="no `git` program"):
        load_policy("policies/child.yaml", revision="old")


def test_no_filter_or_hook_of_the_repository_runs(repository: Path) -> None:
    mark = repository / "ran"
    git(repository, "config", "core.fsmonitor", f"touch {mark}")
    git(repository, "config", "filter.x.smudge", f"touch {mark}")
    git(repository, "config", "diff.x.textconv", f"touch {mark}")
    (repository / ".gitattributes").write_text("*.yaml filter=x diff=x\n", encoding="utf-8")
    load_policy("policies/child.yaml", revision="old")
    assert not mark.exists()
