"""The page on CapFence's own policies is what lint finds, and the real package agrees."""

import sys
from pathlib import Path

import pytest
from distribution import distribution

from fencekit.model.report import Report, Status
from lint.confirming import confirmed

pytestmark = pytest.mark.oracle

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT / "reports"))

import capfence_packs  # noqa: E402  (a script beside the sample reports, and no package)


@pytest.fixture(scope="module")
def folder() -> Path:
    return distribution()


@pytest.fixture(scope="module")
def report(folder: Path) -> Report:
    return capfence_packs.linted(folder)


def test_the_page_is_what_lint_finds(report: Report) -> None:
    committed = capfence_packs.PAGE.read_text(encoding="utf-8")
    assert capfence_packs.page(report) == committed, "python reports/capfence_packs.py FOLDER"


def test_every_policy_of_the_distribution_is_linted(report: Report, folder: Path) -> None:
    assert report.status is Status.FINDINGS
    assert not report.troubles
    assert report.checked == len(capfence_packs.policies(folder)) >= 29


def test_the_real_package_decides_every_call_as_the_page_shows_it(
    report: Report, folder: Path
) -> None:
    asked = 0
    for finding in report.findings:
        assert finding.place is not None
        asked += confirmed(finding, folder / finding.place.file)
    assert asked > 100


def test_the_page_names_no_place_of_this_machine() -> None:
    text = capfence_packs.PAGE.read_text(encoding="utf-8")
    assert str(ROOT) not in text
    assert str(Path.home()) not in text
