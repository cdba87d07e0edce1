"""Sets of JSON values, each of one type, and unions of them.

Sound because what is in two sets is in what `meet` makes of them; where a union would have too many
sets, a wider one stands for it.
"""

import math
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from fencekit.schema.keyword_assertions import same
from fencekit.schema.keyword_syntax import is_number

MOST_MEMBERS = 64
"""The most sets of one union; where there would be more, a wider union stands for it."""
MOST_CONSTANTS = 1_000


@dataclass(frozen=True, slots=True, eq=False)
class Constant:
    """One value, and all that is the same in JSON: `1` is `1.0`, keys come in any order."""

    value: Any


@dataclass(frozen=True, slots=True)
class TextSet:
    """Text in which each pattern is found, of so many characters."""

    patterns: tuple[str, ...] = ()
    least: int = 0
    most: int | None = None


@dataclass(frozen=True, slots=True)
class NumberSet:
    """Finite numbers between two limits, each a number and whether it is itself left out."""

    low: tuple[Any, bool] | None = None
    high: tuple[Any, bool] | None = None
    whole: bool = False

    def has(self, value: Any) -> bool:
        """Say whether a number is one of these."""
        low, high = self.low, self.high
        return (
            (low is None or value > low[0] or (value == low[0] and not low[1]))
            and (high is None or value < high[0] or (value == high[0] and not high[1]))
            and (not self.whole or value == value // 1)
        )


@dataclass(frozen=True, slots=True)
class ArraySet:
    """Arrays of so many items, each of a union; of any, for None."""

    items: "ValueSet | None" = None
    least: int = 0
    most: int | None = None


@dataclass(frozen=True, slots=True, eq=False)
class ObjectShape:
    """What one schema says of the fields of an object."""

    properties: Mapping[str, Any]
    others: Any
    """The schema of all other fields."""
    required: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ObjectSet:
    """Objects that are of every shape; `depth` is how deep their values are followed."""

    shapes: tuple[ObjectShape, ...] = ()
    depth: int = 0


SimpleSet = Constant | TextSet | NumberSet | ArraySet | ObjectSet
ValueSet = tuple[SimpleSet, ...]
"""The values of any of some sets."""

NULL: Final = Constant(None)
BOOLEANS: Final = (Constant(True), Constant(False))  # noqa: FBT003
NOT_FINITE: Final = tuple(map(Constant, (math.inf, -math.inf, math.nan)))
"""What Python reads `1e999` as, and what it prints so; JSON Schema has no type for them."""
ANYTHING: Final[ValueSet] = (
    NULL,
    *BOOLEANS,
    TextSet(),
    NumberSet(),
    ArraySet(),
    ObjectSet(),
    *NOT_FINITE,
)


def higher(one: Any, other: Any) -> Any:
    """Return the stricter of two lower limits."""
    return max((limit for limit in (one, other) if limit is not None), default=None)


def lower(one: Any, other: Any) -> Any:
    """Return the stricter of two upper limits."""
    found = [limit for limit in (one, other) if limit is not None]
    return min(found, key=lambda limit: (limit[0], not limit[1]), default=None)


def integers(number: NumberSet) -> tuple[int | None, int | None]:
    """Return the least and the greatest integer of a set of numbers, None for no end."""
    low = high = None
    if number.low is not None and number.low[0] != -math.inf:
        limit, is_open = number.low
        low = math.floor(limit) + 1 if is_open else math.ceil(limit)
    if number.high is not None and number.high[0] != math.inf:
        limit, is_open = number.high
        high = math.ceil(limit) - 1 if is_open else math.floor(limit)
    return low, high


def is_empty(number: NumberSet) -> bool:
    """Say whether there is surely no number in a set."""
    low, high = number.low, number.high
    if (low is not None and low[0] == math.inf) or (high is not None and high[0] == -math.inf):
        return True  # a number is finite
    if low is None or high is None:
        return False
    if low[0] > high[0] or (low[0] == high[0] and (low[1] or high[1])):
        return True
    if not number.whole:
        return False
    least, most = integers(number)
    return least is not None and most is not None and least > most


def meet(one: ValueSet, other: ValueSet) -> ValueSet:
    """Return a union that has every value that both have."""
    if one is ANYTHING or one == other:
        return other
    if other is ANYTHING:
        return one
    pairs = (both_of(left, right) for left in one for right in other)
    found = [both for both in pairs if both is not None]
    return bounded_union(found, instead=min(one, other, key=len))


def both_of(one: SimpleSet, other: SimpleSet) -> SimpleSet | None:
    """Return a set with every value that is in both; None for none."""
    if isinstance(one, Constant):
        return one if has(other, one.value) else None
    if isinstance(other, Constant):
        return other if has(one, other.value) else None
    return MEETS[type(one)](one, other) if type(one) is type(other) else None


def both_texts(one: TextSet, other: TextSet) -> TextSet | None:
    """Return the intersection of two sets of texts; None where their lengths exclude each other."""
    most, least = least_of(one.most, other.most), max(one.least, other.least)
    if most is not None and least > most:
        return None
    return TextSet(tuple(dict.fromkeys((*one.patterns, *other.patterns))), least, most)


def both_numbers(one: NumberSet, other: NumberSet) -> NumberSet | None:
    """Return the intersection of two sets of numbers; None for the empty set."""
    low, high = higher(one.low, other.low), lower(one.high, other.high)
    number = NumberSet(low, high, one.whole or other.whole)
    return None if is_empty(number) else number


def both_arrays(one: ArraySet, other: ArraySet) -> ArraySet | None:
    """Return the intersection of two sets of arrays; None for the empty set."""
    if one.items is None or other.items is None:
        items = other.items if one.items is None else one.items
    else:
        items = meet(one.items, other.items)
    most = 0 if items == () else least_of(one.most, other.most)
    least = max(one.least, other.least)
    return None if most is not None and least > most else ArraySet(items, least, most)


def both_objects(one: ObjectSet, other: ObjectSet) -> ObjectSet:
    """Return the intersection of two sets of objects, whose shapes must all be met."""
    shapes = {id(shape): shape for shape in (*one.shapes, *other.shapes)}
    return ObjectSet(tuple(shapes.values()), max(one.depth, other.depth))


MEETS: dict[type, Any] = {
    TextSet: both_texts,
    NumberSet: both_numbers,
    ArraySet: both_arrays,
    ObjectSet: both_objects,
}


def least_of(one: int | None, other: int | None) -> int | None:
    """Return the smaller of two, where there are any."""
    return min((size for size in (one, other) if size is not None), default=None)


def bounded_union(members: Iterable[SimpleSet], instead: ValueSet = ANYTHING) -> ValueSet:
    """Return the union of sets, each once; of too many, one that has all that they have."""
    found: dict[Any, SimpleSet] = {}
    for member in members:
        key = ("constant", spell_value(member.value)) if isinstance(member, Constant) else member
        found.setdefault(key, member)
    others = [one for one in found.values() if not isinstance(one, Constant)]
    if len(others) > MOST_MEMBERS or len(found) > MOST_CONSTANTS:
        return instead
    return tuple(found.values())


def spell_value(value: Any) -> str:
    """Return a value so that what Python prints otherwise is spelled otherwise."""
    return f"{type(value).__name__} {value!r}"


def fits(member: TextSet | ArraySet, value: str | list[Any]) -> bool:
    """Say whether a value is of a length that a set has."""
    return member.least <= len(value) and (member.most is None or len(value) <= member.most)


def has(member: SimpleSet, value: Any) -> bool:
    """Say whether a value may be in a set; yes where that is not followed."""
    match member:
        case Constant():
            return same(member.value, value) or member.value is value
        case TextSet():
            return (
                isinstance(value, str)
                and fits(member, value)
                and all(re.search(pattern, value) for pattern in member.patterns)
            )
        case NumberSet():
            return is_number(value) and member.has(value)
        case ArraySet():
            return (
                isinstance(value, list)
                and fits(member, value)
                and (
                    member.items is None
                    or all(any(has(one, item) for one in member.items) for item in value)
                )
            )
        case ObjectSet():
            return isinstance(value, dict) and all(
                key in value for shape in member.shapes for key in shape.required
            )
