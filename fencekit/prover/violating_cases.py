"""Which exits of decision lists decide together so that a goal breaks, without listing all pairs.

Sound because what is left out cannot be: a call that is decided by an exit of one list has all its
literals, so that in another list it ends at the exit with the same literals at the latest. Lists
that are mostly alike have few such tuples: each has an exit that is new, gone or moved in it.
"""

from collections.abc import Hashable, Iterator, Sequence
from dataclasses import dataclass

from fencekit.model.decision import Outcome
from fencekit.prover.decision_lists import DecisionList
from fencekit.prover.policy_properties import Property
from fencekit.prover.rule_literals import GuardedOutcome, Literal

Cube = frozenset[Literal]
BLOCK = 64
Key = tuple[Hashable, int, bool, bool]
"""What a goal looks at: the effect, whether that raises, whether it is the default, of the rule."""


@dataclass(frozen=True, slots=True)
class ViolatingCase:
    """One exit of each list but one, and of that list several exits, in their order.

    `chosen` has None in the place of that list; `leaves` has its exits.
    """

    chosen: tuple[int | None, ...]
    leaves: tuple[int, ...]


class ViolatingCases:
    """The tuples of exits, one of each list, that break a goal together."""

    def __init__(self, lists: Sequence[DecisionList], goal: Property) -> None:
        self.lists = lists
        self.cubes = [[frozenset(exit_.literals) for exit_ in exits] for exits in lists]
        self._goal = goal
        self._known: dict[tuple[Hashable, ...], bool] = {}
        self._keys = [[self._key(exit_.outcome) for exit_ in exits] for exits in lists]
        first = [positions(cubes) for cubes in self.cubes]
        self._in = [
            [[there.get(cube, len(there)) for cube in cubes] for there in first]
            for cubes in self.cubes
        ]
        """Where the exits of a list stand in another list; at its end where they do not."""
        self._columns = [
            Column(range(len(exits)), self._in[at][at - 1] if at else [0] * len(exits))
            for at, exits in enumerate(lists)
        ]
        self._by_key = self._columns_by_key()

    def tuples(self) -> Iterator[tuple[int, ...]]:
        """Yield the numbers of the exits, one of each list."""
        for before in self._before():
            for last in self._ending(before, range(2)):
                yield (*before, last)

    def cases(self) -> Iterator[ViolatingCase]:
        """Yield all tuples, those together that share all exits but one; errors last.

        Where the first of two lists has an exit that the second has too, few of the second go with
        it: then all that go with one of those are taken together.
        """
        for errors in ((0,), (1, 2)):
            together: dict[int, list[int]] = {}
            for before in self._before():
                raising = any(map(self._raises, range(len(before)), before))
                ranks = [rank - raising for rank in errors if 0 <= rank - raising <= 1]
                leaves = self._ending(before, ranks)
                if len(self.lists) == 2 and self._in[0][1][before[0]] < len(self.lists[1]):
                    for leaf in leaves:
                        together.setdefault(leaf, []).append(before[0])
                elif found := tuple(leaves):
                    yield ViolatingCase((*before, None), found)
            for leaf, first in together.items():
                yield ViolatingCase((None, leaf), tuple(first))

    def _before(self) -> Iterator[tuple[int, ...]]:
        """Yield exits of all lists but the last that a call may be decided by."""
        last = len(self.lists) - 1
        tuples: Iterator[tuple[int, ...]] = iter([()])
        for at in range(last):
            tuples = self._longer(tuples, at)
        return tuples

    def _longer(self, tuples: Iterator[tuple[int, ...]], at: int) -> Iterator[tuple[int, ...]]:
        for before in tuples:
            for number in self._fitting(before, at, self._columns[at]):
                yield (*before, number)

    def _ending(self, before: tuple[int, ...], ranks: Sequence[int]) -> Iterator[int]:
        """Yield, in their order, the exits of the last list that break the goal with those before.

        Of rank 1 are those that raise, of rank 0 all others.
        """
        at = len(self.lists) - 1
        keys = tuple(self._keys[number][one] for number, one in enumerate(before))
        columns = [
            column
            for key, column in self._by_key.items()
            if key[1] in ranks and self._breaks(keys, key, before, column.numbers[0])
        ]
        if len(columns) == 1:
            return self._fitting(before, at, columns[0])
        return iter(sorted(one for each in columns for one in self._fitting(before, at, each)))

    def _fitting(self, before: tuple[int, ...], at: int, column: "Column") -> Iterator[int]:
        """Yield exits of a column of a list that one call may be decided by with those before."""
        if not before:
            yield from column.numbers
            return
        last = min(self._in[number][at][one] for number, one in enumerate(before))
        for number in column.after(before[-1], last):
            if all(self._in[at][other][number] >= one for other, one in enumerate(before[:-1])):
                yield number

    def _breaks(
        self, keys: tuple[Hashable, ...], key: Hashable, before: tuple[int, ...], last: int
    ) -> bool:
        asked = (*keys, key)
        if asked not in self._known:
            exits = [self.lists[at][one] for at, one in enumerate((*before, last))]
            self._known[asked] = self._goal.broken(tuple(exit_.outcome for exit_ in exits))
        return self._known[asked]

    def _key(self, outcome: Outcome) -> Key:
        """Return all that a goal looks at; see `Property`."""
        about = self._goal.about is not None and outcome.rule is self._goal.about
        return outcome.effect, int(outcome.error is not None), outcome.by_default, about

    def _raises(self, at: int, number: int) -> bool:
        return self.lists[at][number].outcome.error is not None

    def _columns_by_key(self) -> dict[Key, "Column"]:
        at = len(self.lists) - 1
        by_key: dict[Key, list[int]] = {}
        for number, key in enumerate(self._keys[at]):
            by_key.setdefault(key, []).append(number)
        values = self._in[at][at - 1] if at else [0] * len(self.lists[at])
        return {
            key: Column(numbers, [values[number] for number in numbers])
            for key, numbers in by_key.items()
        }


