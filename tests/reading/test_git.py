"""A policy as it was in a commit: read whole, by any ref, and nothing else is read or run."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest
from running import fencekit

from fencekit.dialects.dialect_registry import load_policy
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


def test_a_file_of_another_repository_is_refused(repository: Path, tmp_path_factory) -> None:
    other = tmp_path_factory.mktemp("other")
    git(other, "init", "-q", "-b", "main")
    (other / "p.yaml").write_text("allow: []\n", encoding="utf-8")
    git(other, "add", ".")
    git(other, "commit", "-q", "-m", "first")
    with pytest.raises(UsageError, match="another git repository"):
        load_policy(str(other / "p.yaml"), revision="main")


def test_where_we_stand_in_no_repository_it_is_that_of_the_file(
    repository: Path, tmp_path_factory, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path_factory.mktemp("nowhere"))
    policy = load_policy(str(repository / "policies/base.yaml"), revision="old")
    assert [rule.capability for rule in policy.rules] == ["shell.exec"]


@pytest.mark.parametrize(
    ("make", "ref", "said"),
    [
        (["tag", "main", "old"], "main", "`refs/heads/main` and `refs/tags/main`"),
        (["tag", "main", "old"], "main~1", "could be"),
        (["branch", "HEAD", "old"], "HEAD", "`refs/heads/HEAD` and `HEAD`"),
        (["branch", "refs/tags/v1", "old"], "refs/tags/v1", "could be"),
    ],
)
def test_a_name_that_could_mean_two_things_is_refused(
    repository: Path, make: list[str], ref: str, said: str
) -> None:
    git(repository, "tag", "v1", "HEAD")
    git(
        repository, "update-ref", f"refs/{'tags' if make[0] == 'tag' else 'heads'}/{make[1]}", "old"
    )
    with pytest.raises(UsageError, match="could be") as raised:
        load_policy("policies/base.yaml", revision=ref)
    assert said in raised.value.message
    full = {"main": "refs/heads/main", "main~1": "refs/heads/main~1"}.get(ref)
    if full:
        assert load_policy("policies/base.yaml", revision=full) is not None


def test_a_local_branch_is_not_taken_for_the_remote_one(repository: Path) -> None:
    git(repository, "update-ref", "refs/remotes/origin/main", "old")
    assert load_policy("policies/base.yaml", revision="origin/main").rules
    git(repository, "branch", "origin/main", "HEAD")
    with pytest.raises(UsageError, match="refs/remotes/origin/main"):
        load_policy("policies/base.yaml", revision="origin/main")


def test_a_branch_that_is_named_like_a_commit_is_refused(repository: Path) -> None:
    name = git(repository, "rev-parse", "old")[:7]
    git(repository, "branch", name, "HEAD")
    with pytest.raises(UsageError, match="the object"):
        load_policy("policies/base.yaml", revision=name)


def test_a_branch_in_capitals_and_one_with_an_at_are_names_like_others(repository: Path) -> None:
    for name in ("MAIN", "ann@work", "a/b@c"):
        git(repository, "branch", name, "old")
        assert load_policy("policies/base.yaml", revision=name).rules


@pytest.fixture
def superproject(repository: Path, tmp_path_factory, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a repository with `repository` in `sub`, at `old` in the branch `base`."""
    above = tmp_path_factory.mktemp("above")
    monkeypatch.setenv("GIT_ALLOW_PROTOCOL", "file")
    git(above, "init", "-q", "-b", "base")
    git(above, "submodule", "--quiet", "add", str(repository), "sub")
    git(above / "sub", "checkout", "-q", "old")
    git(above, "add", ".")
    git(above, "commit", "-q", "-m", "old")
    git(above, "checkout", "-q", "-b", "change")
    git(above / "sub", "checkout", "-q", "main")
    git(above, "commit", "-q", "-am", "new")
    monkeypatch.chdir(above)
    return above


def test_a_file_of_a_submodule_is_read_at_the_commit_that_the_revision_has(
    superproject: Path,
) -> None:
    # In the submodule's own repository `base` is nothing, and `change` something else.
    git(superproject / "sub", "branch", "base", "main")
    old = load_policy("sub/policies/child.yaml", revision="base", policy_root="sub")
    assert [rule.capability for rule in old.rules] == ["shell.exec", "shell.exec"]
    assert old.file == "base:sub/policies/child.yaml"
    new = load_policy("sub/policies/child.yaml", revision="change", policy_root="sub")
    assert [rule.capability for rule in new.rules] == ["shell.exec"]


def test_a_looser_commit_of_a_submodule_is_a_loosening(superproject: Path) -> None:
    done = fencekit("diff", "sub/policies/base.yaml", "sub/policies/base.yaml", "--from", "base")
    assert done.code == 2  # two files and a revision
    (superproject / "sub/policies/base.yaml").write_text("allow: ['*']\n", encoding="utf-8")
    done = fencekit("diff", "sub/policies/base.yaml", "--from", "base")
    assert done.code == 1, done.all


def test_a_commit_that_the_submodule_has_not_is_said(superproject: Path) -> None:
    shutil.rmtree(superproject / "sub")
    (superproject / "sub").mkdir()
    with pytest.raises(UsageError, match=r"submodule of `sub/policies/base.yaml` has not"):
        load_policy("sub/policies/base.yaml", revision="base")
    with pytest.raises(PolicyError, match="a folder or a submodule"):
        load_policy("sub", revision="base")


def test_a_hook_of_the_superproject_reads_the_submodule_all_the_same(
    superproject: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GIT_DIR", str(superproject / ".git"))
    monkeypatch.setenv("GIT_INDEX_FILE", str(superproject / ".git/index"))
    old = load_policy("sub/policies/base.yaml", revision="base")
    assert old.rules


def test_a_repository_inside_ours_has_its_own_revisions(repository: Path) -> None:
    inside = repository / "policies/inside"
    inside.mkdir()
    git(inside, "init", "-q", "-b", "old")
    (inside / "p.yaml").write_text("allow: []\n", encoding="utf-8")
    git(inside, "add", ".")
    git(inside, "commit", "-q", "-m", "first")
    with pytest.raises(PolicyError, match="`old` has no file"):
        load_policy("policies/inside/p.yaml", revision="old")


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
