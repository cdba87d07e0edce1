"""The receipt of a decision: what was asked, what was decided and why, and whether it ran."""

import re
from dataclasses import dataclass
from os import PathLike, fspath
from pathlib import Path
from typing import Any

from fencekit.logs.jsonl import SCHEMA, decode, is_note
from fencekit.logs.log_layout import LoggedObject
from fencekit.logs.log_objects import objects
from fencekit.model.errors import FencekitError, LogError, UsageError
from fencekit.model.record import InvalidRecord, Notice, PassedOver
from fencekit.model.request import Unknown
from fencekit.model.source import Place
from fencekit.reading.input_files import open_source

AT_LINE = re.compile(r"(?P<log>.+):(?P<line>[1-9][0-9]*)")
NAMED = re.compile(r"(?P<log>.+)#(?P<id>[^#]+)")


@dataclass(frozen=True, slots=True)
class Receipt:
    """A decision as a record of ours tells it; an empty text is what the record does not tell.

    `invoked` is `no`, how the execution ended, or that no outcome was recorded. `place` is where
    the record stands, `hash` its link in the chain.
    """

    decision: str
    principal: str
    tool: str
    capability: str
    environment: str
    session: str
    policy: str
    rules: str
    reason: str
    approval: str
    approver: str
    invoked: str
    errors: str
    id: str
    time: str
    hash: str
    place: Place


def receipt_of(record: str | PathLike[str]) -> Receipt:
    """Return the receipt of a record: `LOG:LINE`, `LOG#ID` (a beginning is enough), or `LOG`.

    A log alone stands for its last decision. Raises UsageError where there is no such record,
    LogError where the log cannot be read or is none of ours.
    """
    path, line, wanted = parts_of(fspath(record))
    chosen: list[LoggedObject] = []
    outcomes: dict[str, dict[str, Any]] = {}
    is_ours = False
    with open_source(path) as source:
        for found in objects(source):
            if not isinstance(found, LoggedObject):
                refuse_invalid(found, line)
                continue
            value = found.value
            is_ours |= value.get("schema") == SCHEMA
            if is_note(value) and isinstance(value.get("outcome"), dict):
                outcomes[str(value["outcome"].get("of", ""))] = value["outcome"]
                if found.place.line == line:
                    hint = f"its decision is `{path}#{value['outcome'].get('of', '')}`"
                    raise UsageError("the line is an outcome, not a decision", hint=hint)
            elif line is not None:
                chosen += [found] if found.place.line == line else []
            elif wanted:
                chosen += [found] if str(value.get("id", "")).startswith(wanted) else []
            else:
                chosen = [found]
    if not is_ours:
        raise LogError("the file is no audit log of ours", place=Place(path))
    if len(chosen) != 1:
        what = f"line {line}" if line is not None else f"id `{wanted}`"
        many = "several records begin so" if chosen else "there is no such record"
        raise UsageError(f"{many}: {what} of `{path}`" if line or wanted else "the log is empty")
    return made_of(chosen[0], outcomes.get(str(chosen[0].value.get("id", ""))))


def refuse_invalid(found: InvalidRecord | PassedOver | Notice, line: int | None) -> None:
    """Raise LogError where a record that is asked for cannot be read."""
    if isinstance(found, InvalidRecord) and found.place.line == line:
        raise LogError(f"the record is invalid: {found.error.message}", place=found.place)


def parts_of(record: str) -> tuple[str, int | None, str]:
    """Return the log, the line and the id that a text names; a file of that name is the log."""
    if not Path(record).exists():
        at = AT_LINE.fullmatch(record)
        if at:
            return at["log"], int(at["line"]), ""
        named = NAMED.fullmatch(record)
        if named:
            return named["log"], None, named["id"]
    return record, None, ""


def made_of(found: LoggedObject, outcome: dict[str, Any] | None) -> Receipt:
    """Return the receipt of a line, with the outcome that the log has for it."""
    line = found.value
    refusal = line.get("refusal")
    gate = refusal if isinstance(refusal, dict) else line.get("gate")
    gate = gate if isinstance(gate, dict) else {}
    call = gate.get("call")
    call = call if isinstance(call, dict) else {}
    principal, capability, environment = (str(call.get("principal", "")), "", "")
    decision, rules, errors = str(gate.get("decision", "")), "", gate.get("errors") or []
    reason, approval = str(gate.get("reason", "")), str(gate.get("approval", ""))
    if not is_note(line):
        try:
            record = decode(line, found.place)
        except FencekitError as error:
            raise LogError(f"the record is invalid: {error.message}", place=found.place) from error
        request, said = record.request, record.recorded
        principal, capability = part_as_text(request.principal), part_as_text(request.capability)
        environment = part_as_text(request.environment)
        if said is not None:
            decision = decision or "|".join(str(verdict) for verdict in sorted(said.verdicts))
            rules, reason = ", ".join(said.rules), reason or said.reason
            errors, approval = errors or said.errors, approval or said.approval
    return Receipt(
        decision,
        principal,
        str(line.get("tool", "") or call.get("tool", "")),
        capability,
        environment or str(call.get("environment", "")),
        str(line.get("session", "") or call.get("session", "")),
        str(line.get("policy", "")),
        rules,
        reason,
        approval,
        str(gate.get("approver", "")),
        describe_outcome(decision, outcome),
        "; ".join(map(str, errors)),
        str(line.get("id", "")),
        str(line.get("time", "")),
        str(line.get("hash", "")),
        found.place,
    )


def describe_outcome(decision: str, outcome: dict[str, Any] | None) -> str:
    """Return whether the tool was invoked, and how that ended."""
    if outcome is not None:
        status = str(outcome.get("status", ""))
        said = f"no ({status})" if status == "refused" else f"yes ({status})"
        return f"{said}: {outcome['error']}" if outcome.get("error") else said
    return "not known (no outcome is recorded)" if decision.startswith("ALLOW") else "no"


def part_as_text(value: str | Unknown | None) -> str:
    """Return a part of a request as text."""
    return "(not kept)" if isinstance(value, Unknown) else value or ""
