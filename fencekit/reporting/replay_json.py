"""The section of the replay check in the JSON report."""

from typing import Any

from fencekit.model.finding import ChangedRecord
from fencekit.model.log_survey import tally_to_json
from fencekit.model.report import ReplayResult
from fencekit.model.tally import total
from fencekit.reporting.diff_json import cost_of
from fencekit.reporting.json_values import witness_of


def replay_of(replay: ReplayResult) -> dict[str, Any]:
    """Return the section of the replay check as JSON values."""
    return {
        "candidate": replay.candidate,
        "against": replay.against,
        "baseline": replay.baseline or None,
        "approvals": replay.approvals,
        "covered_by_chain": replay.covered,
        "passed_over": total(replay.passed_over),
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
                "passed_over": [tally_to_json(tally) for tally in log.passed_over],
                **({"formats": dict(log.formats)} if log.formats else {}),
                "notices": [tally_to_json(tally) for tally in log.notices],
            }
            for log in replay.logs
        ],
        "transitions": [
            {"before": t.before, "after": t.after, "class": str(t.kind), "count": t.count}
            for t in replay.transitions
        ],
        "changed": [changed_of(changed) for changed in replay.changed],
        "changed_not_kept": replay.not_kept,
        **({"cost": cost_of(replay.cost)} if replay.cost else {}),
    }


def changed_of(changed: ChangedRecord) -> dict[str, Any]:
    """Return a changed record as JSON values."""
    return {
        "class": str(changed.kind),
        "before": changed.before,
        "after": changed.after,
        "rule": changed.rule.id,
        "baseline_rule": changed.baseline_rule.id if changed.baseline_rule else None,
        **({"edits": [edit.number for edit in changed.blame.edits]} if changed.blame else {}),
        **witness_of(changed.record),
    }
