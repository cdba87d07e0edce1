"""Writes `docs/capfence-packs.md`: what lint finds in the policies that CapFence 0.9.0 ships.

    pip download capfence==0.9.0 --no-binary :all: --no-deps && tar xzf capfence-0.9.0.tar.gz
    python reports/capfence_packs.py capfence-0.9.0

The page has figures, places and calls; the policies themselves are in CapFence's distribution.
"""

import json
import os
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from fencekit.linter.lint_levels import Levels
from fencekit.linter.lint_registry import rules
from fencekit.linter.lint_run import LintJob
from fencekit.model.finding import Finding, Level
from fencekit.model.record import Record
from fencekit.model.report import Report
from fencekit.model.request_json import request_to_json
from fencekit.reporting.visible_text import visible

PAGE = Path(__file__).resolve().parent.parent / "docs/capfence-packs.md"
FOLDERS = ("policies", "examples")
LONGEST = 300

HEAD = """# CapFence's own policies under lint

What `fencekit lint` finds in the {count} policies of the source distribution of CapFence 0.9.0
(MIT). Every call below is decided by our engine as it is shown here, and a test asks the real
package about each one. Of a pair, the first call is stopped, and the second one, its rewrite, is
decided looser. The policies are starters, meant to be adapted: the findings are what to adapt.

Made by `python reports/capfence_packs.py FOLDER`; [lint](lint.md) says what the slugs mean.
"""


def policies(folder: Path) -> list[str]:
    """Return the policies of the distribution, relative to it."""
    found = (path for name in FOLDERS for path in (folder / name).rglob("*.yaml"))
    return sorted(path.relative_to(folder).as_posix() for path in found)


def linted(folder: Path) -> Report:
    """Return the report of lint on all of them; places are relative to the distribution."""
    before = Path.cwd()
    os.chdir(folder)
    try:
        return LintJob(policies(folder), levels=Levels(), timeout=60.0).run()
    finally:
        os.chdir(before)


def page(report: Report) -> str:
    """Return the page."""
    return "\n".join(lines(report)) + "\n"


def lines(report: Report) -> Iterator[str]:
    """Yield the lines of the page."""
    assert report.lint is not None
    yield HEAD.format(count=report.checked)
    yield from by_slug(report)
    yield ""
    yield "| policy | rules | errors | warnings | notes |"
    yield "| --- | ---: | ---: | ---: | ---: |"
    for policy in report.lint.policies:
        levels = Counter(f.level for f in report.findings if of(f) == policy.path)
        counts = " | ".join(str(levels[level]) for level in Level)
        yield f"| `{policy.path}` | {policy.rules} | {counts} |"
    for policy in report.lint.policies:
        found = [finding for finding in report.findings if of(finding) == policy.path]
        if found:
            yield f"\n## {policy.path}\n"
            for finding in found:
                yield from entry(finding)


def by_slug(report: Report) -> Iterator[str]:
    """Yield the table of how often each slug was found, and in how many policies."""
    yield "| slug | level | findings | policies |"
    yield "| --- | --- | ---: | ---: |"
    for slug, shape in rules().items():
        found = [finding for finding in report.findings if finding.slug == slug]
        if found:
            files = {of(finding) for finding in found}
            link = f"[`{slug}`](lint/{slug}.md)"
            yield f"| {link} | {shape.level} | {len(found)} | {len(files)} |"
    total = len(report.findings)
    files = {of(finding) for finding in report.findings}
    yield f"| all | | {total} | {len(files)} of {report.checked} |"


def of(finding: Finding) -> str:
    """Return the policy in which something was found."""
    return finding.place.file if finding.place else ""


def entry(finding: Finding) -> Iterator[str]:
    """Yield a finding: its place in the file, its slug, and the calls that show it."""
    assert finding.place is not None
    yield f"- {finding.place.line}:{finding.place.column} `{finding.slug}`"
    said = [finding.before, finding.after][-len(finding.witnesses) or 2 :]
    for record, decided in zip(finding.witnesses, said, strict=False):
        yield f"  - {decided}: {call(record, decided)}"


def call(record: Record, decided: str) -> str:
    """Return a call as code; of one that takes for ever, what is long stays out."""
    form = request_to_json(record.request)
    if decided == "time limit":
        return "a text that the matcher is measured to be slow for"
    text = visible(json.dumps(form, ensure_ascii=False))
    assert len(text) <= LONGEST, text
    assert "`" not in text or "``" not in text
    return f"`` {text} ``" if "`" in text else f"`{text}`"


if __name__ == "__main__":
    PAGE.write_text(page(linted(Path(sys.argv[1]))), encoding="utf-8")
