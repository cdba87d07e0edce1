"""Rollouts of Codex sessions, `~/.codex/sessions/YYYY/MM/DD/rollout-<time>-<id>.jsonl`.

A line is `{"timestamp", "type", "payload"}`. Calls are the items of the type `response_item` whose
own type ends with `_call`, and what `event_msg` lines tell of commands, patches and MCP calls that
have no such item: what the script of an `exec` call runs is written there only. The lines before a
call say whose session it is, in which directory, and when Codex asks for approval. Codex does not
write down whether a call was approved.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from fencekit.logs.call_shapes import MARK, calls_in
from fencekit.logs.claude_code import excerpt_of
from fencekit.logs.codex_events import SPOKEN_OF, call_of_event, items_within
from fencekit.logs.codex_items import CALL, CALLS, Call, id_of
from fencekit.logs.log_format import LogSample
from fencekit.logs.log_layout import Layout, LoggedObject
from fencekit.logs.log_objects import objects, read_each
from fencekit.logs.mentioned_calls import Mentions
from fencekit.logs.repeated_calls import once
from fencekit.model.errors import RecordError
from fencekit.model.record import Entry, InvalidRecord, PassedOver, Record
from fencekit.model.request import UNKNOWN, Facts, Request
from fencekit.model.source import Place
from fencekit.reading.input_files import Source

META, TURN, ITEM, EVENT, COMPACTED = (
    *("session_meta", "turn_context", "response_item"),
    *("event_msg", "compacted"),
)
KINDS = frozenset({META, TURN, ITEM, EVENT, COMPACTED})
BEGINS_TURN = "task_started"
OLDER = frozenset({"function_call", "local_shell_call", "custom_tool_call"})
"""Items that stand on a line by themselves, as Codex wrote them in 2025."""

LAYOUT = Layout(
    re.compile(
        MARK.pattern
        + rb'|"type"\s*:\s*"(?:CommandExecution|McpToolCall|FileChange|exec_command_end'
        rb'|mcp_tool_call_end|patch_apply_end)"'
    ),
    is_lenient=True,
    is_record=lambda value: is_line(value),  # noqa: PLW0108  (it is defined below)
    begins=re.compile(r'\{\s*"(?:timestamp|type|payload)"\s*:'),
)

TOOLS: Mapping[str, str] = {
    "shell": "shell.exec",
    "shell_command": "shell.exec",
    "exec_command": "shell.exec",
    "write_stdin": "shell.exec",
    "local_shell": "shell.exec",
    "container.exec": "shell.exec",
    "apply_patch": "file.write",
    "read_file": "file.read",
    "view_image": "file.read",
    "grep_files": "file.read",
    "list_dir": "file.list",
    "web_search": "web.search",
    "spawn_agent": "agent.run",
    "mcp__*": "mcp.tools.call",
}


@dataclass(frozen=True)
class Codex:
    """Calls with their arguments, and no decision."""

    name: str = "codex"
    tools: Mapping[str, str] = field(default_factory=lambda: TOOLS)

    def recognises(self, sample: LogSample) -> bool:
        """Say whether one of the first lines has a type of a rollout's and a payload."""
        return any(is_line(value) or is_older(value) for value in sample.objects)

    def read(self, source: Source) -> Iterator[Entry]:
        """Yield every call once, though an item be written again."""
        rollout = Rollout()
        yield from once(read_each(objects(source, LAYOUT), rollout.entries_of), source)
        yield from once(rollout.calls_of_events_only(), source)


def is_line(value: Mapping[str, Any]) -> bool:
    """Say whether an object looks like a line of a rollout."""
    kind = value.get("type")
    return isinstance(kind, str) and kind in KINDS and isinstance(value.get("payload"), dict)


def is_older(value: Mapping[str, Any]) -> bool:
    """Say whether an object is a call as it stood on a line by itself."""
    return str(value.get("type")) in OLDER and "call_id" in value and "payload" not in value


