"""Finding in the log the decision that an outcome belongs to, which another process recorded."""

import os
from pathlib import Path
from typing import Any

from fencekit.gate.call import ToolCall
from fencekit.reading import json

FAR_BACK = 4 << 20
"""So many bytes of the end of the log are searched."""


def find_open_call(path: str, call: ToolCall) -> str:
    """Return the id of the last decision of this very call that has no outcome; "" for none.

    The host's own id of a call tells, where it gives one; else session, tool and arguments.
    """
    ended: set[str] = set()
    for line in reversed(last_lines(path)):
        try:
            value = json.parse_bytes(line)
        except json.JSONError:
            continue  # the beginning was cut, or a crash left it
        if not isinstance(value, dict):
            continue
        outcome = value.get("outcome")
        if isinstance(outcome, dict):
            ended.add(str(outcome.get("of")))
        elif value.get("id") not in ended and is_of(value, call):
            return str(value["id"])
    return ""


def last_lines(path: str) -> list[bytes]:
    """Return the last lines of a log."""
    with Path(path).open("rb") as file:
        file.seek(max(0, os.fstat(file.fileno()).st_size - FAR_BACK))
        return file.read().splitlines()


def is_of(value: dict[str, Any], call: ToolCall) -> bool:
    """Say whether a line of the log is a decision that let a call run, or had a person asked."""
    gate, request = value.get("gate"), value.get("request")
    if not isinstance(gate, dict) or not isinstance(request, dict):
        return False
    if gate.get("decision") == "DENY" or value.get("session", "") != call.session:
        return False
    tool = value.get("tool") or request.get("capability")
    found = gate.get("call")
    raw: dict[str, Any] = found if isinstance(found, dict) else {}
    if tool != call.tool:
        return False
    if call.id:
        return bool(raw.get("id") == call.id)
    return bool(raw.get("arguments", json.write(request.get("args", {}))) == call.arguments)
