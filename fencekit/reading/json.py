"""Strict JSON: no duplicate key, no NaN, no lone surrogate, no bottomless nesting."""

import json
import math
import re
from typing import Any, NoReturn

MAX_DEPTH = 200
STRING_OR_BRACKET = re.compile(r'"(?:[^"\\]|\\.)*+(?:"|\Z)|[\[{\]}]', re.DOTALL)


class JSONError(ValueError):
    """Text that is not strict JSON; `column` counts from 1, on line `line` of the text."""

    def __init__(self, message: str, line: int = 1, column: int | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.line = line
        self.column = column


class JSONSyntaxError(JSONError):
    """Text that is no JSON at all, rather than JSON that is not strict."""


def parse(text: str) -> Any:
    """Return the value that the text spells; raise JSONError with line and column if it is none.

    Integers are exact, the order of keys is kept.
    """
    if text.count("{") + text.count("[") > MAX_DEPTH:
        refuse_depth(text)
    try:
        value = DECODER.decode(text)
    except json.JSONDecodeError as error:
        said = error.msg[:1].lower() + error.msg[1:]
        raise JSONSyntaxError(f"not JSON: {said}", error.lineno, error.colno) from error
    except RecursionError as error:
        raise JSONError(f"nested more than {MAX_DEPTH} deep") from error
    except JSONError:
        raise
    except ValueError as error:  # an integer of more digits than Python converts
        raise JSONError("not JSON: a number has too many digits") from error
    if "\\u" in text:
        refuse_lone_surrogates(value)
    return value


def first_value(text: str) -> Any:
    """Return the value that the text begins with; None where it begins with none."""
    try:
        return DECODER.raw_decode(text)[0]
    except (ValueError, RecursionError):
        return None


def parse_bytes(data: bytes) -> Any:
    """Return the value that UTF-8 bytes spell; raise JSONError if they are no strict JSON."""
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        wrong = f"not UTF-8: byte 0x{data[error.start]:02x} cannot be decoded"
        raise JSONError(wrong, data.count(b"\n", 0, error.start) + 1, error.start + 1) from error
    return parse(text)


def refuse_depth(text: str) -> None:
    """Raise JSONError where brackets, outside strings, nest deeper than MAX_DEPTH."""
    depth = 0
    for found in STRING_OR_BRACKET.finditer(text):
        char = found[0]
        if char in "{[":
            depth += 1
            if depth > MAX_DEPTH:
                raise JSONError(
                    f"nested more than {MAX_DEPTH} deep", *position(text, found.start())
                )
        elif char in "}]":
            depth -= 1


def position(text: str, at: int) -> tuple[int, int]:
    """Return the line and column, from 1, of an offset."""
    return text.count("\n", 0, at) + 1, at - text.rfind("\n", 0, at)


def refuse_lone_surrogates(value: object) -> None:
    """Raise JSONError where a string holds half of a surrogate pair, which no text can."""
    if isinstance(value, str):
        try:
            value.encode("utf-8")
        except UnicodeEncodeError as error:
            raise JSONError("a string holds a lone surrogate, which is no character") from error
    elif isinstance(value, dict):
        for key, item in value.items():
            refuse_lone_surrogates(key)
            refuse_lone_surrogates(item)
    elif isinstance(value, list):
        for item in value:
            refuse_lone_surrogates(item)


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    made = dict(pairs)
    if len(made) < len(pairs):
        seen: set[str] = set()
        for key, _ in pairs:
            if key in seen:
                raise JSONError(f"the key `{key}` occurs twice in one object")
            seen.add(key)
    return made


def _constant(name: str) -> NoReturn:
    raise JSONError(f"`{name}` is no JSON number")


DECODER = json.JSONDecoder(object_pairs_hook=_object, parse_constant=_constant)


def write(value: object, *, indent: int | None = None) -> str:
    """Return the value as JSON text: keys in their order, compact unless indented."""
    separators = (",", ":") if indent is None else None
    options: dict[str, Any] = {"ensure_ascii": False, "indent": indent, "separators": separators}
    try:
        return json.dumps(value, allow_nan=False, **options)
    except ValueError:
        mark = "beyond"
        while mark in json.dumps(value, **options):
            mark += "!"
        text = json.dumps(with_marks(value, mark), allow_nan=False, **options)
        return text.replace(f'"{mark}+"', BEYOND).replace(f'"{mark}-"', f"-{BEYOND}")


BEYOND = "1e999"
"""A number beyond floats, as JSON; it is read back as infinity."""


def with_marks(value: Any, mark: str) -> Any:
    """Return the value with a mark for each infinity, which JSON has no word for."""
    if isinstance(value, dict):
        return {key: with_marks(item, mark) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [with_marks(item, mark) for item in value]
    if isinstance(value, float) and math.isinf(value):
        return f"{mark}{'+' if value > 0 else '-'}"
    return value


def write_sorted(value: object) -> str:
    """Return the value as `json.dumps` writes it with sorted keys, as CapFence's checksums do."""
    return json.dumps(value, sort_keys=True)
