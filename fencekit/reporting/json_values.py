"""What every JSON report is made of: findings, rules, places and witnesses as JSON values."""

from typing import Any

from fencekit.model.edit import Blame
from fencekit.model.finding import Finding, RecordClass, RuleRef
from fencekit.model.masking import Masking, MaskingReason
from fencekit.model.record import Record
from fencekit.model.request_json import request_to_json
from fencekit.model.source import Place
from fencekit.model.waiver import Waiver, Waivers


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
        "key": finding.key.digest,
    }
    for key in ("tool", "message", "hint", "principals", "first", "last"):
        if getattr(finding, key):
            made[key] = getattr(finding, key)
    if finding.kind is RecordClass.FAULT:
        made["level"] = str(finding.level)
        made["place"] = {**place_of(finding.place), "column": column_of(finding.place)}
    if finding.realistic is not None:
        made["realistic"] = witness_of(finding.realistic)
    if finding.waiver is not None:
        made["waiver"] = waiver_of(finding.waiver)
    if finding.blames:
        made["blames"] = [blame_of(blame, count) for blame, count in finding.blames]
    if finding.invalid:
        made["invalid"] = [
            {**place_of(place), "column": place.column, "message": message, "excerpt": excerpt}
            for place, message, excerpt in finding.invalid
        ]
    return made


def blame_of(blame: Blame, count: int) -> dict[str, Any]:
    """Return a blame, of so many calls, by the numbers of its edits."""
    return {
        "undo": [[edit.number for edit in edits] for edits in blame.undo],
        "alone": [edit.number for edit in blame.alone],
        "exact": blame.exact,
        "count": count,
    }


def rule_of(rule: RuleRef | None) -> dict[str, Any] | None:
    """Return a reference to a rule as JSON values; `default` has no place."""
    if rule is None:
        return None
    digest = {"digest": rule.digest} if rule.digest else {}
    return {"id": rule.id, **place_of(rule.place), **digest}


def place_of(place: Place | None) -> dict[str, Any]:
    """Return a place as the keys `file` and `line`."""
    return {"file": place.file if place else None, "line": place.line if place else None}


def column_of(place: Place | None) -> int | None:
    """Return the column of a place, where it has one."""
    return place.column if place else None


def witness_of(record: Record) -> dict[str, Any]:
    """Return a record as a witness."""
    made = {**place_of(record.place), "request": request_to_json(record.request)}
    if record.place.column is not None:
        made["number"] = record.place.column
    for key in ("id", "time", "session", "tool"):
        if getattr(record, key):
            made[key] = getattr(record, key)
    if record.recorded is not None and record.recorded.approval:
        made["approval"] = record.recorded.approval
    return made


def masking_of(masking: Masking) -> dict[str, Any]:
    """Return how a report was redacted as JSON values."""
    counts = {why.name.lower(): masking.counts.get(why, 0) for why in MaskingReason}
    return {"mode": str(masking.mode), "masked": masking.total, **counts}


def waivers_of(waivers: Waivers) -> dict[str, Any]:
    """Return the waivers of a file, as a run has used them, as JSON values."""
    return {
        "file": waivers.file,
        "today": waivers.today.isoformat(),
        "waivers": [
            {
                **waiver_of(use.waiver),
                "state": str(use.state),
                "calls": use.calls,
                **({"note": use.note} if use.note else {}),
            }
            for use in waivers.uses
        ],
    }


def waiver_of(waiver: Waiver) -> dict[str, Any]:
    """Return a waiver as JSON values."""
    return {
        "capability": waiver.capability,
        "rule": waiver.rule_text or None,
        "finding": waiver.finding or None,
        "when": {str(condition.name): condition.value for condition in waiver.conditions},
        "reason": waiver.reason,
        "approver": waiver.approver,
        "expires": waiver.expires.isoformat(),
        "max_count": waiver.max_count,
        **place_of(waiver.place),
    }
