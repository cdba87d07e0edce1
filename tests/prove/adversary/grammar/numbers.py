"""Pairs on domains of numbers: where they print otherwise, and where they are read as others.

Floats print with an exponent when they are large or small; integers beyond 2**53 are read as the
nearest float, or as none, which raises; of those of more than 4,300 digits Python prints none.
"""

import math
from collections.abc import Callable
from random import Random
from typing import Any

from prove.adversary.grammar.aimed import amount, edited, policies, whole_text, whole_values
from prove.adversary.grammar.conditions import RAISES
from prove.adversary.grammar.kinds import Kind, distinct
from prove.adversary.oracle import UndecidedError, is_member, is_schema
from prove.adversary.pair import Document, Pair

LARGE = (2**53, 2**54, 2**60, 2**64, 10**16, 10**17, 10**22, 10**23, 10**40)
LARGEST = int(math.nextafter(math.inf, 0.0))
OVER = (LARGEST, 2**1024, 2**1024 - 2**970, 10**308, 10**309, 10**400)


def between(random: Random, kind: str, low: Any, high: Any) -> Document:
    """Return a schema of the numbers between two, either of which may be left open or out."""
    schema: Document = {"type": kind}
    if random.random() < 0.85:
        schema[random.choice(("minimum", "minimum", "exclusiveMinimum"))] = low
    if random.random() < 0.85:
        schema[random.choice(("maximum", "maximum", "exclusiveMaximum"))] = high
    return schema


def shaped(
    random: Random, family: str, field: tuple[str, Kind], rule: Document, raising: int = 0
) -> Pair | None:
    """Return a pair of a rule about one field, and what is left of the rule."""
    key, kind = field
    schema, values = kind
    inner: Document = {key: schema}
    whole: Document = {"type": "object", "properties": inner, "additionalProperties": False}
    if random.random() < 0.6:
        whole["required"] = [key]
    shown: dict[str, list[Any]] = {key: distinct(values)}
    if random.random() < 0.2:
        inner["note"], shown["note"] = {"type": "string"}, ["", "a", "5"]
    if not is_schema(whole):
        return None
    after = [] if random.random() < 0.6 else edited(random, rule)
    one, other = [[RAISES] * bool(raising & bit) for bit in (1, 2)]
    old: Document = {"deny": [*one, rule], "allow": ["pay.x"]}
    new: Document = {"deny": [*other, *after], "allow": ["pay.x"]}
    return Pair(family, old, new, domain=whole, values=shown)


