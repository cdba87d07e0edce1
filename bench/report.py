"""The HTML report of 100,000 changed records: size, time to render, time until Chromium is ready.

Run it with `make bench`; it prints the table that `reports/bench.md` holds. The log is made of
recorded calls that `agents-mixed.yaml` decides otherwise than `agents.yaml`; half of them are like
no other. Rendering, with the masking of secrets that comes before it, is compared with parsing the
same log line by line, in the same process.
"""

import json
import platform
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from random import Random

from fencekit.checks.postprocess.report_redaction import without_secrets
from fencekit.checks.replay.replay_job import ReplayJob
from fencekit.reporting.html.html_page import render

ROOT = Path(__file__).parents[1]
POLICY = str(ROOT / "fixtures/policies/capfence/agents.yaml")
CANDIDATE = str(ROOT / "fixtures/policies/capfence/agents-mixed.yaml")
LOG = ROOT / "fixtures/logs/fencekit/agents.jsonl"
CHROMIUM = Path("/usr/bin/chromium")
RECORDS = 101_300
ROUNDS = 5


def main() -> None:
    """Make the log and the report, and print the table."""
    with tempfile.TemporaryDirectory() as folder:
        log = Path(folder) / "log.jsonl"
        write_log(log)
        parsing = best(lambda: parse(log))
        report = ReplayJob((str(log),), CANDIDATE, POLICY).run()
        assert report.replay is not None
        masked = without_secrets(report)
        render(masked)  # the templates are compiled once in a process
        masking = best(lambda: without_secrets(report))
        rendering = best(lambda: render(masked))
        both = best(lambda: render(without_secrets(report)))
        page = Path(folder) / "report.html"
        page.write_text(render(masked), encoding="utf-8")
        changed = len(report.replay.changed)
        print(f"The HTML report of {changed:,} changed records (`bench/report.py`),")
        print(f"Python {platform.python_version()}, CPU seconds, best of {ROUNDS}:\n")
        print("| what | figure |\n| --- | ---: |")
        print(f"| json.loads of the log, line by line | {parsing:.2f} s |")
        print(f"| masking what looks like a secret | {masking:.2f} s, {masking / parsing:.2f} × |")
        print(f"| rendering the masked report | {rendering:.2f} s, {rendering / parsing:.2f} × |")
        print(f"| masking and rendering | {both:.2f} s, {both / parsing:.2f} × |")
        print(f"| size of the file | {page.stat().st_size / 1e6:.2f} MB |")
        for name, seconds in in_chromium(page, Path(folder)):
            print(f"| {name} | {seconds:.2f} s |")


def write_log(path: Path) -> None:
    """Write a log of calls that the candidate decides otherwise, each with a time."""
    replayed = ReplayJob((str(LOG),), CANDIDATE, POLICY).run().replay
    assert replayed is not None
    lines = LOG.read_text(encoding="utf-8").splitlines()
    changed = [json.loads(lines[(one.record.place.line or 1) - 1]) for one in replayed.changed]
    random = Random(20_261_125)
    with path.open("w", encoding="utf-8") as out:
        for number in range(RECORDS):
            made = dict(random.choice(changed))
            day, second = divmod(number, 3_600)
            made["time"] = f"2026-10-{day % 28 + 1:02d}T{second // 60:02d}:{second % 60:02d}:00Z"
            if number % 2:
                args = {**made["request"].get("args", {}), "request": f"r-{number}"}
                made["request"] = {**made["request"], "args": args}
            out.write(json.dumps(made) + "\n")


def parse(log: Path) -> None:
    """Parse every line of a log."""
    with log.open(encoding="utf-8") as lines:
        for line in lines:
            json.loads(line)


def best(work: Callable[[], object]) -> float:
    """Return the fewest CPU seconds that the work takes."""
    found = []
    for _ in range(ROUNDS):
        began = time.process_time()
        work()
        found.append(time.process_time() - began)
    return min(found)


def in_chromium(page: Path, folder: Path) -> list[tuple[str, float]]:
    """Return how long an empty page and the report take until they are ready, and a filter."""
    if not CHROMIUM.exists():
        return []
    from playwright.sync_api import sync_playwright  # noqa: PLC0415  (it may be missing)

    empty = folder / "empty.html"
    empty.write_text("<!doctype html><title>empty</title>", encoding="utf-8")
    with sync_playwright() as started:
        browser = started.chromium.launch(executable_path=str(CHROMIUM), args=["--no-sandbox"])
        times: dict[str, list[float]] = {"empty page": [], "report": [], "filter": []}
        for _ in range(ROUNDS):
            tab = browser.new_page()
            tab.goto(empty.as_uri())
            times["empty page"].append(tab.evaluate("performance.now()") / 1000)
            tab.goto(page.as_uri())
            tab.wait_for_function("document.documentElement.dataset.ready === 'yes'")
            times["report"].append(
                tab.evaluate("performance.getEntriesByName('ready')[0].startTime") / 1000
            )
            times["filter"].append(tab.evaluate(FILTER) / 1000)
            tab.close()
        browser.close()
    return [
        ("Chromium: an empty page until it can run a script", min(times["empty page"])),
        ("Chromium: the report until every record can be browsed", min(times["report"])),
        ("Chromium: a filter with a word, over all records", min(times["filter"])),
    ]


FILTER = """() => {
  const box = document.querySelector("#q");
  const began = performance.now();
  box.value = "to:escalate r-99";
  box.dispatchEvent(new Event("input"));
  return performance.now() - began;
}"""

if __name__ == "__main__":
    sys.exit(main())
