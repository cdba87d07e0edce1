"""The calls that are meant: any at all, or those whose arguments a JSON Schema describes.

What is understood of JSON Schema is what describes the arguments of a tool: types, properties,
ranges, lengths, patterns, lists, choices. What is not understood is an error rather than ignored,
because a domain that is too wide finds witnesses that cannot happen.
"""

import re
from collections.abc import Callable, Mapping
from fractions import Fraction
from itertools import combinations
from math import isfinite
from typing import Any, Final, Literal

from fencekit.engines.native.conditions import listed
from fencekit.engines.native.view import AMOUNT_KEYS, PATH_KEYS
from fencekit.model.errors import UsageError
from fencekit.model.request import Request
from fencekit.regex.choices import Choices
from fencekit.regex.sampler import sampler
from fencekit.schema.refs import resolved

Domain = Literal["open"] | Mapping[str, Any]
OPEN: Final = "open"

NOTES = frozenset(
    (
        *("$schema", "$id", "$comment", "title", "description", "default", "examples", "format"),
        *("deprecated", "readOnly", "writeOnly"),
    )
)
"""Keywords that say nothing about which values there may be."""

TYPES: dict[str, Callable[[Any], bool]] = {
    "string": lambda value: isinstance(value, str),
    "integer": lambda value: is_number(value) and value == value // 1,
    "number": lambda value: is_number(value),  # noqa: PLW0108  (it is defined below)
    "boolean": lambda value: isinstance(value, bool),
    "null": lambda value: value is None,
    "array": lambda value: isinstance(value, list),
    "object": lambda value: isinstance(value, dict),
}


def is_number(value: Any) -> bool:
    """Say whether the value is a JSON number."""
    if isinstance(value, float):
        return isfinite(value)
    return isinstance(value, int) and not isinstance(value, bool)


def domain_of(domain: Domain) -> "Schema | None":
    """Return the schema that a domain is, None for `open`; raise UsageError for what is neither."""
    if domain == OPEN:
        return None
    if not isinstance(domain, Mapping):
        message = f"`domain` is `{domain}`, which is neither `open` nor a JSON Schema"
        raise UsageError(message)
    return Schema(domain)


class Schema:
    """A JSON Schema for the arguments of a call; raises UsageError for what is not understood."""

    def __init__(self, schema: Mapping[str, Any]) -> None:
        self.schema = {"type": "object", **resolved(schema)}
        refuse_unknown(self.schema)

    def valid(self, args: Any) -> bool:
        """Say whether the arguments are as the schema says."""
        return valid(self.schema, args)

    def fitted(self, choices: Choices, request: Request) -> Request:
        """Return the request with arguments that the schema allows, as like to its own as may be.

        A value whose key is not allowed moves to a property that can hold it.
        """
        args = self.rearranged(choices, request.args.values)
        for key in self.schema.get("required", ()):
            if key not in args:
                args[key] = sampled(choices, self.schema.get("properties", {}).get(key, {}))
        if not self.valid(args):
            args = sampled(choices, self.schema)
        return Request(
            request.capability,
            principal=request.principal,
            environment=request.environment,
            context=request.context,
            args=args,
        )

    def rearranged(self, choices: Choices, given: Mapping[str, Any]) -> dict[str, Any]:
        """Return the arguments that are allowed, some of them under another name."""
        properties: Mapping[str, Any] = self.schema.get("properties", {})
        others = self.schema.get("additionalProperties", True)
        args: dict[str, Any] = {}
        for key, value in given.items():
            own = properties.get(key, others)
            if own is not False and valid(own, value):
                args[key] = value
                continue
            rooms = [
                name
                for name, schema in properties.items()
                if name not in args and name not in given and valid(schema, value)
            ]
            alike = next((keys for keys in (AMOUNT_KEYS, PATH_KEYS) if key in keys), ())
            rooms = [name for name in rooms if name in alike] or rooms
            if rooms:
                args[choices.pick(rooms)] = value
        return args


