"""Tokens and calls as files that the user names, for the commands that take them."""

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from fencekit.dialects.token.token_reader import Token, read_token
from fencekit.dialects.token.token_signing import verify
from fencekit.gate.call import ToolCall
from fencekit.gate.tools import MAX_BYTES
from fencekit.model.errors import PolicyError, RequestError
from fencekit.model.source import Place
from fencekit.reading import json
from fencekit.reading.input_files import name_read_errors, read_text
from fencekit.reading.message_words import list_words, nearest
from fencekit.reading.signatures import read_public

KEYS = ("tool", "args", "arguments", "principal", "session", "environment", "id")
TEXTS = ("tool", "principal", "session", "environment", "id")


def open_token(path: str, trust: Sequence[str] = ()) -> Token:
    """Return the token in a file; with trusted keys, one that is signed by one of them."""
    text, _ = read_text(path, PolicyError)
    token = read_token(text, path)
    if trust:
        verify(token, [read_public(key) for key in trust])
    return token


def read_call(path: str) -> ToolCall:
    """Return the call in a file, or on standard input; raise RequestError for what is none."""
    name = "standard input" if path == "-" else path
    with name_read_errors(name, RequestError):
        if path == "-":
            data = sys.stdin.buffer.read(2 * MAX_BYTES)
        else:
            with Path(path).open("rb") as file:
                data = file.read(2 * MAX_BYTES)
    try:
        value = json.parse_bytes(data)
    except json.JSONError as error:
        raise RequestError(error.message, place=Place(name, error.line, error.column)) from error
    return call_of(value, name)


def call_of(value: Any, name: str) -> ToolCall:
    """Return the call that a JSON value is."""
    if not isinstance(value, dict):
        raise RequestError("a call is a JSON object", place=Place(name, 1, 1))
    for key in value:
        if key not in KEYS:
            said = f"unknown key in a call: `{key}`{nearest(key, KEYS)}"
            raise RequestError(said, place=Place(name), hint=f"there is {list_words(KEYS)}")
    if "args" in value and "arguments" in value:
        raise RequestError("a call has `args` or `arguments`, not both", place=Place(name))
    for key in TEXTS:
        if key in value and not isinstance(value[key], str):
            raise RequestError(f"`{key}` of a call must be text", place=Place(name))
    if not value.get("tool"):
        raise RequestError("the call names no `tool`", place=Place(name))
    args = value.get("args", value.get("arguments", {}))
    if not isinstance(args, dict):
        raise RequestError("the arguments of a call must be an object", place=Place(name))
    texts = {key: value[key] for key in TEXTS if key in value}
    return ToolCall(arguments=json.write(args), **texts)
