"""Log events of OpenTelemetry in which coding agents tell of tool calls, with their decision.

Claude Code writes `tool_decision` and `tool_result`, Codex the same with its own prefix, Gemini CLI
`tool_call`. A call that ran is told of twice, so that a decision and a result which belong together
are one call: by the id of the call where the events have it, else by the order in the session.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from fencekit.logs.call_shapes import calls_in
from fencekit.logs.claude_code import TOOLS as OF_CLAUDE_CODE
from fencekit.logs.codex import TOOLS as OF_CODEX
from fencekit.logs.json_documents import leaves
from fencekit.logs.log_format import LogSample
from fencekit.logs.log_layout import Layout, LoggedObject, excerpt_of_value
from fencekit.logs.log_objects import read_each
from fencekit.logs.otel_conventions import convention_of
from fencekit.logs.otel_encodings import LOGS, SPANS, TREE, span_of
from fencekit.logs.otel_values import OtelSpan
from fencekit.logs.traced_arguments import MISSING, arguments_of
from fencekit.model.errors import RecordError
from fencekit.model.record import (
    Completeness,
    Entry,
    InvalidRecord,
    PassedOver,
    Record,
    Recorded,
)
from fencekit.model.request import ANYTHING, UNKNOWN, Facts, Request
from fencekit.model.verdict import Verdict
from fencekit.reading.input_files import Source

DECISION, RESULT, CALL = "tool_decision", "tool_result", "tool_call"
NAMES = ("tool_name", "function_name", "mcp_tool_name")
ARGUMENTS = ("tool_input", "arguments", "function_args", "tool_parameters")
IDS = ("tool_use_id", "call_id", "tool_call_id", "prompt_tool_id")
SESSIONS = ("session.id", "conversation.id", "session_id")
PRINCIPALS = ("user.id", "user.account_uuid", "user.email")
LAYOUT = Layout(
    re.compile(rb'"(?:[a-z_]{1,40}\.)?(?:tool_decision|tool_result|tool_call)"'), is_lenient=True
)
TOOLS: Mapping[str, str] = {
    **OF_CODEX,
    **OF_CLAUDE_CODE,
    "run_shell_command": "shell.exec",
    "replace": "file.write",
    "write_file": "file.write",
    "web_fetch": "http.get",
    "google_web_search": "web.search",
}

BY_RULE = frozenset({"config", "hook", "auto", "automated_reviewer"})
"""Sources of a decision that are no person: settings and hooks."""

ACCEPTED = frozenset({"accept", "approved", "approved_for_session", "auto_accept", "allow"})
REJECTED = frozenset({"reject", "denied", "abort", "deny"})
ASKED = frozenset({"approved_for_session", "modify"})


@dataclass(frozen=True)
class OpenTelemetryLogs:
    """One record for each call that the events tell of, with its decision."""

    name: str = "otel-logs"
    tools: Mapping[str, str] = field(default_factory=lambda: TOOLS)

    def recognises(self, sample: LogSample) -> bool:
        """Say whether an object holds log events in groups."""
        return any(isinstance(of.get(key), list) for of in sample.objects for key in LOGS)

    def read(self, source: Source) -> Iterator[Entry]:
        """Yield every call; one that was told of twice where it was told of first."""
        told = Told()
        yield from read_each(leaves(source, TREE, LAYOUT), told.entries_of)
        yield from told.calls_without_result()


def kind_of(span: OtelSpan) -> str:
    """Return what a log event is called, without the name of the agent before it."""
    named = span.word("event.name") or (span.name if isinstance(span.name, str) else "")
    return named.rpartition(".")[2]


def is_tool_event(span: OtelSpan) -> bool:
    """Say whether a log event tells of a tool call."""
    return kind_of(span) in (DECISION, RESULT, CALL) and span.has(*NAMES)


@dataclass
class Told:
    """The decisions whose result may still come, by session, tool and, where it is there, id.

    Batches arrive in any order: a result with an id may come before its decision.
    """

    waiting: dict[tuple[str, str, str], list[Record]] = field(default_factory=dict)
    undecided: dict[tuple[str, str, str], Record] = field(default_factory=dict)
    """Results that came without a decision, which may still come."""
    done: set[tuple[str, str, str]] = field(default_factory=set)
    """The calls with an id whose result was yielded: a decision that comes late is theirs."""

    def entries_of(self, found: LoggedObject) -> Iterator[Entry]:
        """Yield the calls that an event completes, what is wrong, or what is passed over."""
        if not found.above:
            for what in calls_in(found.value):
                yield PassedOver(f"{what}, beside log events", found.place)
            return
        try:
            span = span_of(found.value, found.above, found.place)
            if any(key in found.path for key in SPANS):
                if convention_of(span) is not None:
                    yield PassedOver("a span of a tool, beside log events", found.place)
                return
            if is_tool_event(span):
                yield from self.calls_of_event(span)
        except RecordError as error:
            yield InvalidRecord(error, found.place, excerpt_of_value(found.value))

    def calls_of_event(self, span: OtelSpan) -> Iterator[Record]:
        """Yield the call that an event tells of; a decision waits for its result."""
        record = record_of(span)
        kind = kind_of(span)
        key = (record.session, record.tool, record.id)
        if kind == DECISION:
            yield from self.calls_of_decision(span, record, key)
            return
        waiting = self.waiting.get(key) if kind == RESULT else None
        if waiting:
            yield combine(record, waiting.pop(0))
        elif kind == RESULT and record.id and record.recorded is None and key not in self.done:
            self.undecided[key] = record
            return
        else:
            yield record
        if record.id:
            self.done.add(key)

    def calls_of_decision(
        self, span: OtelSpan, record: Record, key: tuple[str, str, str]
    ) -> Iterator[Record]:
        """Yield the call that a decision completes, or that has no result because of it."""
        if key in self.undecided:
            self.done.add(key)
            yield combine(self.undecided.pop(key), record)
        elif key in self.done:
            return
        elif span.word("decision").lower() in REJECTED:
            yield record
        else:
            self.waiting.setdefault(key, []).append(record)

    def calls_without_result(self) -> Iterator[Record]:
        """Yield the calls of which one half is not in the log: the decision, or the result."""
        found = [record for waiting in self.waiting.values() for record in waiting]
        found += self.undecided.values()
        yield from sorted(
            found, key=lambda record: (record.place.line or 0, record.place.column or 0)
        )


def combine(result: Record, decided: Record) -> Record:
    """Return the call of a result with its decision, and the arguments of the one that has them."""
    known = result if result.completeness is not Completeness.ARGS_MISSING else decided
    recorded = decided.recorded or result.recorded
    return replace(result, recorded=recorded, request=known.request)


def record_of(span: OtelSpan) -> Record:
    """Return the record of the call that an event tells of; raise RecordError where it is none."""
    tool = span.text(*NAMES)
    if not tool:
        raise RecordError("the event names no tool", place=span.place)
    given = next(
        (
            found
            for key in ARGUMENTS
            if (found := arguments_of(span.get(key), key, span.place, any_text=True)) is not MISSING
        ),
        MISSING,
    )
    args, completeness = given.facts, given.completeness
    if given is not MISSING and not span.has(*ARGUMENTS[:3]):
        tool, args = with_parameters(tool, args)
        completeness = Completeness.ARGS_MISSING
    said, notes = decision_of(span)
    return Record(
        Request(
            UNKNOWN,
            principal=next((word for key in PRINCIPALS if (word := span.word(key))), UNKNOWN),
            context=ANYTHING,
            args=args,
        ),
        said,
        span.place,
        id=next((word for key in IDS if (word := span.word(key))), ""),
        time=span.time,
        session=next((word for key in SESSIONS if (word := span.word(key))), ""),
        completeness=completeness,
        tool=tool,
        mapped=False,
        notes=(*notes, *span.attributes.notes, *span.resource.notes),
    )


def with_parameters(tool: str, given: Facts) -> tuple[str, Facts]:
    """Return what `tool_parameters` say: the command of Bash, the server of an MCP tool.

    They are not the arguments themselves, but tell of some: any other may be there.
    """
    values = given.values
    server, name = values.get("mcp_server_name"), values.get("mcp_tool_name")
    if isinstance(server, str) and isinstance(name, str):
        return f"mcp__{server}__{name}", ANYTHING
    command = values.get("full_command", values.get("bash_command"))
    known: dict[str, Any] = {} if command is None else {"command": command}
    return tool, Facts(known, open=True)


def decision_of(span: OtelSpan) -> tuple[Recorded | None, tuple[str, ...]]:
    """Return the decision in an event: a rule's own, or that a person was asked."""
    word = span.word("decision").lower()
    if not word:
        return None, ()
    source = span.word("source").lower()
    if word in ACCEPTED | ASKED:
        by_rule = word == "auto_accept" or source in BY_RULE
        if by_rule:
            return Recorded(frozenset({Verdict.ALLOW}), None, source), ()
        if word in ASKED or source.startswith("user"):
            asked = frozenset({Verdict.ESCALATE})
            return Recorded(asked, None, source, source or word), ()
        return Recorded(frozenset({Verdict.ALLOW, Verdict.ESCALATE}), None, source), ()
    if word in REJECTED:
        if source in BY_RULE:
            return Recorded(frozenset({Verdict.DENY}), None, source), ()
        if source.startswith("user"):
            return Recorded(frozenset({Verdict.ESCALATE}), None, source), ()
        return Recorded(frozenset({Verdict.ESCALATE, Verdict.DENY}), None, source), ()
    return None, (f"the decision is not recorded: unknown decision: `{word[:60]}`",)


FORMAT = OpenTelemetryLogs()
