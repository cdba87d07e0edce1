"""Schemas of one value, each with values that fit it or nearly do. No schema is ever read here."""

from collections.abc import Callable
from random import Random
from typing import Any

from prove.adversary.grammar.conditions import NUMBERS, OTHERS, TEXTS, value

Kind = tuple[Any, list[Any]]
NUMERIC = (
    "10",
    "-3",
    "1_0",
    " 7 ",
    "0x1",
    "1e3",
    "nan",
    "-inf",
    "1e999",
    "٣",
    "+5",
    "5.",
    "-0",
    "100",
    "",
    "True",
    "1,5",
)
ROUND = (
    0,
    1,
    5,
    10,
    100,
    -1,
    -5,
    2**53,
    2**53 + 1,
    2**53 + 2,
    -(2**53),
    10**15,
    10**16,
    10**17,
    1.5,
    0.5,
    1e15,
    1e16,
)
SPELLED = ("1_0", "0_1", "1_0.5", " 7 ", "\t5", "+5", "5.", ".5", "1e3", "٣", "-0", "1_", "INF")
"""Text that Python reads as a number, or nearly."""
BEYOND = (10**308, 10**309, -(10**309), 10**400)


PRINTED = (
    "'",
    '"',
    "'\"",
    "\\",
    "a\\b",
    "\n",
    "\t",
    "\xad",
    "\x00",
    "\u2028",
    "\U000e0001",
    "é",
    "Σ",
)
"""Texts that stand otherwise in the printed form of a value."""


def text(random: Random) -> Kind:
    schema: dict[str, Any] = {"type": "string"}
    found: list[Any] = [
        *random.sample(PRINTED, k=2),
        random.choice(TEXTS),
        random.choice(TEXTS),
        random.choice(NUMERIC),
        "abc",
        "",
    ]
    choice = random.random()
    if choice < 0.35:
        length = random.choice((0, 1, 1, 2, 3, 3.0, 2.0))
        schema[random.choice(("minLength", "maxLength"))] = length
        if random.random() < 0.3:
            schema["minLength"] = random.choice((0, 1, 2, 3, 5))
        found += [
            "a" * int(length),
            "é" * int(length),
            "😀" * int(length),
            "a" * (int(length) + 1),
            "\n" * int(length),
        ]
    elif choice < 0.65:
        pattern, fits = random.choice(PATTERNS)
        schema["pattern"] = pattern
        found += [*fits, f"{fits[0]}\n"]
        if random.random() < 0.2:
            schema["maxLength"] = random.choice((1, 2, 3))
    elif choice < 0.7:
        schema["format"] = random.choice(("uri", "date", "email"))
    return schema, found


PATTERNS: tuple[tuple[str, list[str]], ...] = (
    ("^/", ["/etc", "/srv/x", "/"]),
    (r"^\d+$", ["10", "5", "٣", "100"]),
    ("^[a-z]+$", ["abc", "prod", "dev"]),
    (r"^-?[0-9]+(\.[0-9]+)?$", ["10", "-3", "1.5"]),
    ("a", ["a", "ba", "A"]),
    ("^(prod|dev)$", ["prod", "dev"]),
    (r"^\S*$", ["", "a\xa0", "'\""]),
    (r"\\", ["\\", "a\\'"]),
    ("(?i)^prod", ["PROD", "prod"]),
    ("^$", [""]),
    (r"^.$", ["a", "'", '"', "\\", "\n"]),
    (r"^[^\n]*$", ["a\t", "'"]),
    (r"(?!)", ["a"]),
    ("^(?a:\\W)", ["é", "!"]),
)


EQUAL: tuple[Any, ...] = (0, -0.0, 0.0, 1, 1.0, True, False, "0", "1", "-0", [0], {"k": 1})


def enum(random: Random) -> Kind:
    pool = random.choice(
        (TEXTS, NUMERIC, NUMBERS, OTHERS, EQUAL, (*NUMERIC, *ROUND), (*TEXTS, *NUMBERS, *OTHERS))
    )
    some = random.sample(pool, k=random.choice((1, 1, 2, 3)))
    schema: dict[str, Any] = {"const": some[0]} if random.random() < 0.35 else {"enum": some}
    if random.random() < 0.2:
        schema["type"] = random.choice(
            ("string", "number", "integer", ["string", "null"], ["number", "boolean"])
        )
    return schema, [*some, *(twin for one in some for twin in twins(one))]


def twins(found: Any) -> list[Any]:
    """Return values that are the same in JSON, or print the same, and are another in Python."""
    if isinstance(found, bool):
        return [int(found), str(found)]
    if found == 0:
        return [0, 0.0, -0.0, -0.0]
    if isinstance(found, int) and abs(found) < 10**300:
        return [float(found), str(found), found + 1]
    if isinstance(found, float) and found == int(found):
        return [int(found), str(found), -found]
    if isinstance(found, list):
        return [[*found, 1], *([one, *found[1:]] for part in found[:1] for one in twins(part))]
    if isinstance(found, dict):
        return [
            {**found, "z": 1},
            *({**found, key: one} for key in found for one in twins(found[key])),
        ]
    return [str(found)]


