"""How a value is printed inside the arguments, as a form: what stands in it one after another.

Sound because every value of a set is printed as its form says. More than those is in a form: of an
array or object of which not all is followed, brackets need not fit, and a comma may stand anywhere.
"""

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from fencekit.prover.payload_states import Held
from fencekit.prover.values.number_printing import ranges_of
from fencekit.prover.values.schema_sets import SchemaValues
from fencekit.prover.values.text_languages import rules_of
from fencekit.prover.values.value_sets import (
    ANYTHING,
    ArraySet,
    Constant,
    NumberSet,
    ObjectSet,
    SimpleSet,
    TextSet,
    ValueSet,
)


@dataclass(frozen=True, slots=True)
class Verbatim:
    """A text that is printed as it is, in both readings."""

    text: str


@dataclass(frozen=True, slots=True)
class QuotedText:
    """Text in quotes, as `repr` prints it, that is held to automata."""

    held: Held = ()


@dataclass(frozen=True, slots=True)
class Numeral:
    """A number whose digits the pattern matches from end to end."""

    pattern: str


@dataclass(frozen=True, slots=True)
class Concatenation:
    """Forms one after another."""

    parts: "tuple[Form, ...]"


@dataclass(frozen=True, slots=True)
class Alternation:
    """One of some forms."""

    ways: "tuple[Form, ...]"


@dataclass(frozen=True, slots=True)
class ArrayForm:
    """So many items in brackets, with commas between; `most` is None for any number."""

    item: "Form"
    least: int = 0
    most: int | None = None


@dataclass(frozen=True, slots=True)
class ObjectForm:
    """The fields of an object, each at most once, in any order; those required are there.

    `is_open` says whether there may be any others.
    """

    fields: "tuple[tuple[str, Form], ...]"
    required: frozenset[str]
    is_open: bool = False


@dataclass(frozen=True, slots=True)
class AnyNested:
    """Any array, or any object, however deep."""

    kind: str


Form = (
    Verbatim
    | QuotedText
    | Numeral
    | Concatenation
    | Alternation
    | ArrayForm
    | ObjectForm
    | AnyNested
)

ANY_ARRAY, ANY_OBJECT = AnyNested("array"), AnyNested("object")
MOST_FIELDS = 5
"""Of objects with more fields than that, each may come any number of times."""
ANY_NUMBER = r"-?[0-9][0-9.e+-]*"
"""Any number, and more."""


class Forms:
    """Makes the forms of sets whose schemas are read by the same reader."""

    def __init__(self, reader: SchemaValues) -> None:
        self._reader = reader

    def of_union(self, union: ValueSet) -> Form:
        """Return the form of any of some sets."""
        ways = tuple(dict.fromkeys(map(self.of, union)))
        return ways[0] if len(ways) == 1 else Alternation(ways)

    def of(self, member: SimpleSet) -> Form:
        """Return the form of the values of a set."""
        match member:
            case Constant():
                return self.of_constant(member.value)
            case TextSet():
                return QuotedText(tuple(rules_of(member)))
            case NumberSet():
                is_any = member == NumberSet()
                return Numeral(ANY_NUMBER if is_any else ranges_of(member).pattern)
            case ArraySet():
                return self.of_array(member)
            case ObjectSet():
                return self.of_object(member)

    def of_constant(self, value: Any) -> Form:
        """Return the form of one value, and of all that is the same in JSON."""
        if isinstance(value, list):
            return of_parts("[", [self.of_constant(one) for one in value], "]")
        if isinstance(value, dict):
            fields = tuple((key, self.of_constant(one)) for key, one in value.items())
            return ObjectForm(fields, frozenset(value))
        return Alternation(tuple(Verbatim(repr(one)) for one in spellings(value)))

    def of_array(self, array: ArraySet) -> Form:
        """Return the form of arrays."""
        if array.most == 0:
            return Verbatim("[]")
        if array.items is None and array.least == 0 and array.most is None:
            return ANY_ARRAY
        union = ANYTHING if array.items is None else array.items
        return ArrayForm(self.of_union(union), array.least, array.most)

    def of_object(self, found: ObjectSet) -> Form:
        """Return the form of objects; of many keys only those that they must have."""
        if not found.shapes or found.depth < 1:
            return ANY_OBJECT
        is_open = not any(shape.others is False for shape in found.shapes)
        keys = dict.fromkeys(key for shape in found.shapes for key in shape.properties)
        unions = {key: self._reader.field(found, key) for key in keys}
        required = frozenset(key for shape in found.shapes for key in shape.required)
        if is_open:
            # Any other field stands for those that only may be.
            unions = {key: self._reader.field(found, key) for key in required}
        fields = tuple((key, self.of_union(one)) for key, one in unions.items() if one)
        return ObjectForm(fields, required, is_open)


def of_parts(opening: str, parts: list[Form], closing: str) -> Form:
    """Return the form of parts in brackets, with commas between."""
    found: list[Form] = [Verbatim(opening)]
    for number, part in enumerate(parts):
        found += [Verbatim(", "), part] if number else [part]
    return Concatenation((*found, Verbatim(closing)))


def spellings(value: Any) -> Iterator[Any]:
    """Yield a plain value, and all that is the same in JSON but printed otherwise."""
    yield value
    if isinstance(value, bool) or not isinstance(value, int | float):
        return
    with suppress(OverflowError, ValueError):
        seen = {repr(value)}
        for other in (int(value), float(value), *((-0.0, 0.0) if value == 0 else ())):
            if other == value and repr(other) not in seen:
                seen.add(repr(other))
                yield other
