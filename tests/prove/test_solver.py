"""What the solver refutes, no call of a universe does; what it finds, the engine agrees with."""

import os
from itertools import product
from random import Random

import pytest

from fencekit.engines.native.request_view import View
from fencekit.engines.native.unknown_questions import BEYOND, QuestionSubject, Relation
from fencekit.model.policy import Condition, ConditionName
from fencekit.model.request import Request
from fencekit.model.source import Place
from fencekit.prover import amount_regions, glob_solver
from fencekit.prover.cube_solver import Sat, Solver, Unsat, Unsettled
from fencekit.prover.evaluate_literal import TRUTHS, all_true
from fencekit.prover.rule_literals import (
    Compares,
    Literal,
    Named,
    RiskLevelIs,
    reading_of,
    spell_value,
)
from prove import nasty

SWEEP = bool(os.environ.get("FENCEKIT_SWEEP"))
UNIVERSE = nasty.universe()


def literals(random: Random) -> frozenset[Literal]:
    """Return a few literals of nasty conditions, some of them negated."""
    found: set[Literal] = set()
    while len(found) < 4 and random.random() < 0.85:
        for name, value in nasty.conditions(random).items():
            reading = reading_of(Condition(ConditionName(name), value, Place("p", 1, 1)))
            fact = random.choice((reading.holds, reading.holds, reading.raises))
            if isinstance(fact, Literal):
                found.add(fact if random.random() < 0.6 else fact.negation())
    if random.random() < 0.15:
        found.add(Literal(RiskLevelIs(random.choice(("low", "high"))), random.random() < 0.6))
    return frozenset(found)


@pytest.mark.parametrize("seed", range(30 if SWEEP else 1))
def test_no_call_of_the_universe_does_what_is_refuted(seed):
    random = Random(seed)
    views = [(request, View(request)) for request in UNIVERSE if request.capability == "s.x"]
    told: dict = {}
    refuted = found = 0
    for _ in range(400):
        cube = literals(random)
        if any(literal.negation() in cube for literal in cube):
            continue
        answer = Solver().solve("s.x", cube)
        if isinstance(answer, Sat):
            found += 1
            assert all_true(cube, answer.request)
        if not isinstance(answer, Unsat):
            continue
        refuted += 1
        assert answer.core <= cube
        for number, (request, view) in enumerate(views):
            for literal in answer.core:
                key = (number, literal.atom)
                if key not in told:
                    told[key] = TRUTHS[type(literal.atom)](literal.atom, view)
                if told[key] is not literal.positive:
                    break
            else:
                pytest.fail(f"{sorted(map(str, answer.core))} is so for {request}")
    assert refuted > 40
    assert found > 100


VALUES = ("prod", "dev", "p", "x", "", "pr*", "*", None, 1, True, 1.0, 0, [1], "[!p]")
EXPECTED = ("prod", "dev", "p*", "*", "?", "[!p]*", "x", None, 1, True, [1], "pr[*]", "[")


def test_the_ways_for_a_name_are_those_that_trying_all_values_finds():
    random = Random(0)
    for _ in range(1_500):
        asked = [
            Literal(Named("table", spell_value(value), value), random.random() < 0.55)
            for value in random.sample(EXPECTED, random.randint(1, 4))
        ]
        if random.random() < 0.3:
            asked = [
                Literal(Named("risk_level", one.atom.spelled, one.atom.expected), one.positive)
                for one in asked
            ]
            asked.append(Literal(RiskLevelIs(random.choice(("prod", "x"))), random.random() < 0.7))
        key = next(one.atom.key for one in asked if isinstance(one.atom, Named))
        possible = any(
            all_true(asked, Request("a", context={key: one}, args={key: other}))
            for one, other in product(VALUES, repeat=2)
        )
        ways = glob_solver.choices(key, asked)
        assert ways or not possible, asked
        for way in ways:
            fields = way.needs.values if way.needs is not None else (None,)
            context = {} if way.value is None else {key: way.value}
            args = {} if fields[0] is None else {key: fields[0]}
            assert all_true(asked, Request("a", context=context, args=args)), (asked, way)


NUMBERS = (0, 1, 2, 0.5, 5, 5.5, -1, 10**400, -(10**400), float("inf"), True, "5", None, [1])
AMOUNTS = [None, "nan", float("inf"), "-inf", 10**400, -2, -1, -0.5, 0, 0.25, 0.5, 1, 1.5, 2, 3, 5]
AMOUNTS += [5.25, 5.5, 6, 1e308, -1e308]


def test_a_number_is_possible_where_trying_finds_one():
    random = Random(1)
    for _ in range(1_500):
        asked = []
        for value in random.sample(NUMBERS, random.randint(1, 4)):
            relation = random.choice(("gt", "gte", "lt", "lte"))
            atom = Compares(
                QuestionSubject.AMOUNT,
                Relation(relation),
                spell_value(value),
                value,
                raises=random.random() < 0.2,
            )
            asked.append(Literal(atom, random.random() < 0.6))
        found = [
            value
            for value in AMOUNTS
            if all_true(asked, Request("a", args={} if value is None else {"amount": value}))
        ]
        samples = amount_regions.possible(asked)
        assert samples or not found, asked
        for sample in samples:
            spellings = amount_regions.spell(sample) or [None]
            for value in spellings if sample != BEYOND else spellings[:1]:
                args = {} if value is None else {"amount": value}
                assert all_true(asked, Request("a", args=args)), (asked, sample, value)


def test_an_empty_name_is_met_by_no_field():
    asked = [
        Literal(RiskLevelIs("low")),
        Literal(Named("risk_level", "NoneType None", None)),
    ]
    assert [way.value for way in glob_solver.choices("risk_level", asked)] == ["low"]
    assert not isinstance(Solver().solve("a.b", frozenset(asked)), Unsat | Unsettled)
