"""The search for a call that breaks a goal, in all cases of a class; long lists, taken together.

A part has the literals of some exits, and its calls are to be decided by those, but for one list,
in which several exits will do. Earlier exits are left to be run into: a call that the engine
decides by one of these splits the part upon it, and one that is decided between the exits that will
do splits it into the calls that go on, and those that have all literals of an exit before.

Sound for the same reasons as `cases`: no call that breaks the goal is left out of the parts.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from functools import partial

from fencekit.model.decision import Outcome
from fencekit.model.request import Request
from fencekit.prover.counterexample_search import (
    CounterexampleSearch,
    SearchStatistics,
    split_cube,
    unit_consequences,
)
from fencekit.prover.cube_solver import Sat, Solver, Unsettled
from fencekit.prover.decision_lists import CapabilityClass, DecisionList
from fencekit.prover.evaluate_literal import all_true
from fencekit.prover.policy_properties import Outcomes, Property
from fencekit.prover.rule_literals import Literal
from fencekit.prover.violating_cases import GuardIndex, ViolatingCase, ViolatingCases

Cube = frozenset[Literal]
LONG = 120
"""How many exits all lists of a class must have for these to be taken together."""


def search(
    of_class: CapabilityClass,
    goal: Property,
    solver: Solver,
    run: Callable[[Request], Outcomes],
    tally: SearchStatistics,
) -> Request | None:
    """Return a call of the class that breaks the goal, as the engine decides it.

    None where there is none that was found; then `tally.open` says what was not refuted.
    """
    looking = CounterexampleSearch(of_class, goal, solver, run, tally)
    breaking = ViolatingCases(of_class.lists, goal)
    if sum(map(len, of_class.lists)) > LONG:
        return BatchedSearch(looking, breaking).search()
    # Errors last: a call that makes the engine raise is the least telling witness.
    cases = sorted(breaking.tuples(), key=lambda numbers: raises(of_class.lists, numbers))
    found = (looking.case(chosen) for chosen in cases)
    return next((request for request in found if request is not None), None)


@dataclass(frozen=True, slots=True)
class CubePart:
    """Calls of which the literals of a cube are true, and which some exits are to decide.

    `chosen` has an exit of each list; None where one of the `leaves` is to decide, in their order.
    """

    cube: Cube
    chosen: tuple[int | None, ...]
    leaves: tuple[int, ...] = ()


class BatchedSearch:
    """The search in one class of long lists, several exits at once."""

    def __init__(self, looking: CounterexampleSearch, breaking: ViolatingCases) -> None:
        self._looking = looking
        self._breaking = breaking
        self._cubes = breaking.cubes
        self._hits = [
            GuardIndex(cubes, exits)
            for cubes, exits in zip(self._cubes, breaking.lists, strict=True)
        ]

    def search(self) -> Request | None:
        """Return a call that breaks the goal; None where none was found."""
        found = (self._case(case) for case in self._breaking.cases())
        return next((request for request in found if request is not None), None)

    def _case(self, case: ViolatingCase) -> Request | None:
        looking, tally = self._looking, self._looking.tally
        tally.cases += 1
        parts = [self._with(CubePart(frozenset(), case.chosen, case.leaves), case.chosen)]
        while parts and tally.parts <= tally.most:
            part = self._narrow(parts.pop())
            if part is None:
                continue
            tally.parts += 1
            found = looking.solver.solve(looking.of_class.capability, part.cube)
            if isinstance(found, Unsettled):
                if part.leaves:
                    parts.extend(map(partial(self._leaf, part), reversed(part.leaves)))
                    continue
                # With all that is sure of the case there may be less to follow.
                chosen = tuple(number for number in part.chosen if number is not None)
                request = looking.case(chosen, part.cube)
                if request is not None:
                    return request
            elif isinstance(found, Sat):
                outcomes = looking.run(found.request)
                if looking.goal.broken(outcomes):
                    return found.request
                parts.extend(self._after(part, found.request, outcomes))
        if parts:
            looking.give_up()
        return None

    def _with(self, part: CubePart, chosen: Iterable[int | None]) -> CubePart:
        """Return the part with the literals of all chosen exits."""
        cube = part.cube.union(
            *(cubes[one] for cubes, one in zip(self._cubes, chosen, strict=True) if one is not None)
        )
        return replace(part, cube=cube)

    def _leaf(self, part: CubePart, leaf: int) -> CubePart:
        """Return the calls of a part that one of its leaves is to decide."""
        chosen = tuple(leaf if one is None else one for one in part.chosen)
        return self._with(CubePart(part.cube, chosen), chosen)

    def _narrow(self, part: CubePart) -> CubePart | None:
        """Return the part without leaves that cannot decide; None where nothing is left of it."""
        sure: set[Literal] = set()
        for at, number in enumerate(part.chosen):
            below = part.leaves[-1] if number is None else number
            hit = self._hits[at].first(part.cube, below)
            if hit is not None and number is not None:
                return None
            if hit is not None:
                leaves = tuple(one for one in part.leaves if one <= hit)
                if not leaves:
                    return None
                part = replace(part, leaves=leaves)
            first = part.leaves[0] if number is None else number
            sure |= unit_consequences(part.cube, self._hits[at].near(part.cube, first))
        if len(part.leaves) == 1:
            return self._narrow(self._leaf(part, part.leaves[0]))
        if any(literal.negation() in part.cube for literal in part.cube if literal.positive):
            return None
        is_refuted = self._looking.solver.core(part.cube | sure) is not None
        return None if is_refuted else part

    def _after(self, part: CubePart, request: Request, outcomes: Outcomes) -> Iterable[CubePart]:
        """Return the parts of a part in which a call that breaks no goal is not."""
        for at, number in enumerate(part.chosen):
            decided = self._deciding_outcome(at, request, outcomes[at])
            if decided == number:
                continue
            if decided is None or (number is not None and number < decided):
                break
            ways = split_cube(part.cube, self._cubes[at][decided])
            if number is not None:
                return [replace(part, cube=cube) for cube in ways]
            if decided in part.leaves:
                break
            before = [one for one in part.leaves if one < decided]
            after = tuple(one for one in part.leaves if one > decided)
            found = [self._leaf(part, leaf) for leaf in reversed(before)]
            return [*found, *(replace(part, cube=cube, leaves=after) for cube in ways if after)]
        self._looking.tally.open.append("the engine decides a call otherwise than was derived")
        return ()

    def _deciding_outcome(self, at: int, request: Request, outcome: Outcome) -> int | None:
        """Return the exit of a list that decides a call; None where there is no such."""
        numbers = self._hits[at].of_rule(outcome.rule)
        return next((one for one in numbers if all_true(self._cubes[at][one], request)), None)


def raises(lists: tuple[DecisionList, ...], chosen: tuple[int, ...]) -> bool:
    """Say whether one of the chosen exits is an error."""
    return any(
        exits[number].outcome.error is not None for exits, number in zip(lists, chosen, strict=True)
    )
