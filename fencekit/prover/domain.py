"""Which arguments a call can have: any JSON object, or those that a JSON Schema describes.

A domain says which keys there are, what may stand under each, and which numbers can be read as the
amount. Sound because a domain is never narrower here than the schema: what is not modelled (one of
several schemas, the order of an array) restricts nothing. A call outside of the schema is never
returned, since each is held against the schema itself.
"""

import math
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from random import Random
from typing import Any, Final

from fencekit.engines.native.questions import BEYOND, LARGEST
from fencekit.engines.native.view import AMOUNT_KEYS, PATH_KEYS
from fencekit.prover.arithmetic import Sample, spell
from fencekit.prover.domain_protocol import Domain
from fencekit.prover.payload_states import FieldSpec, Held, Required
from fencekit.prover.schema_language import (
    OF_NUMBERS,
    exact_values,
    number_rules,
    text_rules,
    types_of,
    without_multiples,
)
from fencekit.regex.choices import RandomChoices
from fencekit.schema.validator import Schema, domain_of, sampled, valid

EXACT = 2.0**53
"""Up to this, every integer is a float."""
PRINTED = {"integer": "number", "number": "number", "array": "list", "object": "object"}


class OpenDomain:
    """Any JSON object."""

    is_open = True
    follows = False
    taken: Collection[str] = ()
    properties: Mapping[str, Any] = {}
    needed: tuple[str, ...] = ()

    def accepts(self, _: Mapping[str, Any]) -> bool:
        """Say whether arguments are of the domain."""
        return True

    def slot(self, slot: FieldSpec) -> FieldSpec | None:
        """Return what a field must be, in this domain; None where there can be none."""
        return slot

    def without(self, _: Held, __: Mapping[str, Held]) -> "OpenDomain":
        """Return the domain in which text of a path, or by a name, is held so too; as it is."""
        return self

    def cuts(self) -> tuple[float, ...]:
        """Return the numbers at which the domain tells amounts apart."""
        return ()

    def reads(self, _: Sample) -> bool:
        """Say whether the amount of some arguments can be read as the sample."""
        return True

    def optional(self, _: Iterable[str]) -> tuple[FieldSpec, ...]:
        """Return the fields that there may be, without those of the keys, if only they may be."""
        return ()

    def ways(self, needs: Sequence[Required]) -> Iterator[list[Required]]:
        """Yield the fields that the arguments must have, in each way in which they meet needs."""
        yield list(needs)


class Described:
    """What a JSON Schema describes."""

    taken: Collection[str] = ()

    def __init__(self, schema: Schema, bans: Mapping[str, Held] | None = None) -> None:
        self._schema = schema
        self.properties: Mapping[str, Any] = schema.schema.get("properties", {})
        self._others = schema.schema.get("additionalProperties", True)
        self.is_open = self._others is not False
        self.follows = not self.is_open
        self.needed: tuple[str, ...] = tuple(schema.schema.get("required", ()))
        self._bans: Mapping[str, Held] = bans or {}

    def accepts(self, args: Mapping[str, Any]) -> bool:
        """Say whether arguments are of the domain."""
        return self._schema.valid(args)

    def without(self, paths: Held, names: Mapping[str, Held]) -> "Described":
        """Return the domain in which text of a path, or by a name, is held so too.

        Only where there are no other fields. Of the keys of a path, the first that there may be is
        meant: where that one is text, it is the path.
        """
        if self.is_open:
            return self
        first = next((key for key in PATH_KEYS if key in self.properties), "")
        bans = dict(names)
        bans[first] = (*bans.get(first, ()), *paths)
        return Described(self._schema, bans)

    def slot(self, slot: FieldSpec) -> FieldSpec | None:
        """Return what a field must be, in this domain; None where there can be none."""
        said = self.properties.get(slot.key, self._others)
        if said is False:
            return None
        if not isinstance(said, Mapping):
            return slot
        exact = exact_values(said)
        types = types_of(said)
        if types == ["string"] or (exact and all(isinstance(value, str) for value in exact)):
            slot = replace(slot, held=(*slot.held, *self._bans.get(slot.key, ())))
        if exact is not None:
            values = tuple(value for value in exact if is_held(value, slot.held))
            return FieldSpec(slot.key, values, text=False, printed=()) if values else None
        words = {"boolean": (True, False), "null": (None,)}
        fixed = [value for name in words if name in types for value in words[name]]
        plain = plain_values(said) if not slot.values and "string" not in types else ()
        values = tuple(value for value in slot.values if valid(said, value))
        values += tuple(value for value in (*plain, *fixed) if is_held(value, slot.held))
        kinds = tuple(dict.fromkeys(PRINTED[name] for name in types if name in PRINTED))
        held = slot.held
        if types == ["string"]:
            held = (*held, *text_rules(said))
        elif types and OF_NUMBERS.issuperset(types):
            held = (*held, *number_rules(said))
        return FieldSpec(
            slot.key,
            values,
            held,
            text=slot.text and "string" in types,
            printed=tuple(kind for kind in kinds if kind in slot.printed),
        )

    def cuts(self) -> tuple[float, ...]:
        """Return the numbers at which the domain tells amounts apart."""
        return tuple(numbers_in(self._schema.schema))

    def reads(self, sample: Sample) -> bool:
        """Say whether the amount of some arguments can be read as the sample."""
        for key in AMOUNT_KEYS:
            said = self.properties.get(key, self._others)
            if said is False:
                continue
            if sample is not None and can_be(said, sample):
                return True
            if key in self.needed and is_always_a_number(said):
                return False
        return sample is None

    def optional(self, taken: Iterable[str]) -> tuple[FieldSpec, ...]:
        """Return the fields that there may be, without those of the keys, if only they may be."""
        if self.is_open:
            return ()
        left = [key for key in self.properties if key not in self.needed and key not in taken]
        slots = (self.slot(FieldSpec(key)) for key in sorted(left, key=self._is_text, reverse=True))
        return tuple(slot for slot in slots if slot is not None)

    def ways(self, needs: Sequence[Required]) -> Iterator[list[Required]]:
        """Yield the fields that the arguments must have, in each way in which they meet needs.

        A field that the schema asks for may be one that is needed anyway, so it is asked for only
        when no need can be met by its key.
        """
        found: list[Required] = [
            tuple(slot for slot in map(self.slot, one) if slot is not None) for one in needs
        ]
        keys = {slot.key for one in needs for slot in one}
        for key in self.needed:
            if key not in keys:
                slot = self.slot(FieldSpec(key))
                found.append(() if slot is None else (slot,))
        if all(found):
            yield found

    def _is_text(self, key: str) -> bool:
        said = self.properties[key]
        return isinstance(said, Mapping) and "string" in types_of(said)


