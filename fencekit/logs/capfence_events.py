"""An event as CapFence's replay reads it from a trace or an audit line, as a record."""

from difflib import get_close_matches
from typing import Any

from fencekit.logs.capfence_words import recorded_decision, risk_level, time_of
from fencekit.logs.log_layout import LoggedObject
from fencekit.logs.log_objects import entry_of
from fencekit.logs.recorded_answer import read_answer
from fencekit.model.errors import RecordError
from fencekit.model.record import Entry, Record
from fencekit.model.request import NOTHING, Facts, Request
from fencekit.model.source import Place

EVENT_KEYS = frozenset(
    {"actor", "agent_id", "action", "tool_name", "resource", "risk_category", "environment"}
    | {"risk", "risk_score", "metadata"}
)
"""The keys that make up the event itself; every other key of a trace's event is metadata."""

NO_CONTEXT = frozenset(
    {"payload", "decision", "original_decision", "reason", "timestamp", "id", "signature"}
    | {"entry_hash", "payload_hash", "policy_decision", "verdict", "latency_ms", "threshold"}
    | {"require_approval", "capability", "scope", "environment", "actor", "action", "resource"}
)
"""The keys of the metadata that no condition can ask about."""


def record_of_trace(found: LoggedObject) -> Entry:
    """Return the record of an event in a replay trace.

    The capability is `resource.action.scope`, with the environment where there is no scope, unless
    the metadata names one. The whole call is in the trace, so nothing is unknown.
    """
    return entry_of(found, read_trace_event)


def read_trace_event(event: dict[str, Any], place: Place) -> Record:
    """Return the record of an event; raise RecordError where CapFence would refuse it."""
    refuse_strangers(event, place)
    actor = first_text(event, ("actor", "agent_id"), "trace-replay", place)
    action = first_text(event, ("action", "tool_name"), "execute", place)
    resource = first_text(event, ("resource", "risk_category"), "system", place)
    environment = first_text(event, ("environment",), "production", place)
    given = event.get("metadata") or {}
    if not isinstance(given, dict):
        raise RecordError("`metadata` is not an object", place=place)
    metadata = {**given, **{key: event[key] for key in event if key not in EVENT_KEYS}}
    level = risk_level(event.get("risk") or event.get("risk_score") or "low", place)
    if level is None and isinstance(metadata.get("risk_level"), str):
        level = metadata["risk_level"].lower()
    scope = text_or_none(metadata, "scope", place) or environment
    capability = text_or_none(metadata, "capability", place)
    context = {key: value for key, value in metadata.items() if key not in NO_CONTEXT}
    context = {**context, "risk_level": level} if level is not None else context
    request = Request(
        f"{resource}.{action}.{scope}" if capability is None else capability,
        principal=actor,
        environment=environment,
        context=Facts(context, whole=True),
        args=payload_of(metadata, place),
    )
    word = event.get("decision") or event.get("original_decision")
    flagged = metadata.get("require_approval") is True
    reason = metadata.get("reason")
    said, notes = read_answer(
        lambda: recorded_decision(word, reason, place, escalates_default=flagged)
    )
    return Record(
        request,
        said,
        place,
        id=name_of(metadata, "id", "call_id"),
        time=time_of(metadata.get("timestamp")),
        session=name_of(metadata, "session_id"),
        notes=notes,
    )


NAMES = ("actor", "agent_id", "action", "tool_name", "resource", "risk_category", "capability")
"""An event has one of these at least."""

METADATA = frozenset(
    {"session_id", "scope", "payload", "require_approval", "risk_category", "payload_hash"}
    | {"threshold", "latency_ms", "decision", "reason", "timestamp", "entry_hash", "signature"}
    | {"policy_decision", "verdict", "id", "caller_depth", "capability", "tool_name"}
    | {"risk_level", "framework", "original_decision"}
)
"""The keys of metadata that CapFence accepts."""


def refuse_strangers(event: dict[str, Any], place: Place) -> None:
    """Raise RecordError for what is no event, and for a key that looks like one misspelled."""
    if not any(key in event for key in NAMES):
        message = "no event: it names neither an actor, nor an action, nor a resource"
        raise RecordError(message, place=place)
    known = EVENT_KEYS | METADATA
    for key in event:
        if key not in known:
            near = get_close_matches(key, known, n=1, cutoff=0.8)
            if near and near[0] not in event:
                message = f"unknown key: `{key}` (did you mean `{near[0]}`?)"
                raise RecordError(message, place=place)


def record_of_audit_line(found: LoggedObject) -> Entry:
    """Return the record of an audit line without header, where `tool` is the capability.

    What it does not hold of the context is unknown.
    """
    return entry_of(found, read_audit_line)


def read_audit_line(line: dict[str, Any], place: Place) -> Record:
    """Return the record of an audit line; raise RecordError where it is none."""
    capability = text_or_none(line, "tool", place)
    if not capability:
        raise RecordError("the line has no `tool`, which is its capability", place=place)
    context: dict[str, Any] = {}
    if line.get("risk"):
        level = risk_level(line["risk"], place)
        context = {} if level is None else {"risk_level": level}
    request = Request(
        capability,
        principal=text_or_none(line, "actor", place),
        environment=text_or_none(line, "environment", place) or None,
        context=Facts(context, open=True),
        args=payload_of(line, place),
    )
    word, reason = line.get("decision"), line.get("reason")
    said, notes = read_answer(
        lambda: recorded_decision(word, reason, place, escalates_default=None)
    )
    return Record(
        request,
        said,
        place,
        id=name_of(line, "audit_id", "id"),
        time=time_of(line.get("timestamp")),
        session=name_of(line, "session_id"),
        notes=notes,
    )


def first_text(event: dict[str, Any], keys: tuple[str, ...], default: str, place: Place) -> str:
    """Return the first of the keys that is not empty, or the default."""
    for key in keys:
        if event.get(key):
            return text_or_none(event, key, place) or default
    return default


def text_or_none(event: dict[str, Any], key: str, place: Place) -> str | None:
    """Return a text, or None where it is absent; raise RecordError for anything else."""
    value = event.get(key)
    if value is None or isinstance(value, str):
        return value
    raise RecordError(f"`{key}` is not text", place=place)


def name_of(event: dict[str, Any], *keys: str) -> str:
    """Return the first of the keys that is a text or a number, as text."""
    values = (event.get(key) for key in keys)
    return next((str(value) for value in values if isinstance(value, str | int)), "")


def payload_of(event: dict[str, Any], place: Place) -> Facts:
    """Return the arguments of a call; raise RecordError where they are no object."""
    payload = event.get("payload")
    if payload is None:
        return NOTHING
    if not isinstance(payload, dict):
        raise RecordError("`payload` is not an object", place=place)
    return Facts(payload, whole=True)
