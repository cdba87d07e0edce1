"""A row of CapFence's table `audit_events`, however it was stored, as a record."""

from collections.abc import Mapping
from typing import Any

from fencekit.logs.capfence_words import RISKS, recorded_decision, time_of
from fencekit.logs.recorded_answer import read_answer
from fencekit.model.errors import RecordError
from fencekit.model.record import Completeness, Entry, InvalidRecord, Record
from fencekit.model.request import ANYTHING, UNKNOWN, Facts, Request
from fencekit.model.source import Place

TEXTS = (
    "agent_id",
    "actor",
    "capability",
    "environment",
    "risk_category",
    "decision",
    "policy_decision",
    "reason",
    "id",
    "timestamp",
)
NUMBERS = frozenset({"id", "timestamp"})
"""Columns that may also be numbers."""

NEEDED = frozenset({"agent_id", "decision", "timestamp"})
"""Columns that every version of the table has."""


def record_of(row: Mapping[str, Any], place: Place) -> Entry:
    """Return the record of a row; its arguments, and most of its context, are unknown.

    CapFence does not store the payload. Tables of CapFence 0.6 have no capability either.
    """
    try:
        return read_row(row, place)
    except RecordError as error:
        return InvalidRecord(error, place, excerpt_of(row))


def read_row(row: Mapping[str, Any], place: Place) -> Record:
    """Return the record of a row; raise RecordError where it is none."""
    for name in NEEDED:
        if row.get(name) is None:
            raise RecordError(f"the row has no `{name}`", place=place)
    for name in TEXTS:
        if not is_text(row.get(name)) and not (name in NUMBERS and is_number(row[name])):
            raise RecordError(f"`{name}` is not UTF-8 text", place=place)
    capability = row.get("capability")
    word = row.get("policy_decision") or row["decision"]
    request = Request(
        capability or UNKNOWN,
        principal=row.get("actor") or row["agent_id"],
        environment=row.get("environment") or UNKNOWN,
        context=context_of(row) if capability else ANYTHING,
        args=ANYTHING,
    )
    reason = row.get("reason")
    said, notes = read_answer(
        lambda: recorded_decision(word, reason, place, escalates_default=None)
    )
    return Record(
        request,
        said,
        place,
        id=str(row.get("id", "")),
        time=time_of(row["timestamp"]),
        completeness=Completeness.ARGS_MISSING,
        notes=notes,
    )


def context_of(row: Mapping[str, Any]) -> Facts:
    """Return what a row keeps of the context: a risk that is a word, and no score."""
    risk = row.get("risk_category")
    return Facts({"risk_level": risk}, open=True) if risk in RISKS else ANYTHING


def is_text(value: object) -> bool:
    """Say whether a column is text that was UTF-8, or absent."""
    if value is None:
        return True
    if not isinstance(value, str):
        return False
    try:
        value.encode("utf-8")
    except UnicodeEncodeError:
        return False
    return True


def is_number(value: object) -> bool:
    """Say whether a column is a number."""
    return isinstance(value, int | float) and not isinstance(value, bool)


def excerpt_of(row: Mapping[str, Any]) -> str:
    """Return the beginning of what stands in a row."""
    shown = {name: value for name, value in row.items() if value not in (None, "")}
    return str(shown)[:120].encode("utf-8", "replace").decode("utf-8")
