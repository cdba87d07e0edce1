"""A browser for all tests of this folder, and pages in contexts of their own."""

import pytest

from browser.opening import CHROMIUM, PAGES, QUIET
from fencekit.reporting.html.html_page import render

playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")


@pytest.fixture(scope="module")
def browser():
    with playwright.sync_playwright() as started:
        launched = started.chromium.launch(executable_path=str(CHROMIUM), args=QUIET)
        yield launched
        launched.close()


@pytest.fixture
def page_of(browser, tmp_path, request):
    """Return what opens a sample in a page of its own, with all that the page says and asks."""

    def opened(
        name,
        *,
        width=1280,
        scheme="light",
        bypass_csp=False,
        script=True,
        motion="no-preference",
        hash="",
    ):
        file = tmp_path / "report.html"
        sample = PAGES[name] if isinstance(name, str) else name
        file.write_text(render(sample), encoding="utf-8")
        context = browser.new_context(
            viewport={"width": width, "height": 900},
            color_scheme=scheme,
            bypass_csp=bypass_csp,
            java_script_enabled=script,
            reduced_motion=motion,
        )
        context.grant_permissions(["clipboard-read", "clipboard-write"])
        request.addfinalizer(context.close)
        page = context.new_page()
        said: list[str] = []
        asked: list[str] = []
        page.on("console", lambda message: said.append(message.text))
        page.on("pageerror", lambda error: said.append(str(error)))
        page.on("dialog", lambda dialog: (said.append("a dialog"), dialog.dismiss()))
        page.on("request", lambda request: asked.append(request.url))
        page.goto(file.as_uri() + hash)
        return page, said, asked, file

    return opened
