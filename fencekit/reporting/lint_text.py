"""The report of lint as text: a verdict, then every finding with its place and its witnesses."""

import json
from collections import Counter
from collections.abc import Iterator

from fencekit.model.finding import Finding, Level
from fencekit.model.lint_result import RANKS
from fencekit.model.record import Record
from fencekit.model.report import Report
from fencekit.model.request_json import request_to_json
from fencekit.model.source import Place
from fencekit.reporting.replay_text import (
    LEVEL_STYLES,
    LONGEST_TROUBLE,
    STATUS_STYLES,
    Line,
    Table,
    inert,
)
from fencekit.reporting.report_phrases import LABELS, count_noun

LONGEST_CALL = 400
MOST_FINDINGS = 500


def lines(report: Report) -> Iterator[Line | Table]:
    """Yield the parts of the report: the verdict, the troubles, the findings file by file."""
    yield Line(f"{LABELS[report.status]}: {verdict(report)}", STATUS_STYLES[report.status])
    for trouble in report.troubles:
        for part in trouble.splitlines():
            yield Line(f"  ! {inert(part, LONGEST_TROUBLE)}", "yellow")
    for policy in report.lint.policies if report.lint is not None else ():
        if policy.open:
            left = count_noun(policy.open, "question")
            yield Line(f"  {inert(policy.path)}: {left} to the prover left open", "dim")
    for finding in report.findings[:MOST_FINDINGS]:
        yield Line()
        yield from finding_lines(finding)
    rest = len(report.findings) - MOST_FINDINGS
    if rest > 0:
        yield Line()
        yield Line(f"and {count_noun(rest, 'more finding')}: see them with `--format json`")


def verdict(report: Report) -> str:
    """Return the numbers of findings by level, and of how many policies."""
    of_level = Counter(finding.level for finding in report.findings)
    parts = [count_noun(of_level[level], str(level)) for level in RANKS if of_level[level]]
    found = ", ".join(parts) or "nothing found"
    where = count_noun(report.checked, "policy", "policies")
    silenced = report.lint.ignored if report.lint is not None else 0
    left_out = f", {silenced:,} silenced by comments" if silenced else ""
    return f"{found} in {where}{left_out}"


def finding_lines(finding: Finding) -> Iterator[Line]:
    """Yield the lines of one finding: where and what, what to do, and the calls that show it."""
    where = at(finding.place) if finding.place else ""
    said = f"{finding.level}[{inert(finding.slug)}]: {inert(finding.message, LONGEST_TROUBLE)}"
    yield Line(f"{where}: {said}", LEVEL_STYLES[finding.level])
    if finding.hint:
        yield Line(f"  hint: {inert(finding.hint, LONGEST_TROUBLE)}")
    decided = [finding.before, finding.after][-len(finding.witnesses) or 2 :]
    for record, effect in zip(finding.witnesses, decided, strict=False):
        yield Line(f"  {inert(effect)}  {call_text(record)}")
        if record.id:
            yield Line(f"    {inert(record.id)}", "dim")


def call_text(record: Record) -> str:
    """Return a call in one line of JSON."""
    return inert(
        json.dumps(request_to_json(record.request), ensure_ascii=False, default=repr), LONGEST_CALL
    )


def at(place: Place) -> str:
    """Return a place as `file:line:column`."""
    numbers = [str(part) for part in (place.line, place.column) if part is not None]
    return ":".join([inert(place.file, 500), *numbers])


def slug_table(slugs: list[tuple[str, Level, str]]) -> Table:
    """Return slugs with their levels and what they say, as a table."""
    return Table(
        ("slug", "level", ""), tuple((s, str(v), t) for s, v, t in slugs), ("",) * len(slugs)
    )
