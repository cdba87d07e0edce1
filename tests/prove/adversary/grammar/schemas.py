"""Pairs on domains: families of keys, numbers as text, nested values, odd names, references."""

from collections.abc import Callable
from random import Random
from typing import Any

from prove.adversary.grammar import kinds
from prove.adversary.grammar.aimed import (
    AMOUNTS,
    NAMES,
    PATHS,
    amount,
    edited,
    path,
    policies,
    whole_text,
    whole_values,
)
from prove.adversary.grammar.kinds import Kind
from prove.adversary.oracle import UndecidedError, is_member, is_schema
from prove.adversary.pair import Document, Pair

WORDS = (
    *(
        "definitions",
        "$defs",
        "",
        "$ref",
        "enum",
        "const",
        "default",
        "properties",
        "type",
        "items",
    ),
    *(
        "required",
        "examples",
        "additionalProperties",
        "anyOf",
        "$schema",
        "$id",
        "pattern",
        "not",
        "if",
    ),
    *(
        "title",
        "description",
        "format",
        "minLength",
        "minimum",
        "~",
        "/",
        "a/b",
        "%24",
        "$comment",
        "$anchor",
    ),
)
PLAIN = ("a", "b", "command", "note", "argv")
MOST_VALUES = 9


def built(
    random: Random, family: str, inner: dict[str, Kind], *, top: Document | None = None
) -> Pair | None:
    """Return a pair on a schema of the keys, aimed at arguments of it."""
    keys = list(inner)
    schema: Document = {"type": "object"} if random.random() < 0.7 else {}
    schema["properties"] = {key: one[0] for key, one in inner.items()}
    if random.random() < 0.85:
        schema["additionalProperties"] = False
    elif random.random() < 0.5:
        schema["additionalProperties"] = random.choice(
            (True, {"type": "string"}, {"type": "integer"}, {})
        )
    needed = [key for key in keys if random.random() < 0.5]
    if needed:
        schema["required"] = needed
    schema.update(top or {})
    if random.random() < 0.04:
        schema[random.choice(("minProperties", "maxProperties"))] = random.choice((0, 1, 2))
    return aimed(random, family, schema, {key: one[1] for key, one in inner.items()})


def aimed(
    random: Random, family: str, schema: Document, values: dict[str, list[Any]]
) -> Pair | None:
    """Return a pair whose policies are aimed at arguments that `jsonschema` admits, if any."""
    if not is_schema(schema):
        return None
    args: Document | None = None
    for _ in range(12):
        tried = {
            key: random.choice(some)
            for key, some in values.items()
            if some and random.random() < 0.8
        }
        try:
            if is_member(schema, tried):
                args = tried
                break
        except UndecidedError:
            continue
    if args is None:
        if random.random() < 0.8:
            return None
        args = {key: random.choice(some) for key, some in values.items() if some}
    old, new = policies(random, args)
    shown: dict[str, list[Any]] = {}
    for key, some in values.items():
        found = kinds.distinct(some)
        if len(found) > MOST_VALUES:
            found = random.sample(found, MOST_VALUES)
        shown[key] = kinds.distinct([*found, *([args[key]] if key in args else [])])
    if schema.get("additionalProperties", True) is not False:
        shown["zz"] = ["", "a", 5, *args.values()][:4]
    return Pair(family, old, new, domain=schema, values=shown, args=(args,))


OF_PATHS: tuple[Kind, ...] = (
    ({"enum": ["/srv", "/tmp", "prod"]}, ["/srv", "/tmp", "prod"]),
    ({"type": "string"}, ["/srv/x", "", "prod", "/"]),
    ({"type": ["string", "null"]}, [None, None, "/srv", "prod"]),
    ({"enum": [None, "/tmp"]}, [None, "/tmp"]),
)
OF_AMOUNTS: tuple[Kind, ...] = (
    ({"type": "integer", "minimum": 0, "maximum": 1000}, [0, 5, 200, 1000, 7]),
    ({"type": ["integer", "null"], "maximum": 100}, [None, None, 5, 7]),
    ({"type": ["string", "number"]}, ["x", "x", "y z", "10", 5]),
    ({"enum": ["x", None, 5]}, ["x", None, 5]),
    ({"type": ["boolean", "array"]}, [True, False, [5], []]),
)
"""Values under keys of a family, some of which are passed over in favour of the next key."""


