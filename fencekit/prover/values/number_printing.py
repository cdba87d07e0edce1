"""How Python prints numbers, and which number it reads a value or a text as.

Integers are printed with all their digits. Floats are printed with a point, or with an exponent
from 1e16 on and below 1e-4 (`repr`). `float` reads an integer as the nearest float, and raises for
one that is beyond any. Patterns let through every number of their range, and of floats with a
fraction a few more.
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

from fencekit.engines.native.unknown_questions import LARGEST
from fencekit.prover.values.value_sets import NumberSet, integers

MOST_DIGITS = 25
"""Of integers with more digits than that, only their number of digits is followed."""
MOST_COUNTED = 30
"""Beyond so many digits, not even that: any number of digits stands for the rest."""
WITH_EXPONENT = 10**16
SMALL = 1e-4
NEVER = "(?!)"

DIGITS = r"\d(?:_?\d)*"
SPACE = r"[^\S\x1c-\x1f]*"
NUMERAL = (
    rf"{SPACE}[+-]?(?:(?:{DIGITS}(?:\.(?:{DIGITS})?)?|\.{DIGITS})(?:[eE][+-]?{DIGITS})?"
    r"|[iI][nN][fF](?:[iI][nN][iI][tT][yY])?|[nN][aA][nN])" + SPACE
)
"""Exactly the texts that Python reads as a number."""


def floats(number: NumberSet) -> tuple[float, float] | None:
    """Return the least and the greatest float of a set of numbers; None for none."""
    low, high = -LARGEST, LARGEST
    if number.low is not None:
        low = float_from(*number.low)
    if number.high is not None:
        limit, is_open = number.high
        high = -float_from(-limit, is_open)
    low, high = max(low, -LARGEST), min(high, LARGEST)
    if number.whole:
        low = low if abs(low) >= WITH_EXPONENT else float(math.ceil(low))
        high = high if abs(high) >= WITH_EXPONENT else float(math.floor(high))
    return (low, high) if low <= high else None


def float_from(limit: Any, is_open: bool) -> float:  # noqa: FBT001  (as limits have it)
    """Return the least float that is at least a limit, or above it if that is left out."""
    try:
        near = float(limit)
    except OverflowError:
        return math.inf if limit > 0 else -LARGEST
    while near > -math.inf and near >= limit:
        near = math.nextafter(near, -math.inf)
    while near < limit or (is_open and near == limit):
        near = math.nextafter(near, math.inf)
    return near


@cache
def largest_integer() -> int:
    """Return the largest integer that Python reads as a float."""
    low, high = int(LARGEST), 2**1024
    while high - low > 1:
        middle = (low + high) // 2
        try:
            float(middle)
        except OverflowError:
            high = middle
        else:
            low = middle
    return low


def integer_from(number: float) -> int:
    """Return the least integer that is read as a float which is at least that number."""
    most = largest_integer()
    if math.isinf(number):
        return most + 1 if number > 0 else -most
    below = math.nextafter(number, -math.inf)
    low = -most if math.isinf(below) else math.floor(below)
    high = math.ceil(number)
    while low < high:  # reading keeps the order of integers
        middle = (low + high) // 2
        low, high = (low, middle) if float(middle) >= number else (middle + 1, high)
    return low


def read_between(low: float, high: float) -> tuple[int, int]:
    """Return the least and the greatest integer that are read as a float between two."""
    return integer_from(low), -integer_from(-high)


@dataclass(frozen=True, slots=True)
class Ranges:
    """Integers between two, None for no end, in some ranges; and floats between two."""

    integers: tuple[tuple[int | None, int | None], ...]
    floats: tuple[float, float] | None
    whole: bool

    @property
    def pattern(self) -> str:
        """A pattern of how these numbers are printed."""
        ways = [integer_pattern(*ends) for ends in self.integers]
        if self.floats is not None:
            ways.append(float_pattern(*self.floats, whole=self.whole))
        return "|".join(ways) or NEVER

    def samples(self) -> Iterator[int | float]:
        """Yield a few of the numbers, plain ones first."""
        for low, high in self.integers:
            near = [one for one in (low, high) if one is not None] or [0]
            for one in dict.fromkeys(
                (0, 1, *near, *(end + step for end in near for step in (1, -1)))
            ):
                if (low is None or low <= one) and (high is None or one <= high):
                    yield one
        if self.floats is not None:
            first, last = self.floats
            yield from {first: 0, last: 0, first / 2 + last / 2: 0} if not self.whole else (first,)


def ranges_of(number: NumberSet) -> Ranges:
    """Return the numbers of a set."""
    least, most = integers(number)
    some = least is None or most is None or least <= most
    return Ranges(((least, most),) if some else (), floats(number), number.whole)


def ranges_read(number: NumberSet, low: float, high: float, *, beyond: bool) -> Ranges:
    """Return the numbers of a set that are read as a float between two, or beyond any."""
    own = ranges_of(number)
    wanted: list[tuple[int | None, int | None]] = []
    found = None
    if low <= high:
        wanted.append(read_between(low, high))
        if own.floats is not None:
            ends = max(low, own.floats[0]), min(high, own.floats[1])
            found = ends if ends[0] <= ends[1] else None
    if beyond:
        wanted += [(largest_integer() + 1, None), (None, -largest_integer() - 1)]
    met = [intersect_ends(one, other) for one in own.integers for other in wanted]
    return Ranges(tuple(one for one in met if one is not None), found, number.whole)


Ends = tuple[int | None, int | None]


def intersect_ends(one: Ends, other: Ends) -> Ends | None:
    """Return the integers that are in both ranges; None for none."""
    low = max((end for end in (one[0], other[0]) if end is not None), default=None)
    high = min((end for end in (one[1], other[1]) if end is not None), default=None)
    return None if low is not None and high is not None and low > high else (low, high)


def integer_pattern(low: int | None, high: int | None) -> str:
    """Return a pattern of the integers between two, None for no end."""
    ways: list[str] = []
    if high is None or high >= 0:
        ways.append(digits(max(low or 0, 0) if low is not None else 0, high))
    if low is None or low < 0:
        ways.append("-" + digits(max(-high, 1) if high is not None else 1, negate_limit(low)))
    return "|".join(ways) or NEVER


def negate_limit(limit: int | None) -> int | None:
    """Return the opposite of a limit, if there is one."""
    return None if limit is None else -limit


def float_pattern(low: float, high: float, *, whole: bool) -> str:
    """Return a pattern of the floats between two, which may be whole only."""
    ways: list[str] = []
    if high >= 0:
        ways += magnitudes(max(low, 0.0), high, whole=whole)
    if low <= 0:
        ways += [f"-{way}" for way in magnitudes(max(-high, 0.0), abs(low), whole=whole)]
    return "|".join(ways) or NEVER


def magnitudes(low: float, high: float, *, whole: bool) -> Iterator[str]:
    """Yield patterns of the floats between two, which are not negative."""
    fraction = r"\.0" if whole else r"\.[0-9]+"
    if low < WITH_EXPONENT and (low == 0 or high >= SMALL):
        first, last = math.floor(low), min(math.floor(high), WITH_EXPONENT - 1)
        if last == high:
            yield rf"{digits(last, last)}\.0"
            last -= 1
        if first <= last:
            yield digits(first, last) + fraction
    if high >= WITH_EXPONENT:
        yield r"[1-9](?:\.[0-9]+)?e\+[0-9]{2,3}"
    if low < SMALL and high > 0 and not whole:
        yield r"[1-9](?:\.[0-9]+)?e-[0-9]{2,3}"


def digits(low: int, high: int | None) -> str:
    """Return a pattern of the decimal numbers between two, which are not negative."""
    least, most = length(low), None if high is None else length(high)
    ways: list[str] = []
    if least > MOST_DIGITS:
        return f"[1-9]{some_digits(least - 1, None if most is None else most - 1)}"
    for size in range(least, (min(most, MOST_DIGITS) if most is not None else least) + 1):
        first = max(low, 10 ** (size - 1) if size > 1 else 0)
        last = 10**size - 1 if high is None else min(high, 10**size - 1)
        ways.append(between(str(first), str(last)))
    if most is None or most > MOST_DIGITS:
        more = least if most is None else MOST_DIGITS
        ways.append(f"[1-9]{some_digits(more, None if most is None else most - 1)}")
    return f"(?:{'|'.join(ways)})"


def length(number: int) -> int:
    """Return how many digits a number has that is not negative, without printing it."""
    if number < 10**MOST_DIGITS:
        return len(str(number))
    size = int(number.bit_length() * math.log10(2))
    while 10**size <= number:
        size += 1
    return size


def some_digits(least: int, most: int | None) -> str:
    """Return a pattern of so many digits; of very many, not all are counted."""
    least = min(least, MOST_COUNTED)
    end = "" if most is None or most > MOST_COUNTED else most
    return f"[0-9]{{{least},{end}}}"


def between(low: str, high: str) -> str:
    """Return a pattern of the numbers between two of as many digits."""
    if not low:
        return ""
    first, last, left = low[0], high[0], len(low) - 1
    if first == last:
        return f"{first}{between(low[1:], high[1:])}"
    if not low.strip("0") and not high.strip("9"):
        return f"[0-9]{{{left + 1}}}"
    ways = [f"{first}{between(low[1:], '9' * left)}", f"{last}{between('0' * left, high[1:])}"]
    if int(last) - int(first) > 1:
        ways.append(f"[{int(first) + 1}-{int(last) - 1}][0-9]{{{left}}}")
    return f"(?:{'|'.join(ways)})"
