"""How the time of a matcher grows with the text, at worst: shown from the form of the pattern.

A matcher that fails has gone every way through the pattern that the text allows (`paths`). So its
time is at most as many steps as there are ways, for each beginning of the text.

- If no two ways that have parted ever meet again, there are at most as many as states: *linear*.
- If two ways lead from a state of a loop back to it with the same text, each repetition doubles
  them: *exponential* (Weber and Seidl's criterion EDA, 1991).
- Else the ways grow as a power of the length. A loop, a loop behind it, and a text that leads
  round the first, round the second, and from the first to the second (their IDA) add one to the
  power; several such in a row add as many. With one, time is *quadratic*, and long texts are fine.

What does not grow with the text can still be many: ways that part and meet again outside of loops
double as well, each time. More than a few of these in a row, and nothing is said.
"""

from collections import deque
from dataclasses import dataclass
from functools import lru_cache

from fencekit.regex.redos.ida_degree import Dividing, Division
from fencekit.regex.redos.matcher_paths import COPIES, Paths, PathStep, paths
from fencekit.regex.redos.scc import components

MOST_STEPS = 3_000_000
"""How many steps of ways side by side are followed, which takes seconds."""
MOST_MEETINGS = 12
HARMLESS = 1
"""The power of the number of ways with which long texts are fine: the time is quadratic."""


Part = tuple[str, str]
"""A beginning, and a text to repeat behind it."""


@dataclass(frozen=True, slots=True)
class Growth:
    """How the ways of a pattern grow: as a power of the length, or beyond any where it is None.

    What is worse than harmless has texts that show it, each a row of beginnings with what is to be
    repeated behind them.
    """

    power: int | None
    shown: tuple[tuple[Part, ...], ...] = ()

    @property
    def is_harmless(self) -> bool:
        """Whether time grows with the square of the length at most."""
        return self.power is not None and self.power <= HARMLESS


Pair = tuple[int, int]


class TooLargeError(Exception):
    """More steps would have to be followed than are."""


@lru_cache(maxsize=1024)
def growth(pattern: str) -> Growth | None:
    """Return how the ways of a pattern grow; None where that is not known."""
    for copies in (COPIES, 1):
        made = paths(pattern, copies)
        try:
            found = Growing(made).growth() if made is not None else None
        except TooLargeError:
            continue
        if found is not None:
            return found
    return None


class Growing:
    """The question for one pattern, with the steps that may still be followed."""

    def __init__(self, made: Paths) -> None:
        self.made = made
        self.steps = made.steps
        self.room = MOST_STEPS
        graph = {at: [step.then for step in steps] for at, steps in enumerate(made.steps)}
        self.loops = list(components(graph))
        """Loops, and single states, what comes later in the text first."""
        loop_of = {at: number for number, loop in enumerate(self.loops) for at in loop}
        self.loop_of = loop_of
        self.inner = [
            [step for step in steps if loop_of[step.then] == loop_of[at]]
            for at, steps in enumerate(made.steps)
        ]
        """The steps from each state that stay in its loop."""

    def growth(self) -> Growth | None:
        """Return how the ways grow."""
        meetings = self.meetings()
        if not meetings:
            return Growth(0)
        doubled = self.eda_witness()
        if doubled is not None:
            return Growth(None, ((doubled,),))
        row = Dividing(self.made, self.loops, self.inner, self.follow).longest()
        if len(row) > HARMLESS:
            return Growth(len(row), self.division_texts(row))
        return Growth(len(row)) if self.in_a_row(meetings) <= MOST_MEETINGS else None

    def division_texts(self, row: list[Division]) -> tuple[tuple[Part, ...], ...]:
        """Return a row of divisions as texts: one behind the other, and all of them at once."""
        parts: list[Part] = []
        at = 0
        for division in row:
            parts.append((self.way(at, division.first), division.pump))
            at = division.second
        at_once = "".join(dict.fromkeys(division.pump for division in row))
        return ((parts[0][0], at_once),), tuple(parts)

    def in_a_row(self, meetings: set[int]) -> int:
        """Return in how many places, one behind the other, ways meet again."""
        found: list[int] = []
        for loop in self.loops:
            here = any(at in meetings for at in loop)
            beyond = {self.loop_of[step.then] for at in loop for step in self.steps[at]}
            found.append(
                here + max((found[number] for number in beyond if number < len(found)), default=0)
            )
        return max(found)

    def follow(self, count: int) -> None:
        """Count steps that are followed; raise TooLargeError where they are too many."""
        self.room -= count
        if self.room < 0:
            raise TooLargeError

    def meetings(self) -> set[int]:
        """Return the states in which two ways meet again that have parted on the same text."""
        found = {step.then for steps in self.steps for step in steps if step.ways > 1}
        # Steps from one state to the same other one are never for the same characters.
        seen: set[tuple[int, int]] = set()
        left: deque[tuple[int, int]] = deque()

        def reach(ones: list[PathStep], others: list[PathStep]) -> None:
            self.follow(len(ones) * len(others))
            for one in ones:
                for other in others:
                    if not one.chars & other.chars or one is other:
                        continue
                    if one.then == other.then:
                        found.add(one.then)
                        continue
                    pair = (min(one.then, other.then), max(one.then, other.then))
                    if pair not in seen:
                        seen.add(pair)
                        left.append(pair)

        for steps in self.steps:
            reach(steps, steps)
        while left:
            one, other = left.popleft()
            reach(self.steps[one], self.steps[other])
        return found

    def eda_witness(self) -> Part | None:
        """Return a beginning, and a text that leads round a loop in two ways; None for none."""
        came: dict[Pair, tuple[Pair, int]] = {}
        left = deque((at, at) for at, steps in enumerate(self.inner) if steps)
        while left:
            pair = left.popleft()
            ones, others = self.inner[pair[0]], self.inner[pair[1]]
            self.follow(len(ones) * len(others))
            for one in ones:
                for other in others:
                    chars = one.chars & other.chars
                    parted = one.ways > 1 or pair[0] != pair[1]
                    if not chars or (one is other and not parted):
                        continue
                    if one.then == other.then:
                        text, at = self.spell_path(came, pair)
                        text += self.made.char(chars)
                        back = self.way(one.then, at, inside=True)
                        return self.way(0, at), text + back
                    reached = (min(one.then, other.then), max(one.then, other.then))
                    if reached not in came:
                        came[reached] = pair, chars
                        left.append(reached)
        return None

    def spell_path(self, came: dict[Pair, tuple[Pair, int]], pair: Pair) -> tuple[str, int]:
        """Return the text of the way to a pair of states, and the one state that it began in."""
        text = ""
        while pair in came:
            pair, chars = came[pair]
            text = self.made.char(chars) + text
        return text, pair[0]

    def way(self, start: int, goal: int, *, inside: bool = False) -> str:
        """Return a shortest text from one state to another, inside of its loop or not."""
        came: dict[int, tuple[int, int]] = {}
        left = deque([start])
        while left and start != goal and goal not in came:
            at = left.popleft()
            for step in (self.inner if inside else self.steps)[at]:
                if step.then not in came and step.then != start:
                    came[step.then] = at, step.chars
                    left.append(step.then)
        text, at = "", goal
        while at != start:
            at, chars = came[at]
            text = self.made.char(chars) + text
        return text
