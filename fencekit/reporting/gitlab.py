"""The report as GitLab's code quality list: one entry a finding, at the line of its rule."""

from typing import Any

from fencekit.model.finding import Finding, Level
from fencekit.model.report import Report, Status
from fencekit.reporting.check_texts import headline
from fencekit.reporting.finding_text import details, fingerprints, place_of, plain, severity, title
from fencekit.reporting.json_report import inert, text_of
from fencekit.reporting.log_notes import passed_over_line
from fencekit.reporting.report_phrases import reservations, waived_lines

FORMAT = "gitlab"

RESERVED = (Status.EXCEPT_ERRORS, Status.NOT_JUDGED)
"""What is no failure and not clean either: it has an entry of its own."""

VERDICTS = (Status.CLEAN, Status.FINDINGS)
"""The statuses that say nothing of what was let through: its entry is called otherwise."""

SEVERITIES = {Level.ERROR: "blocker", Level.WARNING: "major", Level.NOTE: "info"}


def render(report: Report) -> str:
    """Return the list as JSON text; what could not be checked is an entry too."""
    entries = [entry(report, digest, finding) for digest, finding in fingerprints(report)]
    is_checked = report.status is not Status.COULD_NOT_CHECK
    if report.waived or report.status in RESERVED or (is_checked and reservations(report)):
        entries.insert(0, reservation(report))
    if report.status is Status.COULD_NOT_CHECK:
        entries.insert(0, trouble(report))
    return inert(text_of(entries)) + "\n"


def entry(report: Report, digest: str, finding: Finding) -> dict[str, Any]:
    """Return the entry of a finding; GitLab drops one whose fingerprint another has."""
    said = [title(finding), *(f"{name}: {text}" for name, text in details(finding, report))]
    place = place_of(finding)
    return {
        "description": "; ".join(said),
        "check_name": finding.slug,
        "fingerprint": digest,
        "severity": SEVERITIES[severity(finding, report)],
        "location": location(
            report.from_root(place.file) if place else "", (place.line if place else None) or 1
        ),
    }


def trouble(report: Report) -> dict[str, Any]:
    """Return the entry that says that the check is not complete."""
    path = report.from_root(next((given.path for given in report.inputs), ""))
    return {
        "description": "; ".join([headline(report), *map(plain, report.troubles), *unread(report)]),
        "check_name": "could-not-check",
        "fingerprint": f"could-not-check-{report.check}",
        "severity": "blocker",
        "location": location(path, 1),
    }


def reservation(report: Report) -> dict[str, Any]:
    """Return the entry that says what the verdict says nothing of: what is waived, by whom."""
    file = report.waivers.file if report.waived and report.waivers else first_log(report)
    said = [headline(report), *reservations(report)]
    said += [*(plain(line, 2_000) for line in waived_lines(report)), *unread(report)]
    named = "waived" if report.waived else str(report.status)
    return {
        "description": "; ".join(said),
        "check_name": named if named not in VERDICTS else "undecided",
        "fingerprint": f"{report.status}-{report.check}",
        "severity": "major",
        "location": location(file, 1),
    }


def unread(report: Report) -> list[str]:
    """Return what of the logs looks like calls and was not read, with its first places."""
    if report.replay is None or not report.passed_over:
        return []
    return [plain(passed_over_line(report.replay), 2_000)]


def first_log(report: Report) -> str:
    """Return the first log of a report, else its first input: what was let through is there."""
    logs = [given.path for given in report.inputs if given.role == "log"]
    return report.from_root(next(iter([*logs, *(given.path for given in report.inputs)]), ""))


def location(path: str, line: int) -> dict[str, Any]:
    """Return a location; GitLab wants the path from the root, without a leading `./`."""
    return {"path": plain(path).removeprefix("./") or ".", "lines": {"begin": line}}
