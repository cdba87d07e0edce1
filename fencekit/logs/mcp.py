"""Captures of the Model Context Protocol: JSON-RPC messages, of both live revisions.

One message a line, in an array, or in batches; with a prefix such as `C> `, or inside an object
that adds a direction, a session and a time. A call is a request `tools/call`. Every other message
is passed over, and so are the results: that a call failed is no decision. A tool's result whose
request is not there is invalid, because a call is missing.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from fencekit.logs.call_shapes import calls_in
from fencekit.logs.log_beginning import first_ones
from fencekit.logs.log_format import LogSample
from fencekit.logs.log_layout import EXCERPT, LoggedObject, excerpt_of_value
from fencekit.logs.log_objects import read_each
from fencekit.logs.mcp_messages import CLIENT, SERVER, Message, is_wrapped, items, message_of
from fencekit.model.errors import RecordError
from fencekit.model.record import Entry, InvalidRecord, Notice, Record
from fencekit.model.request import NOTHING, UNKNOWN, Facts, Request, Unknown
from fencekit.reading.input_files import Source

VERSION = "2.0"
CALL = "tools/call"
FROM_SERVERS = frozenset({"sampling/createMessage", "elicitation/create", "roots/list"})
WHO = "io.modelcontextprotocol/clientInfo"
OTHER_TYPE = "an answer whose id is of another type than that of its request"
TOO_MANY = "an answer to a request that was answered already"
TOOLS: Mapping[str, str] = {"*": "mcp.tools.call"}


@dataclass(frozen=True)
class MCP:
    """Calls with all of their arguments, and no decision."""

    name: str = "mcp"
    tools: Mapping[str, str] = field(default_factory=lambda: TOOLS)

    def recognises(self, sample: LogSample) -> bool:
        """Say whether one of the first objects is a message of JSON-RPC."""
        return any(
            value.get("jsonrpc") == VERSION or is_wrapped(value)
            for value in first_ones(sample, "interactions")
        )

    def read(self, source: Source) -> Iterator[Entry]:
        """Yield every call."""
        exchange = Exchange()
        yield from read_each(items(source), exchange.entries_of)


@dataclass
class Exchange:
    """What was said so far: who the client of each session is, and which requests are unanswered.

    A request is known by its session, by who sent it, and by its id.
    """

    clients: dict[str, str] = field(default_factory=dict)
    unanswered: dict[tuple[str, str, str], str] = field(default_factory=dict)
    answered: set[tuple[str, str, str]] = field(default_factory=set)

    def entries_of(self, found: LoggedObject) -> Iterator[Entry]:
        """Yield the record of a message that is a call, or what is odd or wrong with it."""
        try:
            entry = self.hear(message_of(found))
        except RecordError as error:
            calls = sum(1 for _ in calls_in(found.value))
            excerpt = (found.text or excerpt_of_value(found.value))[:EXCERPT]
            excerpt = excerpt.encode("utf-8", "replace").decode("utf-8")
            yield InvalidRecord(error, found.place, excerpt, max(1, calls))
            return
        if entry is not None:
            yield entry

    def hear(self, message: Message) -> Record | Notice | None:
        """Return the record of a message that is a call; raise RecordError where it cannot be."""
        said, place = message.value, message.place
        if said.get("jsonrpc") != VERSION:
            raise RecordError(f"not a message of JSON-RPC {VERSION}", place=place)
        method = said.get("method")
        if method is None:
            return self.answer(message)
        if not isinstance(method, str):
            raise RecordError("`method` is not text", place=place)
        identity = identity_of(said.get("id"))
        if identity is not None:
            by = message.sender or (SERVER if method in FROM_SERVERS else CLIENT)
            self.unanswered[message.session, by, loose(said.get("id"))] = identity
        params = said.get("params")
        if method == "initialize" and isinstance(params, dict):
            self.clients[message.session] = name_of(params.get("clientInfo"))
        return self.call(message, params) if method == CALL else None

    def answer(self, message: Message) -> Notice | None:
        """Take in a result or an error; raise RecordError for that of a call that is not there.

        What is odd about an answer makes no call invalid: it is noticed.
        """
        said = message.value
        if "result" not in said and "error" not in said:
            raise RecordError("neither a request nor an answer", place=message.place)
        identity = identity_of(said.get("id"))
        is_tools = is_result_of_a_tool(said.get("result"))
        asked_by = [SERVER] if message.sender == CLIENT else [CLIENT]
        if message.sender is None:
            asked_by = [CLIENT, SERVER] if is_tools else [SERVER, CLIENT]
        for by in asked_by:
            key = (message.session, by, loose(said.get("id")))
            if identity is not None and key in self.unanswered:
                self.answered.add(key)
                same = self.unanswered.pop(key) == identity
                return None if same else Notice(OTHER_TYPE, message.place)
        if any((message.session, by, loose(said.get("id"))) in self.answered for by in asked_by):
            return Notice(TOO_MANY, message.place)
        if is_tools and CLIENT in asked_by:
            wrong = "the result of a tool, but its call is not in the capture"
            raise RecordError(wrong, place=message.place)
        return None

    def call(self, message: Message, params: Any) -> Record:
        """Return the record of a call."""
        place = message.place
        identity = message.value.get("id")
        if identity_of(identity) is None:
            raise RecordError("the call has no `id` that is text or a number", place=place)
        if not isinstance(params, dict):
            raise RecordError("the call has no `params`", place=place)
        tool, args = params.get("name"), params.get("arguments")
        if not isinstance(tool, str) or not tool:
            raise RecordError("the call has no `name` that is text", place=place)
        if args is not None and not isinstance(args, dict):
            raise RecordError("the `arguments` of the call are not an object", place=place)
        return Record(
            Request(
                UNKNOWN,
                principal=self.client(message, params),
                context=Facts({"tool_name": tool}, open=True),
                args=NOTHING if args is None else Facts(args, whole=True),
            ),
            None,
            place,
            id=str(identity),
            time=message.time,
            session=message.session,
            tool=tool,
            mapped=False,
        )

    def client(self, message: Message, params: dict[str, Any]) -> str | Unknown:
        """Return the client that the call names, or that began the session."""
        meta = params.get("_meta")
        named = name_of(meta.get(WHO)) if isinstance(meta, dict) else ""
        return named or self.clients.get(message.session) or UNKNOWN


def identity_of(value: Any) -> str | None:
    """Return an id so that 1 and "1" differ; None for what is no id."""
    is_id = isinstance(value, str | int | float) and not isinstance(value, bool)
    return repr(value) if is_id else None


def loose(value: Any) -> str:
    """Return an id as text, so that 1 and "1" are the same."""
    return str(value)


def name_of(info: Any) -> str:
    """Return the name in what a client says of itself; empty where there is none."""
    name = info.get("name") if isinstance(info, dict) else None
    return name if isinstance(name, str) else ""


def is_result_of_a_tool(result: Any) -> bool:
    """Say whether a result has the form that only calls of tools are answered with.

    What a model said, which a client answers, has a role beside its content.
    """
    if not isinstance(result, dict) or "role" in result:
        return False
    return isinstance(result.get("content"), list)


FORMAT = MCP()
