"""Which rules could decide so that a goal breaks, and whether any call gets there.

A case is one exit of each list whose outcomes together break the goal. A call is of that case when
all literals of its exits are true, and of each earlier exit one literal is false. A case is first
looked at with what is sure, the literals of its exits and of earlier exits that have one literal
only; an earlier exit with several is split upon only when a model of the rest runs into it.

Of long lists, exits are taken together, and all earlier ones are left to be run into: `together`.

Sound because the cases cover every call that breaks the goal, and because splitting covers every
way in which an exit can be missed; each part is refuted by the solver or stays open.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field

from fencekit.model.request import Request
from fencekit.prover.cube_solver import Sat, Solver, Unsettled
from fencekit.prover.decision_lists import CapabilityClass, DecisionList
from fencekit.prover.evaluate_literal import all_true
from fencekit.prover.policy_properties import Outcomes, Property
from fencekit.prover.rule_literals import Literal, MatchesRegex, order

Cube = frozenset[Literal]
MAX_PARTS = 20_000
"""How many parts of one class are looked at, where nothing else is said."""


@dataclass
class SearchStatistics:
    """What was done for a question so far, and what stays open."""

    most: int = MAX_PARTS
    """How many parts are looked at before the class is given up."""
    cases: int = 0
    parts: int = 0
    open: list[str] = field(default_factory=list)


@dataclass
class CounterexampleSearch:
    """The search in one class: the parts that are left of the case under way, and the budget."""

    of_class: CapabilityClass
    goal: Property
    solver: Solver
    run: Callable[[Request], Outcomes]
    tally: SearchStatistics

    def case(self, chosen: tuple[int, ...], within: Cube = frozenset()) -> Request | None:
        """Return a call that the chosen exits decide; None where none was found.

        With `within`, only calls of which these literals are true are looked at.
        """
        self.tally.cases += 1
        start, clauses = constraints(self.of_class.lists, chosen)
        parts = [] if start is None else [start | within]
        while parts and self.tally.parts <= self.tally.most:
            if self.tally.open and self.solver.is_spent:
                return None
            cube = parts.pop()
            self.tally.parts += 1
            is_hit = any(clause <= cube for clause in clauses)
            if is_hit or self.solver.core(cube | unit_consequences(cube, clauses)) is not None:
                continue
            found = self.solver.solve(self.of_class.capability, cube)
            if isinstance(found, Sat):
                if self.goal.broken(self.run(found.request)):
                    return found.request
                parts.extend(self.after_model(found, cube, clauses))
            elif isinstance(found, Unsettled):
                parts.extend(self.after_open(found, cube, clauses))
        if parts:
            self.give_up()
        return None

    def give_up(self) -> None:
        """Leave the class open, because of its parts."""
        self.tally.open.append(
            f"more than {self.tally.most} parts for `{self.of_class.capability}`"
        )

    def after_model(self, found: Sat, cube: Cube, clauses: list[Cube]) -> Iterable[Cube]:
        """Return the parts in which the earlier exit that a call ran into is missed."""
        hit = next((one for one in clauses if all_true(one, found.request)), None)
        if hit is None:
            self.tally.open.append("the engine decides a call otherwise than was derived")
            return ()
        return split_cube(cube, hit)

    def after_open(self, found: Unsettled, cube: Cube, clauses: list[Cube]) -> Iterable[Cube]:
        """Return the parts in which an earlier exit is missed, as long as there is one left."""
        left = [clause for clause in clauses if not is_missed(clause, cube)]
        if not left:
            self.tally.open.append(found.reason)
            return ()
        return split_cube(cube, min(left, key=len))


def constraints(
    lists: tuple[DecisionList, ...], chosen: tuple[int, ...]
) -> tuple[Cube | None, list[Cube]]:
    """Return what is sure in a case, and the earlier exits of which one literal must be false.

    None where what is sure contradicts itself.
    """
    sure: set[Literal] = set()
    clauses: dict[Cube, None] = {}
    for exits, number in zip(lists, chosen, strict=True):
        sure.update(exits[number].literals)
        clauses.update((frozenset(earlier.literals), None) for earlier in exits[:number])
    changed = True
    while changed:
        changed = False
        for clause in list(clauses):
            if is_missed(clause, sure):
                del clauses[clause]
                continue
            left = [literal for literal in clause if literal not in sure]
            if not left:
                return None, []
            # A regex is kept for when it is needed: following it costs more than the rest.
            if len(left) == 1 and not isinstance(left[0].atom, MatchesRegex):
                sure.add(left[0].negation())
                del clauses[clause]
                changed = True
    if any(literal.negation() in sure for literal in sure):
        return None, []
    return frozenset(sure), list(clauses)


def unit_consequences(cube: Cube, clauses: Iterable[Cube]) -> Cube:
    """Return what follows from a cube where one literal only of an earlier exit is left."""
    found: set[Literal] = set()
    for clause in clauses:
        left = clause - cube
        if len(left) == 1 and not is_missed(clause, cube):
            found.update(literal.negation() for literal in left)
    return frozenset(found)


def is_missed(clause: Cube, cube: Cube | set[Literal]) -> bool:
    """Say whether one literal of an exit is false by what is sure."""
    return any(literal.negation() in cube for literal in clause)


def split_cube(cube: Cube, clause: Cube) -> Iterator[Cube]:
    """Yield the parts of a cube in which one literal of the clause is false, each call once."""
    before: list[Literal] = []
    for literal in sorted(clause - cube, key=order):
        yield cube | {*before, literal.negation()}
        before.append(literal)
