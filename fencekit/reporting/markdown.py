"""The report as Markdown, for a pull-request comment that is updated, and for a step summary.

It begins with a mark by which the next run finds its comment. Text of logs and policies stands in
code spans only, where no markup, mention or link works; the page stays below the size of a comment,
and says what it left out.
"""

import re
from collections.abc import Iterator

from fencekit.model.finding import OF_CALLS, Class, Finding, Level
from fencekit.model.report import Report, Status
from fencekit.reporting.checked import checked_lines
from fencekit.reporting.stating import (
    details,
    place_of,
    plain,
    severity,
)
from fencekit.reporting.texts import sentence
from fencekit.reporting.words import LABELS, counted, masking_line

FORMAT = "markdown"

LONGEST_PAGE = 60_000
"""The characters of a page; a comment on GitHub may have 65,536."""

MOST_ROWS = 100
ICONS = {Status.CLEAN: "✅", Status.FINDINGS: "❌", Status.COULD_NOT_CHECK: "⚠️"}
DOTS = {Level.ERROR: "🔴", Level.WARNING: "🟡", Level.NOTE: "🔵"}


def render(report: Report) -> str:
    """Return the page; the findings that do not fit are counted at its end."""
    page = "".join(f"{line}\n" for line in head(report))
    shown = 0
    for finding in report.findings[:MOST_ROWS]:
        part = "".join(f"{line}\n" for line in section(report, finding))
        if len(page) + len(part) > LONGEST_PAGE:
            break
        page += part
        shown += 1
    rest = report.findings[shown:]
    if rest:
        calls = sum(finding.count for finding in rest)
        page += f"\nand {counted(len(rest), 'more finding')} ({counted(calls, 'call')})\n"
    return page


def head(report: Report) -> Iterator[str]:
    """Yield the mark, the verdict, what went wrong, the counts and the inputs."""
    yield f"<!-- fencekit:{report.check} -->"
    yield f"### {ICONS[report.status]} fencekit {report.check}: {LABELS[report.status].lower()}"
    yield ""
    yield f"**{sentence(report)}**"
    yield ""
    for trouble in report.troubles[:20]:
        yield f"- ⚠️ {code(trouble)}"
    if len(report.troubles) > 20:
        yield f"- and {len(report.troubles) - 20:,} more"
    if report.troubles:
        yield ""
    if any(report.counts.values()):
        kinds = [kind for kind in OF_CALLS if report.counts.get(kind)]
        yield "| " + " | ".join(kind.words for kind in kinds) + " |"
        yield "| " + " | ".join("---:" for _ in kinds) + " |"
        yield "| " + " | ".join(f"{report.counts[kind]:,}" for kind in kinds) + " |"
        yield ""
    masked = masking_line(report.masking)
    for said in checked_lines(report):
        yield said
        yield ""
    if masked:
        yield f"_{masked}_"
        yield ""
    if report.inputs:
        yield "<details><summary>Inputs</summary>"
        yield ""
        for given in report.inputs[:50]:
            yield f"- {code(given.role)} {code(given.path)} sha256 {code(given.sha256[:16])}"
        yield ""
        yield "</details>"
        yield ""


def section(report: Report, finding: Finding) -> Iterator[str]:
    """Yield a finding: what changed, where, and what else is known, folded away."""
    place = place_of(finding)
    where = f" at {code(str(place))}" if place is not None else ""
    yield f"- {DOTS[severity(finding, report)]} {heading(finding)}{where}"
    for name, text in details(finding, report):
        yield f"  - {name} {code(text)}"


def heading(finding: Finding) -> str:
    """Return what a finding is about, with every text of the policy or the log as code."""
    if finding.kind is Class.FAULT:
        about = f"{code(finding.capability)} " if finding.capability else ""
        return f"{code(finding.slug)} {about}{code(finding.message)}"
    if finding.invalid:
        return f"{counted(finding.count, 'record')} could not be read"
    change = f"{code(finding.before)} → {code(finding.after)}"
    return (
        f"**{finding.kind.words}** {code(finding.capability)} {change}, "
        f"{counted(finding.count, 'call')}"
    )


def code(text: str) -> str:
    """Return text as a code span: inert whatever it holds."""
    shown = plain(text)
    fence = "`" * (1 + max((len(run) for run in re.findall("`+", shown)), default=0))
    space = " " if not shown or shown[0] in "` " or shown[-1] in "` " else ""
    return f"{fence}{space}{shown}{space}{fence}"
