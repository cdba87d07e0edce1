"""Every face passes one finalising step: bounded, and masked once."""

import ast
from pathlib import Path

import pytest
from running import ROOT, record, write_lines

from fencekit.checks.postprocess import limit_findings
from fencekit.checks.postprocess.finalise_report import finalise
from fencekit.checks.replay.replay_job import ReplayJob
from fencekit.model.masking import Redact

FACES = ("fencekit/cli", "fencekit/pytest_plugin")
ONLY_HERE = {"without_secrets", "bounded"}


@pytest.fixture
def report(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> object:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(limit_findings, "MOST_FINDINGS", 2)
    Path("p.yaml").write_text("allow: ['*']\n", encoding="utf-8")
    calls = [record(f"a{at}.x", "DENY", args={"password": "hunter22"}) for at in range(5)]
    write_lines(Path("log.jsonl"), *calls)
    return ReplayJob(("log.jsonl",), "p.yaml").run()


def test_a_report_is_bounded_and_masked(report) -> None:
    made = finalise(report)
    assert len(made.findings) == 2
    assert "3 more findings, of 3 records, are counted and not listed" in made.troubles[-1]
    shown = [one.request.args.values for finding in made.findings for one in finding.witnesses]
    assert shown == [{"password": "[masked]"}] * 2
    assert made.masking is not None
    assert made.masking.mode is Redact.SECRETS


def test_what_was_masked_before_is_masked_again_only_where_it_is_asked_for(report) -> None:
    once = finalise(report)
    assert finalise(once).masking == once.masking
    assert finalise(once, "all").masking.mode is Redact.ALL
    assert finalise(report, Redact.NONE).masking.mode is Redact.NONE


def test_no_face_bounds_or_masks_a_report_by_itself() -> None:
    found = []
    for face in FACES:
        for file in sorted((ROOT / face).rglob("*.py")):
            for node in ast.walk(ast.parse(file.read_text("utf-8"))):
                if isinstance(node, ast.ImportFrom):
                    names = {alias.name for alias in node.names} & ONLY_HERE
                    found += [(file.name, name) for name in names]
    assert found == []
