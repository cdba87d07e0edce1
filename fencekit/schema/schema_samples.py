"""Plain values of a JSON Schema, for calls to be built from."""

from collections.abc import Callable, Mapping
from math import ceil, isfinite
from typing import Any

from fencekit.regex.random_choices import Choices
from fencekit.regex.text_sampler import sampler
from fencekit.schema.keyword_syntax import as_list
from fencekit.schema.schema_evaluation import valid

MOST_TEXT = 10_000
MOST_ITEMS = 100
"""The longest text and array that is made; a schema that asks for more has no sample here."""


def sample_value(choices: Choices, schema: Any) -> Any:
    """Return a plain value as the schema says; at worst one that is not, for odd schemas."""
    if isinstance(schema, bool) or not schema:
        return ""
    if "const" in schema:
        return schema["const"]
    if schema.get("enum"):
        return choices.pick(schema["enum"])
    for name, some in (("anyOf", 1), ("oneOf", 1), ("allOf", None)):
        if name in schema:
            parts = schema[name] if some is None else [choices.pick(schema[name])]
            whole = {key: value for key, value in schema.items() if key != name}
            for part in parts:
                whole |= part if isinstance(part, Mapping) else {}
            return sample_value(choices, whole)
    kind = choices.pick(as_list(schema.get("type", "string")))
    return SAMPLES[kind](choices, schema)


def some_text(choices: Choices, schema: Any) -> str:
    """Return a text within its lengths, that the pattern finds."""
    found = sampler(schema["pattern"]) if "pattern" in schema else None
    text = found.sample(choices) if found else ""
    least = min(ceil(schema.get("minLength", 0)), MOST_TEXT)
    return text.ljust(least, "x")[: int(schema.get("maxLength", MOST_TEXT))]


def some_number(choices: Choices, schema: Any) -> Any:
    """Return a number at or beside one of its limits."""
    limits = [schema[name] for name in LIMITS if name in schema and is_finite(schema[name])]
    near = [limit + step for limit in limits for step in (0, 1, -1)]
    step = schema.get("multipleOf", 1)
    near += [limit // step * step + more for limit in limits for more in (0, step)]
    return choices.pick([number for number in (0, 1, step, *near) if valid(schema, number)] or [0])


def is_finite(limit: Any) -> bool:
    """Say whether a limit is a finite number; an integer of any size is."""
    return isinstance(limit, int) or isfinite(limit)


LIMITS = ("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum")


def some_object(choices: Choices, schema: Any) -> dict[str, Any]:
    """Return an object with what is required, and now and then more."""
    properties = schema.get("properties", {})
    required = schema.get("required", ())
    wanted = [*required, *(key for key in properties if key not in required and choices.chance(30))]
    return {key: sample_value(choices, properties.get(key, {})) for key in wanted}


def some_array(choices: Choices, schema: Any) -> list[Any]:
    """Return an array with no more items than it must have."""
    first = [sample_value(choices, one) for one in schema.get("prefixItems", ())]
    least = min(ceil(schema.get("minItems", 0)), MOST_ITEMS)
    items = schema.get("items", {})
    return [*first[:least], *(sample_value(choices, items) for _ in range(least - len(first)))]


SAMPLES: dict[str, Callable[[Choices, Any], Any]] = {
    "string": some_text,
    "integer": some_number,
    "number": some_number,
    "boolean": lambda choices, _: choices.pick((False, True)),
    "null": lambda *_: None,
    "array": some_array,
    "object": some_object,
}
