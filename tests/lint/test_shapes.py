"""Each shape is found where its page says to avoid it, and is not where it says what to prefer."""

from pathlib import Path

import pytest

from fencekit.linter.lint_registry import explanation, rules
from fencekit.model.finding import Finding, RecordClass
from fencekit.model.record import Record
from fencekit.model.report import Report, Status
from lint.confirming import confirmed
from lint.pages import DOCS, HEADINGS, PAGES, Page, linted, page

pytestmark = pytest.mark.oracle

COMMENTS = {"ignore-without-reason", "unused-ignore"}
WITHOUT_A_CALL = {
    "duplicate-rule",
    "regex-never-matches",
    "field-never-logged",
    "capability-never-logged",
    "hidden-line-end",
    *COMMENTS,
}
"""The shapes that no call can show: what they speak of never decides."""


@pytest.fixture(params=PAGES, ids=lambda path: path.stem)
def shown(request: pytest.FixtureRequest) -> Page:
    return page(request.param)


def looked_for(slug: str) -> tuple[str, ...]:
    return tuple(rules()) if slug in COMMENTS else (slug,)


def of_slug(report: Report, slug: str) -> list[Finding]:
    assert not report.troubles, report.troubles
    return [finding for finding in report.findings if finding.slug == slug]


def test_what_a_page_says_to_avoid_is_found(shown: Page, tmp_path: Path) -> None:
    report = linted(shown.avoid, tmp_path, *looked_for(shown.slug))
    found = of_slug(report, shown.slug)
    assert report.status is Status.FINDINGS
    assert found
    for finding in found:
        assert finding.kind is RecordClass.FAULT
        assert finding.place
        assert finding.place.line
        assert finding.place.column
        assert finding.message[0] != finding.message[0].upper() or not finding.message[0].isalpha()
        assert not finding.message.endswith(".")
        assert bool(finding.witnesses) is (shown.slug not in WITHOUT_A_CALL)


def test_what_a_page_says_to_prefer_is_quiet(shown: Page, tmp_path: Path) -> None:
    report = linted(shown.prefer, tmp_path, *looked_for(shown.slug))
    assert of_slug(report, shown.slug) == []
    assert report.checked == 1


def test_every_call_is_decided_by_the_real_package_as_it_is_shown(
    shown: Page, tmp_path: Path
) -> None:
    report = linted(shown.avoid, tmp_path, *looked_for(shown.slug))
    for finding in of_slug(report, shown.slug):
        confirmed(finding, tmp_path / "policy.yaml", search_paths=[tmp_path])


def test_a_pair_of_calls_is_one_that_is_stopped_and_one_that_is_decided_looser(
    shown: Page, tmp_path: Path
) -> None:
    report = linted(shown.avoid, tmp_path, *looked_for(shown.slug))
    for finding in of_slug(report, shown.slug):
        if len(finding.witnesses) > 1:
            before, after = map(verdict_of, finding.witnesses)
            assert after <= before, finding
            assert (finding.before, finding.after) != (finding.before, finding.before)


def verdict_of(record: Record) -> int:
    assert record.recorded is not None
    (verdict,) = record.recorded.verdicts
    return verdict


def test_a_page_has_its_four_parts_and_the_level_of_its_shape(shown: Page) -> None:
    shape = rules()[shown.slug]
    assert shown.headings == HEADINGS
    assert shown.level == str(shape.level)
    assert shown.title.lower() == shape.said.lower()


def test_every_shape_has_a_page_and_every_page_a_shape() -> None:
    assert sorted(rules()) == [path.stem for path in PAGES]
    assert DOCS.is_dir()


@pytest.mark.parametrize("slug", rules())
def test_every_shape_is_explained(slug: str) -> None:
    said = explanation(slug)
    assert len(said.splitlines()) > 2
    assert said.splitlines()[0].endswith(".")


def test_the_page_on_lint_lists_every_shape() -> None:
    text = (DOCS.parent / "lint.md").read_text(encoding="utf-8")
    for slug, shape in rules().items():
        assert f"\n| [`{slug}`](lint/{slug}.md) | {shape.level} | {shape.said}" in text