def number(random: Random) -> Kind:
    schema: dict[str, Any] = {"type": random.choice(("integer", "number", "number", "integer"))}
    pool = (*ROUND, *BEYOND) if random.random() < 0.2 else ROUND
    low = random.choice(pool)
    high = (
        low + random.choice((0, 1, 2, 3, 10, 100)) if random.random() < 0.5 else random.choice(pool)
    )
    if random.random() < 0.15:
        schema["minimum"] = schema["maximum"] = high = low
    elif random.random() < 0.65:
        schema[random.choice(("minimum", "exclusiveMinimum"))] = low
    if "maximum" not in schema and random.random() < 0.65:
        schema[random.choice(("maximum", "exclusiveMaximum"))] = high
    if random.random() < 0.15:
        schema["multipleOf"] = random.choice((1, 2, 5, 0.5, 10, 3))
    found: list[Any] = []
    for one in (low, high):
        found += [one, one + 1, one - 1]
        if abs(one) < 10**300:
            found += [float(one), one + 0.5]
    found += [0, -0.0, 1, 2, random.choice(NUMBERS), 2**53 + 1, True]
    if random.random() < 0.2:
        found += [10**309, -(10**309), 10**400]
    return schema, distinct(found)


def distinct(found: list[Any]) -> list[Any]:
    return list({repr(one): one for one in found}.values())


def types(random: Random) -> Kind:
    names = random.choice(
        (
            "string",
            "number",
            "integer",
            "boolean",
            "null",
            "array",
            "object",
            ["boolean", "object"],
            ["string", "null"],
            ["string", "number"],
            ["integer", "null"],
            ["array", "string"],
            ["number", "boolean"],
            ["object", "array"],
            ["integer", "string", "array"],
        )
    )
    return {"type": names}, [value(random) for _ in range(5)] + [
        *OTHERS[:4],
        random.choice(OTHERS),
        "10",
        7,
    ]


def anything(random: Random) -> Kind:
    schema = random.choice(
        ({}, True, {"title": "t"}, {"description": "a", "default": 5}, {"examples": [1]})
    )
    return schema, [value(random) for _ in range(8)]


def array(random: Random, depth: int = 1) -> Kind:
    schema: dict[str, Any] = {"type": "array"}
    inner: Kind = (
        {},
        [value(random), value(random), random.choice(TEXTS), *random.sample(PRINTED, k=5)],
    )
    choice = random.random()
    if choice < 0.2:
        short = [one for one in PRINTED if len(one) == 1]
        inner = ({"type": "string", "maxLength": 1}, [*random.sample(short, k=5), "\\"])
        schema["items"] = inner[0]
    elif choice < 0.65:
        inner = kind(random, depth - 1)
        schema["items"] = inner[0]
    else:
        nested = random.choice((["a"], [[]], {"k": 1}, {"k": ["'"]}, [1.0, None], {"": {}}))
        inner[1].append(nested)
    if random.random() < 0.25:
        schema[random.choice(("minItems", "maxItems"))] = random.choice((0, 1, 2, 2.0))
    if random.random() < 0.1:
        schema["uniqueItems"] = random.choice((True, False))
    found: list[Any] = [[], *([one] for one in inner[1])]
    found += [[random.choice(inner[1]) for _ in range(2)] for _ in range(4)]
    return schema, [*found, {}, "[]", "a"]


def an_object(random: Random, depth: int = 1) -> Kind:
    schema: dict[str, Any] = {"type": "object"}
    keys = random.sample(
        ("k", "a", "amount", "", "it's", "$ref", "type", "é", "\u2028", 'q"'),
        k=random.choice((1, 2, 2)),
    )
    inner = {key: kind(random, depth - 1) for key in keys}
    if random.random() < 0.65:
        schema["properties"] = {key: one[0] for key, one in inner.items()}
        if random.random() < 0.8:
            schema["additionalProperties"] = random.choice(
                (False, False, True, {"type": "string"}, {})
            )
        if random.random() < 0.4:
            schema["required"] = random.sample(keys, k=1)
    elif random.random() < 0.4:
        schema["additionalProperties"] = random.choice(
            (False, {"type": "string"}, {"type": "integer"}, {"const": "a"})
        )
    if random.random() < 0.15:
        schema[random.choice(("minProperties", "maxProperties"))] = random.choice((0, 1, 2, 1.0))
    found: list[Any] = [{}]
    for _ in range(8):
        chosen = random.sample(keys, k=random.choice((len(keys), random.randint(0, len(keys)))))
        found.append({key: random.choice(inner[key][1]) for key in chosen})
    found += [{random.choice(TEXTS): random.choice((1, "a", None, 1.0))} for _ in range(2)]
    found += [{random.choice(PRINTED): random.choice(PRINTED)} for _ in range(2)]
    return schema, [*found, [], "{}", None]


def choice_of(random: Random, depth: int = 1) -> Kind:
    one, other = kind(random, depth - 1), kind(random, depth - 1)
    word = random.choice(("anyOf", "oneOf", "allOf", "anyOf"))
    schema: dict[str, Any] = {word: [one[0], other[0]]}
    if random.random() < 0.2:
        schema["type"] = random.choice(("string", "number", "integer", "array"))
    return schema, [*one[1], *other[1]]


def kind(random: Random, depth: int = 1) -> Kind:
    """Return a schema of one value, with values to try on it."""
    plain: list[Callable[[Random], Kind]] = [
        text,
        text,
        enum,
        enum,
        number,
        number,
        types,
        anything,
    ]
    if depth <= 0:
        return random.choice(plain)(random)
    made = random.random()
    if made < 0.6:
        return random.choice(plain)(random)
    if made < 0.75:
        return array(random, depth)
    if made < 0.88:
        return an_object(random, depth)
    return choice_of(random, depth)
