"""A request in its documented form, printed as JSON for people."""

import json
from collections.abc import Iterable, Mapping

from fencekit.model.request import Request
from fencekit.model.request_json import request_to_json
from fencekit.reporting.visible_text import shorten

WIDTH = 76
"""An object or array that fits in so many characters stands on one line."""


def print_request(request: Request) -> str:
    """Return the request as JSON that `fencekit explain` reads, very long texts shortened."""
    return "\n".join(lines(request_to_json(request)))


def lines(value: object) -> list[str]:
    """Return the lines of a JSON value."""
    if isinstance(value, Mapping):
        return enclose("{", [add_key(key, lines(member)) for key, member in value.items()], "}")
    if isinstance(value, list | tuple):
        return enclose("[", [lines(member) for member in value], "]")
    return [json.dumps(scalar(value), ensure_ascii=False, default=repr)]


def scalar(value: object) -> object:
    """Return the value, shortened where it is a very long text."""
    return shorten(value) if isinstance(value, str) else value


def add_key(key: object, member: list[str]) -> list[str]:
    """Put a key before the lines of its value."""
    first, *rest = member
    return [f"{json.dumps(shorten(str(key)), ensure_ascii=False)}: {first}", *rest]


def enclose(opening: str, members: list[list[str]], closing: str) -> list[str]:
    """Put brackets around the lines of members: on one line where they fit."""
    flat = all(len(member) == 1 for member in members)
    if flat and sum(len(member[0]) + 2 for member in members) <= WIDTH:
        return [opening + ", ".join(member[0] for member in members) + closing]
    return [opening, *(f"  {line}" for line in separate(members)), closing]


def separate(members: list[list[str]]) -> Iterable[str]:
    """Yield the lines of all members, with a comma after each member but the last."""
    for at, member in enumerate(members, 1):
        yield from member[:-1]
        yield member[-1] + ("," if at < len(members) else "")
