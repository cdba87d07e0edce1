"""What the keywords of JSON Schema ask of a value: one small function for each that takes more."""

import re
from collections.abc import Callable, Mapping
from fractions import Fraction
from itertools import combinations
from typing import Any

from fencekit.schema.keyword_syntax import is_number

Check = Callable[[Any, Any], bool]
"""Says whether a value is as a schema says: the schema first."""
Holds = Callable[[Any, Any, Mapping[str, Any], Check], bool]
"""Says whether what a keyword wants is so of a value; with the schema that it stands in."""


def same(one: Any, other: Any) -> bool:
    """Say whether two JSON values are the same: 1 is 1.0, and true is not 1, at any depth."""
    if isinstance(one, bool) or isinstance(other, bool):
        return one is other
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(same, one, other))
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(same(one[key], other[key]) for key in one)
    return bool(one == other)


def is_multiple(value: Any, of: Any) -> bool:
    """Say whether a number is a multiple: as both are written, or as Python divides floats.

    So 0.3 is one of 0.1, as a reader has it, and 1e300 of 0.7, as `jsonschema` has it.
    """
    if exact_number(value) % exact_number(of) == 0:
        return True
    try:
        if isinstance(of, float):
            return bool(value / of == value / of // 1)
        return bool(value % of == 0)
    except OverflowError:
        return Fraction(value) % Fraction(of) == 0


def exact_number(number: Any) -> Fraction:
    """Return a number as it is written, 0.1 as a tenth; no integer is printed for that."""
    return Fraction(number if isinstance(number, int) else str(number))


def has_no_others(wanted: Any, value: Any, schema: Mapping[str, Any], check: Check) -> bool:
    """What is no named property, nor found by a pattern, is as the schema for others says."""
    if not isinstance(value, dict):
        return True
    named, patterns = schema.get("properties", {}), schema.get("patternProperties", {})
    return all(
        check(wanted, item)
        for key, item in value.items()
        if key not in named and not any(re.search(pattern, key) for pattern in patterns)
    )


def has_so_many(wanted: Any, value: Any, schema: Mapping[str, Any], check: Check) -> bool:
    """So many items of an array are as the schema says: at least one, if nothing else is said."""
    if not isinstance(value, list):
        return True
    found = sum(1 for item in value if check(wanted, item))
    least, most = schema.get("minContains", 1), schema.get("maxContains", len(value))
    return bool(least <= found <= most)


def then_or_else(wanted: Any, value: Any, schema: Mapping[str, Any], check: Check) -> bool:
    """As one schema says if another one has it, and as a third one says if not."""
    return check(schema.get("then" if check(wanted, value) else "else", True), value)


def is_unique(wanted: Any, value: Any, _: Any, __: Any) -> bool:
    """No two items are the same."""
    if not wanted or not isinstance(value, list):
        return True
    return not any(same(one, other) for one, other in combinations(value, 2))


def of_numbers(test: Callable[[Any, Any], bool]) -> Holds:
    """Return what asks a number, and lets anything else pass."""
    return lambda wanted, value, _, __: not is_number(value) or test(value, wanted)


def of_sizes(
    kind: type[str | list[Any] | dict[str, Any]], test: Callable[[int, Any], bool]
) -> Holds:
    """Return what asks how long a value of the kind is."""
    return lambda wanted, value, _, __: not isinstance(value, kind) or test(len(value), wanted)


def of_objects(test: Callable[[Any, dict[str, Any], Check], bool]) -> Holds:
    """Return what asks an object, and lets anything else pass."""
    return lambda wanted, value, _, check: not isinstance(value, dict) or test(wanted, value, check)


def always(*_: Any) -> bool:
    """Ask nothing: another keyword of the schema takes this one into account."""
    return True
