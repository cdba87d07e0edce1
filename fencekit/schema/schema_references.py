"""References within a JSON Schema, `"$ref": "#/$defs/..."`, put in their places.

Only where a schema can stand is `$ref` a reference: a property may be named so, and a constant may
hold one. What is referred to twice is put in its places once, as the same object, so that a schema
of many references takes no more room than it is written in.
"""

from collections.abc import Mapping
from typing import Any
from urllib.parse import unquote

from fencekit.model.errors import UnsupportedSchemaError
from fencekit.schema.schema_keywords import KEYWORDS, NAMED_BELOW, SCHEMA_BELOW, SCHEMAS_BELOW

REFERENCES = frozenset(("$ref", "$defs", "definitions"))
DRAFTS = {"draft-06": 6, "draft-07": 7, "2019-09": 8, "2020-12": 9}
"""The drafts of JSON Schema that are understood, by a part of their address."""
OLD = ("draft-00", "draft-01", "draft-02", "draft-03", "draft-04", "draft-05")
NEWEST = max(DRAFTS.values())
SIBLINGS = 8
"""The draft from which what stands beside a `$ref` counts."""


def resolve_references(schema: Any) -> Any:
    """Return a schema with what it refers to in its own file in its place.

    Raises UnsupportedSchemaError for a reference that leads elsewhere or has no end, and for what
    the draft of the schema does not have.
    """
    return Resolver(schema).resolve(schema, ())


def draft_of(schema: Any) -> int:
    """Return the number of the draft that a schema names; the newest where it names none."""
    name = schema.get("$schema") if isinstance(schema, Mapping) else None
    if not isinstance(name, str):
        return NEWEST
    if any(part in name for part in OLD):
        raise UnsupportedSchemaError(
            f"the domain is of the draft `{name}`",
            hint="understood are " + ", ".join(f"`{part}`" for part in DRAFTS),
        )
    return next((number for part, number in DRAFTS.items() if part in name), NEWEST)


class Resolver:
    """Puts what the references of one schema refer to in their places."""

    def __init__(self, root: Any) -> None:
        self._root = root
        self._draft = draft_of(root)
        self._known: dict[str, Any] = {}

    def resolve(self, schema: Any, within: tuple[str, ...]) -> Any:
        """Return a schema with its references in their places; `within` are those under way."""
        if not isinstance(schema, Mapping):
            return schema
        if "$id" in schema and schema is not self._root:
            raise UnsupportedSchemaError(
                "the domain says `$id` below its top, which is not followed"
            )
        made = {
            word: self._below(word, value, within)
            for word, value in schema.items()
            if word not in REFERENCES
        }
        self._refuse_newer(made)
        if "$ref" not in schema:
            return made
        there = self._resolve_name(schema["$ref"], within)
        if not any(word in KEYWORDS for word in made):
            return there
        if self._draft < SIBLINGS:
            raise UnsupportedSchemaError(
                "the domain says something beside a `$ref`, which its draft passes over"
            )
        return {"allOf": [there, made]}

    def _below(self, word: str, value: Any, within: tuple[str, ...]) -> Any:
        if word in SCHEMA_BELOW:
            return self.resolve(value, within)
        if word in SCHEMAS_BELOW and isinstance(value, list):
            return [self.resolve(one, within) for one in value]
        if word in NAMED_BELOW and isinstance(value, Mapping):
            return {name: self.resolve(one, within) for name, one in value.items()}
        return value

    def _refuse_newer(self, schema: Mapping[str, Any]) -> None:
        for word in schema:
            if word in KEYWORDS and KEYWORDS[word].since > self._draft:
                raise UnsupportedSchemaError(
                    f"the domain says `{word}`, which the draft that it names does not have"
                )

    def _resolve_name(self, name: Any, within: tuple[str, ...]) -> Any:
        """Return the schema that a reference names, with its own references in their places."""
        if name in within:
            raise UnsupportedSchemaError(
                f"the domain refers to `{name}` within itself, without an end"
            )
        if not isinstance(name, str) or name not in self._known:
            found = self._at(name)
            self._known[name] = self.resolve(found, (*within, name))
        return self._known[name]

    def _at(self, name: Any) -> Any:
        """Return what stands at a place in the schema, `#/` and the steps to it."""
        missing = UnsupportedSchemaError(f"the domain refers to `{name}`, which is not in it")
        if not isinstance(name, str) or not name.startswith("#/"):
            raise missing
        found = self._root
        for step in unquote(name[2:]).split("/"):
            key = step.replace("~1", "/").replace("~0", "~")
            if isinstance(found, Mapping) and key in found:
                found = found[key]
            elif isinstance(found, list) and key.isdecimal() and int(key) < len(found):
                found = found[int(key)]
            else:
                raise missing
        return found
