"""Transcripts of Claude Code sessions, `~/.claude/projects/<project>/<session>.jsonl`.

A call is a block of the type `tool_use`, in the content of a message or anywhere else in a line:
the calls of a subagent stand in lines of the type `progress`. What the form, which is internal to
Claude Code, may hold beside them is looked at too: what looks like a call and is none of these is
passed over, and counted. Results are not read: that a call was rejected says what a person or a
rule did in the end, and not what a policy decided.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from fencekit.logs.call_shapes import kind_of_call
from fencekit.logs.log_format import LogSample
from fencekit.logs.log_layout import EXCERPT, Layout, LoggedObject
from fencekit.logs.log_objects import objects, read_each
from fencekit.logs.mentioned_calls import Mentions
from fencekit.logs.repeated_calls import once
from fencekit.model.errors import RecordError
from fencekit.model.record import Entry, InvalidRecord, PassedOver, Record
from fencekit.model.request import UNKNOWN, Facts, Request
from fencekit.model.source import Place
from fencekit.reading.input_files import Source

CALL = "tool_use"
"""What the types of blocks that are calls end with; the service's own calls have a word before."""

RESULT = "tool_result"
"""What the types of blocks that are answers end with."""

KINDS = frozenset(
    {"user", "assistant", "system", "summary", "attachment", "progress", "queue-operation"}
    | {"file-history-snapshot", "permission-mode", "last-prompt"}
)
ENVELOPE = frozenset({"sessionId", "session_id", "leafUuid", "messageId"})
ANSWERS = frozenset({"toolUseResult", "tool_use_result", "mcpMeta"})
"""Keys under which an answer stands; a whole `tool_use` block in one is passed over."""

SPEAKING = {"stream_event": "a call of a `stream_event`", "result": "a denied call of a `result`"}
"""Lines of the SDK that speak of calls, whose own lines are those of the type `assistant`."""

LAYOUT = Layout(
    re.compile(rb'"type"\s*:\s*"[a-z_]{0,40}tool_use"'),
    is_lenient=True,
    is_record=lambda value: isinstance(value.get("type"), str) and not ENVELOPE.isdisjoint(value),
    begins=re.compile(
        r'\{\s*"(?:type|uuid|parentUuid|logicalParentUuid|sessionId|isSidechain|leafUuid|messageId'
        r'|timestamp|userType|cwd|version|message)"\s*:'
    ),
)

TOOLS: Mapping[str, str] = {
    "Bash": "shell.exec",
    "PowerShell": "shell.exec",
    "Read": "file.read",
    "NotebookRead": "file.read",
    "Grep": "file.read",
    "Glob": "file.list",
    "LS": "file.list",
    "Write": "file.write",
    "Edit": "file.write",
    "MultiEdit": "file.write",
    "NotebookEdit": "file.write",
    "WebFetch": "http.get",
    "web_fetch": "http.get",
    "WebSearch": "web.search",
    "web_search": "web.search",
    "Agent": "agent.run",
    "Task": "agent.run",
    "mcp__*": "mcp.tools.call",
}


@dataclass(frozen=True)
class ClaudeCode:
    """Calls with all of their arguments, and no decision."""

    name: str = "claude-code"
    tools: Mapping[str, str] = field(default_factory=lambda: TOOLS)

    def recognises(self, sample: LogSample) -> bool:
        """Say whether one of the first lines has a type of a transcript's and its envelope."""
        return any(is_line(value) for value in sample.objects)

    def read(self, source: Source) -> Iterator[Entry]:
        """Yield every call once, though a line that holds it be written again."""
        mentions = Mentions()
        items = objects(source, LAYOUT)
        yield from once(read_each(items, lambda found: entries_of(found, mentions)), source)
        yield from mentions.calls_never_made()


def is_line(value: Mapping[str, Any]) -> bool:
    """Say whether an object looks like a line of a transcript."""
    kind, message = value.get("type"), value.get("message")
    has_role = isinstance(message, dict) and message.get("role") == kind and "uuid" in value
    return isinstance(kind, str) and kind in KINDS and (has_role or not ENVELOPE.isdisjoint(value))


def entries_of(found: LoggedObject, mentions: Mentions) -> Iterator[Entry]:
    """Yield the calls of a line, each valid or not, and what looks like one and is none."""
    line, place = found.value, found.place
    parts = list(parts_of(line))
    try:
        check(line, place)
    except RecordError as error:
        calls = sum(not part.in_answer for part in parts)
        yield InvalidRecord(error, place, excerpt_of(found), max(1, calls))
        return
    said = SPEAKING.get(line["type"])
    for part in parts:
        if said is not None:
            yield from mentions.mention(id_of(part.value), said, place)
        elif part.kind or part.in_answer:
            where = (
                " inside an answer"
                if part.in_answer
                else f" in a line of the type `{line['type']}`"
            )
            yield PassedOver(f"{part.kind or 'a `tool_use` block'}{where}", place)
        else:
            mentions.call(id_of(part.value))
            try:
                yield record_of(part.value, line, place)
            except RecordError as error:
                yield InvalidRecord(error, place, excerpt_of(found))


