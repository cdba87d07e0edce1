"""Audit lines in the style of capability-proxy: a tool call, and one of four decisions.

The call stands in an object of its own or flat beside the decision, and so does the decision. A
plain ALLOW is one without obligations, because there is a word for one that has some.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from fencekit.logs.capfence_words import time_of
from fencekit.logs.log_format import LogSample
from fencekit.logs.log_objects import entry_of, objects, read_each
from fencekit.logs.recorded_answer import read_answer
from fencekit.model.errors import RecordError
from fencekit.model.record import Completeness, Entry, Record, Recorded
from fencekit.model.request import ANYTHING, UNKNOWN, Facts, Request
from fencekit.model.source import Place
from fencekit.model.verdict import Obligation, Verdict
from fencekit.reading.input_files import Source

CALL = ("call", "tool_call", "toolcall")
DECISION = ("final_decision", "decision")
TOOL = ("tool", "tool_name", "name")
ARGS = ("args", "arguments", "params")
PRINCIPAL = ("principal", "agent_id", "agent", "actor", "subject")
WORD = ("verdict", "decision", "outcome")
GUARDRAILS = ("guardrails", "obligations")
REASON = ("reasons", "reason")
ID = ("id", "call_id", "request_id")
TIME = ("timestamp", "ts", "time")
SESSION = ("session_id", "session")

GUARDED = "allow_with_guardrails"
DECISIONS: Mapping[str, Verdict] = {
    "allow": Verdict.ALLOW,
    GUARDED: Verdict.ALLOW,
    "escalate": Verdict.ESCALATE,
    "deny": Verdict.DENY,
}
UNNAMED = frozenset({Obligation("guardrails")})
TOOLS: Mapping[str, str] = {
    "read_file": "file.read",
    "write_file": "file.write",
    "list_dir": "file.list",
    "delete_file": "file.delete",
}


@dataclass(frozen=True)
class CapabilityProxy:
    """One decided call a line; what a line does not hold of the context is unknown."""

    name: str = "capability-proxy"
    tools: Mapping[str, str] = field(default_factory=lambda: TOOLS)

    def recognises(self, sample: LogSample) -> bool:
        """Say whether the first object holds a call beside a decision, or is both."""
        first = sample.first
        if first_of(first, DECISION) is None:
            return False
        call = first_of(first, CALL)
        if call is not None:
            return isinstance(call, dict) and isinstance(first_of(call, TOOL), str)
        return "tool" in first and not first.keys().isdisjoint(ARGS)

    def read(self, source: Source) -> Iterator[Entry]:
        """Yield every line."""
        yield from read_each(objects(source), lambda found: [entry_of(found, record_of)])


def record_of(line: dict[str, Any], place: Place) -> Record:
    """Return the record of a line; raise RecordError where it is none."""
    inner = first_of(line, CALL)
    if not isinstance(inner, dict | None):
        raise RecordError("the call is not an object", place=place)
    call = line if inner is None else inner
    around = {**line, **call}
    tool = first_of(call, TOOL)
    if not isinstance(tool, str) or not tool:
        raise RecordError("the call names no `tool`", place=place)
    context, args = around.get("context"), first_of(call, ARGS)
    if not isinstance(context, dict | None):
        raise RecordError("`context` is not an object", place=place)
    if not isinstance(args, dict | None):
        raise RecordError("the arguments are not an object", place=place)
    known = context or {}
    named = around.get("environment", known.get("environment"))
    request = Request(
        UNKNOWN,
        principal=text_in(around, PRINCIPAL) or UNKNOWN,
        environment=named if isinstance(named, str) else None,
        context=Facts({k: v for k, v in known.items() if k != "environment"}, open=True),
        args=ANYTHING if args is None else Facts(args, whole=True),
    )
    said, notes = read_answer(lambda: recorded_decision(line, place))
    return Record(
        request,
        said,
        place,
        id=text_in(around, ID),
        time=time_of(first_of(around, TIME)),
        session=text_in(around, SESSION),
        completeness=Completeness.ARGS_MISSING if args is None else Completeness.FULL,
        tool=tool,
        mapped=False,
        notes=notes,
    )


def recorded_decision(line: dict[str, Any], place: Place) -> Recorded | None:
    """Return what was decided; None where the line does not say."""
    given = first_of(line, DECISION)
    if given is None:
        return None
    beside = {key: line.get(key) for key in (*GUARDRAILS, *REASON)}
    decision = {**beside, **(given if isinstance(given, dict) else {"verdict": given})}
    word = first_of(decision, WORD)
    if not isinstance(word, str) or word.lower() not in DECISIONS:
        raise RecordError(f"unknown decision: `{word}`", place=place)
    duties = frozenset(guardrails(first_of(decision, GUARDRAILS), place))
    if word.lower() == GUARDED:
        duties = duties or UNNAMED
    reasons = first_of(decision, REASON)
    texts = reasons if isinstance(reasons, list) else [reasons]
    reason = "; ".join(text for text in texts if isinstance(text, str))
    return Recorded(frozenset({DECISIONS[word.lower()]}), duties, reason)


def guardrails(given: Any, place: Place) -> Iterator[Obligation]:
    """Yield the guardrails that are listed: by name, as objects with a name, or as keys."""
    if given is None:
        return
    for each in given if isinstance(given, list | dict) else [given]:
        name = first_of(each, ("name", "id", "type")) if isinstance(each, dict) else each
        if not isinstance(name, str) or not name:
            raise RecordError("a guardrail has no name", place=place)
        yield Obligation(name)


def first_of(value: Mapping[str, Any], keys: tuple[str, ...]) -> Any:
    """Return the first of the keys that is there and not null."""
    return next((value[key] for key in keys if value.get(key) is not None), None)


def text_in(value: Mapping[str, Any], keys: tuple[str, ...]) -> str:
    """Return the first of the keys as text: a text, a number, or the `id` of an object."""
    given = first_of(value, keys)
    if isinstance(given, dict):
        given = first_of(given, ("id", "name"))
    is_text = isinstance(given, str | int) and not isinstance(given, bool)
    return str(given) if is_text else ""


FORMAT = CapabilityProxy()
