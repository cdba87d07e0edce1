"""Loops behind each other that divide a text among them: the power with which ways grow."""

from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from fencekit.regex.redos.matcher_paths import Paths, PathStep
from fencekit.regex.redos.scc import components

Pair = tuple[int, int]
Triple = tuple[int, int, int]


@dataclass(frozen=True, slots=True)
class Division:
    """A text that leads round one loop, round another, and from the first to the second."""

    first: int
    pump: str
    second: int


@dataclass
class Dividing:
    """The question which loop divides texts with which other one."""

    made: Paths
    loops: list[list[int]]
    inner: list[list[PathStep]]
    follow: Callable[[int], None]

    def __post_init__(self) -> None:
        self.loop_of = {at: number for number, loop in enumerate(self.loops) for at in loop}
        self.beyond: list[set[int]] = []
        """The loops that each leads to; what comes later in the text has the lower number."""
        for number, loop in enumerate(self.loops):
            found = {self.loop_of[step.then] for at in loop for step in self.made.steps[at]}
            found.discard(number)
            self.beyond.append(found.union(*(self.beyond[other] for other in found)))

    def longest(self) -> list[Division]:
        """Return the longest row of divisions, each of which leads to the next."""
        turning = [number for number, loop in enumerate(self.loops) if self.turns(loop)]
        best: dict[int, list[Division]] = {}
        for number in range(len(self.loops)):
            rows = [best[other] for other in self.beyond[number]]
            row = max(rows, key=len, default=[])
            if number in turning:
                for other in self.beyond[number].intersection(turning):
                    if len(best[other]) >= len(row):
                        found = self.division(number, other)
                        row = [found, *best[other]] if found else row
            best[number] = row
        return max(best.values(), key=len, default=[])

    def turns(self, loop: list[int]) -> bool:
        """Say whether a loop is one, rather than a state of its own."""
        return any(self.inner[at] for at in loop)

    def division(self, first: int, second: int) -> Division | None:
        """Return a text that two loops divide; None where there is none."""
        graph = self.together(first, second)
        for pairs in components(graph):
            if len(pairs) > 1 or pairs[0] in graph[pairs[0]]:
                found = self.divide(set(pairs), second)
                if found is not None:
                    return found
        return None

    def together(self, first: int, second: int) -> dict[Pair, list[Pair]]:
        """Return how two loops turn together, on the same text."""
        one_chars, other_chars = (self.chars_of(self.loops[number]) for number in (first, second))
        if not one_chars & other_chars:
            return {}
        graph: dict[Pair, list[Pair]] = {}
        for one in self.loops[first]:
            for other in self.loops[second]:
                self.follow(len(self.inner[one]) * len(self.inner[other]))
                graph[one, other] = [
                    (left.then, right.then)
                    for left in self.inner[one]
                    if left.chars & other_chars
                    for right in self.inner[other]
                    if left.chars & right.chars
                ]
        return graph

    def chars_of(self, loop: list[int]) -> int:
        """Return the classes of characters that a loop takes somewhere."""
        found = 0
        for at in loop:
            for step in self.inner[at]:
                found |= step.chars
        return found

    def divide(self, pairs: set[Pair], second: int) -> Division | None:
        """Return a text on which the loops turn, and that leads from the first to the second.

        A way begins beside the first and must end beside the second, while both turn.
        """
        came: dict[Triple, tuple[Triple, int] | None] = {
            (one, one, other): None for one, other in sorted(pairs)
        }
        left = deque(came)
        while left:
            triple = left.popleft()
            for reached, chars in self.step_triple(triple, pairs, second):
                if reached in came:
                    continue
                came[reached] = triple, chars
                if reached[1] == reached[2]:
                    return self.spell_path(came, reached, pairs)
                left.append(reached)
        return None

    def step_triple(
        self, triple: Triple, pairs: set[Pair], second: int
    ) -> Iterator[tuple[Triple, int]]:
        """Yield where three ways may be after a character."""
        one, between, other = triple
        for left in self.inner[one]:
            for right in self.inner[other]:
                shared = left.chars & right.chars
                if not shared or (left.then, right.then) not in pairs:
                    continue
                self.follow(len(self.made.steps[between]))
                for step in self.made.steps[between]:
                    number = self.loop_of[step.then]
                    if shared & step.chars and (number == second or second in self.beyond[number]):
                        yield (left.then, step.then, right.then), shared & step.chars

    def spell_path(
        self,
        came: dict[Triple, tuple[Triple, int] | None],
        last: Triple,
        pairs: set[Pair],
    ) -> Division:
        """Return the text of the way to three states, and back to where both loops were."""
        text, at = "", last
        origin = came[at]
        while origin is not None:
            at, chars = origin
            text = self.made.char(chars) + text
            origin = came[at]
        goal = (at[0], at[2])
        return Division(at[0], text + self.back((last[0], last[2]), goal, pairs), at[2])

    def back(self, start: Pair, goal: Pair, pairs: set[Pair]) -> str:
        """Return a text on which both loops turn from one pair of states to another."""
        came: dict[Pair, tuple[Pair, int]] = {}
        left = deque([start])
        while left and start != goal and goal not in came:
            pair = left.popleft()
            for one in self.inner[pair[0]]:
                for other in self.inner[pair[1]]:
                    reached = (one.then, other.then)
                    chars = one.chars & other.chars
                    if chars and reached in pairs and reached not in came and reached != start:
                        came[reached] = pair, chars
                        left.append(reached)
        text, at = "", goal
        while at != start:
            at, chars = came[at]
            text = self.made.char(chars) + text
        return text
