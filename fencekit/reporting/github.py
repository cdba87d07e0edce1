"""The report as GitHub's workflow commands, which annotate the changed lines of a pull request.

GitHub shows ten annotations of a level for each step, so the riskiest come first and the last one
counts the rest. Everything from a log or a policy is escaped: a value cannot end its command.
"""

from fencekit.model.finding import Finding, Level
from fencekit.model.report import Report, Status
from fencekit.reporting.check_texts import headline
from fencekit.reporting.coverage_note import checked_lines
from fencekit.reporting.finding_text import details, place_of, plain, severity, title
from fencekit.reporting.report_phrases import count_noun, waived_lines

FORMAT = "github"

MOST = 9
"""The findings of each level that are annotated; the tenth annotation says how many are not."""

LEVELS = {
    Status.CLEAN: Level.NOTE,
    Status.WAIVED: Level.WARNING,
    Status.NOT_JUDGED: Level.WARNING,
    Status.EXCEPT_ERRORS: Level.WARNING,
}
"""The level of the headline; an error for every other status."""

COMMANDS = {Level.ERROR: "error", Level.WARNING: "warning", Level.NOTE: "notice"}


def render(report: Report) -> str:
    """Return the workflow commands, one a line."""
    level = LEVELS.get(report.status, Level.ERROR)
    said = [*waived_lines(report), *report.troubles, *checked_lines(report)]
    lines = [command(level, "fencekit", "\n".join([headline(report), *map(plain, said)]))]
    by_level: dict[Level, list[Finding]] = {kind: [] for kind in Level}
    for finding in report.findings:
        by_level[severity(finding, report)].append(finding)
    for kind, findings in by_level.items():
        room = MOST - (kind is level)  # the headline is one of them
        lines.extend(annotation(kind, finding, report) for finding in findings[:room])
        rest = len(findings) - room
        if rest > 0:
            more = f"{count_noun(rest, f'more {kind}')}: see the whole report"
            lines.append(command(kind, "fencekit", more))
    return "".join(f"{line}\n" for line in lines)


def annotation(level: Level, finding: Finding, report: Report) -> str:
    """Return the command that annotates the place of a finding."""
    said = [title(finding), *(f"{name}: {text}" for name, text in details(finding, report))]
    place = place_of(finding)
    where = {}
    if place is not None:
        numbers = {"line": place.line, "col": place.column}
        where = {
            "file": report.from_root(place.file),
            **{key: str(n) for key, n in numbers.items() if n},
        }
    return command(level, f"fencekit {finding.slug}", "\n".join(said), **where)


def command(level: Level, heading: str, message: str, **properties: str) -> str:
    """Return a workflow command."""
    given = {**properties, "title": heading}
    listed = ",".join(f"{key}={escape_command(plain(value), ':,')}" for key, value in given.items())
    return f"::{COMMANDS[level]} {listed}::{escape_command(message)}"


def escape_command(text: str, also: str = "") -> str:
    """Return text as a workflow command holds it, with the signs of `also` escaped too."""
    for sign in f"%\r\n{also}":
        text = text.replace(sign, f"%{ord(sign):02X}")
    return text
