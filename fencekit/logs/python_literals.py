"""Python's own spelling of a dict, as tracers write one down that was no JSON: read, never run."""

import ast
import math
import warnings
from collections.abc import Callable
from typing import Any

MAX_LITERAL = 1 << 16


class NoLiteralError(ValueError):
    """Text that spells no dict of values that JSON has."""


def dict_of(text: str) -> dict[str, Any] | None:
    """Return the dict that the text spells, or None.

    It has only what JSON has too: texts, finite numbers, true, false, null, lists, and dicts with
    texts for keys, no key twice. Longer texts than MAX_LITERAL are not looked at.
    """
    if len(text) > MAX_LITERAL or not text.lstrip().startswith("{"):
        return None
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # an escape that Python frowns on is still one
            body = ast.parse(text.strip(), mode="eval").body
        return value_of_dict(body) if isinstance(body, ast.Dict) else None
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None


def value_of(node: ast.expr) -> Any:
    """Return the value of a part; raise NoLiteralError for what JSON has not."""
    found = READERS.get(type(node))
    if found is None:
        raise NoLiteralError
    return found(node)


def value_of_dict(node: ast.Dict) -> dict[str, Any]:
    """Return a dict whose keys are texts, none of them twice."""
    made: dict[str, Any] = {}
    for key, item in zip(node.keys, node.values, strict=True):
        name = None if key is None else value_of(key)
        if not isinstance(name, str) or name in made:
            raise NoLiteralError
        made[name] = value_of(item)
    return made


def value_of_list(node: ast.List) -> list[Any]:
    """Return the value of `[…]`, element by element."""
    return [value_of(item) for item in node.elts]


def value_of_constant(node: ast.Constant) -> Any:
    """Return a text, a finite number, true, false or null."""
    value = node.value
    if isinstance(value, str):
        value.encode("utf-8")  # a lone surrogate is no character
    elif not (value is None or isinstance(value, int) or is_finite(value)):
        raise NoLiteralError
    return value


def value_of_signed(node: ast.UnaryOp) -> int | float:
    """Return a negative number."""
    if not isinstance(node.op, ast.USub) or not isinstance(node.operand, ast.Constant):
        raise NoLiteralError
    value = node.operand.value
    if isinstance(value, bool) or not (isinstance(value, int) or is_finite(value)):
        raise NoLiteralError
    return -value  # type: ignore[operator, return-value]  # a number, by the line above


def is_finite(value: object) -> bool:
    """Say whether the value is a float that JSON can write."""
    return isinstance(value, float) and math.isfinite(value)


READERS: dict[type[ast.expr], Callable[[Any], Any]] = {
    ast.Dict: value_of_dict,
    ast.List: value_of_list,
    ast.Constant: value_of_constant,
    ast.UnaryOp: value_of_signed,
}
