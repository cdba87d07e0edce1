"""How a keyword of JSON Schema must be written: what may stand under it."""

import re
from collections.abc import Callable, Mapping
from math import isfinite, isnan
from typing import Any, NamedTuple


def is_number(value: Any) -> bool:
    """Say whether the value is a JSON number."""
    if isinstance(value, float):
        return isfinite(value)
    return isinstance(value, int) and not isinstance(value, bool)


TYPES: dict[str, Callable[[Any], bool]] = {
    "string": lambda value: isinstance(value, str),
    "integer": lambda value: is_number(value) and value == value // 1,
    "number": is_number,
    "boolean": lambda value: isinstance(value, bool),
    "null": lambda value: value is None,
    "array": lambda value: isinstance(value, list),
    "object": lambda value: isinstance(value, dict),
}


def as_list(value: Any) -> list[Any]:
    """Return the elements of a list, or what is no list as the only one."""
    return value if isinstance(value, list) else [value]


def is_schema(value: Any) -> bool:
    """Say whether a value may be a schema."""
    return isinstance(value, Mapping | bool)


def is_count(value: Any) -> bool:
    """Say whether a value is a whole number from 0; `3.0` is one."""
    return is_number(value) and value >= 0 and value == value // 1


def is_limit(value: Any) -> bool:
    """Say whether a value can be a limit of numbers: `1e400`, which Python reads so, is one."""
    if isinstance(value, float):
        return not isnan(value)
    return isinstance(value, int) and not isinstance(value, bool)


def is_pattern(value: Any) -> bool:
    """Say whether a value is a regex that compiles."""
    try:
        return isinstance(value, str) and re.compile(value) is not None
    except (re.error, OverflowError, RecursionError):
        return False


def are_texts(value: Any) -> bool:
    """Say whether a value is a list of texts."""
    return isinstance(value, list) and all(isinstance(one, str) for one in value)


def are_types(value: Any) -> bool:
    """Say whether a value is a type, or a list of some."""
    return are_texts(as_list(value)) and bool(as_list(value)) and TYPES.keys() >= {*as_list(value)}


def are_schemas(value: Any) -> bool:
    """Say whether a value is a list of schemas."""
    return isinstance(value, list) and bool(value) and all(map(is_schema, value))


def are_named(value: Any) -> bool:
    """Say whether a value is schemas by name."""
    return isinstance(value, Mapping) and all(map(is_schema, value.values()))


def are_named_patterns(value: Any) -> bool:
    """Say whether a value is schemas by regexes that compile."""
    return are_named(value) and all(map(is_pattern, value))


def are_named_texts(value: Any) -> bool:
    """Say whether a value is lists of texts by name."""
    return isinstance(value, Mapping) and all(map(are_texts, value.values()))


class Form(NamedTuple):
    """What may stand under a keyword, and that in words."""

    fits: Callable[[Any], bool]
    wanted: str


SCHEMA = Form(is_schema, "a schema, or true or false")
SCHEMAS = Form(are_schemas, "a list of schemas")
NAMED_SCHEMAS = Form(are_named, "schemas by name")
PATTERN_SCHEMAS = Form(are_named_patterns, "schemas by regexes that compile")
COUNT = Form(is_count, "a whole number from 0")
LIMIT = Form(is_limit, "a number")
STEP = Form(lambda value: is_number(value) and value > 0, "a number over 0")
PATTERN = Form(is_pattern, "a regex that compiles")
NAMES = Form(are_texts, "a list of names")
NAMED_NAMES = Form(are_named_texts, "lists of names, by name")
TYPE = Form(are_types, "one or several of " + ", ".join(f"`{name}`" for name in TYPES))
BOOLEAN = Form(lambda value: isinstance(value, bool), "true or false")
VALUES = Form(lambda value: isinstance(value, list), "a list of values")
VALUE = Form(lambda _: True, "a value")