def check(line: dict[str, Any], place: Place) -> None:
    """Raise RecordError where it cannot be told which blocks of a line are calls."""
    kind = line.get("type")
    if not isinstance(kind, str):
        raise RecordError("the line has no `type`", place=place)
    if kind != "assistant":
        return
    message = line.get("message")
    content = message.get("content") if isinstance(message, dict) else None
    if not isinstance(content, list | str):
        raise RecordError("an assistant's line has no `message` with a `content`", place=place)
    if isinstance(content, list) and not all(is_block(block) for block in content):
        raise RecordError("a block of the `content` has no `type`", place=place)


@dataclass(frozen=True, slots=True)
class MessagePart:
    """A part of a line that is a call, or looks like one: then `kind` says what it is."""

    value: dict[str, Any]
    kind: str = ""
    in_answer: bool = False


def parts_of(value: Any, *, in_answer: bool = False) -> Iterator[MessagePart]:
    """Yield the calls in a line; of what is in an answer, whole blocks only."""
    if isinstance(value, list):
        for item in value:
            yield from parts_of(item, in_answer=in_answer)
    if not isinstance(value, dict):
        return
    kind = value.get("type")
    if isinstance(kind, str) and kind.endswith(CALL) and ("name" in value or "input" in value):
        yield MessagePart(value, in_answer=in_answer)
        return
    looks_like = "" if in_answer else kind_of_call(value)
    if looks_like:
        yield MessagePart(value, looks_like)
        return
    is_result = isinstance(kind, str) and kind.endswith(RESULT)
    for key, item in value.items():
        yield from parts_of(item, in_answer=in_answer or is_result or key in ANSWERS)


def is_block(value: Any) -> bool:
    """Say whether a value is a block of a message."""
    return isinstance(value, dict) and isinstance(value.get("type"), str)


def id_of(block: dict[str, Any]) -> str:
    """Return by what a call is known; empty where nothing says it."""
    found = block.get("id", block.get("tool_use_id"))
    return found if isinstance(found, str) else ""


def record_of(block: dict[str, Any], line: dict[str, Any], place: Place) -> Record:
    """Return the record of a call; raise RecordError where it cannot be read."""
    name = text_of(block, "name", place)
    if not name:
        raise RecordError("the call has no `name`", place=place)
    server = text_of(block, "server_name", place)
    given = block.get("input")
    if not isinstance(given, dict):
        raise RecordError("the `input` of the call is not an object", place=place)
    envelope = Envelope(line)
    cwd = envelope.text("cwd")
    return Record(
        Request(
            UNKNOWN,
            principal=UNKNOWN,
            context=Facts({"cwd": cwd} if cwd else {}, open=True),
            args=Facts(given, whole=True),
        ),
        None,
        place,
        id=text_of(block, "id", place),
        time=envelope.text("timestamp"),
        session=envelope.session(),
        tool=f"mcp__{server}__{name}" if server else name,
        mapped=False,
        notes=tuple(envelope.notes),
    )


@dataclass
class Envelope:
    """What a line says around its calls; what is of another type than usual is noted, no more."""

    line: dict[str, Any]
    notes: list[str] = field(default_factory=list)

    def text(self, key: str) -> str:
        """Return a text, empty where it is none."""
        value = self.line.get(key)
        if isinstance(value, str):
            return value
        if value is not None:
            self.notes.append(f"`{key}` of the line is not text")
        return ""

    def session(self) -> str:
        """Return the session that the call was made in; of a fork, the one copied from."""
        fork = self.line.get("forkedFrom")
        copied = fork.get("sessionId") if isinstance(fork, dict) else None
        own = self.text("sessionId") or self.text("session_id")
        return copied if isinstance(copied, str) and copied else own


def text_of(value: dict[str, Any], key: str, place: Place) -> str:
    """Return a text, empty where it is absent or null; raise RecordError for anything else."""
    given = value.get(key)
    if given is None:
        return ""
    if not isinstance(given, str):
        raise RecordError(f"`{key}` is not text", place=place)
    return given


def excerpt_of(found: LoggedObject) -> str:
    """Return the beginning of what a line is written as."""
    shown = (found.text or str(found.value))[:EXCERPT]
    return shown.encode("utf-8", "replace").decode("utf-8")


FORMAT = ClaudeCode()
