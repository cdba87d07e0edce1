"""Refusals as MCP says them: a result with `isError`, which most hosts read as refused."""

from typing import Any

REFUSED = -32600
GONE = -32603
MODERN = "io.modelcontextprotocol/protocolVersion"


def refused_call(message: dict[str, Any], text: str) -> dict[str, Any]:
    """Return the answer to a call that is not forwarded.

    A call that was to become a task, which has another form of result, gets a protocol error.
    """
    params = message.get("params")
    params = params if isinstance(params, dict) else {}
    if message.get("method") != "tools/call" or params.get("task") is not None:
        return protocol_error(message.get("id"), text, REFUSED)
    result: dict[str, Any] = {"content": [{"type": "text", "text": text}], "isError": True}
    meta = params.get("_meta")
    if isinstance(meta, dict) and MODERN in meta:
        result["resultType"] = "complete"
    return {"jsonrpc": "2.0", "id": message.get("id"), "result": result}


def protocol_error(ident: Any, text: str, code: int = GONE) -> dict[str, Any]:
    """Return the error of a request."""
    return {"jsonrpc": "2.0", "id": ident, "error": {"code": code, "message": text}}
