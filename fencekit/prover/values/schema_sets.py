"""Which JSON values a schema lets through, as a union of sets.

Sound because each keyword either narrows the sets of its type by what it asks of their values, or
leaves them as they are: the union is never narrower than the schema. Constants are held against the
whole schema by the validator itself.
"""

import math
from collections.abc import Callable, Iterator, Mapping
from functools import partial, reduce
from typing import Any

from fencekit.prover.values.value_sets import (
    ANYTHING,
    BOOLEANS,
    MOST_CONSTANTS,
    NOT_FINITE,
    NULL,
    ArraySet,
    Constant,
    NumberSet,
    ObjectSet,
    ObjectShape,
    SimpleSet,
    TextSet,
    ValueSet,
    bounded_union,
    has,
    higher,
    integers,
    is_empty,
    lower,
    meet,
)
from fencekit.schema.argument_schema import is_printable
from fencekit.schema.keyword_syntax import TYPES, as_list
from fencekit.schema.schema_evaluation import valid
from fencekit.schema.schema_keywords import KEYWORDS

MOST_LISTED = 200
"""Of how many integers between two limits each is a constant."""
MOST_DEPTH = 4
"""How deep in arrays and objects a schema is followed; below, any value stands for the rest."""


class SchemaValues:
    """Reads the values of schemas that are parts of one schema."""

    def __init__(self) -> None:
        self._known: dict[tuple[int, int], tuple[Any, ValueSet]] = {}

    def of(self, schema: Any, depth: int = MOST_DEPTH) -> ValueSet:
        """Return a union that has every value of the schema."""
        known = self._known.get((id(schema), depth))
        if known is None:
            known = self._known[id(schema), depth] = schema, self._read_schema(schema, depth)
        return known[1]

    def field(self, found: ObjectSet, key: str) -> ValueSet:
        """Return the values that may stand under a key in an object."""
        depth = found.depth - 1
        if depth < 0 or not found.shapes:
            return ANYTHING
        said = (self.of(shape.properties.get(key, shape.others), depth) for shape in found.shapes)
        return reduce(meet, said)

    def _read_schema(self, schema: Any, depth: int) -> ValueSet:
        if isinstance(schema, bool) or KEYWORDS.keys().isdisjoint(schema):
            return () if schema is False else ANYTHING
        if "const" in schema or "enum" in schema:
            given = [schema["const"]] if "const" in schema else schema["enum"]
            return bounded_union(of_constants([one for one in given if valid(schema, one)]))
        # What is no number of JSON is of no type: only a schema without any lets it through.
        kinds = dict.fromkeys(map(str, as_list(schema.get("type", [*TYPES, "not finite"]))))
        if "number" in kinds:
            kinds.pop("integer", None)
        found = tuple(one for kind in kinds for one in self._of_type(kind, schema, depth))
        for part in schema.get("allOf", ()):
            found = meet(found, self.of(part, depth))
        for choice in ("anyOf", "oneOf"):
            if choice in schema:
                parts = [member for part in schema[choice] for member in self.of(part, depth)]
                found = meet(found, bounded_union(parts))
        return bounded_union(one for member in found for one in constants_of_schema(schema, member))

    def _of_type(self, kind: str, schema: Mapping[str, Any], depth: int) -> ValueSet:
        """Return the sets of one type, with what keywords ask of that type."""
        if kind == "array":
            items = None if depth == 0 else self._items(schema, depth - 1)
            least, most = sizes(schema, "Items")
            most = 0 if items == () else most
            return (ArraySet(items, least, most),) if most is None or least <= most else ()
        if kind == "object":
            return (ObjectSet((shape_of(schema),) if SHAPING & schema.keys() else (), depth),)
        return PLAIN[kind](schema)

    def _items(self, schema: Mapping[str, Any], depth: int) -> ValueSet | None:
        """Return the values of items; None for any."""
        items = ANYTHING if "prefixItems" in schema else self.of(schema.get("items", True), depth)
        return None if items == ANYTHING else items


SHAPING = frozenset(("properties", "additionalProperties", "patternProperties", "required"))
"""The keywords that make the shape of an object."""


def shape_of(schema: Mapping[str, Any]) -> ObjectShape:
    """Return what a schema says of the fields of an object."""
    others = True if "patternProperties" in schema else schema.get("additionalProperties", True)
    return ObjectShape(schema.get("properties", {}), others, tuple(schema.get("required", ())))


def texts(schema: Mapping[str, Any]) -> ValueSet:
    """Return the texts of a schema."""
    least, most = sizes(schema, "Length")
    patterns = (str(schema["pattern"]),) if "pattern" in schema else ()
    return (TextSet(patterns, least, most),) if most is None or least <= most else ()


def numbers(schema: Mapping[str, Any], *, whole: bool = False) -> ValueSet:
    """Return the numbers of a schema, or only those that are whole."""
    number = NumberSet(*limits(schema), whole=whole)
    return () if is_empty(number) else (number,)


PLAIN: dict[str, Callable[[Mapping[str, Any]], ValueSet]] = {
    "not finite": lambda _: NOT_FINITE,
    "null": lambda _: (NULL,),
    "boolean": lambda _: BOOLEANS,
    "string": texts,
    "number": numbers,
    "integer": partial(numbers, whole=True),
}
"""The sets of a type whose values have no others inside."""


def of_constants(values: list[Any]) -> ValueSet:
    """Return the union of values; of too many, sets that have them all."""
    if len(values) <= MOST_CONSTANTS:
        return tuple(map(Constant, values))
    return tuple(one for one in ANYTHING if any(has(one, value) for value in values))


def constants_of_schema(schema: Any, member: SimpleSet) -> Iterator[SimpleSet]:
    """Yield the constants of a set of few, as far as they are of the schema; any other as it is."""
    if isinstance(member, Constant):
        yield from (member,) if valid(schema, member.value) else ()
        return
    if isinstance(member, NumberSet) and member.whole:
        low, high = integers(member)
        if low is not None and high is not None and are_few(low, high):
            yield from (Constant(one) for one in range(low, high + 1) if valid(schema, one))
            return
    yield member


def are_few(low: int, high: int) -> bool:
    """Say whether each integer between two is a constant: of those that are printed, a few are."""
    return high - low <= MOST_LISTED and is_printable([low, high])


def sizes(schema: Mapping[str, Any], of: str) -> tuple[int, int | None]:
    """Return the least and the greatest size that a schema asks for."""
    least = math.ceil(schema.get(f"min{of}", 0))
    return max(least, 0), math.floor(schema[f"max{of}"]) if f"max{of}" in schema else None


def limits(schema: Mapping[str, Any]) -> tuple[Any, Any]:
    """Return the limits that a schema sets to numbers, the lower and the upper one."""
    low = high = None
    for keyword, is_open in (("minimum", False), ("exclusiveMinimum", True)):
        if keyword in schema:
            low = higher(low, (schema[keyword], is_open))
    for keyword, is_open in (("maximum", False), ("exclusiveMaximum", True)):
        if keyword in schema:
            high = lower(high, (schema[keyword], is_open))
    return low, high
