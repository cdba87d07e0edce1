"""Rollouts of Codex sessions, `~/.codex/sessions/YYYY/MM/DD/rollout-<time>-<id>.jsonl`.

A line is `{"timestamp", "type", "payload"}`. Calls are the items of the type `response_item` whose
own type ends with `_call`. The lines before a call say whose session it is, in which directory, and
when Codex asks for approval; all other lines are passed over: messages, results, events, and the
history that a compaction repeats. Codex does not write down whether a call was approved.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from fencekit.logs.base import Entry, LogSample
from fencekit.logs.claude_code import excerpt_of, is_new, text_of
from fencekit.logs.objects import LoggedObject, objects
from fencekit.model.errors import RecordError
from fencekit.model.record import Completeness, InvalidRecord, Record
from fencekit.model.request import ANYTHING, NOTHING, UNKNOWN, Facts, Request
from fencekit.model.source import Place
from fencekit.reading import json
from fencekit.reading.files import Source

META, TURN, ITEM = "session_meta", "turn_context", "response_item"
KINDS = frozenset({META, TURN, ITEM, "event_msg", "compacted"})
CALL = "_call"
"""What the types of items that are calls end with; their results end with another word."""

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

Call = tuple[str, Facts, Completeness]
"""The tool of a call, its arguments, and how much of them there is."""


@dataclass(frozen=True)
class Codex:
    """Calls with their arguments, and no decision."""

    name: str = "codex"
    tools: Mapping[str, str] = field(default_factory=lambda: TOOLS)

    def recognises(self, sample: LogSample) -> bool:
        """Say whether one of the first lines has a type of a rollout's and a payload."""
        return any(is_line(value) for value in sample.objects)

    def read(self, source: Source) -> Iterator[Entry]:
        """Yield every call once, though an item be written again."""
        seen: set[bytes] = set()
        session = Session()
        for found in objects(source):
            entry = found if isinstance(found, InvalidRecord) else entry_of(found, session)
            if isinstance(entry, InvalidRecord) or (entry is not None and is_new(entry, seen)):
                yield entry


@dataclass
class Session:
    """What the lines before a call say of it."""

    id: str = ""
    known: dict[str, str] = field(default_factory=dict)

    def begin(self, meta: dict[str, Any], place: Place) -> None:
        """Take in what a session begins with; raise RecordError where it cannot be read."""
        self.id = ""
        self.known = {}
        self.id = text_of(meta, "id", place) or text_of(meta, "session_id", place)
        self.known = given({"cwd": text_of(meta, "cwd", place)})

    def turn(self, context: dict[str, Any], place: Place) -> None:
        """Take in what holds from a turn on; raise RecordError where it cannot be read."""
        before, self.known = self.known, {}
        cwd = text_of(context, "cwd", place) or before.get("cwd", "")
        policy = context.get("approval_policy")
        self.known = given({"cwd": cwd, "approval_policy": policy})


def given(values: dict[str, Any]) -> dict[str, str]:
    """Return those of the values that are texts, and not empty."""
    return {key: value for key, value in values.items() if isinstance(value, str) and value}


def is_line(value: Mapping[str, Any]) -> bool:
    """Say whether an object looks like a line of a rollout."""
    kind = value.get("type")
    return isinstance(kind, str) and kind in KINDS and isinstance(value.get("payload"), dict)


def entry_of(found: LoggedObject, session: Session) -> Entry | None:
    """Return the record of a line, what is wrong with it, or None where it is no call."""
    line, place = found.value, found.place
    try:
        kind = line.get("type")
        if not isinstance(kind, str):
            raise RecordError("the line has no `type`", place=place)
        if kind not in (META, TURN, ITEM):
            return None
        payload = line.get("payload")
        if not isinstance(payload, dict):
            raise RecordError("`payload` is not an object", place=place)
        if kind == ITEM:
            return record_of(payload, text_of(line, "timestamp", place), session, place)
        (session.begin if kind == META else session.turn)(payload, place)
    except RecordError as error:
        return InvalidRecord(error, place, excerpt_of(found))
    return None


