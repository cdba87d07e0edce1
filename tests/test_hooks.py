"""The hooks for pre-commit, run by pre-commit itself in a repository that `fencekit init` started.

`pre-commit try-repo` would also build an environment of its own, from the network; here the hooks
run in this one, and everything else is as the manifest says.
"""

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml
from running import ROOT, fencekit

POLICY = Path("policies/agents.yaml")
LINE = "  - capability: file.read.*\n"


def run(*words: str) -> subprocess.CompletedProcess[str]:
    env = {
        **os.environ,
        "PYTHONPATH": str(ROOT),
        "PRE_COMMIT_HOME": str(Path.cwd() / ".git/pre-commit"),
        "GIT_CONFIG_GLOBAL": os.devnull,
        "GIT_CONFIG_SYSTEM": os.devnull,
    }
    for who in ("AUTHOR", "COMMITTER"):
        env |= {f"GIT_{who}_NAME": "Ann", f"GIT_{who}_EMAIL": "ann@example.com"}
    return subprocess.run(words, capture_output=True, text=True, env=env, check=False)


def here(hook: dict[str, Any]) -> dict[str, Any]:
    """Return a hook of the manifest that runs in this environment."""
    name, command = hook["entry"].split(" ")
    assert name == "fencekit"
    entry = f"{sys.executable} -m fencekit {command}"
    return {**hook, "language": "system", "entry": entry, "verbose": True}


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Make a repository with a start, committed, and the hooks of the manifest."""
    monkeypatch.chdir(tmp_path)
    assert fencekit("init").code == 0
    hooks = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text("utf-8"))
    repo = {"repo": "local", "hooks": [here(hook) for hook in hooks]}
    Path(".pre-commit-config.yaml").write_text(yaml.safe_dump({"repos": [repo]}), encoding="utf-8")
    for words in (["init", "-q", "-b", "main"], ["add", "."], ["commit", "-q", "-m", "first"]):
        assert run("git", *words).returncode == 0


def hooks_of_a_commit() -> dict[str, str]:
    """Return what pre-commit says of each hook, for what is staged."""
    assert run("git", "add", "-A").returncode == 0
    done = run(sys.executable, "-m", "pre_commit", "run", "--color", "never")
    lines = [line for line in done.stdout.splitlines() if line.startswith("fencekit ")]
    said = {line.split(".")[0]: line.rsplit(".", 1)[1].split(")")[-1] for line in lines}
    assert len(said) == 3, done.stdout + done.stderr
    assert (done.returncode == 0) == ("Failed" not in said.values())
    return said


@pytest.mark.usefixtures("repository")
def test_the_hooks_run_where_a_policy_changed_and_nowhere_else() -> None:
    Path("notes.yaml").write_text("a: 1\n", encoding="utf-8")
    assert set(hooks_of_a_commit().values()) == {"Skipped"}
    cases = Path("policies/agents.fence.yaml")
    cases.write_text(f"{cases.read_text('utf-8')}# more\n", encoding="utf-8")
    said = hooks_of_a_commit()
    assert said["fencekit lint"] == "Skipped"
    assert said["fencekit test"] == "Passed"


@pytest.mark.usefixtures("repository")
def test_a_change_that_tightens_passes_every_hook() -> None:
    rule = "deny:\n  - capability: file.read.production\n"
    text = POLICY.read_text("utf-8").replace("deny:\n", rule, 1)
    POLICY.write_text(text, encoding="utf-8")
    assert set(hooks_of_a_commit().values()) == {"Passed"}


@pytest.mark.usefixtures("repository")
def test_a_change_that_loosens_fails_the_hook_that_compares() -> None:
    text = POLICY.read_text("utf-8")
    assert LINE in text
    loose = text.replace(LINE, f"{LINE}  - capability: mail.send.*\n")
    POLICY.write_text(loose, encoding="utf-8")
    assert hooks_of_a_commit()["fencekit diff"] == "Failed"


@pytest.mark.usefixtures("repository")
def test_a_policy_that_cannot_be_read_fails_every_hook() -> None:
    POLICY.write_text("deny: [\n", encoding="utf-8")
    assert set(hooks_of_a_commit().values()) == {"Failed"}