@dataclass
class Rollout:
    """What the lines so far say of the session, and the calls that only events tell of.

    The rollout of a subagent begins with its own `session_meta`, and may go on with that of its
    parent and a copy of the parent's history; a turn of its own ends it.
    """

    own: str = ""
    id: str = ""
    known: dict[str, str] = field(default_factory=dict)
    told: dict[str, Entry] = field(default_factory=dict)
    """Calls in events, by id, whose item has not come."""
    mentions: Mentions = field(default_factory=Mentions)

    def entries_of(self, found: LoggedObject) -> Iterator[Entry]:
        """Yield the calls of a line, and what looks like one."""
        line, place = found.value, found.place
        try:
            kind = line.get("type")
            if not isinstance(kind, str):
                raise RecordError("the line has no `type`", place=place)
            payload = line if is_older(line) else line.get("payload")
            if not isinstance(payload, dict):
                if kind in KINDS:
                    raise RecordError("`payload` is not an object", place=place)
                payload = line
            time = line.get("timestamp")
            yield from self.entries_in(kind, payload, time if isinstance(time, str) else "", found)
        except RecordError as error:
            lost = sum(1 for _ in calls_in(line))
            yield InvalidRecord(error, place, excerpt_of(found), max(1, lost))

    def entries_in(
        self, kind: str, payload: dict[str, Any], time: str, found: LoggedObject
    ) -> Iterator[Entry]:
        """Yield what is in the payload of a line; raise RecordError where it cannot be told."""
        place = found.place
        if kind == META:
            self.begin(payload)
        elif kind == TURN:
            self.turn(payload)
        elif kind == ITEM or (payload is found.value and kind in OLDER):
            yield from self.item(payload, time, place)
        elif kind == EVENT:
            yield from self.event(payload, time, place)
        elif kind == COMPACTED:
            yield from self.spoken_of(items_within(payload), "a call in a compacted history", place)
        else:
            for what in calls_in(found.value):
                yield PassedOver(f"{what}, in a line of the type `{kind[:60]}`", place)

    def begin(self, meta: dict[str, Any]) -> None:
        """Take in what a session begins with."""
        named = (meta.get(key) for key in ("id", "session_id"))
        self.id = next((name for name in named if isinstance(name, str) and name), "")
        self.own = self.own or self.id
        self.known = texts({"cwd": meta.get("cwd")})

    def turn(self, context: dict[str, Any]) -> None:
        """Take in what holds from a turn on."""
        cwd = context.get("cwd") or self.known.get("cwd")
        self.known = texts({"cwd": cwd, "approval_policy": context.get("approval_policy")})

    def item(self, item: dict[str, Any], time: str, place: Place) -> Iterator[Entry]:
        """Yield the call that an item is."""
        kind = item.get("type")
        if not isinstance(kind, str):
            raise RecordError("the item has no `type`", place=place)
        if not kind.endswith(CALL):
            for what in calls_in([value for key, value in item.items() if key != "output"]):
                yield PassedOver(f"{what}, in an item of the type `{kind[:60]}`", place)
            return
        if kind not in CALLS:
            raise RecordError(f"unknown kind of call: `{kind}`", place=place)
        key = id_of(item)
        record = self.record_of(CALLS[kind](item, place), key, time, place)
        self.told.pop(key, None)
        self.mentions.call(key)
        yield record

    def event(self, event: dict[str, Any], time: str, place: Place) -> Iterator[Entry]:
        """Yield what an event tells of, unless its call may still come as an item."""
        kind = str(event.get("type"))
        if kind == BEGINS_TURN:
            self.id = self.own
        if kind in SPOKEN_OF:
            yield from self.spoken_of([event], f"a call in an event `{kind}`", place)
            return
        try:
            call, key = call_of_event(event, place)
        except RecordError as error:
            yield InvalidRecord(error, place, str(event)[:120])
            return
        if call is None:
            items = items_within(event)
            yield from self.spoken_of(items, f"a call in an event `{kind[:60]}`", place)
            return
        record = self.record_of(call, key, time, place)
        if not key:
            yield record
        elif key not in self.mentions.made:
            self.told.setdefault(key, record)

    def spoken_of(
        self, items: Iterable[dict[str, Any]], what: str, place: Place
    ) -> Iterator[PassedOver]:
        """Yield the calls that a line speaks of, and that no line of their own is there for."""
        for item in items:
            yield from self.mentions.mention(id_of(item), what, place)

    def calls_of_events_only(self) -> Iterator[Entry]:
        """Yield the calls that events alone tell of."""
        for key, entry in self.told.items():
            self.mentions.call(key)
            yield entry
        yield from self.mentions.calls_never_made()

    def record_of(self, call: Call, key: str, time: str, place: Place) -> Record:
        """Return the record of a call."""
        tool, args, completeness = call
        return Record(
            Request(UNKNOWN, principal=UNKNOWN, context=Facts(self.known, open=True), args=args),
            None,
            place,
            id=key,
            time=time,
            session=self.id,
            completeness=completeness,
            tool=tool,
            mapped=False,
        )


def texts(values: dict[str, Any]) -> dict[str, str]:
    """Return those of the values that are texts, and not empty."""
    return {key: value for key, value in values.items() if isinstance(value, str) and value}


FORMAT = Codex()
