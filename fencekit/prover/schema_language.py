"""What a JSON Schema says of one value, as far as its text is followed.

Sound because each rule lets through every text that a value of the schema is printed as: an integer
may be a float too, `1.0` for `1`, and where that cannot be said of all of it, nothing is asked.
"""

import math
from collections.abc import Iterator, Mapping
from contextlib import suppress
from functools import lru_cache
from itertools import product
from typing import Any

from fencekit.engines.native.conditions import listed
from fencekit.regex.automaton import LazyDFA, compile_search
from fencekit.regex.nfa import UnsupportedError, build, parse
from fencekit.schema.validator import valid

MOST_LENGTH = 500
"""The longest text of which the length is followed."""
MOST_EXACT = 200
"""Of how many values each is followed by itself."""
PRINTED_WHOLE = 10**15
"""Below this, a float that is an integer is printed with all its digits."""
ANY_TYPE = ("string", "integer", "number", "boolean", "null", "array", "object")
OF_NUMBERS = frozenset(("integer", "number"))


def types_of(said: Mapping[str, Any]) -> list[str]:
    """Return the types that a schema lets through: its own, of which some choice must be one."""
    types = [str(name) for name in listed(said.get("type", list(ANY_TYPE)))]
    for choice in ("anyOf", "oneOf"):
        if choice in said:
            parts = [
                types_of(one) if isinstance(one, Mapping) else ANY_TYPE for one in said[choice]
            ]
            types = [name for name in types if any(meets(name, part) for part in parts)]
    return types


def meets(name: str, types: Any) -> bool:
    """Say whether a value of the type can be of one of the types: an integer is a number."""
    return name in types or (name in OF_NUMBERS and bool(OF_NUMBERS & set(types)))


def exact_values(said: Mapping[str, Any]) -> list[Any] | None:
    """Return each value that a schema lets through, as it may be printed; None for too many."""
    if "const" in said or "enum" in said:
        given = [said["const"]] if "const" in said else said["enum"]
    elif set(types_of(said)) == {"integer"}:
        low, high = bounds(said)
        if low is None or high is None or high - low > MOST_EXACT:
            return None
        given = list(range(low, high + 1))
    else:
        return None
    found: list[Any] = []
    for value in given:
        if valid(said, value):
            spelled = spellings(value)
            if spelled is None or len(found) > 2 * MOST_EXACT:
                return None
            found += spelled
    return found


def spellings(value: Any) -> list[Any] | None:
    """Return all JSON values that are the same as the value but may print otherwise.

    None for too many: objects, whose keys come in any order.
    """
    if isinstance(value, Mapping):
        return None if value else [value]
    if isinstance(value, list):
        parts = [spellings(one) for one in value]
        if len(parts) > 3 or any(part is None for part in parts):
            return None
        return [list(one) for one in product(*(part for part in parts if part is not None))]
    if isinstance(value, bool) or not isinstance(value, int | float):
        return [value]
    found: list[Any] = [value]
    with suppress(OverflowError, ValueError):
        others = (int(value), float(value), -0.0) if value == 0 else (int(value), float(value))
        found += [one for one in others if one == value and repr(one) != repr(value)]
    return found


def bounds(said: Mapping[str, Any]) -> tuple[int | None, int | None]:
    """Return the least and the greatest integer that the bounds of a schema let through."""
    low = [math.ceil(said["minimum"])] if "minimum" in said else []
    high = [math.floor(said["maximum"])] if "maximum" in said else []
    if "exclusiveMinimum" in said:
        low.append(math.floor(said["exclusiveMinimum"]) + 1)
    if "exclusiveMaximum" in said:
        high.append(math.ceil(said["exclusiveMaximum"]) - 1)
    return max(low, default=None), min(high, default=None)


def without_multiples(said: Any) -> Any:
    """Return a schema that lets through more: all that lies between multiples too.

    For samples of numbers, each of which stands for all between two bounds.
    """
    if isinstance(said, list):
        return [without_multiples(one) for one in said]
    if not isinstance(said, Mapping):
        return said
    return {
        "anyOf" if key == "oneOf" else key: without_multiples(value)
        for key, value in said.items()
        if key != "multipleOf"
    }


def text_rules(said: Mapping[str, Any]) -> Iterator[tuple[LazyDFA, bool]]:
    """Yield what a schema asks of text that is followed: its pattern, and small lengths."""
    if "pattern" in said:
        with suppress(UnsupportedError):
            yield compile_search(str(said["pattern"])), True
    least, most = said.get("minLength", 0), said.get("maxLength", MOST_LENGTH + 1)
    if least <= MOST_LENGTH and (least or most <= MOST_LENGTH):
        end = f",{most}" if most <= MOST_LENGTH else ","
        yield whole(rf"(?s:.{{{least}{end}}})"), True


def number_rules(said: Mapping[str, Any]) -> Iterator[tuple[LazyDFA, bool]]:
    """Yield what a schema of numbers asks of how they are printed: bounds of integers, signs."""
    is_whole = set(types_of(said)) == {"integer"}
    low, high = bounds(said)
    if is_whole and low is not None and high is not None:
        if low > high:
            yield whole("(?!)"), True
            return
        if low > -PRINTED_WHOLE and high < PRINTED_WHOLE:
            ways = [rf"{digits(max(low, 0), high)}(?:\.0)?"] if high >= 0 else []
            ways += [rf"-{digits(max(-high, 1), -low)}(?:\.0)?"] if low < 0 else []
            yield whole("|".join([*ways, *([r"-0\.0"] if low <= 0 <= high else [])])), True
            return
    rest = r"[0-9]+(?:\.0|(?:\.[0-9]+)?e\+[0-9]+)?" if is_whole else r"[0-9].*"
    least, most = said.get("minimum", -math.inf), said.get("maximum", math.inf)
    # The exclusive bounds are looked at as if they were not: that only lets more through.
    least = max(least, said.get("exclusiveMinimum", -math.inf))
    most = min(most, said.get("exclusiveMaximum", math.inf))
    ways = [rest] if most >= 0 else []
    ways += [f"-{rest}"] if least < 0 else []
    ways += [r"-0\.0"] if least <= 0 <= most else []
    yield whole("|".join(ways) or "(?!)"), True


@lru_cache(maxsize=256)
def whole(pattern: str) -> LazyDFA:
    """Return the automaton of the texts that the pattern matches from end to end."""
    items, flags = parse(rf"(?:{pattern})\Z")
    return LazyDFA(build(items, flags), anywhere=False)


def digits(low: int, high: int) -> str:
    """Return a pattern of the decimal numbers between two, which are not negative."""
    ways = []
    for size in range(len(str(low)), len(str(high)) + 1):
        least = max(low, 10 ** (size - 1) if size > 1 else 0)
        ways.append(_between(str(least), str(min(high, 10**size - 1))))
    return f"(?:{'|'.join(ways)})"


def _between(low: str, high: str) -> str:
    """Return a pattern of the numbers between two of as many digits."""
    if not low:
        return ""
    first, last, left = low[0], high[0], len(low) - 1
    if first == last:
        return f"{first}{_between(low[1:], high[1:])}"
    ways = [f"{first}{_between(low[1:], '9' * left)}", f"{last}{_between('0' * left, high[1:])}"]
    if int(last) - int(first) > 1:
        ways.append(f"[{int(first) + 1}-{int(last) - 1}][0-9]{{{left}}}")
    return f"(?:{'|'.join(ways)})"