def refuse_unknown(schema: Any) -> None:
    """Raise UsageError for a keyword, or a type, that is not understood."""
    if isinstance(schema, bool):
        return
    if not isinstance(schema, Mapping):
        raise UsageError(f"`{schema}` in the domain is no JSON Schema")
    for keyword in schema:
        if keyword not in NOTES and keyword not in KEYWORDS:
            known = ", ".join(f"`{name}`" for name in KEYWORDS)
            raise UsageError(f"the domain says `{keyword}`", hint=f"understood are {known}")
    for name in listed(schema.get("type", [])):
        if name not in TYPES:
            raise UsageError(f"the domain has the type `{name}`, which JSON lacks")
    if sampler(str(schema.get("pattern", ""))) is None:
        raise UsageError(f"the domain has the pattern `{schema['pattern']}`: it does not compile")
    for below in schemas_below(schema):
        refuse_unknown(below)


def schemas_below(schema: Mapping[str, Any]) -> list[Any]:
    """Return the schemas right inside a schema."""
    found = list(schema.get("properties", {}).values())
    found += [schema[name] for name in ("items", "additionalProperties") if name in schema]
    for name in ("anyOf", "allOf", "oneOf"):
        found += schema.get(name, [])
    return found


def valid(schema: Any, value: Any) -> bool:
    """Say whether a value is as a schema says."""
    if isinstance(schema, bool):
        return schema
    return all(
        KEYWORDS[keyword](wanted, value, schema)
        for keyword, wanted in schema.items()
        if keyword not in NOTES
    )


def has_type(wanted: Any, value: Any, _: Any) -> bool:
    """The value is of the type, or of one of the types."""
    return any(TYPES[name](value) for name in listed(wanted))


def has_properties(wanted: Any, value: Any, _: Any) -> bool:
    """Each property that is there is as its schema says."""
    if not isinstance(value, dict):
        return True
    return all(valid(schema, value[key]) for key, schema in wanted.items() if key in value)


def has_no_others(wanted: Any, value: Any, schema: Any) -> bool:
    """What is no named property is as the schema for others says."""
    if not isinstance(value, dict):
        return True
    others = [key for key in value if key not in schema.get("properties", {})]
    return all(valid(wanted, value[key]) for key in others)


def same(one: Any, other: Any) -> bool:
    """Say whether two JSON values are the same: 1 is 1.0, and true is not 1, at any depth."""
    if isinstance(one, bool) or isinstance(other, bool):
        return one is other
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(same, one, other))
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(same(one[key], other[key]) for key in one)
    return bool(one == other)


def is_multiple(value: Any, of: Any) -> bool:
    """Say whether a number is a multiple, as both are written: 0.3 is one of 0.1."""
    return bool(of) and Fraction(str(value)) % Fraction(str(of)) == 0


def for_numbers(test: Callable[[Any, Any], bool]) -> Callable[[Any, Any, Any], bool]:
    """Return the keyword that asks a number, and lets anything else pass."""
    return lambda wanted, value, _: not is_number(value) or test(value, wanted)


def for_sized(
    kind: type[str | list[Any] | dict[str, Any]], test: Callable[[int, Any], bool]
) -> Callable[[Any, Any, Any], bool]:
    """Return the keyword that asks how long a value of the kind is."""
    return lambda wanted, value, _: not isinstance(value, kind) or test(len(value), wanted)


