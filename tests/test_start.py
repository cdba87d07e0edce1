"""`fencekit init` and what CI servers read: whole, valid, never written over."""

import json
import subprocess
import sys
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest
import yaml
from jsonschema import Draft7Validator
from running import ROOT, fencekit

PACKED = ROOT / "fencekit/_start"


def schema(name: str) -> Draft7Validator:
    """Return a schema that check-jsonschema ships."""
    path = files("check_jsonschema") / "builtin_schemas" / "vendor" / f"{name}.json"
    return Draft7Validator(json.loads(path.read_text(encoding="utf-8")))


def document(path: Path) -> Any:
    """Return a YAML document as the servers read it, which take `on` for a word."""
    read = yaml.safe_load(path.read_text(encoding="utf-8"))
    return {"on" if key is True else key: read[key] for key in read} if type(read) is dict else read


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.parametrize(
    ("name", "path"),
    [
        ("github-actions", ROOT / "action.yml"),
        ("github-workflows", PACKED / "github.yml"),
        ("gitlab-ci", PACKED / "gitlab.yml"),
    ],
)
def test_what_a_server_reads_is_what_its_schema_says(name: str, path: Path) -> None:
    validator = schema(name)
    validator.validate(document(path))
    assert not validator.is_valid({"runs": {"using": "composite"}, "jobs": 5, "stages": {}})


def test_no_input_of_the_action_is_pasted_into_a_script() -> None:
    for step in document(ROOT / "action.yml")["runs"]["steps"]:
        assert "${{" not in step["run"]
    for step in document(PACKED / "github.yml")["jobs"]["fencekit"]["steps"]:
        assert "${{" not in step.get("run", "")


def test_the_hooks_are_what_pre_commit_reads() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "pre_commit", "validate-manifest", ".pre-commit-hooks.yaml"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert [hook["id"] for hook in document(ROOT / ".pre-commit-hooks.yaml")] == [
        "fencekit-lint",
        "fencekit-test",
        "fencekit-diff",
    ]


def test_a_start_is_whole_and_works(folder: Path) -> None:
    done = fencekit("init")
    assert done.code == 0, done.err
    written = sorted(path.as_posix() for path in Path().rglob("*") if path.is_file())
    assert written == [
        ".github/workflows/fencekit.yml",
        "policies/agents.fence.yaml",
        "policies/agents.yaml",
        "pyproject.toml",
    ]
    assert fencekit("lint", "policies/agents.yaml").code == 0
    tested = fencekit("test", "policies", "--format", "json")
    assert tested.code == 0, tested.all
    assert tested.report["checked"] == 32


def test_nothing_is_written_over(folder: Path) -> None:
    (folder / "policies").mkdir()
    (folder / "policies/agents.yaml").write_text("mine", encoding="utf-8")
    (folder / "pyproject.toml").write_text("[project]\nname = 'x'", encoding="utf-8")
    (folder / ".gitlab-ci.yml").write_text("", encoding="utf-8")
    done = fencekit("init")
    assert done.code == 0
    assert "leaves policies/agents.yaml (it is there already)" in done.out
    assert (folder / "policies/agents.yaml").read_text("utf-8") == "mine"
    assert (folder / ".gitlab/fencekit.yml").exists()
    text = (folder / "pyproject.toml").read_text("utf-8")
    assert text.startswith("[project]\nname = 'x'\n")
    again = fencekit("init")
    assert again.code == 0
    assert "writes" not in again.out
    assert "appends" not in again.out
    assert (folder / "pyproject.toml").read_text("utf-8") == text


def test_a_dry_run_shows_all_and_writes_nothing(folder: Path) -> None:
    done = fencekit("init", "--dry-run", "--ci", "gitlab")
    assert done.code == 0
    assert "writes .gitlab/fencekit.yml" in done.out
    for line in (PACKED / "gitlab.yml").read_text("utf-8").splitlines():
        assert line in done.out
    assert list(folder.iterdir()) == []


def test_a_configuration_that_cannot_be_read_stops_the_start(folder: Path) -> None:
    (folder / "pyproject.toml").write_text("[tool", encoding="utf-8")
    done = fencekit("init")
    assert done.code == 2
    assert "pyproject.toml" in done.err
    assert [path.name for path in folder.iterdir()] == ["pyproject.toml"]
