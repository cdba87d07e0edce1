"""Transcripts of Claude Code sessions, `~/.claude/projects/<project>/<session>.jsonl`.

A call is a block of the type `tool_use` in the content of a message. Every other line and block is
passed over: texts, results, summaries, snapshots, and types that are not known here, because the
form is internal to Claude Code and may change. Results are not read: that a call was rejected says
what a person or a rule did in the end, and not what a policy decided.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any

from fencekit.logs.base import Entry, LogSample
from fencekit.logs.objects import EXCERPT, LoggedObject, objects
from fencekit.model.errors import RecordError
from fencekit.model.record import InvalidRecord, Record
from fencekit.model.request import UNKNOWN, Facts, Request
from fencekit.model.source import Place
from fencekit.reading.files import Source

CALL = "tool_use"
"""What the types of blocks that are calls end with; the service's own calls have a word before."""

KINDS = frozenset(
    {"user", "assistant", "system", "summary", "attachment", "progress", "queue-operation"}
    | {"file-history-snapshot", "permission-mode", "last-prompt"}
)
ENVELOPE = frozenset({"sessionId", "session_id", "leafUuid", "messageId"})

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
        seen: set[bytes] = set()
        for found in objects(source):
            if isinstance(found, InvalidRecord):
                yield found
                continue
            for entry in entries_of(found):
                if isinstance(entry, InvalidRecord) or is_new(entry, seen):
                    yield entry


def is_line(value: Mapping[str, Any]) -> bool:
    """Say whether an object looks like a line of a transcript."""
    kind = value.get("type")
    return isinstance(kind, str) and kind in KINDS and not ENVELOPE.isdisjoint(value)


def is_new(record: Record, seen: set[bytes]) -> bool:
    """Say whether a call was not seen before, and remember it; one without id is always new.

    The same id with other arguments is another call: nothing that differs is dropped.
    """
    if not record.id:
        return True
    said = (record.session, record.id, record.tool, record.request.args.values)
    key = sha256(repr(said).encode()).digest()
    if key in seen:
        return False
    seen.add(key)
    return True


def entries_of(found: LoggedObject) -> Iterator[Entry]:
    """Yield the calls of a line, each valid or not."""
    try:
        blocks = blocks_of(found.value, found.place)
    except RecordError as error:
        yield InvalidRecord(error, found.place, excerpt_of(found))
        return
    for block in blocks:
        try:
            yield record_of(block, found.value, found.place)
        except RecordError as error:
            yield InvalidRecord(error, found.place, excerpt_of(found))


def blocks_of(line: dict[str, Any], place: Place) -> list[dict[str, Any]]:
    """Return the blocks of a line that are calls; raise RecordError where that cannot be told."""
    kind = line.get("type")
    if not isinstance(kind, str):
        raise RecordError("the line has no `type`", place=place)
    message = line.get("message")
    content = message.get("content") if isinstance(message, dict) else None
    if kind == "assistant" and not isinstance(content, list | str):
        raise RecordError("an assistant's line has no `message` with a `content`", place=place)
    blocks = content if isinstance(content, list) else []
    if kind == "assistant" and not all(is_block(block) for block in blocks):
        raise RecordError("a block of the `content` has no `type`", place=place)
    return [block for block in blocks if is_block(block) and block["type"].endswith(CALL)]


def is_block(value: Any) -> bool:
    """Say whether a value is a block of a message."""
    return isinstance(value, dict) and isinstance(value.get("type"), str)


def record_of(block: dict[str, Any], line: dict[str, Any], place: Place) -> Record:
    """Return the record of a call; raise RecordError where it cannot be read."""
    name = text_of(block, "name", place)
    if not name:
        raise RecordError("the call has no `name`", place=place)
    server = text_of(block, "server_name", place)
    given = block.get("input")
    if not isinstance(given, dict):
        raise RecordError("the `input` of the call is not an object", place=place)
    cwd = text_of(line, "cwd", place)
    request = Request(
        UNKNOWN,
        principal=UNKNOWN,
        context=Facts({"cwd": cwd} if cwd else {}, open=True),
        args=Facts(given, whole=True),
    )
    return Record(
        request,
        None,
        place,
        id=text_of(block, "id", place),
        time=text_of(line, "timestamp", place),
        session=text_of(line, "sessionId", place) or text_of(line, "session_id", place),
        tool=f"mcp__{server}__{name}" if server else name,
        mapped=False,
    )


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
    return (found.text or str(found.value))[:EXCERPT]


FORMAT = ClaudeCode()