def steps(number: int) -> tuple[int, ...]:
    """Return how far from an integer its neighbours are, and those that are other floats."""
    try:
        ulp = int(math.ulp(number))
    except OverflowError:
        ulp = 2**970
    return (0, 0, 1, -1, 2, 3, -3, ulp // 2, ulp // 2 + 1, ulp // 2 - 1, ulp, -ulp, -(ulp // 2))


def large_numbers(random: Random) -> Pair | None:
    """Integers that no float holds, or that are beyond any, against thresholds that one holds."""
    base = random.choice(random.choice((LARGE, LARGE, OVER)))
    value = base + random.choice(steps(base))
    low, high = (value + sign * abs(random.choice(steps(base))) for sign in (-1, 1))
    if random.random() < 0.25:
        low = random.choice((0, -low))
    if random.random() < 0.3:
        value, low, high = -value, -high, -low
    key = random.choice(("amount", "amount", "total", "value"))
    schema = between(random, random.choice(("integer", "integer", "number")), low, high)
    if random.random() < 0.15:
        schema = random.choice(({"const": value}, {"enum": [value, low]}))
    values = [value, low, high, low - 1, low + 1, high - 1, high + 1, value - 1, value + 1]
    values += [one for number in (value, low, high) for one in read(number)]
    rule: Document = {"capability": "pay.x", **asked(random, key, value)}
    if random.random() < 0.7:
        rule.update(whole_values(random, {key: value}))
    raising = random.choice((0, 1, 3, 3))
    return shaped(random, "large numbers", (key, (schema, values)), rule, raising)


def read(number: int) -> list[Any]:
    """Return the float that an integer is read as, if there is one, and as an integer."""
    try:
        return [float(number), int(float(number))]
    except OverflowError:
        return []


def asked(random: Random, key: str, value: int) -> Document:
    """Return a condition on the amount whose threshold is the float it is read as, or near it."""
    relation = random.choice(("amount_gt", "amount_gte", "amount_lt", "amount_lte"))
    exact = read(value)
    if not exact or random.random() < 0.15:
        return amount(random, {key: value})
    near = (exact[0], math.nextafter(exact[0], math.inf), math.nextafter(exact[0], -math.inf))
    threshold = random.choice((exact[0], *near))
    return {relation: int(threshold) if math.isfinite(threshold) else value}


CONSTANTS: tuple[Any, ...] = (
    0,
    0,
    0.0,
    -0.0,
    0,
    1,
    1.0,
    -3,
    10**15,
    1e15,
    10**16,
    1e16,
    2**53,
    0.5,
)


def alike(number: Any) -> list[Any]:
    """Return a number and what is the same in JSON, but printed otherwise."""
    if number == 0:
        return [0, 0.0, -0.0, -0.0]
    return [number, float(number), *([int(number)] if number == int(number) else [])]


EXPONENTS = (*range(-8, 0), *range(-6, -2), 0, 1, 2, 3, *range(13, 19), *range(14, 18), 22, 23)


def printed_numbers(random: Random) -> Pair | None:
    """Numbers whose whole printed form is asked for: signs, last digits, points, exponents."""
    choice = random.random()
    if choice < 0.25:  # constants, which are the same in JSON as what prints otherwise
        listed = random.sample(CONSTANTS, k=random.choice((1, 2)))
        value: Any = random.choice([one for found in listed for one in alike(found)])
        kind: Kind = ({"enum": listed} if len(listed) > 1 else {"const": listed[0]}, [*listed])
    elif choice < 0.6:
        span = random.choice((3, 50, 500, 10**4, 10**6))
        low = random.choice((0, 1, -1, 9, 95, 100, -7, -span, -(span // 2), -3 * span))
        high = low + span
        value = random.choice((low, low + 1, high, high - 1, random.randint(low, high)))
        kind = (between(random, "integer", low, high), [low, high, low - 1, high + 1])
    else:
        exponent = random.choice(EXPONENTS)
        value = float(f"{random.choice(('1', '1', '1.5', '9', '9.99', '5', '2.5'))}e{exponent}")
        ends = random.choice(((0, 1), (0, 2 * value), (value, value), (value / 2, value * 3)))
        if random.random() < 0.25:
            value, ends = -value, (-ends[1], -ends[0])
        name = "integer" if abs(value) >= 1 and random.random() < 0.4 else "number"
        kind = (between(random, name, *ends), [*ends, value / 10, value * 10])
    kind[1].extend((value, value + 1, value - 1, float(value), int(value), -value, 0, -0.0))
    key = random.choice(("a", "a", "amount", "command"))
    args = {key: value if choice < 0.25 else random.choice((value, value, float(value)))}
    rule: Document = {"capability": "pay.x"}
    for ask in random.choice(((whole_text,), (whole_values,), (whole_text, whole_values))):
        rule.update(ask(random, args))
    return shaped(random, "printed numbers", (key, kind), rule)


def nested(depth: int, *, of: str) -> Any:
    """Return arrays or objects that are nested so deep."""
    made: Any = [] if of == "list" else {}
    for _ in range(depth):
        made = [made] if of == "list" else {"k": made}
    return made


def unprintable(random: Random) -> Pair | None:
    """Values that Python prints barely, or not at all: CapFence raises on those, and denies."""
    digits = random.choice((4299, 4300, 4300, 4301, 5000))
    sign = random.choice((1, 1, 1, -1))
    number = sign * 10**digits
    depth = random.choice((60, 120, 300, 900, 3000))
    deep = nested(depth, of=random.choice(("list", "object")))
    kinds: tuple[Kind, ...] = (
        ({"type": "integer", "minimum": number}, [number, number + 1, 5]),
        ({"type": "integer", "maximum": number}, [number, 5, -7]),
        ({"type": "integer", "minimum": number - 2, "maximum": number + 3}, [number, number + 1]),
        ({"type": "number", "exclusiveMinimum": number}, [number + 1, 5]),
        ({"type": "integer", "multipleOf": abs(number)}, [0, number, 5]),
        ({"type": "string", "maxLength": abs(number)}, ["", "a", "5"]),
        ({"type": "array", "items": {"type": "integer", "minimum": number}}, [[], [number], [5]]),
        ({"enum": [deep, "a"]}, [deep, "a", []]),
        ({"enum": [number, 5]}, [number, 5]),
        ({"const": deep}, [deep, [[]]]),
        ({"type": "object", "properties": {"k": {"maximum": number}}}, [{}, {"k": 5}]),
        ({"type": ["array", "object"]}, [deep, [], {}]),
    )
    kind = random.choice(kinds)
    key = random.choice(("a", "amount", "total"))
    plain = {key: random.choice((5, -7, "a", [], {}, 0))}
    old, new = policies(random, plain)
    whole = {"type": "object", "properties": {key: kind[0]}, "additionalProperties": False}
    if random.random() < 0.5:
        whole["required"] = [key]
    if not is_schema(whole):
        return None
    return Pair("unprintable", old, new, domain=whole, values={key: kind[1]}, args=(plain,))


UNTYPED: tuple[Document | bool, ...] = (
    *({}, True, {"title": "t"}, {"minimum": 5}, {"maxLength": 3}, {"not": {"type": "string"}}),
    *({"maximum": 0}, {"minItems": 1}, {"anyOf": [{"minimum": 1}, {"type": "null"}]}),
)
FINITE: tuple[Document, ...] = (
    *({"type": "number"}, {"type": ["number", "null"], "minimum": 0}, {"not": {"type": "number"}}),
    {"oneOf": [{}, {"type": "number"}]},
)


def not_finite(random: Random) -> Pair | None:
    """What Python reads `1e999` as: of no type, and so only where a schema asks for none."""
    value = random.choice((math.inf, -math.inf, math.nan, math.inf))
    key = random.choice(("a", "amount", "total"))
    schema = random.choice((*UNTYPED, *UNTYPED, *FINITE))
    args = {key: value}
    rule: Document = {"capability": "pay.x", **whole_text(random, args)}
    if key != "a" and random.random() < 0.4:
        rule.update(amount(random, args))
    kind: Kind = (schema, [value, 5, "inf", None, 10**309])
    made = shaped(random, "not finite", (key, kind), rule)
    try:
        if made is not None and not is_member(made.domain, args) and random.random() < 0.8:
            return None
    except UndecidedError:
        return None
    return made


FAMILIES: dict[str, Callable[[Random], Pair | None]] = {
    "large numbers": large_numbers,
    "printed numbers": printed_numbers,
    "unprintable": unprintable,
    "not finite": not_finite,
}
