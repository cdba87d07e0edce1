"""A call made of a word of the payload: its fields, as JSON values."""

import ast
from typing import Any

from fencekit.checks.prove.product import Pieces


def arguments(pieces: Pieces) -> dict[str, Any] | None:
    """Return the arguments that the pieces of a word spell; None where they are no JSON object.

    A key that stands twice is altered the second time.
    """
    fields: dict[str, Any] = {}
    key, text = "", ""
    for name, *rest in pieces:
        if name == "whole":
            if rest[0] in fields:
                return None
            fields[rest[0]] = rest[1]
        elif name in ("field", "key"):
            key, text = (rest[0] if rest else ""), ""
        elif name == "named":
            key, text = text, ""
        elif name in ("char", "other"):
            text += rest[0]
        elif name in ("closed", "printed"):
            value = text if name == "closed" else read(text)
            if value is Ellipsis:
                return None
            while key in fields:
                key += "2"
            fields[key] = value
    return fields


def read(text: str) -> Any:
    """Return the JSON value that Python prints so; an Ellipsis where there is none."""
    try:
        value = ast.literal_eval(text)
    except (ValueError, SyntaxError, MemoryError, RecursionError):
        return ...
    return value if str(value) == text and is_json(value) else ...


def is_json(value: Any) -> bool:
    """Say whether a value is one that JSON has."""
    if isinstance(value, dict):
        return all(isinstance(key, str) and is_json(item) for key, item in value.items())
    if isinstance(value, list):
        return all(map(is_json, value))
    return value is None or isinstance(value, bool | int | float | str)