def key_families(random: Random) -> Pair | None:
    """Two or three keys of one family, required or not, of which one meets the condition."""
    family = random.choice((PATHS, PATHS, AMOUNTS, AMOUNTS))
    keys = random.sample(family, k=random.choice((2, 2, 3)))
    if random.random() < 0.2:
        keys[-1] = random.choice(PLAIN)
    inner: dict[str, Kind] = {}
    for key in keys:
        inner[key] = random.choice((*OF_PATHS, kinds.kind(random, 0)))
        if family is AMOUNTS:
            inner[key] = random.choice((*OF_AMOUNTS, kinds.number(random), kinds.kind(random, 0)))
    made = built(random, "key families", inner)
    if made is None or random.random() < 0.6:
        return made
    # Only these arguments meet the rule: so each key has to be seen as it is.
    args = made.args[0]
    ask = path if family is PATHS else amount
    rule = {"capability": "pay.x", **ask(random, args), **whole_values(random, args)}
    if random.random() < 0.5:
        rule.update(whole_text(random, args))
    shared = [{"capability": "pay.x", "amount_gt": 0, "match_regex": "(?!)"}]
    old: Document = {"deny": [*shared, rule], "allow": ["pay.x"]}
    return made.with_parts({"old": old, "new": {"deny": shared, "allow": ["pay.x"]}})


def numeric_text(random: Random) -> Pair | None:
    keys = random.sample(AMOUNTS, k=random.choice((1, 1, 2)))
    inner: dict[str, Kind] = {}
    for key in keys:
        some = random.sample(kinds.NUMERIC, k=random.choice((1, 1, 2, 3)))
        mixed = [*some, *random.sample(kinds.ROUND, k=random.choice((0, 0, 1)))]
        inner[key] = random.choice(
            (
                ({"const": some[0]}, some),
                ({"enum": mixed}, mixed),
                ({"anyOf": [{"const": some[0]}, {"enum": mixed}]}, mixed),
                ({"type": "string", "pattern": r"^\d+$"}, ["10", "5", "٣", *some]),
                (
                    {"type": "string", "maxLength": random.choice((1, 2, 3))},
                    [*some, "10", "5", "nan"],
                ),
                ({"type": ["string", "integer"], "maximum": 5}, [*some, 5, 6]),
                ({"type": "string", "maxLength": 4}, [*kinds.SPELLED, *some]),
            )
        )
    if random.random() < 0.3:
        inner["note"] = kinds.kind(random, 0)
    made = built(random, "numeric text", inner)
    if made is None or random.random() < 0.6:
        return made
    # Only these arguments meet the rule, however their amount is spelled.
    args = made.args[0]
    rule = {"capability": "pay.x", **amount(random, args), **whole_values(random, args)}
    old: Document = {"deny": [rule], "allow": ["pay.x"]}
    return made.with_parts({"old": old, "new": {"deny": [], "allow": ["pay.x"]}})


def nested_values(random: Random) -> Pair | None:
    inner = {random.choice(PLAIN): random.choice((kinds.array, kinds.an_object))(random, 1)}
    if random.random() < 0.3:
        inner[random.choice(("path", "amount", "b", "table"))] = kinds.kind(random, 0)
    return built(random, "nested values", inner)


def printed_values(random: Random) -> Pair | None:
    """One nested value, of which the whole printed form is asked for, and nothing else."""
    key = random.choice(PLAIN)
    schema, values = random.choice((kinds.array, kinds.an_object))(random, 1)
    whole: Document = {"type": "object", "properties": {key: schema}, "required": [key]}
    whole["additionalProperties"] = False
    if not is_schema(whole):
        return None
    fitting = [{key: one} for one in values if one and is_member(whole, {key: one})]
    if not fitting:
        return None
    args = random.choice(fitting)
    rule = {"capability": "pay.x", **whole_values(random, args)}
    if random.random() < 0.3:
        rule.update(whole_text(random, args))
    after = [] if random.random() < 0.8 else edited(random, rule)
    old: Document = {"deny": [rule], "allow": ["pay.x"]}
    new: Document = {"deny": after, "allow": ["pay.x"]}
    shown = {key: kinds.distinct([*values, args[key]])}
    return Pair("printed values", old, new, domain=whole, values=shown, args=(args,))


def keyword_names(random: Random) -> Pair | None:
    keys = random.sample(WORDS, k=random.choice((1, 2, 2)))
    inner = {key: kinds.kind(random, random.choice((0, 0, 1))) for key in keys}
    if random.random() < 0.4:
        inner[random.choice(("path", "amount", "a"))] = kinds.kind(random, 0)
    return built(random, "keyword names", inner)


