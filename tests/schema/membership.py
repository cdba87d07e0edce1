"""Whether fencekit and `jsonschema` say the same of which values are of a schema.

Where they differ on purpose, `Keyword.differs` says so, and `Documented` is `jsonschema` with just
that changed: so each difference from the package itself is put down to a keyword, and any other one
is a fault.
"""

from collections import Counter
from fractions import Fraction
from math import isfinite
from random import Random
from typing import Any

from jsonschema import Draft202012Validator
from jsonschema.exceptions import ValidationError
from jsonschema.validators import extend

from fencekit.schema.argument_schema import refuse_unknown
from fencekit.schema.schema_evaluation import valid
from fencekit.schema.schema_keywords import KEYWORDS
from fencekit.schema.schema_references import resolve_references
from tests.schema import drawing

EACH = 100
"""How many values are tried for one schema."""


def is_number(_: Any, value: Any) -> bool:
    is_one = isinstance(value, int | float) and not isinstance(value, bool)
    return is_one and not (isinstance(value, float) and not isfinite(value))


def is_integer(_: Any, value: Any) -> bool:
    return is_number(_, value) and value == value // 1


def multiple_of(validator: Any, step: Any, value: Any, _: Any) -> Any:
    if not validator.is_type(value, "number"):
        return
    if Fraction(str(value)) % Fraction(str(step)) == 0:  # as both are written
        return
    try:
        found = list(Draft202012Validator.VALIDATORS["multipleOf"](validator, step, value, _))
    except OverflowError:
        found = [Fraction(value) % Fraction(step)]
    if any(found):
        yield ValidationError("no multiple")


def unique_items(validator: Any, wanted: Any, value: Any, _: Any) -> Any:
    if not wanted or not validator.is_type(value, "array"):
        return
    check = validator.evolve(schema={})
    for at, one in enumerate(value):
        for other in value[at + 1 :]:
            if check.evolve(schema={"const": one}).is_valid(other) and one == one:  # noqa: PLR0124
                yield ValidationError("not unique")
                return


CHECKER = Draft202012Validator.TYPE_CHECKER.redefine("number", is_number).redefine(
    "integer", is_integer
)
Documented = extend(
    Draft202012Validator,
    {"multipleOf": multiple_of, "uniqueItems": unique_items},
    type_checker=CHECKER,
)


def answer(validator: Any, value: Any) -> Any:
    """Return what a validator says of a value, or the name of what it raises."""
    try:
        return validator.is_valid(value)
    except (OverflowError, ValueError, ZeroDivisionError) as error:
        return type(error).__name__


def compared(seed: str, pairs: int) -> tuple[Counter[str], list[Any]]:
    """Return what was counted of so many pairs, and the pairs on which something is wrong."""
    counts: Counter[str] = Counter()
    wrong: list[Any] = []
    number = 0
    while counts["pairs"] < pairs:
        random = Random(f"{seed} {number}")
        number += 1
        said = drawing.whole(random)
        placed = resolve_references(said)
        refuse_unknown(placed)
        validator = Draft202012Validator(said)
        exact = Documented(said)
        for _ in range(min(EACH, pairs - counts["pairs"])):
            value = drawing.like(random, placed)
            ours, theirs = valid(placed, value), answer(exact, value)
            counts["pairs"] += 1
            counts["valid" if ours else "invalid"] += 1
            if ours is not theirs:
                wrong.append((said, value, ours, theirs))
            plain = answer(validator, value)
            if ours is not plain:
                counts["differ from the package, as documented"] += ours is theirs
                counts[f"it raises {plain}"] += isinstance(plain, str)
    counts["schemas"] = number
    return counts, wrong


assert all(KEYWORDS[word].differs for word in ("type", "multipleOf", "uniqueItems"))
