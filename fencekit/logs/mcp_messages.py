"""The messages of a capture of JSON-RPC, out of what its writer has put around them.

That is a prefix (`C> `, a time in brackets), an object with a direction and a session, the fields
of server-sent events as curl shows them, or the lines of Claude Desktop's MCP logs, which tell of
much else. What is around a message becomes `Around`.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from fencekit.logs.call_shapes import MARK
from fencekit.logs.indented_json import is_indented
from fencekit.logs.json_documents import Tree, leaves
from fencekit.logs.log_layout import LENIENT, Item, LoggedObject, excerpt_of, invalid
from fencekit.logs.log_objects import TEXT_LINE, is_array, objects, of_overlong
from fencekit.model.record import InvalidRecord, Notice
from fencekit.model.source import Place
from fencekit.reading import json
from fencekit.reading.input_files import Overlong, Source, bounded_lines, occurrences

CLIENT, SERVER = "client", "server"
MESSAGE = ("message", "payload", "data", "msg", "body", "request", "response", "frame", "raw")
DIRECTION = ("direction", "from", "sender", "dir")
SESSION = ("session", "session_id", "sessionId")
TIME = ("timestamp", "time", "ts")

BEGINS = re.compile(rb'\{\s*"|\[\s*\{\s*"|\{\s*\}|\[\s*\]')
SIDES = re.compile(r"\b(?:(client|c)|(server|s))(?![a-z0-9])", re.IGNORECASE)
"""The one who sends is named first: `C> `, `client -> server`, `from-server`."""

LONGEST_PREFIX = 400
FIELD = re.compile(rb"(?:id|event|retry) ?:[^{\"]*|:[^{\"]*")
"""A field of server-sent events beside the data, or a comment."""

DATA = re.compile(rb"data ?: ?")
DESKTOP = re.compile(
    rb"(?P<time>\d{4}-\d\d-\d\dT[\d:.]+Z) (?:\[(?P<one>[^\]\n]{1,200})\] )?"
    rb"\[(?P<other>[^\]\n]{1,200})\] "
)
"""What Claude Desktop puts before each line of `mcp.log` and of `mcp-server-NAME.log`."""

WORDS = re.compile(rb"(?:\[[^\]{}\"]{1,200}\] ?)?[A-Za-z][^{}\[\]\"]{2,}\s*")
"""A line of words, perhaps with a time before it: nothing in it can be a part of JSON."""

LEVELS = frozenset({"info", "error", "warn", "warning", "debug"})
METADATA = re.compile(rb"\s*(?:\{ metadata: .*\}|undefined)?\s*")
"""What Claude Desktop writes behind a message."""

BEHIND = "text behind a message"
TREE: Tree = {"interactions": {}}
PAIR = frozenset({"request", "response"})
RECORDING = re.compile(rb'\s*\{[^\[]*"interactions"\s*:\s*\[')
"""The beginning of what mcp-recorder writes: pairs of a request and its answer in a list."""


@dataclass(frozen=True, slots=True)
class Around:
    """What the writer of a capture says of a message."""

    sender: str | None = None
    session: str = ""
    time: str = ""


@dataclass(frozen=True, slots=True)
class Message:
    """A message, where it stands, and what its writer says of it."""

    value: dict[str, Any]
    place: Place
    sender: str | None = None
    session: str = ""
    time: str = ""


def message_of(found: LoggedObject) -> Message:
    """Return the message that `items` has found."""
    around = found.above[0]
    return Message(found.value, found.place, around["sender"], around["session"], around["time"])


def items(source: Source) -> Iterator[Item]:
    """Yield every message, with what is around it; what is none is invalid, or noticed."""
    head = source.head()
    if RECORDING.match(head):
        for found in leaves(source, TREE, LENIENT):
            if not isinstance(found, LoggedObject):
                yield found
            elif found.value.keys() & PAIR and not any(found.value.get(key) for key in PAIR):
                continue  # a request for a stream, or its end
            else:
                yield unwrap_message(found, Around())
        return
    if is_indented(head) or is_array(head):
        for found in objects(source, LENIENT):
            yield unwrap_message(found, Around()) if isinstance(found, LoggedObject) else found
        return
    is_desktop = any(DESKTOP.match(line) for line in head.splitlines())
    bounded = bounded_lines(source, MARK)
    for number, line in bounded if is_desktop else events(bounded):
        place = Place(source.path, number)
        if isinstance(line, Overlong):
            yield of_overlong(line, source.max_line, place, LENIENT)
        elif line.strip():
            yield from of_line(line, place, is_desktop=is_desktop or source.unwrap is not None)


def events(
    bounded: Iterable[tuple[int, bytes | Overlong]],
) -> Iterator[tuple[int, bytes | Overlong]]:
    """Yield the lines, of server-sent events the data only; what has several lines becomes one."""
    held: list[bytes] = []
    first = 0
    for number, line in bounded:
        if isinstance(line, Overlong):
            yield number, line
            continue
        if FIELD.fullmatch(line):
            continue
        data = DATA.match(line)
        if data is not None and is_open(held, line[data.end() :]):
            first = first if held else number
            held.append(line[data.end() :])
            if is_whole(b"\n".join(held)):
                yield first, b"\n".join(held)
                held = []
            continue
        if held:
            yield first, b"\n".join(held)
            held = []
        yield number, line[data.end() :] if data else line
    if held:
        yield first, b"\n".join(held)


def is_open(held: list[bytes], text: bytes) -> bool:
    """Say whether a line of data goes on with an object that is begun, or begins one."""
    return bool(held) or (text.lstrip()[:1] in (b"{", b"[") and not is_whole(text))


def is_whole(text: bytes) -> bool:
    """Say whether a text is JSON."""
    try:
        json.parse_flawed(text.decode("utf-8", "surrogateescape"))
    except json.JSONError:
        return False
    return True


def of_line(line: bytes, place: Place, *, is_desktop: bool) -> Iterator[Item]:
    """Yield the messages of a line, and what is wrong with it."""
    try:
        value, begin, behind, flaws = first_value(line)
    except json.JSONError as error:
        yield from no_message(line, place, error, is_desktop=is_desktop)
        return
    around, is_own = around_of(line[:begin])
    batch = value if isinstance(value, list) else [value]
    if not batch:
        yield invalid("an empty batch", place, excerpt_of(line))
    for item in batch:
        if not isinstance(item, dict):
            yield invalid("not a JSON object", place, excerpt_of(line), LENIENT.lost_in(line))
        elif not is_own or "jsonrpc" in item or is_wrapped(item) or marks(line):
            text = line.decode("utf-8", "surrogateescape")
            yield unwrap_message(LoggedObject(item, place, text, flaws), around)
    yield from of_rest(behind, place, has_prefix=begin > 0, is_desktop=is_desktop)


def of_rest(behind: bytes, place: Place, *, has_prefix: bool, is_desktop: bool) -> Iterator[Item]:
    """Yield what is behind a message on its line: others, or text, which a prefix lets expect."""
    if METADATA.fullmatch(behind):
        return
    if BEGINS.match(behind.lstrip()):
        yield from of_line(behind, place, is_desktop=is_desktop)
    elif marks(behind) or not has_prefix:
        yield invalid("not JSON: extra data", place, excerpt_of(behind), LENIENT.lost_in(behind))
    else:
        yield Notice(BEHIND, place)


def first_value(line: bytes) -> tuple[Any, int, bytes, tuple[str, ...]]:
    """Return the first JSON on a line: its value, where it begins, what is behind, its flaws.

    Raises JSONError where there is none.
    """
    begun = BEGINS.search(line)
    if begun is None or begun.start() > LONGEST_PREFIX:
        raise json.JSONSyntaxError("not JSON: expecting value", 1, 1)
    text = line.decode("utf-8", "surrogateescape")
    at = len(line[: begun.start()].decode("utf-8", "surrogateescape"))
    decoder = json.FlawedDecoder()
    value, end = decoder.value(text, at)
    if text.count("{") + text.count("[") > json.MAX_DEPTH:
        json.refuse_depth(text[at:end])
    behind = text[end:].encode("utf-8", "surrogateescape")
    return value, begun.start(), behind, tuple(dict.fromkeys(decoder.flaws))


def no_message(
    line: bytes, place: Place, error: json.JSONError, *, is_desktop: bool
) -> Iterator[InvalidRecord | Notice]:
    """Yield that a line has no message: nothing to lose where it is a line of a log of words.

    A server prints such lines between the messages. One that may be the rest of a message is lost.
    """
    is_words = is_desktop or WORDS.fullmatch(line) is not None
    if not is_words or marks(line) or BEGINS.search(line):
        at = Place(place.file, place.line, error.column)
        yield invalid(error.message, at, excerpt_of(line), LENIENT.lost_in(line))
    elif not DESKTOP.match(line):
        yield Notice(TEXT_LINE, place)


def marks(data: bytes) -> int:
    """Return how many calls there seem to be in bytes."""
    return occurrences(MARK, data)


def around_of(prefix: bytes) -> tuple[Around, bool]:
    """Return what a prefix says of the message behind it, and whether Claude Desktop wrote it."""
    desktop = DESKTOP.match(prefix)
    text = prefix.decode("utf-8", "replace")
    if desktop is None:
        return Around(sender_of(text)), False
    tags = [tag.decode("utf-8", "replace") for tag in desktop.group("one", "other") if tag]
    server = next((tag for tag in tags if tag.lower() not in LEVELS), "")
    said = prefix[desktop.end() :].decode("utf-8", "replace")
    return Around(sender_of(said), server, desktop["time"].decode("ascii")), True


def unwrap_message(found: LoggedObject, around: Around) -> LoggedObject | InvalidRecord:
    """Return the message of an object, which may be inside it."""
    outer = found.value
    value: Any = outer
    flaws = found.flaws
    if "jsonrpc" not in outer:
        value = next((outer[key] for key in MESSAGE if is_message(outer.get(key))), None)
        if value is None:
            value = next((outer[key] for key in MESSAGE[:3] if key in outer), outer)
    if isinstance(value, str):
        try:
            value, inner = json.parse_flawed(value)
            flaws = (*flaws, *inner)
        except json.JSONError as error:
            said = f"in the text of the message: {error.message}"
            lost = LENIENT.lost_in(value.encode("utf-8", "surrogatepass"))
            return invalid(said, found.place, "", lost)
    if not isinstance(value, dict):
        return invalid("the message is not a JSON object", found.place)
    about = {
        "sender": sender_of(text_in(outer, DIRECTION)) or around.sender,
        "session": text_in(outer, SESSION) or around.session,
        "time": text_in(outer, TIME) or around.time,
    }
    return LoggedObject(value, found.place, found.text, flaws, (about,))


def is_message(inner: Any) -> bool:
    """Say whether a value is a message of JSON-RPC, or its text."""
    if isinstance(inner, str):
        return '"jsonrpc"' in inner[:10_000] and inner.lstrip().startswith("{")
    return isinstance(inner, dict) and inner.get("jsonrpc") == "2.0"


def is_wrapped(value: Mapping[str, Any]) -> bool:
    """Say whether an object has a message of JSON-RPC inside."""
    return any(is_message(value.get(key)) for key in MESSAGE)


def sender_of(said: str) -> str | None:
    """Return who sent a message, from a prefix or a direction; None where it does not say."""
    side = SIDES.search(said)
    if side is None:
        return None
    return CLIENT if side[1] else SERVER


def text_in(around: Mapping[str, Any], keys: tuple[str, ...]) -> str:
    """Return the first of the keys that is a text; empty where none is."""
    values = (around.get(key) for key in keys)
    return next((value for value in values if isinstance(value, str)), "")
