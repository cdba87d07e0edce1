"""The report as Markdown, for a pull-request comment that is updated, and for a step summary.

It begins with a mark by which the next run finds its comment. The verdict comes first, then the
edits that loosen; findings are folded but for the first. Text of logs and policies stands in code
only, where no markup, mention or link works; the page stays below the size of a comment, and says
what it left out.
"""

import re
import shlex
from collections.abc import Iterable, Iterator
from html import escape

from fencekit.model.diff_result import Consequence
from fencekit.model.finding import Finding, Level, RecordClass
from fencekit.model.report import Report, Status
from fencekit.reporting.check_texts import sentence
from fencekit.reporting.coverage_note import checked_lines
from fencekit.reporting.edit_text import (
    author_line,
    consequences,
    count_loosened,
    instance,
    is_loosening,
    name_of,
    what,
)
from fencekit.reporting.finding_text import LONGEST, details, place_of, plain, severity
from fencekit.reporting.json_report import kinds_counted
from fencekit.reporting.report_phrases import count_noun, masking_line, waived_lines
from fencekit.reporting.verdict_line import CHECKS_OF_CHANGES, headline, is_found
from fencekit.reporting.vetting_markdown import vetting_lines

FORMAT = "markdown"

LONGEST_PAGE = 60_000
"""The characters of a page; a comment on GitHub may have 65,536."""

MOST_ROWS, MOST_TROUBLES, MOST_INPUTS, MOST_EDITS, MOST_WITNESSES = 100, 20, 50, 12, 2
LONGEST_COMMAND = 4_000
PLAIN = re.compile(r"[\w ,.:%'-]*", re.ASCII)
"""Text in which Markdown has nothing to read."""
ICONS = {
    Status.CLEAN: "✅",
    Status.WAIVED: "⚠️",
    Status.NOT_JUDGED: "⚠️",
    Status.EXCEPT_ERRORS: "⚠️",
    Status.FINDINGS: "❌",
    Status.COULD_NOT_CHECK: "⚠️",
}
DOTS = {Level.ERROR: "🔴", Level.WARNING: "🟡", Level.NOTE: "🔵"}


def render(report: Report) -> str:
    """Return the page; the findings that do not fit are counted at its end."""
    page, last = text_of(head(report)), text_of(foot(report))
    shown = 0
    for finding in report.findings[:MOST_ROWS]:
        part = text_of(section(report, finding, is_first=not shown))
        if len(page) + len(part) + len(last) > LONGEST_PAGE:
            break
        page += part
        shown += 1
        if last:  # after the first finding, the call that shows it
            page, last = page + last, ""
    rest = report.findings[shown:]
    page += last
    if rest:
        calls = sum(finding.count for finding in rest)
        page += f"\nand {count_noun(len(rest), 'more finding')} ({count_noun(calls, 'call')})\n"
    return page


def text_of(lines: Iterable[str]) -> str:
    """Return lines as a text."""
    return "".join(f"{line}\n" for line in lines)


def head(report: Report) -> Iterator[str]:
    """Yield the mark, the verdict, what went wrong, the counts, what was checked."""
    yield f"<!-- fencekit:{report.check} -->"
    yield f"### {ICONS[report.status]} {verdict(report)}"
    yield ""
    yield from bullet_list((f"⚠️ {code(line)}" for line in waived_lines(report)), MOST_TROUBLES)
    yield from bullet_list((f"⚠️ {code(trouble)}" for trouble in report.troubles), MOST_TROUBLES)
    if any(report.counts.values()):
        kinds = [kind for kind in kinds_counted(report) if report.counts.get(kind)]
        yield "| " + " | ".join(kind.words for kind in kinds) + " |"
        yield "| " + " | ".join("---:" for _ in kinds) + " |"
        yield "| " + " | ".join(f"{report.counts[kind]:,}" for kind in kinds) + " |"
        yield ""
    if report.vetting is not None:
        yield from vetting_lines(report.vetting, code)
    masked = masking_line(report.masking)
    yield from bullet_list([*checked_lines(report), *([f"_{masked}_"] if masked else [])])


