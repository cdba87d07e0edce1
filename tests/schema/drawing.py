"""Random JSON Schemas of every keyword, and values that are like what they ask for."""

from random import Random
from typing import Any

from fencekit.schema.schema_keywords import KEYWORDS

TEXTS = ("", "a", "ab", "abc", "x1", "10", "-3", "1.0", "é", "\u212a", "'", '"', "\\", "\n", "nan")
NUMBERS: tuple[Any, ...] = (
    *(0, 1, 2, 3, 5, 10, -1, -3, 100, 0.0, -0.0, 1.0, 3.0, 0.5, 1.5, 0.1, 0.3, 2.5, -2.5, 99.5),
    *(2**53, 2**53 + 1, 2**53 + 2, 2.0**53, 10**22, 1e22, 1e16, 1e300, 1e-7, 10**309, -(10**309)),
)
NOT_FINITE = (float("inf"), float("-inf"), float("nan"))
NAMES = ("a", "b", "x", "", "$ref", "enum", "definitions", "properties", "a b", "a/b", "a~b", "é")
PATTERNS = ("^a", "b", r"^\d+$", "^.{2}$", "", "[xé]", "$")
TYPES = ("string", "integer", "number", "boolean", "null", "array", "object")


def plain(random: Random) -> Any:
    """Return a value with none inside."""
    choice = random.random()
    if choice < 0.4:
        return random.choice(TEXTS)
    if choice < 0.8:
        return random.choice(NUMBERS)
    return random.choice((None, True, False, *NOT_FINITE[: random.random() < 0.1]))


def value(random: Random, depth: int = 2) -> Any:
    """Return any JSON value, of at most that depth."""
    choice = random.random()
    if depth == 0 or choice < 0.6:
        return plain(random)
    if choice < 0.8:
        return [value(random, depth - 1) for _ in range(random.randint(0, 3))]
    return {random.choice(NAMES): value(random, depth - 1) for _ in range(random.randint(0, 3))}


def limit(random: Random) -> Any:
    """Return a limit of numbers."""
    return random.choice(NUMBERS)


def count(random: Random) -> Any:
    """Return how many there are, perhaps as a float."""
    return random.choice((0, 1, 2, 3, 1.0, 2.0))


def named(random: Random, depth: int) -> dict[str, Any]:
    """Return schemas by name."""
    return {random.choice(NAMES): schema(random, depth) for _ in range(random.randint(0, 3))}


def schemas(random: Random, depth: int) -> list[Any]:
    """Return a list of schemas."""
    return [schema(random, depth) for _ in range(random.randint(1, 3))]


def names(random: Random) -> list[str]:
    """Return some names, each once."""
    return random.sample(NAMES, random.randint(0, 2))


BELOW = ("properties", "items", "anyOf", "allOf", "oneOf", "not", "if", "then", "else")


def random_types(random: Random) -> Any:
    """Return a type, or several."""
    some = random.sample(TYPES, random.randint(1, 3))
    return some[0] if len(some) == 1 or random.random() < 0.5 else some


def schema(random: Random, depth: int = 2) -> Any:
    """Return a schema of a few keywords, one that goes no deeper than that."""
    if random.random() < 0.08:
        return random.choice((True, False, {}))
    words = [word for word in VALUES if depth or not is_deep(word)]
    some = random.sample(words, random.choice((1, 1, 2, 2, 3, 4)))
    if random.random() < 0.4 and "type" not in some:
        some.append("type")
    if "contains" not in some and depth:
        some = [word for word in some if word not in ("minContains", "maxContains")] or ["contains"]
    return {word: VALUES[word](random, depth - 1) for word in some}


