"""Takes the pictures of the README and of the docs: the report of the demo as it is today.

    python reports/screenshots.py      write them to docs/images

Needs Chromium at /usr/bin/chromium and the package `playwright`.
"""

import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from playwright.sync_api import sync_playwright

IMAGES = Path(__file__).resolve().parent.parent / "docs/images"
CHROMIUM = "/usr/bin/chromium"
TOP, WHOLE = (1100, 1300), (1100, 900)


def main() -> None:
    """Make the demo's report and the diff of its policies, and photograph them."""
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as started:
        fencekit(folder, "demo", "fencekit-demo")
        policies = ("fencekit-demo/policy.yaml", "fencekit-demo/candidate.yaml")
        logs = ("--log", "fencekit-demo/audit.jsonl", "--html", "diff.html")
        fencekit(folder, "diff", *policies, *logs)
        browser = started.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        photograph(browser, Path(folder, "fencekit-demo/report.html"), "report.png", TOP)
        photograph(browser, Path(folder, "diff.html"), "edits.png", WHOLE, at="#edits")
        browser.close()


def fencekit(folder: str, *words: str) -> None:
    """Run a command in a folder; 0 and 1 are what a check may end with."""
    command = [sys.executable, "-m", "fencekit", *words]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    if done.returncode not in (0, 1):
        raise SystemExit(f"{' '.join(command)}: {done.stderr}")


def photograph(browser: Any, page: Path, name: str, size: tuple[int, int], at: str = "") -> None:
    """Write the picture of a page, scrolled to a part of it, in light colours."""
    context = browser.new_context(
        viewport={"width": size[0], "height": size[1]}, color_scheme="light"
    )
    opened = context.new_page()
    opened.goto(page.as_uri())
    opened.wait_for_load_state("load")
    if at:
        opened.evaluate(
            "at => document.querySelector(at).scrollIntoView({behavior: 'instant'})", at
        )
    opened.screenshot(path=str(IMAGES / name), animations="disabled")
    context.close()


if __name__ == "__main__":
    main()
