"""A finding stands at the very key or element that it speaks of."""

from pathlib import Path

import pytest
from running import LOGS, POLICIES

from fencekit.linter.lint_levels import Levels
from fencekit.linter.lint_run import LintJob
from fencekit.model.finding import Finding
from lint.pages import policy_at

POLICY = """\
extends: base.yaml
deny:
  - capability: shell.exec
    match_keywords:
      - mkfs
      - "rm -rf"
  - {capability: sql.execute, match_regex: ['(?i)drop', 'TRUNCATE']}
allow:
  - shell.exec
  - sql.execute
  - "*.search"
risk_levels:
  medium:
    action: warn
"""
BASE = "allow:\n  - capability: file.read\n    path_prefix: /workspace/\n"


@pytest.fixture
def found(tmp_path: Path) -> dict[str, Finding]:
    (tmp_path / "base.yaml").write_text(BASE)
    report = LintJob([str(policy_at(tmp_path, POLICY))], str(tmp_path)).run()
    assert not report.troubles
    return {finding.slug: finding for finding in report.findings}


@pytest.mark.parametrize(
    ("slug", "file", "line", "column"),
    [
        ("evadable-spacing", "policy.yaml", 6, 9),
        ("evadable-case", "policy.yaml", 7, 57),
        ("wildcard-allow", "policy.yaml", 11, 5),
        ("risk-level-grants-all", "policy.yaml", 14, 5),
        ("allow-path-escapes", "base.yaml", 3, 5),
    ],
)
def test_a_finding_stands_at_its_key_or_element(
    slug: str, file: str, line: int, column: int, found: dict[str, Finding]
) -> None:
    place = found[slug].place
    assert place is not None
    assert (Path(place.file).name, place.line, place.column) == (file, line, column)


def test_a_log_without_arguments_says_nothing_about_fields_of_arguments(tmp_path: Path) -> None:
    text = "deny:\n  - {capability: payment, amount_gt: 5}\n  - {capability: payment, tenant: x}\n"
    path = policy_at(tmp_path, text)
    for log, expected in (
        (LOGS / "capfence_sqlite/agents.db", []),
        (LOGS / "fencekit/agents.jsonl", []),
        (LOGS / "capfence_trace/seed.jsonl", ["field-never-logged", "field-never-logged"]),
    ):
        levels = Levels(select=("field-never-logged",))
        report = LintJob([str(path)], levels=levels, logs=[str(log)]).run()
        assert not report.troubles
        assert [finding.slug for finding in report.findings] == expected, log


def test_fields_that_our_recorded_agents_have_are_not_missed() -> None:
    levels = Levels(select=("field-never-logged",))
    log = str(LOGS / "capfence_trace/agents.jsonl")
    report = LintJob([str(POLICIES / "agents.yaml")], levels=levels, logs=[log]).run()
    assert not report.troubles
    assert [finding for finding in report.findings if "`amount_gt`" in finding.message] == []
    assert report.lint is not None
    assert report.lint.logs[0][1] > 50


def test_a_log_that_cannot_be_read_is_a_trouble(tmp_path: Path) -> None:
    (tmp_path / "log.jsonl").write_text("")
    job = LintJob([str(policy_at(tmp_path, BASE))], logs=[str(tmp_path / "log.jsonl")])
    assert job.run().exit_code == 3
