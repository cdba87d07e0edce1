"""References within a JSON Schema, `"$ref": "#/$defs/..."`, put in their places."""

from collections.abc import Mapping
from typing import Any

from fencekit.model.errors import UsageError

VALUES = frozenset(("const", "enum", "default", "examples"))
"""Keywords whose values are no schemas."""


def resolved(schema: Any, root: Any = None, within: tuple[str, ...] = ()) -> Any:
    """Return a schema with what it refers to in its own file in its place; raise UsageError."""
    root = schema if root is None else root
    if isinstance(schema, list):
        return [resolved(one, root, within) for one in schema]
    if not isinstance(schema, Mapping):
        return schema
    made = {
        key: value if key in VALUES else resolved(value, root, within)
        for key, value in schema.items()
        if key not in ("$ref", "$defs", "definitions")
    }
    name = schema.get("$ref")
    if name is None:
        return made
    if name in within:
        raise UsageError(f"the domain refers to `{name}` within itself, without an end")
    there = resolved(referred(name, root), root, (*within, name))
    return {"allOf": [there, made]} if made else there


def referred(name: Any, root: Any) -> Any:
    """Return what a reference in the schema names; raise UsageError where there is none."""
    found = root
    steps = name.removeprefix("#").split("/")[1:] if isinstance(name, str) else []
    if not steps or not name.startswith("#"):
        raise UsageError(f"the domain refers to `{name}`, which is not in it")
    for step in steps:
        key = step.replace("~1", "/").replace("~0", "~")
        if not isinstance(found, Mapping) or key not in found:
            raise UsageError(f"the domain refers to `{name}`, which is not in it")
        found = found[key]
    return found
