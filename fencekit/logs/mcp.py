"""Captures of the Model Context Protocol: JSON-RPC messages, of both live revisions.

One message a line, in an array, or in batches; with a prefix such as `C> `, or inside an object
that adds a direction, a session and a time. A call is a request `tools/call`. Every other message
is passed over, and so are the results: that a call failed is no decision. A tool's result whose
request is not there is invalid, because a call is missing.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from fencekit.logs.base import Entry, LogSample
from fencekit.logs.mcp_messages import CLIENT, SERVER, Message, is_wrapped, messages
from fencekit.logs.objects import EXCERPT
from fencekit.model.errors import RecordError
from fencekit.model.record import InvalidRecord, Record
from fencekit.model.request import NOTHING, UNKNOWN, Facts, Request, Unknown
from fencekit.reading import json
from fencekit.reading.files import Source

VERSION = "2.0"
CALL = "tools/call"
FROM_SERVERS = frozenset({"sampling/createMessage", "elicitation/create", "roots/list"})
WHO = "io.modelcontextprotocol/clientInfo"
TOOLS: Mapping[str, str] = {"*": "mcp.tools.call"}


@dataclass(frozen=True)
class MCP:
    """Calls with all of their arguments, and no decision."""

    name: str = "mcp"
    tools: Mapping[str, str] = field(default_factory=lambda: TOOLS)

    def recognises(self, sample: LogSample) -> bool:
        """Say whether one of the first objects is a message of JSON-RPC."""
        return any(value.get("jsonrpc") == VERSION or is_wrapped(value) for value in sample.objects)

    def read(self, source: Source) -> Iterator[Entry]:
        """Yield every call."""
        exchange = Exchange()
        for message in messages(source):
            if isinstance(message, InvalidRecord):
                yield message
                continue
            try:
                record = exchange.hear(message)
            except RecordError as error:
                excerpt = (message.text or json.write(message.value))[:EXCERPT]
                yield InvalidRecord(error, message.place, excerpt)
                continue
            if record is not None:
                yield record


@dataclass
class Exchange:
    """What was said so far: who the client of each session is, and which requests are unanswered.

    A request is known by its session, by who sent it, and by its id.
    """

    clients: dict[str, str] = field(default_factory=dict)
    unanswered: set[tuple[str, str, str]] = field(default_factory=set)

    def hear(self, message: Message) -> Record | None:
        """Return the record of a message that is a call; raise RecordError where it cannot be."""
        said, place = message.value, message.place
        if said.get("jsonrpc") != VERSION:
            raise RecordError(f"not a message of JSON-RPC {VERSION}", place=place)
        method = said.get("method")
        if method is None:
            self.answer(message)
            return None
        if not isinstance(method, str):
            raise RecordError("`method` is not text", place=place)
        identity = identity_of(said.get("id"))
        if identity is not None:
            by = message.sender or (SERVER if method in FROM_SERVERS else CLIENT)
            self.unanswered.add((message.session, by, identity))
        params = said.get("params")
        if method == "initialize" and isinstance(params, dict):
            self.clients[message.session] = name_of(params.get("clientInfo"))
        return self.call(message, params) if method == CALL else None

    def answer(self, message: Message) -> None:
        """Take in a result or an error; raise RecordError for that of a call that is not there."""
        said = message.value
        if "result" not in said and "error" not in said:
            raise RecordError("neither a request nor an answer", place=message.place)
        identity = identity_of(said.get("id"))
        is_tools = is_result_of_a_tool(said.get("result"))
        asked_by = [SERVER] if message.sender == CLIENT else [CLIENT]
        if message.sender is None:
            asked_by = [CLIENT, SERVER] if is_tools else [SERVER, CLIENT]
        for by in asked_by:
            if identity is not None and (message.session, by, identity) in self.unanswered:
                self.unanswered.remove((message.session, by, identity))
                return
        if is_tools and CLIENT in asked_by:
            wrong = "the result of a tool, but its call is not in the capture"
            raise RecordError(wrong, place=message.place)

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
