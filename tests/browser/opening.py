"""What the browser tests share: the pages that they open, and when they cannot be run."""

from pathlib import Path

import pytest

from browser.sample_reports import HOSTILE, SAMPLES, against_guardrails, hostile_report

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
PAGES = {
    **SAMPLES,
    "hostile": hostile_report(HOSTILE),
    "hostile guardrails": against_guardrails(HOSTILE),
    "endless": hostile_report("x" * 3_000),
}
SCHEMES = ["light", "dark"]

needs_chromium = pytest.mark.skipif(not CHROMIUM.exists(), reason=f"there is no {CHROMIUM}")