KEYWORDS: dict[str, Callable[[Any, Any, Any], bool]] = {
    "type": has_type,
    "properties": has_properties,
    "required": lambda wanted, value, _: (
        not isinstance(value, dict) or all(key in value for key in wanted)
    ),
    "additionalProperties": has_no_others,
    "enum": lambda wanted, value, _: any(same(value, one) for one in wanted),
    "const": lambda wanted, value, _: same(value, wanted),
    "minimum": for_numbers(lambda value, limit: value >= limit),
    "maximum": for_numbers(lambda value, limit: value <= limit),
    "exclusiveMinimum": for_numbers(lambda value, limit: value > limit),
    "exclusiveMaximum": for_numbers(lambda value, limit: value < limit),
    "multipleOf": for_numbers(is_multiple),
    "minLength": for_sized(str, lambda size, limit: size >= limit),
    "maxLength": for_sized(str, lambda size, limit: size <= limit),
    "minItems": for_sized(list, lambda size, limit: size >= limit),
    "maxItems": for_sized(list, lambda size, limit: size <= limit),
    "uniqueItems": lambda wanted, value, _: (
        not wanted
        or not isinstance(value, list)
        or not any(same(one, other) for one, other in combinations(value, 2))
    ),
    "minProperties": for_sized(dict, lambda size, limit: size >= limit),
    "maxProperties": for_sized(dict, lambda size, limit: size <= limit),
    "pattern": lambda wanted, value, _: (
        not isinstance(value, str) or re.search(wanted, value) is not None
    ),
    "items": lambda wanted, value, _: (
        not isinstance(value, list) or all(valid(wanted, item) for item in value)
    ),
    "anyOf": lambda wanted, value, _: any(valid(one, value) for one in wanted),
    "allOf": lambda wanted, value, _: all(valid(one, value) for one in wanted),
    "oneOf": lambda wanted, value, _: sum(valid(one, value) for one in wanted) == 1,
}
"""Each keyword of JSON Schema that is understood: what it wants, the value, its schema."""


def sampled(choices: Choices, schema: Any) -> Any:
    """Return a plain value as the schema says; at worst one that is not, for odd schemas."""
    if isinstance(schema, bool) or not schema:
        return ""
    if "const" in schema:
        return schema["const"]
    if "enum" in schema:
        return choices.pick(schema["enum"])
    for name, some in (("anyOf", 1), ("oneOf", 1), ("allOf", None)):
        if name in schema:
            parts = schema[name] if some is None else [choices.pick(schema[name])]
            whole = {key: value for key, value in schema.items() if key != name}
            for part in parts:
                whole |= part if isinstance(part, Mapping) else {}
            return sampled(choices, whole)
    named = schema.get("type", "string")
    kind = choices.pick(listed(named))
    return SAMPLES[kind](choices, schema)


def some_text(choices: Choices, schema: Any) -> str:
    """Return a text within its lengths, that the pattern finds."""
    found = sampler(schema["pattern"]) if "pattern" in schema else None
    text = found.sample(choices) if found else ""
    return text.ljust(schema.get("minLength", 0), "x")[: schema.get("maxLength")]


def some_number(choices: Choices, schema: Any) -> Any:
    """Return a number at or beside one of its limits."""
    limits = [schema[name] for name in LIMITS if name in schema]
    near = [limit + step for limit in limits for step in (0, 1, -1)]
    step = schema.get("multipleOf", 1)
    near += [limit // step * step + more for limit in limits for more in (0, step) if step]
    fitting = [number for number in (0, 1, step, *near) if valid(schema, number)]
    return choices.pick(fitting) if fitting else 0


LIMITS = ("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum")


def some_object(choices: Choices, schema: Any) -> dict[str, Any]:
    """Return an object with what is required, and now and then more."""
    properties = schema.get("properties", {})
    required = schema.get("required", ())
    wanted = [*required, *(key for key in properties if key not in required and choices.chance(30))]
    return {key: sampled(choices, properties.get(key, {})) for key in wanted}


SAMPLES: dict[str, Callable[[Choices, Any], Any]] = {
    "string": some_text,
    "integer": some_number,
    "number": some_number,
    "boolean": lambda choices, _: choices.pick((False, True)),
    "null": lambda *_: None,
    "array": lambda choices, schema: [
        sampled(choices, schema.get("items", {})) for _ in range(schema.get("minItems", 0))
    ],
    "object": some_object,
}
