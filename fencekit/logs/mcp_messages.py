"""The messages of a capture of JSON-RPC, out of what its writer has put around them."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from fencekit.logs.indented import is_indented
from fencekit.logs.objects import LoggedObject, excerpt_of, invalid, is_array, objects
from fencekit.model.record import InvalidRecord
from fencekit.model.source import Place
from fencekit.reading import json
from fencekit.reading.files import MAX_LINE, Source, lines

CLIENT, SERVER = "client", "server"
MESSAGE = ("message", "payload", "data")
DIRECTION = ("direction", "from", "sender")
SESSION = ("session", "session_id", "sessionId")
TIME = ("timestamp", "time", "ts")

PREFIXED = re.compile(rb'([^{"]{0,200}?)(\[\s*\{.*|\{.*)', re.DOTALL)
SIDES = re.compile(r"\b(?:(client|c)|(server|s))(?![a-z0-9])", re.IGNORECASE)
"""The one who sends is named first: `C> `, `client -> server`, `from-server`."""


@dataclass(frozen=True, slots=True)
class Message:
    """A message, where it stands, and what its writer says of it."""

    value: dict[str, Any]
    place: Place
    sender: str | None = None
    session: str = ""
    time: str = ""
    text: str | None = None


def messages(source: Source) -> Iterator[Message | InvalidRecord]:
    """Yield every message; what is none is invalid."""
    head = source.head()
    if is_indented(head) or is_array(head):
        for found in objects(source):
            yield found if isinstance(found, InvalidRecord) else unwrapped(found, None)
        return
    for number, line in lines(source):
        place = Place(source.path, number)
        if line is None:
            yield invalid(f"the line is longer than {MAX_LINE >> 20} MiB", place)
        elif line.strip():
            yield from messages_of(line, place)


def messages_of(line: bytes, place: Place) -> Iterator[Message | InvalidRecord]:
    """Yield the message of a line, or those of its batch."""
    parts = PREFIXED.fullmatch(line)
    prefix, body = parts.groups() if parts else (b"", line)
    try:
        value = json.parse_bytes(body)
    except json.JSONError as error:
        column = None if error.column is None else error.column + len(prefix)
        yield invalid(error.message, Place(place.file, place.line, column), excerpt_of(line))
        return
    sender = sender_of(prefix.decode("utf-8", "replace"))
    batch = value if isinstance(value, list) else [value]
    if not batch:
        yield invalid("an empty batch", place, excerpt_of(line))
    for item in batch:
        if isinstance(item, dict):
            yield unwrapped(LoggedObject(item, place, line.decode("utf-8", "replace")), sender)
        else:
            yield invalid("not a JSON object", place, excerpt_of(line))


def unwrapped(found: LoggedObject, sender: str | None) -> Message | InvalidRecord:
    """Return the message of an object, which may be inside it."""
    around = found.value
    value: Any = around
    if "jsonrpc" not in around:
        value = next((around[key] for key in MESSAGE if key in around), around)
    if isinstance(value, str):
        try:
            value = json.parse(value)
        except json.JSONError as error:
            return invalid(f"in the text of the message: {error.message}", found.place)
    if not isinstance(value, dict):
        return invalid("the message is not a JSON object", found.place)
    return Message(
        value,
        found.place,
        sender_of(text_in(around, DIRECTION)) or sender,
        text_in(around, SESSION),
        text_in(around, TIME),
        found.text,
    )


def is_wrapped(value: Mapping[str, Any]) -> bool:
    """Say whether an object has a message of JSON-RPC inside."""
    for key in MESSAGE:
        inner = value.get(key)
        if isinstance(inner, dict) and inner.get("jsonrpc") == "2.0":
            return True
        if isinstance(inner, str) and inner.startswith('{"jsonrpc"'):
            return True
    return False


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
