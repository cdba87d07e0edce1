"""The JSON report, `fencekit.report/1`; its JSON Schema is `docs/report.schema.json`.

Within a version keys may be added, never changed. Each check has a section of its own.
"""

import json
import math
from typing import Any

from fencekit.model.finding import Changed, Class, Finding, RuleRef
from fencekit.model.form import to_form
from fencekit.model.record import Record
from fencekit.model.report import Replayed, Report
from fencekit.model.source import Place
from fencekit.reporting.characters import visible

SCHEMA = "fencekit.report/1"

FORMAT = "json"
"""The name by which `--format` asks for it."""


def render(report: Report) -> str:
    """Return the report as JSON text with a final newline; pure ASCII, inert in a build log."""
    return written(to_json(report))


def written(page: dict[str, Any]) -> str:
    """Return a page as JSON text with a final newline; pure ASCII, inert in a build log."""
    try:
        text = json.dumps(page, indent=2, default=unwritable, allow_nan=False)
    except (TypeError, ValueError):
        text = json.dumps(writable(page), indent=2, allow_nan=False)
    if "\\ud" in text:  # perhaps half a pair, as in the name of a file that is no UTF-8
        text = json.dumps(writable(page), indent=2, allow_nan=False)
    return inert(text) + "\n"


def inert(text: str) -> str:
    """Return JSON text so that no terminal and no build server acts on it: the same values.

    What is hidden, and the `##` that begins a command, stands inside strings only.
    """
    return visible(text).replace("##", "#\\u0023")


def unwritable(value: object) -> str:
    """Return what JSON cannot say as Python prints it; a policy's own values may be any YAML."""
    return repr(value)


def writable(value: Any) -> Any:
    """Return a value with all that JSON cannot say as Python prints it, keys and infinities too."""
    if isinstance(value, dict):
        return {
            writable(key) if isinstance(key, str) else repr(key): writable(item)
            for key, item in value.items()
        }
    if isinstance(value, list | tuple):
        return [writable(item) for item in value]
    if isinstance(value, str):
        return value.encode("utf-8", "backslashreplace").decode("utf-8")
    if value is None or isinstance(value, int):
        return value
    return value if isinstance(value, float) and math.isfinite(value) else repr(value)


def to_json(report: Report) -> dict[str, Any]:
    """Return the report as JSON values."""
    page: dict[str, Any] = {
        "schema": SCHEMA,
        "check": report.check,
        "status": str(report.status),
        "exit_code": report.exit_code,
        "checked": report.checked,
        "counts": {str(kind): report.counts[kind] for kind in Class},
        "findings": [finding_of(finding) for finding in report.findings],
        "troubles": list(report.troubles),
        "inputs": [
            {"role": given.role, "path": given.path, "sha256": given.sha256}
            for given in report.inputs
        ],
        "options": {
            "fail_on": str(report.fail_on),
            "max_invalid": report.limits.invalid,
            "max_undecided": report.limits.undecided,
        },
    }
    if report.replay is not None:
        page["replay"] = replay_of(report.replay)
    return page


def finding_of(finding: Finding) -> dict[str, Any]:
    """Return a finding as JSON values."""
    made: dict[str, Any] = {
        "slug": finding.slug,
        "class": str(finding.kind),
        "capability": finding.capability,
        "before": finding.before,
        "after": finding.after,
        "count": finding.count,
        "rule": rule_of(finding.rule),
        "baseline_rule": rule_of(finding.baseline_rule),
        "witnesses": [witness_of(record) for record in finding.witnesses],
    }
    if finding.message:
        made["message"] = finding.message
    if finding.invalid:
        made["invalid"] = [
            {**place_of(place), "column": place.column, "message": message, "excerpt": excerpt}
            for place, message, excerpt in finding.invalid
        ]
    return made


def rule_of(rule: RuleRef | None) -> dict[str, Any] | None:
    """Return a reference to a rule as JSON values; `default` has no place."""
    return None if rule is None else {"id": rule.id, **place_of(rule.place)}


def place_of(place: Place | None) -> dict[str, Any]:
    """Return a place as the keys `file` and `line`."""
    return {"file": place.file if place else None, "line": place.line if place else None}


def witness_of(record: Record) -> dict[str, Any]:
    """Return a record as a witness."""
    made = {**place_of(record.place), "request": to_form(record.request)}
    if record.place.column is not None:
        made["number"] = record.place.column
    for key in ("id", "time", "session", "tool"):
        if getattr(record, key):
            made[key] = getattr(record, key)
    if record.recorded is not None and record.recorded.approval:
        made["approval"] = record.recorded.approval
    return made


def replay_of(replay: Replayed) -> dict[str, Any]:
    """Return the section of the replay check as JSON values."""
    return {
        "candidate": replay.candidate,
        "against": replay.against,
        "baseline": replay.baseline or None,
        "approvals": replay.approvals,
        "covered_by_chain": replay.covered,
        "unmapped_tools": [{"tool": tool, "count": count} for tool, count in replay.unmapped_tools],
        "logs": [
            {
                "path": log.path,
                "format": log.format,
                "records": log.records,
                "invalid": log.invalid,
                "incomplete": log.incomplete,
                "without_decision": log.undecided_by_log,
                "unmapped": log.unmapped,
                "covered_by_chain": log.covered,
            }
            for log in replay.logs
        ],
        "transitions": [
            {"before": t.before, "after": t.after, "class": str(t.kind), "count": t.count}
            for t in replay.transitions
        ],
        "changed": [changed_of(changed) for changed in replay.changed],
        "changed_not_kept": replay.not_kept,
    }


def changed_of(changed: Changed) -> dict[str, Any]:
    """Return a changed record as JSON values."""
    return {
        "class": str(changed.kind),
        "before": changed.before,
        "after": changed.after,
        "rule": changed.rule.id,
        "baseline_rule": changed.baseline_rule.id if changed.baseline_rule else None,
        **witness_of(changed.record),
    }