VALUES: dict[str, Any] = {
    "type": lambda r, _: random_types(r),
    "properties": named,
    "required": lambda r, _: names(r),
    "additionalProperties": schema,
    "patternProperties": lambda r, d: {r.choice(PATTERNS): schema(r, d) for _ in range(2)},
    "propertyNames": schema,
    "dependentRequired": lambda r, _: {r.choice(NAMES): names(r) for _ in range(2)},
    "dependentSchemas": named,
    "enum": lambda r, _: [value(r, 2) for _ in range(r.randint(0, 4))],
    "const": lambda r, _: value(r, 2),
    **dict.fromkeys(
        ("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum"), lambda r, _: limit(r)
    ),
    "multipleOf": lambda r, _: r.choice((1, 2, 3, 0.5, 2.0, 0.1, 1.5, 7, 1e-3)),
    **dict.fromkeys(
        (
            *("minLength", "maxLength", "minItems", "maxItems", "minProperties", "maxProperties"),
            *("minContains", "maxContains"),
        ),
        lambda r, _: count(r),
    ),
    "pattern": lambda r, _: r.choice(PATTERNS),
    "items": schema,
    "prefixItems": schemas,
    "uniqueItems": lambda r, _: r.random() < 0.8,
    "contains": schema,
    **dict.fromkeys(("anyOf", "allOf", "oneOf"), schemas),
    **dict.fromkeys(("not", "if", "then", "else"), schema),
}
"""What may stand under each keyword, of schemas no deeper than that."""
assert VALUES.keys() == KEYWORDS.keys()


def is_deep(word: str) -> bool:
    """Say whether schemas stand under a keyword."""
    return word in BELOW or KEYWORDS[word].form.wanted.startswith(
        ("a schema", "schemas", "a list of s")
    )


def whole(random: Random) -> Any:
    """Return a schema, perhaps with a part that a reference leads to."""
    found = schema(random, 3)
    if random.random() < 0.7:
        return found
    name = random.choice(NAMES)
    place = "#/$defs/" + name.replace("~", "~0").replace("/", "~1").replace(" ", "%20")
    beside = schema(random, 0) if random.random() < 0.5 else {}
    reference = {"$ref": place, **(beside if isinstance(beside, dict) else {})}
    parts = [found, random.choice((reference, {"properties": {random.choice(NAMES): reference}}))]
    return {"allOf": parts, "$defs": {name: schema(random, 2)}}


def like(random: Random, said: Any, depth: int = 3) -> Any:
    """Return a value that is like what a schema asks for, often one that fits it."""
    if not isinstance(said, dict) or not said or depth == 0 or random.random() < 0.15:
        return value(random)
    if "const" in said:
        return varied(random, said["const"])
    if said.get("enum"):
        return varied(random, random.choice(said["enum"]))
    for word in ("anyOf", "oneOf", "allOf"):
        if word in said and random.random() < 0.7:
            return like(random, random.choice(said[word]), depth)
    types = said.get("type", random.choice(TYPES))
    kind = types if isinstance(types, str) else random.choice(types)
    return MAKES[kind](random, said, depth - 1)


def number_like(random: Random, said: Any, _: int) -> Any:
    near = [said[word] for word in ("minimum", "maximum", "multipleOf") if word in said]
    found = random.choice([*near, *NUMBERS])
    return random.choice((found, found + 1, found * 3, -found))


def array_like(random: Random, said: Any, depth: int) -> list[Any]:
    first = [like(random, one, depth) for one in said.get("prefixItems", ())]
    items = said.get("items", said.get("contains", True))
    found = [*first, *(like(random, items, depth) for _ in range(random.randint(0, 3)))]
    return found + found[:1] if random.random() < 0.2 else found


def object_like(random: Random, said: Any, depth: int) -> dict[str, Any]:
    known = said.get("properties", {})
    keys = [*said.get("required", ()), *(key for key in known if random.random() < 0.6)]
    keys += [random.choice(NAMES)] if random.random() < 0.4 else []
    return {key: like(random, known.get(key, True), depth) for key in keys}


MAKES: dict[str, Any] = {
    "string": lambda random, *_: random.choice(TEXTS),
    "integer": number_like,
    "number": number_like,
    "boolean": lambda random, *_: random.random() < 0.5,
    "null": lambda *_: None,
    "array": array_like,
    "object": object_like,
}


def varied(random: Random, given: Any) -> Any:
    """Return what is the same value in JSON, or nearly so."""
    if isinstance(given, dict):
        keys = random.sample(list(given), len(given))
        return {key: varied(random, given[key]) for key in keys}
    if isinstance(given, list):
        return [varied(random, one) for one in given]
    if given in (0, 1) and random.random() < 0.2:
        return bool(given)
    try:
        if isinstance(given, int) and not isinstance(given, bool) and random.random() < 0.3:
            return float(given)
        if isinstance(given, float) and random.random() < 0.3:
            return int(given)
    except (OverflowError, ValueError):
        pass
    return given
