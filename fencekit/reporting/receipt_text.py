"""The receipt of a decision, for the terminal."""

import shlex
from collections.abc import Iterator, Mapping

from fencekit.reporting.replay_text import LONGEST_COMMAND, Line, inert

NAMES = {
    "decision": "Decision",
    "principal": "Actor",
    "tool": "Tool",
    "capability": "Capability",
    "environment": "Environment",
    "session": "Session",
    "policy": "Policy",
    "rules": "Rule",
    "reason": "Reason",
    "approval": "Approval",
    "approver": "Approved by",
    "errors": "Errors",
    "invoked": "Tool invoked",
    "id": "Audit ID",
    "time": "Time",
    "record": "Record",
    "hash": "Hash",
}


def receipt_lines(form: Mapping[str, str], log: str) -> Iterator[Line]:
    """Yield the lines of a receipt; what the record does not tell is left out."""
    for key, name in NAMES.items():
        if form[key]:
            yield Line(f"{name + ':':<14} {inert(form[key])}")
    again = f"fencekit replay {shlex.quote(log)} --policy POLICY"
    yield Line(f"{'Replay:':<14} {inert(again, LONGEST_COMMAND)}")
