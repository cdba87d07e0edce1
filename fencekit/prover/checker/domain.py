"""What a domain leaves of the arguments; only a certificate for a JSON Schema rests upon this.

Of a schema that lets no other keys in, this is taken: which keys there are and which must be, of
which types their values are, what is listed, and the least and greatest numbers. All else in it,
and any other schema, leaves more calls than there are.
"""

import math
from typing import Any

from fencekit.engines.native.conditions import listed
from fencekit.engines.native.view import AMOUNT_KEYS, PATH_KEYS
from fencekit.schema.validator import LIMITS, TYPES, domain_of, valid

EXACT = 2.0**53
"""Up to this, every integer is a float."""


class CheckedDomain:
    """Which arguments are meant: any, for `open`, or those that a JSON Schema describes."""

    def __init__(self, said: Any) -> None:
        schema = domain_of(said)
        known = {} if schema is None else schema.schema
        self.is_open = known.get("additionalProperties") is not False
        found = {} if self.is_open else known.get("properties", {})
        self.properties = {key: Property(one) for key, one in found.items() if one is not False}
        self.required = [key for key in known.get("required", ()) if key in self.properties]
        self.values = [value for one in self.properties.values() for value in one.values]
        """What is listed, and the limits of numbers."""

    def may_be(self, subject: str, value: Any) -> bool:
        """Say whether the amount, path or named argument can be like a value, None for none."""
        if value is None or self.is_open:
            return True
        keys = {"amount": AMOUNT_KEYS, "path": PATH_KEYS}.get(subject, (subject,))
        found = [self.properties[key] for key in keys if key in self.properties]
        if subject == "amount":
            return any(one.may_be_read_as(value) for one in found)
        return any(subject == "path" or one.may_be(value) for one in found)


class Property:
    """What a schema says of the value of a key."""

    def __init__(self, said: Any) -> None:
        said = {} if said is True else said
        self.listed = [said["const"]] if "const" in said else said.get("enum")
        self.types = [
            name
            for name in listed(said.get("type", list(TYPES)))
            if self.listed is None or any(map(TYPES[name], self.listed))
        ]
        is_exact = all(isinstance(one, str | bool) or one is None for one in self.listed or [0])
        self.exact = self.listed if is_exact else None
        """The listed values, where each is printed in one way."""
        self._limits = {name: said[name] for name in LIMITS if name in said}
        self.values = [*self._limits.values(), *(self.listed or ())]

    def may_be(self, value: Any) -> bool:
        """Say whether a value that is alike to conditions can be there: text, or anything else."""
        if self.listed is not None:
            return value in self.listed
        return (self.types != ["string"]) if not isinstance(value, str) else "string" in self.types

    def may_be_read_as(self, number: Any) -> bool:
        """Say whether a value that is read as the number can be there."""
        if self.listed is not None:
            return number in self.listed
        if "string" in self.types:
            return True  # text can spell any number
        if isinstance(number, bool):
            return "boolean" in self.types
        if not isinstance(number, int | float) or not {"integer", "number"} & {*self.types}:
            return False
        near = [number]
        if isinstance(number, float) and abs(number) >= EXACT:
            # An integer that is no float is read as the nearest one.
            near += [math.nextafter(number, end) for end in (math.inf, -math.inf)]
        return number == number and any(valid(self._limits, one) for one in near)  # noqa: PLR0124  (NaN)


OPEN = CheckedDomain("open")
