"""Relays messages between an MCP client on our standard streams and a server: the door to `mcp`.

Both sides are transports of the official package; the gateway sees every message in between.
"""

import os
import sys
from collections.abc import Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from functools import partial
from typing import Any

from fencekit.adapters.mcp_gateway.gateway import Gateway, Message, Routed
from fencekit.model.errors import COULD_NOT_CHECK, FencekitError, UsageError

try:
    import anyio
    import anyio.to_thread
    import httpx2
    from mcp.client.stdio import StdioServerParameters, stdio_client
    from mcp.client.streamable_http import streamable_http_client
    from mcp.server.stdio import stdio_server
    from mcp.shared.message import ClientMessageMetadata, SessionMessage
    from mcp_types import jsonrpc_message_adapter
except ImportError as error:
    needs = 'pip install "pytest-fencekit[mcp]"'
    message = f"the gateway needs the package `mcp`, 2.0 or newer: {error}"
    raise UsageError(message, hint=needs) from error

VERSION_HEADER = "mcp-protocol-version"
VERSION_META = "io.modelcontextprotocol/protocolVersion"
PARSE_ERROR = -32700
SECONDS = 30.0
READ_SECONDS = 300.0
FLUSH_SECONDS = 0.2


class GatewayError(FencekitError):
    """A server that cannot be reached, or ended."""

    slug = "mcp-gateway"


def run_gateway(
    gateway: Gateway,
    *,
    command: Sequence[str] = (),
    url: str = "",
    headers: Mapping[str, str] | None = None,
) -> None:
    """Relay until the client or the server ends. Raises GatewayError where the server does."""
    try:
        anyio.run(partial(serve, gateway, command, url, headers or {}))
    except BaseExceptionGroup as group:
        raise GatewayError(f"the server cannot be reached: {first_of(group)}") from group


def first_of(group: BaseException) -> str:
    """Return what went wrong first, of a group of errors."""
    while isinstance(group, BaseExceptionGroup):
        group = group.exceptions[0]
    return f"{type(group).__name__}: {group}"


async def serve(
    gateway: Gateway, command: Sequence[str], url: str, headers: Mapping[str, str]
) -> None:
    """Connect to the server, and relay."""
    if url:
        timeout = httpx2.Timeout(SECONDS, read=READ_SECONDS)
        async with (
            httpx2.AsyncClient(headers=dict(headers), timeout=timeout) as client,
            streamable_http_client(url, http_client=client) as server,
        ):
            await Relay(gateway, server, stamps=True).run(stdio_server())
        return
    first, *rest = command
    given = StdioServerParameters(command=first, args=rest, env=dict(os.environ))
    try:
        async with stdio_client(given) as server:
            await Relay(gateway, server).run(stdio_server())
    except OSError as error:
        said = (error.strerror or str(error)).lower()
        raise GatewayError(f"cannot start `{' '.join(command)}`: {said}") from error


class Relay:
    """Two pumps between a client and a server. `stamps` adds the headers that HTTP asks for."""

    def __init__(self, gateway: Gateway, server: Any, *, stamps: bool = False) -> None:
        self.gateway, self.stamps = gateway, stamps
        self._read, self._write = server
        self._version = ""

    async def run(self, client: AbstractAsyncContextManager[Any]) -> None:
        """Relay until one side ends."""
        async with client as (read, write), write, self._write, anyio.create_task_group() as group:
            group.start_soon(self._from_client, read, write, group.cancel_scope)
            group.start_soon(self._from_server, write, group.cancel_scope)

    async def _from_client(self, read: Any, write: Any, scope: anyio.CancelScope) -> None:
        """Pass on what the client says, until it ends."""
        async for item in read:
            if isinstance(item, Exception):
                error = {"code": PARSE_ERROR, "message": "not a message of JSON-RPC"}
                await send(write, {"jsonrpc": "2.0", "id": None, "error": error})
                continue
            plain = plain_message(item)
            routed = await anyio.to_thread.run_sync(self.gateway.from_client, plain)
            await self._send(routed, write)
        scope.cancel()

    async def _from_server(self, write: Any, scope: anyio.CancelScope) -> None:
        """Pass on what the server says; when it ends, tell the client of what is left."""
        async for item in self._read:
            if isinstance(item, Exception):
                continue  # a line that is no message: the client could not read it either
            plain = plain_message(item)
            result = plain.get("result")
            if isinstance(result, dict) and isinstance(result.get("protocolVersion"), str):
                self._version = result["protocolVersion"]
            routed = await anyio.to_thread.run_sync(self.gateway.from_server, plain)
            await self._send(routed, write)
        for error in self.gateway.fail_unanswered():
            await send(write, error)
        await anyio.sleep(FLUSH_SECONDS)  # what was written last gets out
        if self.stamps:
            scope.cancel()
            return
        self.gateway.gate.close()
        sys.stderr.write("error: the MCP server behind the gateway ended\n")
        sys.stderr.flush()
        # The standard input is read in a thread, which nothing but its end would stop.
        os._exit(COULD_NOT_CHECK)

    async def _send(self, routed: Routed, write: Any) -> None:
        """Send what a message led to."""
        for each in routed.to_client:
            await send(write, each)
        for each in routed.to_server:
            metadata = ClientMessageMetadata(headers=self._headers(each)) if self.stamps else None
            message = jsonrpc_message_adapter.validate_python(each, by_name=False)
            try:
                await self._write.send(SessionMessage(message, metadata))
            except (anyio.BrokenResourceError, anyio.ClosedResourceError):
                return  # the server ended: its reader says so to all who wait

    def _headers(self, message: Message) -> dict[str, str] | None:
        """Return the headers of a message over HTTP: of the stateless revision, its method too."""
        params = message.get("params")
        meta = params.get("_meta") if isinstance(params, dict) else None
        version = meta.get(VERSION_META) if isinstance(meta, dict) else None
        if message.get("method") == "initialize":
            return None
        if not isinstance(version, str):
            return {VERSION_HEADER: self._version} if self._version else None
        headers = {VERSION_HEADER: version}
        if "method" in message:
            headers["mcp-method"] = str(message["method"])
        for key in ("name", "uri"):
            value = params.get(key) if isinstance(params, dict) else None
            if isinstance(value, str) and value.isascii() and value.isprintable():
                headers["mcp-name"] = value
                break
        return headers


def plain_message(item: Any) -> Message:
    """Return a message of a transport as plain JSON, with what stood in it."""
    made: Message = item.message.model_dump(by_alias=True, mode="json", exclude_unset=True)
    return made


async def send(write: Any, message: Message) -> None:
    """Send a message to the client."""
    made = jsonrpc_message_adapter.validate_python(message, by_name=False)
    await write.send(SessionMessage(made))
