"""The HTML report in Chromium: quiet, accessible, within its width, in light and in dark."""

import functools
from pathlib import Path

import pytest

from browser.sample_reports import HOSTILE, SAMPLES, hostile_report
from fencekit.reporting.html.page import render

playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")

CHROMIUM = Path("/usr/bin/chromium")
QUIET = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
PAGES = {**SAMPLES, "hostile": hostile_report(HOSTILE), "endless": hostile_report("x" * 3_000)}
SCHEMES = ["light", "dark"]

pytestmark = pytest.mark.skipif(not CHROMIUM.exists(), reason=f"there is no {CHROMIUM}")


@pytest.fixture(scope="module")
def browser():
    with playwright.sync_playwright() as started:
        launched = started.chromium.launch(executable_path=str(CHROMIUM), args=QUIET)
        yield launched
        launched.close()


@pytest.fixture
def page_of(browser, tmp_path, request):
    """Return what opens a sample in a page of its own, with all that the page says and asks."""

    def opened(name, *, width=1280, scheme="light", bypass_csp=False):
        file = tmp_path / "report.html"
        file.write_text(render(PAGES[name]), encoding="utf-8")
        context = browser.new_context(
            viewport={"width": width, "height": 900}, color_scheme=scheme, bypass_csp=bypass_csp
        )
        request.addfinalizer(context.close)
        page = context.new_page()
        said: list[str] = []
        asked: list[str] = []
        page.on("console", lambda message: said.append(message.text))
        page.on("pageerror", lambda error: said.append(str(error)))
        page.on("dialog", lambda dialog: (said.append("a dialog"), dialog.dismiss()))
        page.on("request", lambda request: asked.append(request.url))
        page.goto(file.as_uri())
        return page, said, asked, file

    return opened


@pytest.mark.parametrize("name", PAGES)
def test_a_report_asks_for_nothing_and_raises_no_complaint(page_of, name):
    page, said, asked, file = page_of(name)
    page.evaluate("document.querySelectorAll('details').forEach(one => { one.open = true })")
    assert said == []
    assert [url for url in asked if url != "data:,"] == [file.as_uri()]
    assert page.evaluate("document.querySelectorAll('script, [onerror], [onload]').length") == 0


@pytest.mark.parametrize("scheme", SCHEMES)
def test_the_style_takes_effect_in_either_scheme(page_of, scheme):
    page, *_ = page_of("findings", scheme=scheme)
    background = page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert background == {"light": "rgb(246, 245, 242)", "dark": "rgb(20, 21, 24)"}[scheme]


@pytest.mark.parametrize("width", [320, 360, 768])
@pytest.mark.parametrize("name", ["findings", "could not check", "hostile", "endless"])
def test_no_page_is_wider_than_its_window(page_of, name, width):
    page, *_ = page_of(name, width=width)
    page.evaluate("document.querySelectorAll('details').forEach(one => { one.open = true })")
    assert page.evaluate("document.documentElement.scrollWidth") <= width


@pytest.mark.parametrize("scheme", SCHEMES)
@pytest.mark.parametrize("name", PAGES)
def test_axe_finds_no_violation(page_of, name, scheme):
    axe = pytest.importorskip(
        "axe_playwright_python.sync_playwright", reason="axe-playwright-python is not installed"
    )
    page, *_ = page_of(name, scheme=scheme, bypass_csp=True)
    page.evaluate("document.querySelectorAll('details').forEach(one => { one.open = true })")
    rules = {"runOnly": ["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa", "best-practice"]}
    results = axe.Axe().run(page, options=rules)
    assert results.violations_count == 0, results.generate_report()


def test_the_keyboard_reaches_the_report_the_tables_and_the_findings(page_of):
    page, *_ = page_of("findings")
    focused = functools.partial(page.evaluate, "document.activeElement.textContent.trim()")
    page.keyboard.press("Tab")
    assert focused() == "Skip to the report"
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "content"
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.getAttribute('aria-label')") == "transition matrix"


def test_a_cell_of_the_matrix_leads_to_its_group(page_of):
    page, *_ = page_of("findings")
    page.click(".matrix td a")
    assert page.evaluate("document.querySelector('.finding:target') !== null")
