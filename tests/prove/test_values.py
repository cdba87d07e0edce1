"""What values of a schema can become: nothing that Python prints or reads of one is left out."""

import math
import os
import re
from itertools import product
from random import Random
from typing import Any

import pytest

from fencekit.engines.native.unknown_questions import LARGEST, QuestionSubject, Relation
from fencekit.model.request import Request
from fencekit.prover.argument_domains import SchemaDomain
from fencekit.prover.evaluate_literal import all_true
from fencekit.prover.rule_literals import Compares, HasPrefix, Literal, Named, spell_value
from fencekit.prover.values.field_specs import AmountQuery, NameQuery
from fencekit.prover.values.number_printing import NUMERAL, integer_from, ranges_of, ranges_read
from fencekit.prover.values.schema_arguments import FieldQuery
from fencekit.prover.values.schema_sets import SchemaValues
from fencekit.prover.values.value_sets import NumberSet, has, is_empty
from fencekit.regex.sublanguage import beginning
from fencekit.schema.argument_schema import Schema, is_printable
from fencekit.schema.schema_evaluation import valid
from prove.spelling import LEAVES, Spelling
from tests.schema import drawing

SWEEP = bool(os.environ.get("FENCEKIT_SWEEP"))
LIMITS: tuple[Any, ...] = (
    *(0, 1, -1, 5, 100, -100, 0.5, 1e-5, -1e-5, 1e15, 1e16, 1.5e16, 2**53, 2**53 + 1, 10**20),
    *(10**41, -(10**45), 1e300, 10**309, -(10**309), 0.1, 99.5, 10**400, 10**308),
)


def near(random: Random) -> Any:
    """Return a finite number near one that is a limit."""
    at = random.choice(LIMITS)
    found = random.choice((at, at + 1, at - 1, at + random.randint(-1000, 1000)))
    try:
        found = random.choice((found, found, float(found), float(found) + random.random()))
    except OverflowError:
        return found
    return found if not isinstance(found, float) or math.isfinite(found) else 0


def number_set(random: Random) -> NumberSet:
    """Return numbers between two limits."""
    ends = [
        (random.choice(LIMITS), random.random() < 0.3) if random.random() < 0.8 else None
        for _ in "ab"
    ]
    return NumberSet(ends[0], ends[1], random.random() < 0.4)


def test_every_number_of_a_range_is_printed_as_its_pattern_says_and_no_other_integer() -> None:
    random, asked = Random(1), 0
    for _ in range(800):
        numbers = number_set(random)
        if is_empty(numbers):
            continue
        pattern = re.compile(f"(?:{ranges_of(numbers).pattern})\\Z")
        for value in (near(random) for _ in range(40)):
            is_printed = pattern.match(repr(value)) is not None
            if numbers.has(value):
                assert is_printed, (numbers, value)
                asked += 1
            elif isinstance(value, int) and abs(value) < 10**25:
                assert not is_printed, (numbers, value)
    assert asked > 5_000


def test_a_number_is_read_within_the_range_that_it_is_said_to_be_read_in() -> None:
    random, asked = Random(2), 0
    for _ in range(800):
        numbers = number_set(random)
        low, high = sorted(random.sample((-1e300, -5.0, 0.0, 0.5, 100.0, 2.0**53, 1e16), 2))
        beyond = random.random() < 0.3
        ranges = ranges_read(numbers, low, high, beyond=beyond)
        pattern = re.compile(f"(?:{ranges.pattern})\\Z")
        for value in (near(random) for _ in range(40)):
            try:
                is_read = low <= float(value) <= high
            except OverflowError:
                is_read = beyond
            if is_read and numbers.has(value):
                assert pattern.match(repr(value)), (numbers, low, high, value)
                asked += 1
            elif isinstance(value, int) and abs(value) < 10**25:
                assert not pattern.match(repr(value)), (numbers, low, high, value)
        for sample in ranges.samples():
            assert numbers.has(sample) or isinstance(sample, float), (numbers, sample)
    assert asked > 2_000