OPEN: Final = OpenDomain()


def read_domain(domain: Any) -> Domain:
    """Return the domain that is given as `open` or as a schema; raise UsageError for neither."""
    schema = domain_of(domain)
    return OPEN if schema is None else Described(schema)


def is_held(value: Any, held: Held) -> bool:
    """Say whether a value, as text, is as the automata ask."""
    return all(
        automaton.accepts(automaton.after(automaton.start, str(value))) is positive
        for automaton, positive in held
    )


def numbers_in(schema: Any) -> Iterator[float]:
    """Yield every number that a schema mentions."""
    if isinstance(schema, Mapping):
        for value in schema.values():
            yield from numbers_in(value)
    elif isinstance(schema, list):
        for value in schema:
            yield from numbers_in(value)
    elif isinstance(schema, int | float) and not isinstance(schema, bool):
        yield schema


def can_be(said: Any, sample: Sample) -> bool:
    """Say whether a value under a schema can be read as the number; yes where that is not sure."""
    if not isinstance(said, Mapping):
        return True
    said = without_multiples(said)
    if "string" in types_of(said) and exact_values(said) is None:
        return True  # there is no end to how text can spell a number
    if sample == BEYOND:
        return any(valid(said, value) for value in (10**309, -(10**309)))
    spelled = [*spell(sample), sample]
    if sample in (math.inf, -math.inf):
        # What no float can hold is read as infinite, and is as large as a schema lets it be.
        spelled.append(math.copysign(LARGEST, sample))
    if isinstance(sample, float) and abs(sample) >= EXACT:
        # An integer that is no float is read as the nearest one.
        spelled += [math.nextafter(sample, end) for end in (math.inf, -math.inf)]
    if sample in (0.0, 1.0):
        spelled.append(bool(sample))
    exact = exact_values(said)
    if exact is not None:
        return any(is_read_as(value, sample) for value in exact)
    return any(valid(said, value) for value in spelled)


def plain_values(said: Mapping[str, Any]) -> tuple[Any, ...]:
    """Return a few values that are as a schema says, for calls to be built from."""
    near = [number + step for number in numbers_in(said) for step in (0, 1, -1)]
    choices = RandomChoices(Random(0))  # noqa: S311  (no secret)
    found = [value for value in (0, 1, *near, sampled(choices, said)) if valid(said, value)]
    return tuple(found[:4])


def is_read_as(value: Any, sample: Sample) -> bool:
    """Say whether a value is read as that number."""
    try:
        number = float(value)
    except (TypeError, ValueError):
        return False
    except OverflowError:
        return sample == BEYOND
    return number == sample or (number != number and sample != sample)  # noqa: PLR0124  (NaN)


def is_always_a_number(said: Any) -> bool:
    """Say whether every value under a schema is read as an amount."""
    return isinstance(said, Mapping) and set(types_of(said)) <= {"integer", "number", "boolean"}