def lengths(random: Random) -> Pair | None:
    inner = {
        key: kinds.text(random)
        for key in random.sample(("a", "path", "b", "amount"), k=random.choice((1, 1, 2)))
    }
    return built(random, "lengths", inner)


def bounds(random: Random) -> Pair | None:
    inner = {
        key: kinds.number(random)
        for key in random.sample(("amount", "total", "a"), k=random.choice((1, 1, 2)))
    }
    return built(random, "bounds", inner)


def choices(random: Random) -> Pair | None:
    keys = random.sample(("a", "path", "amount", "table", "b"), k=random.choice((1, 2)))
    inner = {key: kinds.choice_of(random, 1) for key in keys}
    return built(random, "choices", inner)


def enumerations(random: Random) -> Pair | None:
    keys = random.sample(("a", "path", "amount", "table", "b", "total"), k=random.choice((1, 2, 2)))
    return built(random, "enumerations", {key: kinds.enum(random) for key in keys})


def references(random: Random) -> Pair | None:
    """Parts of the schema that stand elsewhere, by odd names, beside other keywords."""
    where = random.choice(("$defs", "definitions"))
    name = random.choice(("x", "enum", "a/b", "a~b", "", "properties", "é", "$ref", "a b"))
    pointer = name.replace("~", "~0").replace("/", "~1")
    found = kinds.kind(random, 1)
    key, other = random.sample(("a", "path", "amount", "b", "$defs"), k=2)
    using: Document = {"$ref": f"#/{where}/{pointer}"}
    choice = random.random()
    if choice < 0.25:
        using.update(
            random.choice(
                ({"type": "string"}, {"minLength": 2}, {"maximum": 5}, {"description": "d"})
            )
        )
    elif choice < 0.4:
        using = {random.choice(("anyOf", "allOf", "oneOf")): [using, kinds.kind(random, 0)[0]]}
    elif choice < 0.5:
        using = {"type": "array", "items": using}
        found = (found[0], [[one] for one in found[1]] + [[]])
    values = {key: found[1]}
    properties: Document = {key: using}
    definitions: Document = {name: found[0]}
    if choice > 0.8:
        definitions = {name: {"$ref": f"#/{where}/second"}, "second": found[0]}
    if random.random() < 0.5:
        second = kinds.kind(random, 0)
        properties[other], values[other] = second
    if random.random() < 0.1:
        properties[other] = {"$ref": f"#/properties/{key.replace('~', '~0').replace('/', '~1')}"}
        values[other] = found[1]
    schema: Document = {"type": "object", "properties": properties, where: definitions}
    if random.random() < 0.85:
        schema["additionalProperties"] = False
    if random.random() < 0.5:
        schema["required"] = [key]
    return aimed(random, "references in schemas", schema, values)


def further(random: Random) -> Pair | None:
    """Keywords that are followed in part or not at all, about all arguments or about one."""
    keys = random.sample(
        ("a", "path", "amount", "target", "b", "total"), k=random.choice((1, 2, 2))
    )
    inner = {key: kinds.kind(random, random.choice((0, 0, 1))) for key in keys}
    one, other = keys[0], keys[-1]
    some = kinds.kind(random, 0)
    top: Document = random.choice(
        (
            {"not": {"required": [one]}},
            {"not": {"properties": {one: some[0]}}},
            {"dependentRequired": {one: [other]}},
            {"dependentSchemas": {one: {"properties": {other: some[0]}}}},
            {"if": {"properties": {one: some[0]}}, "then": {"required": [other]}},
            {
                "if": {"required": [one]},
                "then": {"required": [other]},
                "else": {"minProperties": 1},
            },
            {"patternProperties": {random.choice(("^a", ".", "t$")): some[0]}},
            {"propertyNames": {"maxLength": random.choice((1, 4, 6))}},
            {"propertyNames": {"pattern": "^[a-p]"}},
            {"allOf": [{"properties": {one: some[0]}}, True]},
            {"anyOf": [False, {"required": [one]}]},
        )
    )
    if random.random() < 0.4:
        listed = [random.choice(some[1]) for _ in range(2)]
        inner[one] = random.choice(
            (
                ({"not": some[0]}, [*inner[one][1], *some[1]]),
                (
                    {"type": "array", "prefixItems": [some[0]]},
                    [[], listed, [listed[0]], ["a"], "a"],
                ),
                (
                    {"type": "array", "prefixItems": [some[0]], "items": False},
                    [[], listed, listed[:1]],
                ),
                ({"type": "array", "contains": some[0]}, [[], listed, ["a", 1], [None]]),
                ({"contains": some[0], "minContains": 0, "type": "array"}, [[], listed, ["a"]]),
                (
                    {"type": "object", "patternProperties": {"^k": some[0]}},
                    [{}, {"k": listed[0]}, {"a": 1}],
                ),
                (
                    {"type": "object", "propertyNames": {"maxLength": 1}},
                    [{}, {"k": 1}, {"'": listed[0]}],
                ),
                ({"if": {"type": "string"}, "then": some[0]}, [*some[1], 1, None, []]),
            )
        )
        top = random.choice((top, {}, {}))
    return built(random, "further keywords", inner, top=top)