class Column:
    """Exits of a list, and where they stand in the list before it."""

    def __init__(self, numbers: Sequence[int], values: Sequence[int]) -> None:
        self.numbers = numbers
        self._values = values
        starts = range(0, len(numbers), BLOCK)
        self._most = [max(values[start : start + BLOCK]) for start in starts]

    def after(self, least: int, last: int) -> Iterator[int]:
        """Yield exits up to the last one that stand in the list before at `least` or later."""
        for slot, most in enumerate(self._most):
            if most < least:
                continue
            for at in range(slot * BLOCK, min(len(self.numbers), (slot + 1) * BLOCK)):
                if self.numbers[at] > last:
                    return
                if self._values[at] >= least:
                    yield self.numbers[at]


def positions(cubes: Sequence[Cube]) -> dict[Cube, int]:
    """Return where each set of literals first stands in a list."""
    found: dict[Cube, int] = {}
    for number, cube in enumerate(cubes):
        found.setdefault(cube, number)
    return found


class GuardIndex:
    """The exits of one list, found by their literals."""

    def __init__(self, cubes: Sequence[Cube], exits: Sequence[GuardedOutcome]) -> None:
        self._cubes = cubes
        counts: dict[Literal, int] = {}
        for cube in cubes:
            for literal in cube:
                counts[literal] = counts.get(literal, 0) + 1
        self._rare: dict[Literal, list[int]] = {}
        """The exits by their rarest literal."""
        self._near: dict[Literal, list[int]] = {}
        """The exits of several literals, by the two rarest of them."""
        self._of_rule: dict[int, list[int]] = {}
        for number, cube in enumerate(cubes):
            ranked = sorted(exits[number].literals, key=counts.__getitem__)
            for literal in ranked[:1]:
                self._rare.setdefault(literal, []).append(number)
            for literal in ranked[:2] if len(cube) > 1 else ():
                self._near.setdefault(literal, []).append(number)
            self._of_rule.setdefault(id(exits[number].outcome.rule), []).append(number)

    def first(self, cube: Cube, below: int) -> int | None:
        """Return the first exit before a number whose literals are all in the cube."""
        found = [
            number
            for literal in cube
            for number in self._rare.get(literal, ())
            if number < below and self._cubes[number] <= cube
        ]
        return min(found, default=None)

    def near(self, cube: Cube, below: int) -> Iterator[Cube]:
        """Yield exits before a number that share a literal with the cube; not all of them."""
        for literal in cube:
            numbers = self._near.get(literal, ())
            if len(numbers) <= BLOCK:
                yield from (self._cubes[number] for number in numbers if number < below)

    def of_rule(self, rule: object) -> list[int]:
        """Return the exits of a rule, the very object."""
        return self._of_rule.get(id(rule), [])
