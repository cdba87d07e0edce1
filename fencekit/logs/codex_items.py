"""The items of Codex that are calls, by their types, with their tool and arguments."""

from collections.abc import Callable
from typing import Any

from fencekit.logs.typed_fields import text_of
from fencekit.model.errors import RecordError
from fencekit.model.record import Completeness
from fencekit.model.request import ANYTHING, NOTHING, UNKNOWN, Facts
from fencekit.model.source import Place
from fencekit.reading import json

CALL = "_call"
"""What the types of items that are calls end with; their results end with another word."""

Call = tuple[str, Facts, Completeness]
"""The tool of a call, its arguments, and how much of them there is."""


def id_of(item: dict[str, Any]) -> str:
    """Return by what a call is known in its item and in events; empty where nothing says it."""
    found = (item.get(key) for key in ("call_id", "id"))
    return next((name for name in found if isinstance(name, str) and name), "")


def function(item: dict[str, Any], place: Place) -> Call:
    """Return a call whose arguments are JSON in a text, or an object; an empty text is none."""
    text = item.get("arguments")
    if isinstance(text, dict):
        return name_of(item, place), *without_encrypted(Facts(text, whole=True), item, place)
    if not isinstance(text, str):
        raise RecordError("`arguments` is not text", place=place)
    args = NOTHING if not text.strip() else Facts(parse_object(text, place), whole=True)
    return name_of(item, place), *without_encrypted(args, item, place)


def custom(item: dict[str, Any], place: Place) -> Call:
    """Return a call with one text in the place of arguments; it becomes the argument `input`."""
    text = item.get("input")
    if not isinstance(text, str):
        raise RecordError("`input` is not text", place=place)
    return name_of(item, place), *without_encrypted(Facts({"input": text}, whole=True), item, place)


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


def parse_object(text: str, place: Place) -> dict[str, Any]:
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


def without_encrypted(
    args: Facts, item: dict[str, Any], place: Place
) -> tuple[Facts, Completeness]:
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
