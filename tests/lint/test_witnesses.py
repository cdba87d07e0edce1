"""Whatever lint finds in any policy, the real package decides its calls as they are shown."""

import tempfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from laws.drawing import documents
from running import POLICIES, ROOT

from fencekit.dialects.dialect_registry import load_policy
from fencekit.linter.lint_run import lint
from fencekit.model.report import Report
from fencekit.reading import yaml
from lint.confirming import confirmed

pytestmark = pytest.mark.oracle

DEMO = ("policy.yaml", "candidate.yaml")
OWN = [*sorted(POLICIES.glob("*.yaml")), *(ROOT / "fencekit/_demo" / name for name in DEMO)]


def linted(path: Path, root: Path) -> Report:
    return lint(load_policy(path, strict=False, search_paths=[root]))


@pytest.mark.parametrize("path", OWN, ids=lambda path: path.name)
def test_every_call_on_our_own_policies_is_confirmed(path: Path) -> None:
    report = linted(path, POLICIES)
    assert report.checked == 1
    for finding in report.findings:
        assert finding.place is not None
        assert Path(finding.place.file).exists()
        confirmed(finding, path, search_paths=[POLICIES])


@settings(max_examples=60, deadline=None, derandomize=True, database=None)
@given(document=documents)
def test_every_call_on_any_policy_is_confirmed(document: dict[str, object]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "policy.yaml"
        path.write_text(yaml.write(document), encoding="utf-8")
        for finding in linted(path, Path(folder)).findings:
            confirmed(finding, path)


@settings(max_examples=15, deadline=None, derandomize=True, database=None)
@given(document=documents, again=st.just(0))
def test_lint_finds_the_same_twice(document: dict[str, object], again: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "policy.yaml"
        path.write_text(yaml.write(document), encoding="utf-8")
        assert linted(path, Path(folder)).findings == linted(path, Path(folder)).findings