def whole_choices(random: Random) -> Pair | None:
    """Choices about all the arguments: one of two objects."""
    sides: list[tuple[Document, dict[str, list[Any]]]] = []
    for keys in (("path",), ("path", "amount"), ("target", "amount"), ("a",), ("a", "total")):
        inner = {key: kinds.kind(random, 0) for key in keys}
        side: Document = {"properties": {key: one[0] for key, one in inner.items()}}
        if random.random() < 0.7:
            side["required"] = random.sample(keys, k=random.randint(1, len(keys)))
        if random.random() < 0.5:
            side["additionalProperties"] = False
        sides.append((side, {key: one[1] for key, one in inner.items()}))
    one, other = random.sample(sides, k=2)
    schema: Document = {random.choice(("anyOf", "oneOf", "allOf")): [one[0], other[0]]}
    if random.random() < 0.6:
        schema["type"] = "object"
    if random.random() < 0.5:
        schema["properties"] = {random.choice(("path", "amount", "a")): kinds.kind(random, 0)[0]}
        if random.random() < 0.5:
            schema["additionalProperties"] = random.choice((False, True, {"type": "string"}))
    values: dict[str, list[Any]] = {}
    for side in (one[1], other[1]):
        for key, some in side.items():
            values[key] = [*values.get(key, []), *some]
    return aimed(random, "whole choices", schema, values)


def any_schema(random: Random) -> Pair | None:
    pool = (*AMOUNTS[:3], *PATHS[:2], "target", *PLAIN, *NAMES, random.choice(WORDS))
    keys = random.sample(pool, k=random.choice((1, 2, 2, 3)))
    return built(random, "any schema", {key: kinds.kind(random, 1) for key in keys})


def tools(random: Random) -> Pair | None:
    """Schemas as tools have them: what most users prove with."""
    pool: tuple[tuple[str, Kind], ...] = (
        (
            "command",
            (
                {"type": "string", "description": "what to run"},
                ["rm -rf /", "ls", "ls\n", "it's", 'a"b'],
            ),
        ),
        ("path", ({"type": "string"}, ["/etc/passwd", "/srv/app/x", "", "x"])),
        ("target", ({"type": "string"}, ["/etc", "prod", "/srv/x"])),
        ("content", ({"type": "string"}, ["secret", "", "a\\b", "é"])),
        ("amount", ({"type": "number", "exclusiveMinimum": 0}, [1, 100, 100.5, 1e16, 2**53 + 1])),
        ("quantity", ({"type": "integer", "minimum": 1, "maximum": 100}, [1, 2, 100, 5])),
        ("currency", ({"enum": ["USD", "EUR"]}, ["USD", "EUR"])),
        ("recursive", ({"type": "boolean", "default": False}, [True, False])),
        (
            "args",
            (
                {"type": "array", "items": {"type": "string"}},
                [[], ["-rf"], ["a'b"], ["\n"], ["a", "b"]],
            ),
        ),
        (
            "options",
            (
                {"type": "object", "additionalProperties": {"type": "string"}},
                [{}, {"k": "v"}, {"it's": "a"}],
            ),
        ),
        ("environment", ({"enum": ["prod", "dev", "staging"]}, ["prod", "dev", "staging"])),
        ("table", ({"type": "string", "pattern": "^[a-z_]+$"}, ["users", "audit_log", "a"])),
        ("limit", ({"type": ["integer", "null"], "minimum": 0}, [None, 0, 5])),
    )
    return built(random, "tools", dict(random.sample(pool, k=random.choice((1, 2, 2, 3)))))


FAMILIES: dict[str, Callable[[Random], Pair | None]] = {
    "key families": key_families,
    "numeric text": numeric_text,
    "nested values": nested_values,
    "printed values": printed_values,
    "keyword names": keyword_names,
    "lengths": lengths,
    "bounds": bounds,
    "choices": choices,
    "enumerations": enumerations,
    "references in schemas": references,
    "whole choices": whole_choices,
    "further keywords": further,
    "any schema": any_schema,
    "tools": tools,
}