def record_of(item: dict[str, Any], time: str, session: Session, place: Place) -> Record | None:
    """Return the record of an item, None for no call; raise RecordError where it cannot be read."""
    kind = item.get("type")
    if not isinstance(kind, str):
        raise RecordError("the item has no `type`", place=place)
    if not kind.endswith(CALL):
        return None
    if kind not in CALLS:
        raise RecordError(f"unknown kind of call: `{kind}`", place=place)
    tool, args, completeness = CALLS[kind](item, place)
    request = Request(
        UNKNOWN, principal=UNKNOWN, context=Facts(session.known, open=True), args=args
    )
    return Record(
        request,
        None,
        place,
        id=text_of(item, "call_id", place) or text_of(item, "id", place),
        time=time,
        session=session.id,
        completeness=completeness,
        tool=tool,
        mapped=False,
    )


def function(item: dict[str, Any], place: Place) -> Call:
    """Return a call whose arguments are JSON in a text; an empty text is no arguments."""
    text = item.get("arguments")
    if not isinstance(text, str):
        raise RecordError("`arguments` is not text", place=place)
    args = NOTHING if not text.strip() else Facts(parsed(text, place), whole=True)
    return name_of(item, place), *unmasked(args, item, place)


def custom(item: dict[str, Any], place: Place) -> Call:
    """Return a call with one text in the place of arguments; it becomes the argument `input`."""
    text = item.get("input")
    if not isinstance(text, str):
        raise RecordError("`input` is not text", place=place)
    return name_of(item, place), *unmasked(Facts({"input": text}, whole=True), item, place)


def local_shell(item: dict[str, Any], place: Place) -> Call:
    """Return a call of the service's own shell tool."""
    return "local_shell", Facts(object_of(item, "action", place), whole=True), Completeness.FULL


def web_search(item: dict[str, Any], place: Place) -> Call:
    """Return a call of the service's own search; older ones do not say what was searched for."""
    if item.get("action") is None:
        return "web_search", ANYTHING, Completeness.ARGS_MISSING
    return "web_search", Facts(object_of(item, "action", place), whole=True), Completeness.FULL


def tool_search(item: dict[str, Any], place: Place) -> Call:
    """Return a search for further tools."""
    return "tool_search", Facts(object_of(item, "arguments", place), whole=True), Completeness.FULL


def image_generation(_item: dict[str, Any], _place: Place) -> Call:
    """Return a call of the service's own image tool, of which only the result is written."""
    return "image_generation", ANYTHING, Completeness.ARGS_MISSING


CALLS: dict[str, Callable[[dict[str, Any], Place], Call]] = {
    "function_call": function,
    "custom_tool_call": custom,
    "local_shell_call": local_shell,
    "web_search_call": web_search,
    "tool_search_call": tool_search,
    "image_generation_call": image_generation,
}


def name_of(item: dict[str, Any], place: Place) -> str:
    """Return the name of a tool, with its namespace before it as Codex joins the two."""
    name, namespace = text_of(item, "name", place), text_of(item, "namespace", place)
    if not name:
        raise RecordError("the call has no `name`", place=place)
    return f"{namespace.rstrip('_')}__{name.lstrip('_')}" if namespace else name


def parsed(text: str, place: Place) -> dict[str, Any]:
    """Return the object that a text spells; raise RecordError where it spells none."""
    try:
        value = json.parse(text)
    except json.JSONError as error:
        raise RecordError(f"`arguments`: {error.message}", place=place) from error
    if not isinstance(value, dict):
        raise RecordError("`arguments` is not a JSON object", place=place)
    return value


def object_of(item: dict[str, Any], key: str, place: Place) -> dict[str, Any]:
    """Return an object of an item; raise RecordError for anything else."""
    value = item.get(key)
    if not isinstance(value, dict):
        raise RecordError(f"`{key}` is not an object", place=place)
    return value


def unmasked(args: Facts, item: dict[str, Any], place: Place) -> tuple[Facts, Completeness]:
    """Return arguments without those that only the service can read: they are unknown."""
    names = item.get("encrypted_function_args")
    if names is not None and not is_texts(names):
        raise RecordError("`encrypted_function_args` is not a list of texts", place=place)
    hidden = text_of(item, "encrypted_content", place)
    if not names and not hidden:
        return args, Completeness.FULL
    masked = {key: UNKNOWN if key in (names or ()) else args.values[key] for key in args.values}
    return Facts(masked, open=bool(hidden)), Completeness.MASKED


def is_texts(value: Any) -> bool:
    """Say whether a value is a list of texts."""
    return isinstance(value, list) and all(isinstance(item, str) for item in value)


FORMAT = Codex()
