"""The HTML report in Chromium: quiet, accessible, within its width, in light and in dark."""

import functools
import re

import pytest

from browser.opening import PAGES, SCHEMES, needs_chromium

pytestmark = [pytest.mark.browser, needs_chromium]


def open_all(page) -> None:
    page.evaluate("document.querySelectorAll('details').forEach(one => { one.open = true })")


@pytest.mark.parametrize("name", PAGES)
def test_a_report_asks_for_nothing_and_raises_no_complaint(page_of, name):
    page, said, asked, file = page_of(name)
    open_all(page)
    assert said == []
    assert [url for url in asked if url != "data:,"] == [file.as_uri()]
    scripts = page.evaluate("document.querySelectorAll('script').length")
    assert scripts in (0, 1, 2)
    assert (
        page.evaluate("document.querySelectorAll('[onerror], [onload], img, a[href^=java]').length")
        == 0
    )


@pytest.mark.parametrize("scheme", SCHEMES)
def test_the_style_takes_effect_in_either_scheme(page_of, scheme):
    page, *_ = page_of("findings", scheme=scheme)
    background = page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert background == {"light": "rgb(246, 245, 242)", "dark": "rgb(20, 21, 24)"}[scheme]


@pytest.mark.parametrize("width", [320, 360, 768])
@pytest.mark.parametrize("name", ["findings", "could not check", "hostile", "endless", "edits"])
def test_no_page_is_wider_than_its_window(page_of, name, width):
    page, *_ = page_of(name, width=width)
    open_all(page)
    assert page.evaluate("document.documentElement.scrollWidth") <= width


@pytest.mark.parametrize("scheme", SCHEMES)
@pytest.mark.parametrize("name", PAGES)
def test_axe_finds_no_violation(page_of, name, scheme):
    axe = pytest.importorskip(
        "axe_playwright_python.sync_playwright", reason="axe-playwright-python is not installed"
    )
    page, *_ = page_of(name, scheme=scheme, bypass_csp=True)
    open_all(page)
    rules = {"runOnly": ["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa", "best-practice"]}
    results = axe.Axe().run(page, options=rules)
    assert results.violations_count == 0, results.generate_report()


def test_the_keyboard_reaches_the_report_and_its_sections(page_of):
    page, *_ = page_of("findings")
    focused = functools.partial(page.evaluate, "document.activeElement.textContent.trim()")
    page.keyboard.press("Tab")
    assert focused() == "Skip to the report"
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "content"
    page.keyboard.press("Tab")
    label = page.evaluate("document.activeElement.getAttribute('aria-label')")
    assert label == "Table: transition matrix"


def test_motion_is_left_out_for_who_wants_none(page_of):
    page, *_ = page_of("findings", motion="reduce")
    assert page.evaluate("getComputedStyle(document.documentElement).scrollBehavior") == "auto"


def test_what_is_folded_is_there_on_paper(page_of, tmp_path):
    page, *_ = page_of("edits")
    page.emulate_media(media="print")
    assert not page.locator("#filter").is_visible()
    assert not page.locator(".records").is_visible()
    for text in ("Approval workload", "Proved for every call"):
        assert page.get_by_text(text).is_visible()
    target = tmp_path / "report.pdf"
    page.pdf(path=target, format="A4")
    assert target.read_bytes().startswith(b"%PDF")


def test_the_page_reads_in_order_of_importance(page_of):
    page, *_ = page_of("edits")
    headings = [text.strip() for text in page.locator("h1, main h2").all_text_contents()]
    assert headings[0] == "14 recorded calls would be newly allowed"
    order = [
        headings.index(part) for part in headings if re.match("Edits and|Findings|Inputs", part)
    ]
    assert order == sorted(order)
    assert headings[-1] == "Inputs"
