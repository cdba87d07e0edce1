"""What `event_msg` lines of Codex tell of calls: commands, patches, MCP calls, searches that ran.

An event carries the call itself, with the id of its item where it has one. In code mode what a
script calls has no item: the event is all that there is of it.
"""

from collections.abc import Callable, Iterator
from typing import Any

from fencekit.logs.call_shapes import kind_of_call
from fencekit.logs.codex_items import CALL, Call, id_of
from fencekit.model.errors import RecordError
from fencekit.model.record import Completeness
from fencekit.model.request import ANYTHING, Facts
from fencekit.model.source import Place

FULL = Completeness.FULL

SPOKEN_OF = frozenset({"exec_approval_request", "apply_patch_approval_request"})
"""Events that ask for a call which other lines tell of; alone, the call may not have been made."""

COMPLETED = frozenset({"item_started", "item_updated", "item_completed"})


def call_of_event(event: dict[str, Any], place: Place) -> tuple[Call | None, str]:
    """Return the call that an event tells of, and its id; None where it tells of none.

    Raises RecordError where it tells of one that cannot be read.
    """
    item = event.get("item") if str(event.get("type")) in COMPLETED else event
    if not isinstance(item, dict):
        return None, ""
    read = ITEMS.get(str(item.get("type")))
    if read is None:
        return None, ""
    return read(item, place), id_of(item)


def command(item: dict[str, Any], _place: Place) -> Call:
    """Return a command that ran."""
    return "exec_command", facts(item, "command", "cwd"), FULL


def mcp(item: dict[str, Any], place: Place) -> Call:
    """Return a call of an MCP server's tool."""
    asked = item.get("invocation", item)
    if not isinstance(asked, dict):
        raise RecordError("`invocation` is not an object", place=place)
    server, tool, given = asked.get("server"), asked.get("tool"), asked.get("arguments")
    if not isinstance(tool, str) or not tool:
        raise RecordError("the MCP call has no `tool`", place=place)
    if given is not None and not isinstance(given, dict):
        raise RecordError("the `arguments` of the MCP call are not an object", place=place)
    name = f"mcp__{server}__{tool}" if isinstance(server, str) and server else tool
    return name, Facts(given or {}, whole=True), FULL


def patch(item: dict[str, Any], _place: Place) -> Call:
    """Return a change of files, of which the event has the parts and not the text of the patch."""
    if item.get("changes") is None:
        return "apply_patch", ANYTHING, Completeness.ARGS_MISSING
    return "apply_patch", facts(item, "changes"), FULL


def search(item: dict[str, Any], _place: Place) -> Call:
    """Return a search of the web."""
    if item.get("query") is None and item.get("action") is None:
        return "web_search", ANYTHING, Completeness.ARGS_MISSING
    return "web_search", facts(item, "query", "action"), FULL


def image(item: dict[str, Any], _place: Place) -> Call:
    """Return that an image was looked at."""
    return "view_image", facts(item, "path"), FULL


def dynamic(item: dict[str, Any], place: Place) -> Call:
    """Return a call of a tool that the client of the app server brings."""
    tool, given = item.get("tool", item.get("name")), item.get("arguments")
    if not isinstance(tool, str) or not tool:
        raise RecordError("the call has no `tool`", place=place)
    if given is not None and not isinstance(given, dict):
        raise RecordError("the `arguments` of the call are not an object", place=place)
    return tool, Facts(given or {}, whole=True), FULL


def facts(item: dict[str, Any], *keys: str) -> Facts:
    """Return those of the keys that an item has as arguments."""
    return Facts({key: item[key] for key in keys if item.get(key) is not None}, whole=True)


ITEMS: dict[str, Callable[[dict[str, Any], Place], Call]] = {
    **dict.fromkeys(
        (
            *("CommandExecution", "commandExecution", "command_execution"),
            *("exec_command_begin", "exec_command_end"),
        ),
        command,
    ),
    **dict.fromkeys(
        (
            *("McpToolCall", "mcpToolCall", "mcp_tool_call"),
            *("mcp_tool_call_begin", "mcp_tool_call_end"),
        ),
        mcp,
    ),
    **dict.fromkeys(
        ("FileChange", "fileChange", "file_change", "patch_apply_begin", "patch_apply_end"), patch
    ),
    **dict.fromkeys(("WebSearch", "webSearch", "web_search", "web_search_end"), search),
    **dict.fromkeys(("ImageView", "imageView", "view_image_tool_call"), image),
    **dict.fromkeys(("DynamicToolCall", "dynamicToolCall", "dynamic_tool_call_request"), dynamic),
}
"""What tells of a call, by its type: events, and items as the app server names them."""


def items_within(value: Any) -> Iterator[dict[str, Any]]:
    """Yield the items in a value that are calls, or look like one, however deep."""
    if isinstance(value, list):
        for item in value:
            yield from items_within(item)
    elif isinstance(value, dict):
        kind = value.get("type")
        if (isinstance(kind, str) and kind.endswith(CALL)) or kind_of_call(value):
            yield value
            return
        for item in value.values():
            yield from items_within(item)