def is_read(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


def test_the_texts_that_python_reads_as_a_number_are_those_of_the_pattern() -> None:
    pattern = re.compile(NUMERAL + r"\Z")
    texts = ["".join(chars) for size in range(6) for chars in product("1_.e+ \u0661", repeat=size)]
    texts += ["inf", "Infinity", "-nan", "iNf", "infin", "\u0131nf", "\u017f", "1\x00", "\ufeff1"]
    texts += [form.format(chr(code)) for code in range(0x3100) for form in ("1{}", "{}1")]
    for text in texts:
        assert (pattern.match(text) is not None) is is_read(text), text


@pytest.mark.parametrize(
    "number", [0.0, 1.0, 0.5, -0.5, 2.0**53, 2.0**53 + 2, -(2.0**54), 1e300, LARGEST, -LARGEST]
)
def test_the_least_integer_that_is_read_as_a_number_is_found(number: float) -> None:
    found = integer_from(number)
    assert float(found) >= number
    if abs(number) < LARGEST:
        assert float(found - 1) < number


def test_every_value_of_a_schema_is_in_one_of_its_sets() -> None:
    counts = [0, 0]
    for number in range(600):
        random = Random(f"sets {number}")
        said = drawing.schema(random, 3)
        sets = SchemaValues().of(said)
        for _ in range(30):
            value = drawing.like(random, said)
            is_valid = valid(said, value)
            counts[is_valid] += 1
            assert not is_valid or any(has(one, value) for one in sets), (said, value)
    assert min(counts) > 3_000


KEYS = ("amount", "total", "quantity", "path", "target", "table", "a", "", "$ref", "definitions")


def of_objects(random: Random) -> dict[str, Any]:
    """Return a schema of arguments under keys that conditions read."""
    keys = random.sample(KEYS, random.randint(1, 3))
    said: dict[str, Any] = {"properties": {key: drawing.schema(random, 2) for key in keys}}
    said["required"] = random.sample(keys, random.randint(0, len(keys)))
    if random.random() < 0.8:
        said["additionalProperties"] = False
    if random.random() < 0.15:
        return {random.choice(("anyOf", "allOf", "oneOf")): [said, of_objects(random)]}
    return said


def arguments(random: Random, said: Any) -> dict[str, Any]:
    """Return arguments like those of such a schema, in any order."""
    for word in ("anyOf", "allOf", "oneOf"):
        if word in said:
            some = [arguments(random, one) for one in said[word]]
            return some[0] | some[1] if word == "allOf" else random.choice(some)
    args = drawing.object_like(random, said, 3)
    return {key: args[key] for key in random.sample(list(args), len(args))}


def some_literals(random: Random) -> list[Literal]:
    """Return what may be asked of an amount, of a path, or of an argument by its name."""
    kind = random.choice(("amount", "path", "name"))
    found: list[Literal] = []
    for _ in range(random.randint(1, 3)):
        if kind == "amount":
            limit = random.choice((0, 1, 5, 2**53, 2**53 + 1, 0.5, 10**309))
            relation = random.choice((Relation.GT, Relation.GTE, Relation.LT, Relation.LTE))
            raises = random.random() < 0.1
            atom: Any = Compares(
                QuestionSubject.AMOUNT, relation, spell_value(limit), limit, raises
            )
        elif kind == "path":
            atom = HasPrefix(random.choice(("", "a", "1", "[", "T", "-", "N")))
        else:
            value = random.choice(("a*", "*", "ab", 1, 0, None, True, [1]))
            atom = Named("table", spell_value(value), value)
        found.append(Literal(atom, random.random() < 0.5))
    return found


def query_of(literals: list[Literal]) -> FieldQuery:
    """Return what literals about one thing ask of single arguments."""
    atom = literals[0].atom
    if isinstance(atom, Compares):
        return FieldQuery(AmountQuery.of(literals))
    if isinstance(atom, HasPrefix):
        held = [
            (beginning(one.atom.prefix), one.positive)
            for one in literals
            if isinstance(one.atom, HasPrefix)
        ]
        return FieldQuery(path=tuple(held))
    named = [(one.atom, one.positive) for one in literals if isinstance(one.atom, Named)]
    met = tuple(atom for atom, positive in named if positive)
    return FieldQuery(names={"table": NameQuery(met, tuple(a for a, p in named if not p))})


def test_all_arguments_of_a_schema_are_spelled_by_the_fields_that_answer_what_is_so_of_them() -> (
    None
):
    """The printed forms, families of keys and readings at once, held against the engine's own."""
    asked = answered = 0
    for number in range(120 if SWEEP else 10):
        random = Random(f"fields {number}")
        said = of_objects(random)
        schema = Schema(said)
        domain = SchemaDomain(schema)
        calls = [arguments(random, said) for _ in range(40)]
        calls = [one for one in calls if schema.valid(one) and is_printable(one)][:12]
        words = "".join(random.sample("'\"\\ntx01ae:,[]{} ", 5))
        leaves = random.sample(LEAVES, 3)
        for literals in ([], some_literals(random), some_literals(random)):
            query = query_of(literals) if literals else FieldQuery()
            some = [
                Spelling(words, leaves, required=one.required, optional=one.optional)
                if one.is_open
                else Spelling(
                    words, leaves, required=one.required, optional=one.optional, closed=True
                )
                for one in domain.fields(query, ())
            ]
            for args in calls:
                asked += 1
                if all_true(literals, Request("x", args=args)):
                    answered += 1
                    assert any(one.is_spelled(args) for one in some), (said, literals, args)
    assert answered > 60
    assert asked > answered
