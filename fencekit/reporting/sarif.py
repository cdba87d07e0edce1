"""The report as SARIF 2.1.0, for code scanning: each finding at the policy line to blame.

A finding is one result, with its calls as `occurrenceCount`, a few of them as related locations,
and a fingerprint that stays when lines move. GitHub shows 5,000 results of a run and 100 locations
of a result; what is beyond that is counted in a notification. Paths are from the root of
the repository.
"""

import re
import shlex
from pathlib import PurePath
from typing import Any
from urllib.parse import quote

import fencekit
from fencekit.model.finding import Finding, Level
from fencekit.model.report import Report, Status
from fencekit.model.source import Place
from fencekit.reporting.check_texts import sentence
from fencekit.reporting.coverage_note import checked_lines
from fencekit.reporting.finding_text import details, fingerprints, place_of, plain, severity, title
from fencekit.reporting.json_report import inert, text_of
from fencekit.reporting.report_phrases import count_noun, status_label, waived_lines

FORMAT = "sarif"

MOST_RESULTS = 5_000
MOST_LOCATIONS = 100
SCHEMA = (
    "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
)
BRACKET = re.compile(r"(\\*)([\[\]])")
LEVELS = {Level.ERROR: "error", Level.WARNING: "warning", Level.NOTE: "note"}
SEVERITIES = {Level.ERROR: "8.0", Level.WARNING: "5.0", Level.NOTE: "2.0"}
"""GitHub's `security-severity`: high, medium, low."""


def render(report: Report) -> str:
    """Return the log as JSON text."""
    return inert(text_of(log_of(report))) + "\n"


def log_of(report: Report) -> dict[str, Any]:
    """Return the log as JSON values: one run, one result for each finding."""
    named = fingerprints(report)
    rules = rules_of(report)
    numbers = {rule["id"]: number for number, rule in enumerate(rules)}
    results = [
        result(report, digest, finding, numbers[finding.slug])
        for digest, finding in named[:MOST_RESULTS]
    ]
    driver = {
        "name": "fencekit",
        "semanticVersion": fencekit.__version__,
        "rules": rules,
    }
    run = {
        "tool": {"driver": driver},
        "automationDetails": {"id": f"fencekit/{report.check}/"},
        "columnKind": "unicodeCodePoints",
        "artifacts": [
            {
                "location": location(report.from_root(given.path)),
                "hashes": {"sha-256": given.sha256},
            }
            for given in report.inputs
        ],
        "invocations": [invocation(report, len(named) - len(results))],
        "results": results,
    }
    return {"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}


def rules_of(report: Report) -> list[dict[str, Any]]:
    """Return the kinds of findings that the report has, riskiest first."""
    worst: dict[str, Level] = {}
    order = list(Level)
    for finding in report.findings:
        level = severity(finding, report)
        before = worst.get(finding.slug, level)
        worst[finding.slug] = min(before, level, key=order.index)
    return [
        {
            "id": slug,
            "shortDescription": {"text": slug.replace("-", " ")},
            "defaultConfiguration": {"level": LEVELS[level]},
            "properties": {
                "security-severity": SEVERITIES[level],
                "tags": ["security", "policy", report.check],
            },
        }
        for slug, level in worst.items()
    ]


def result(report: Report, digest: str, finding: Finding, number: int) -> dict[str, Any]:
    """Return a finding as a result."""
    said = [title(finding), *(f"{name}: {text}" for name, text in details(finding, report))]
    made: dict[str, Any] = {
        "ruleId": finding.slug,
        "ruleIndex": number,
        "level": LEVELS[severity(finding, report)],
        "message": {"text": without_links("\n".join(said))},
        "partialFingerprints": {"fencekit/v1": digest},
        "occurrenceCount": finding.count,
    }
    place = place_of(finding)
    if place is not None:
        made["locations"] = [{"physicalLocation": physical(report, place)}]
    calls = [record.place for record in finding.witnesses if record.place.file]
    related = [Place(where.file, where.line) for where in calls]
    if related:
        made["relatedLocations"] = [
            {"id": at, "message": {"text": "a call"}, "physicalLocation": physical(report, where)}
            for at, where in enumerate(related[:MOST_LOCATIONS])
        ]
    return made


def without_links(text: str) -> str:
    """Return text as a message that has no link in it: SARIF 3.11.6 reads `[text](target)` as one.

    A backslash takes away the meaning of a bracket, and of a backslash before one. `{0}` only has a
    meaning in messages with arguments, of which there are none here.
    """
    return BRACKET.sub(r"\1\1\\\2", text)


def physical(report: Report, place: Place) -> dict[str, Any]:
    """Return a place as SARIF spells it: a URI, and a region where the line is known."""
    region = {"startLine": place.line, "startColumn": place.column}
    known = {key: number for key, number in region.items() if number}
    return {
        "artifactLocation": location(report.from_root(place.file)),
        **({"region": known} if "startLine" in known else {}),
    }


def location(path: str) -> dict[str, str]:
    """Return where a file is, from the root of the repository where it is in it."""
    if PurePath(path).is_absolute() or path.startswith(".."):
        return {"uri": uri(path)}
    return {"uri": uri(path), "uriBaseId": "%SRCROOT%"}


def uri(path: str) -> str:
    """Return a path as a URI: relative as it was given, or of a file."""
    quoted = quote(PurePath(path).as_posix(), safe="/", errors="backslashreplace")
    return f"file://{quoted}" if PurePath(path).is_absolute() else quoted


def invocation(report: Report, left_out: int) -> dict[str, Any]:
    """Return how the run ended, with a notification for each thing that went wrong."""
    said = [(plain(line, 2_000), "warning") for line in waived_lines(report)]
    said.extend((plain(trouble, 2_000), "error") for trouble in report.troubles)
    said.extend((line, "note") for line in checked_lines(report))
    if left_out > 0:
        said.append((f"{count_noun(left_out, 'more finding')} left out", "warning"))
    made: dict[str, Any] = {
        "executionSuccessful": report.status is not Status.COULD_NOT_CHECK,
        "exitCode": report.exit_code,
        "exitCodeDescription": plain(f"{status_label(report)}: {sentence(report)}", 2_000),
    }
    if report.command:
        made["commandLine"] = plain(shlex.join(report.command), 4_000)
    if said:
        made["toolExecutionNotifications"] = [
            {"level": level, "message": {"text": without_links(text)}} for text, level in said
        ]
    return made
