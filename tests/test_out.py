"""`--out FORMAT=FILE`: several reports of one run, each in its own file."""

import json
from pathlib import Path

import pytest
from running import LOGS, POLICIES, fencekit

SEED, SEED_POLICY = LOGS / "capfence_trace/seed.jsonl", POLICIES / "seed-shell.yaml"
FORMS = ("text", "json", "markdown", "sarif", "junit", "github", "gitlab", "html")


def replay(*options: object):
    return fencekit("replay", SEED, "--policy", SEED_POLICY, *options)


def test_one_run_writes_every_format_that_is_asked_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    options = [word for form in FORMS for word in ("--out", f"{form}=report.{form}")]
    done = replay(*options, "--format", "json")
    assert done.code == 0, done.err
    for form in FORMS:
        assert (tmp_path / f"report.{form}").stat().st_size > 2, form
    assert (tmp_path / "report.json").read_text("utf-8") == done.out
    assert json.loads((tmp_path / "report.sarif").read_text("utf-8"))["version"] == "2.1.0"
    assert (tmp_path / "report.text").read_text("utf-8").startswith("CLEAN: ")
    assert (tmp_path / "report.html").read_text("utf-8").startswith("<!doctype html>")


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("--out", "pdf=x"), "names no format and file"),
        (("--out", "json"), "names no format and file"),
        (("--out", "json="), "names no format and file"),
        (("--out", "=x"), "names no format and file"),
        (("--out", "json=x", "--out", "sarif=x"), "named for two reports"),
        (("--html", "x", "--out", "json=x"), "named for two reports"),
        (("--out", f"json={SEED}"), "it is not written over"),
    ],
    ids=str,
)
def test_what_cannot_be_written_is_a_usage_error_before_anything_runs(
    options: tuple[str, ...], said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    done = replay(*options)
    assert done.code == 2
    assert said in done.err
    assert list(tmp_path.iterdir()) == []
