#!/usr/bin/env bash
# Packages: mcp 2.3.0 and fastmcp 4.2.3 (PyPI), client and server in one process.
# Behaviour: the official server parses a text argument as JSON before validation when the parameter's type is not
#   exactly `str`. For `text: str | None` the valid text `null` arrives as None, and the valid text `{"a": 1}` is
#   refused; for `str | list[str]` the text `["a"]` arrives as a list. For `text: str` nothing is parsed. FastMCP
#   passes the text as it is each time.
# Consequence: what a tool gets differs from what the client sent and a wire log holds; a policy that decides on the
#   wire decides on another value.
# Output seen:
#   mcp: str 'null' -> 'null', str | None 'null' -> None, str | None '{"a": 1}' -> refused, str | list[str] '["a"]' -> ['a']
#   fastmcp: str 'null' -> 'null', str | None 'null' -> 'null', str | None '{"a": 1}' -> '{"a": 1}', str | list[str] '["a"]' -> '["a"]'
set -euo pipefail
here=$(mktemp -d); trap 'rm -rf "$here"' EXIT; cd "$here"
python3 -m venv v && v/bin/pip -q install mcp==2.3.0 fastmcp==4.2.3
timeout 120 v/bin/python - >seen 2>errors <<'E' || { cat errors; exit 1; }
import asyncio
from fastmcp import Client as FastClient, FastMCP
from mcp.client import Client
from mcp.server.mcpserver import MCPServer
def plain(text: str) -> str:
    return repr(text)
def maybe(text: str | None = None) -> str:
    return repr(text)
def several(text: str | list[str]) -> str:
    return repr(text)
calls = [("str", "plain", "null"), ("str | None", "maybe", "null"), ("str | None", "maybe", '{"a": 1}'),
         ("str | list[str]", "several", '["a"]')]
async def show(name, server, client, **options):
    for tool in (plain, maybe, several):
        server.tool()(tool)
    rows = []
    async with client(server) as session:
        for kind, tool, text in calls:
            result = await session.call_tool(tool, {"text": text}, **options)
            rows.append(f"{kind} {text!r} -> {'refused' if result.is_error else result.content[0].text}")
    print(f"{name}: " + ", ".join(rows))
asyncio.run(show("mcp", MCPServer("t"), Client))
asyncio.run(show("fastmcp", FastMCP("t"), FastClient, raise_on_error=False))
E
cat seen
diff - seen <<'E'
mcp: str 'null' -> 'null', str | None 'null' -> None, str | None '{"a": 1}' -> refused, str | list[str] '["a"]' -> ['a']
fastmcp: str 'null' -> 'null', str | None 'null' -> 'null', str | None '{"a": 1}' -> '{"a": 1}', str | list[str] '["a"]' -> '["a"]'
E
