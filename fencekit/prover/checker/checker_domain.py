"""What a domain leaves of the arguments; only a certificate for a JSON Schema rests upon this.

By the specification, each keyword of a schema restricts its values, and all of them do so at once
(draft 2020-12, core 10.1). So whoever leaves some out has more calls than there are, and what is
shown of those is so of the others. These are taken, of a schema that lets no other keys in:
`properties`, `required`, and of each property `type`, `enum`, `const` and the limits of numbers,
where they stand in it themselves. A schema with `$ref` is left out as a whole, because older drafts
pass over what stands beside it; `patternProperties` let further keys in.

Nothing of this is shared with the prover, which reads schemas with `fencekit.schema`.
"""

import math
from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from typing import Any

from fencekit.engines.native.request_view import AMOUNT_KEYS, PATH_KEYS

ALL_TYPES = ("string", "integer", "number", "boolean", "null", "array", "object")
BEYOND = "beyond any float"
LEAST_BEYOND = Fraction(2**1024 - 2**970)
"""From here on, either way, no float holds an integer (IEEE 754: halfway to what would be next)."""
LIMITS = {"minimum": 1, "exclusiveMinimum": 1, "maximum": -1, "exclusiveMaximum": -1}
"""Each limit of numbers, and to which side of it numbers are."""


class CheckedDomain:
    """Which arguments are meant: any, for `open`, or those that a JSON Schema describes."""

    def __init__(self, said: Any) -> None:
        if said != "open" and not isinstance(said, Mapping):
            raise ValueError("a domain is `open` or a JSON Schema")
        schema = {} if said == "open" or "$ref" in said else said
        self.is_open = schema.get("additionalProperties") is not False
        self.is_open |= "patternProperties" in schema
        said_of = schema.get("properties", {})
        read = {key: SchemaProperty(one) for key, one in said_of.items() if one is not False}
        possible = {key: one for key, one in read.items() if one.types}
        self.properties = {} if self.is_open else possible
        must = schema.get("required", ())
        self.required = [key for key in must if key in self.properties]
        self.is_empty = any(
            key not in possible for key in must if key in said_of or not self.is_open
        )
        """Whether a key must be there that no value can stand under, or that must not be there."""
        self.values = [value for one in self.properties.values() for value in one.values]
        """What is listed, and the limits of numbers."""

    def may_be(self, subject: str, value: Any) -> bool:
        """Say whether the amount, path or named argument can be like a value, None for none."""
        if value is None or self.is_open:
            return True
        keys = {"amount": AMOUNT_KEYS, "path": PATH_KEYS}.get(subject, (subject,))
        found = [self.properties[key] for key in keys if key in self.properties]
        if subject == "amount":
            return any(one.may_be_read_as(reading(value)) for one in found)
        return any(subject == "path" or one.may_be(value) for one in found)


def types_of_listed(listed: Sequence[Any], types: Sequence[str]) -> list[str]:
    """Return which of the types listed values are of."""
    named = [[*json_types(one)] for one in listed]
    # What Python reads `1e400` as is of no type, and printed as a word.
    if not all(named):
        return [*ALL_TYPES]
    return [*dict.fromkeys(name for names in named for name in names if name in types)]


class SchemaProperty:
    """What a schema says of the value of a key."""

    def __init__(self, said: Any) -> None:
        said = {} if said is True or "$ref" in said else said
        types = said.get("type", ALL_TYPES)
        self.types = [types] if isinstance(types, str) else [*types]
        if not {*self.types} <= {*ALL_TYPES}:
            raise ValueError(f"no JSON Schema has the types {self.types}")
        self._limits = [(said[word], side) for word, side in LIMITS.items() if word in said]
        self.listed = [said["const"]] if "const" in said else said.get("enum")
        self.exact: list[Any] | None = None
        """The listed values, where each is printed in one way."""
        if self.listed is not None:
            self.types = types_of_listed(self.listed, self.types)
            if all(one is None or isinstance(one, str | bool) for one in self.listed):
                self.exact = self.listed
        self.values = [*(limit for limit, _ in self._limits), *(self.listed or ())]

    def may_be(self, value: Any) -> bool:
        """Say whether a value that is alike to conditions can be there: text, or anything else."""
        if self.listed is not None:
            return value in self.listed
        return ("string" in self.types) if isinstance(value, str) else self.types != ["string"]

    def may_be_read_as(self, number: float | str | None) -> bool:
        """Say whether a value can be there that is read as a number, or as one beyond any float."""
        if self.listed is not None:
            return any(is_alike(reading(one), number) for one in self.listed)
        if "string" in self.types and number != BEYOND:
            return True  # there is no end to what text can spell
        if number in (0.0, 1.0) and "boolean" in self.types:
            return True
        if not {"integer", "number"} & {*self.types}:
            return False
        if number == BEYOND:
            return self._reaches(LEAST_BEYOND, None) or self._reaches(None, -LEAST_BEYOND)
        # All that is nearer to this float than to those beside it is read as it.
        return (
            isinstance(number, float) and math.isfinite(number) and self._reaches(*around(number))
        )

    def _reaches(self, low: Fraction | None, high: Fraction | None) -> bool:
        """Say whether the limits leave some number between two; the limits themselves count."""
        for limit, side in self._limits:
            if isinstance(limit, float) and not math.isfinite(limit):
                continue
            at = Fraction(limit)
            if (side > 0 and high is not None and at > high) or (
                side < 0 and low is not None and at < low
            ):
                return False
        return True


def json_types(value: Any) -> Iterator[str]:
    """Yield the types that a value is of; an integer is a number, and so is `1.0` an integer."""
    if value is None:
        yield "null"
    elif isinstance(value, bool):
        yield "boolean"
    elif isinstance(value, int) or (isinstance(value, float) and math.isfinite(value)):
        yield "number"
        yield from ("integer",) if value == int(value) else ()
    else:
        kinds: dict[type, str] = {str: "string", list: "array", dict: "object"}
        yield from (name for kind, name in kinds.items() if isinstance(value, kind))


def reading(value: Any) -> float | str | None:
    """Return the number that a value is read as: by `float`, as CapFence does; None for none."""
    try:
        return float(value)
    except (TypeError, ValueError):
        return None
    except OverflowError:
        return BEYOND


def is_alike(one: float | str | None, other: float | str | None) -> bool:
    """Say whether two readings are the same: NaN is itself, and none at all is none of them."""
    if isinstance(one, float) and isinstance(other, float):
        return one == other or (math.isnan(one) and math.isnan(other))
    return one is not None and one == other


def around(number: float) -> tuple[Fraction, Fraction]:
    """Return the numbers halfway to the floats beside one, the lower and the upper one."""
    below, above = (math.nextafter(number, end) for end in (-math.inf, math.inf))
    ends = (-LEAST_BEYOND if math.isinf(below) else (Fraction(below) + Fraction(number)) / 2,)
    return (*ends, LEAST_BEYOND if math.isinf(above) else (Fraction(number) + Fraction(above)) / 2)


OPEN = CheckedDomain("open")
