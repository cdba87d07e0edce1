"""Whether a value is as a JSON Schema says, of which all references are in their places."""

from collections.abc import Mapping
from typing import Any

from fencekit.schema.schema_keywords import KEYWORDS

BRANCHING = frozenset(("allOf", "anyOf", "oneOf", "not", "if", "dependentSchemas"))
"""Keywords that ask other schemas of the same value, which many references may lead to again."""


def valid(schema: Any, value: Any) -> bool:
    """Say whether a value is as a schema says."""
    known: dict[tuple[int, int], bool] = {}

    def check(schema: Any, value: Any) -> bool:
        if isinstance(schema, bool):
            return schema
        if BRANCHING.isdisjoint(schema):
            return ask(schema, value)
        key = id(schema), id(value)
        found = known.get(key)
        if found is None:
            found = known[key] = ask(schema, value)
        return found

    def ask(schema: Mapping[str, Any], value: Any) -> bool:
        return all(
            KEYWORDS[word].holds(wanted, value, schema, check)
            for word, wanted in schema.items()
            if word in KEYWORDS
        )

    return check(schema, value)