def foot(report: Report) -> Iterator[str]:
    """Yield the edits that loosen, the inputs, and the command that makes this again."""
    yield from edits(report)
    if report.inputs or report.command:
        yield "<details><summary>Inputs, and the command that makes this again</summary>"
        yield ""
        if report.command:
            yield f"- again {code(shlex.join(report.command), LONGEST_COMMAND)}"
        for given in report.inputs[:MOST_INPUTS]:
            yield f"- {code(given.role)} {code(given.path)} sha256 {code(given.sha256)}"
        if len(report.inputs) > MOST_INPUTS:
            yield f"- and {len(report.inputs) - MOST_INPUTS:,} more"
        yield ""
        yield "</details>"
        yield ""


def verdict(report: Report) -> str:
    """Return the verdict with its reason; of a change, whether it may merge."""
    said = headline(report)
    reason = sentence(report) if report.check not in CHECKS_OF_CHANGES else said.title
    shown = reason if PLAIN.fullmatch(reason) else code(reason)
    return f"{said.label}: {shown} (fencekit {report.check})"


def bullet_list(items: Iterable[str], most: int = 1_000) -> Iterator[str]:
    """Yield a list, and how many items do not fit; nothing for no items."""
    known = list(items)
    yield from (f"- {item}" for item in known[:most])
    if len(known) > most:
        yield f"- and {len(known) - most:,} more"
    if known:
        yield ""


def edits(report: Report) -> Iterator[str]:
    """Yield the edits that loosen, each with its line, what it causes and who is behind it."""
    found = [one for one in report.diff.edits if is_loosening(one)] if report.diff else []
    if not found:
        return
    yield f"**{count_noun(len(found), 'edit loosens', 'edits loosen')}**"
    yield ""
    found.sort(key=lambda one: (-count_loosened(one), one.edit.number))
    yield from bullet_list((edit_line(one) for one in found), MOST_EDITS)


def edit_line(caused: Consequence) -> str:
    """Return an edit on one line; each text of the policy, or of git, as code."""
    edit = caused.edit
    place = f" at {code(str(edit.place))}" if edit.place else ""
    author = f", {code(author_line(caused.author))}" if caused.author else ""
    name = f"edit {edit.number} {code(name_of(edit))}"
    call = f", such as {code(instance(caused))}" if caused.witness else ""
    return f"{name} {code(what(edit))}{place}: {consequences(caused)}{call}{author}"


def section(report: Report, finding: Finding, *, is_first: bool) -> Iterator[str]:
    """Yield a finding: what changed and where; what else is known is folded away."""
    place = place_of(finding)
    where = f" at {html_code(str(place))}" if place is not None else ""
    summary = f"{DOTS[severity(finding, report)]} {heading(finding)}{where}"
    known = list(details(finding, report, most=MOST_WITNESSES))
    if not known:
        yield f"<p>{summary}</p>"
        yield ""
        return
    yield f"<details{' open' if is_first else ''}><summary>{summary}</summary>"
    yield ""
    for name, text in known:
        yield f"- {name} {code(text)}"
    yield ""
    yield "</details>"
    yield ""


def heading(finding: Finding) -> str:
    """Return what a finding is about, as HTML, with every text of policy or log as code."""
    waived = "waived, " if finding.waiver is not None else ""
    if finding.kind is RecordClass.FAULT:
        about = f"{html_code(finding.capability)} " if finding.capability else ""
        return f"{html_code(finding.slug)} {about}{html_code(finding.message)}"
    if finding.invalid:
        return f"{count_noun(finding.count, 'record')} could not be read"
    change = f"{html_code(finding.before)} → {html_code(finding.after)}"
    calls = "in no log" if is_found(finding) else count_noun(finding.count, "call")
    return f"<b>{waived}{finding.kind.words}</b> {html_code(finding.calls)} {change}, {calls}"


def html_code(text: str) -> str:
    """Return text as code in HTML: inert, and on one line, so that no Markdown is read in it."""
    return f"<code>{escape(plain(text))}</code>"


def code(text: str, limit: int = LONGEST) -> str:
    """Return text as a code span: inert whatever it holds."""
    shown = plain(text, limit)
    fence = "`" * (1 + max((len(run) for run in re.findall("`+", shown)), default=0))
    space = " " if not shown or shown[0] in "` " or shown[-1] in "` " else ""
    return f"{fence}{space}{shown}{space}{fence}"
