"""Where a pattern can take the same text in many ways, so that a matcher may try them all.

Two kinds of suspicion. *Exponential*: a text leads from a position back to itself in two ways, so
that each repetition doubles the ways. *Polynomial*: several loops in a row take the same
character, so that a run of it can be divided among them. Either gives texts to measure.
"""

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass

from fencekit.checks.lint.regexes.anchors import Hold, starts
from fencekit.checks.lint.regexes.automaton import START, Automaton, automaton
from fencekit.checks.lint.regexes.parsed import parsed

Pair = tuple[int, int]
ENDS = ("\x00", "\n")
"""What hardly any pattern takes; behind the repetitions it makes the match fail."""
MOST_PAIRS = 20_000
CUBIC = 3
"""The least degree of a polynomial that is worth measuring: with less, long texts are fine."""


@dataclass(frozen=True, slots=True)
class Suspicion:
    """A text in three parts, of which the middle one is to be repeated."""

    start: str
    pump: str
    end: str

    def text(self, length: int) -> str:
        """Return the text with as many repetitions as fit into a length, and one at least."""
        room = length - len(self.start) - len(self.end)
        return self.start + self.pump * max(1, room // len(self.pump)) + self.end


def suspicions(pattern: str) -> Iterator[Suspicion]:
    """Yield texts on which the pattern may backtrack without end, the worst kind first."""
    made = automaton(pattern)
    tree = parsed(pattern)
    if made is None or tree is None:
        return
    found: list[tuple[str, str]] = []
    position = doubling(made)
    if position is not None:
        found.append(position)
    anchored = Hold.OPEN not in starts(*tree)
    found.extend(divided(made, CUBIC - (not anchored)))
    for start, pump in dict.fromkeys(found):
        yield from (Suspicion(start, pump, end) for end in (*refused(made, pump), *ENDS))


def refused(made: Automaton, pump: str) -> list[str]:
    """Return a character that no position takes which takes one of the repetition, if there is."""
    near = [chars for chars in made.chars if chars & set(pump)]
    letters = sorted({char for chars in made.chars for char in chars}, key=readable)
    return [char for char in letters if not any(char in chars for chars in near)][:1]


def doubling(made: Automaton) -> tuple[str, str] | None:
    """Return a beginning and a repetition that doubles the ways; None where there is none."""
    for position in range(1, len(made.chars)):
        pump = twice(made, position)
        if pump:
            start = way(made, START, position)
            if start is not None:
                return start, pump
    return None


def twice(made: Automaton, position: int) -> str:
    """Return a text that leads from a position back to itself in two ways; empty for none."""
    first = (position, position, False)
    came: dict[tuple[int, int, bool], tuple[tuple[int, int, bool], str]] = {}
    waiting = deque([first])
    while waiting and len(came) < MOST_PAIRS:
        state = waiting.popleft()
        one, other, split = state
        for left, ways in made.next[one].items():
            for right in made.next[other]:
                shared = made.chars[left] & made.chars[right]
                parted = split or left != right or (one == other and ways > 1)
                reached = (left, right, parted)
                if not shared or reached in came:
                    continue
                came[reached] = state, min(shared, key=readable)
                if reached == (position, position, True):
                    return spelled(came, reached, first)
                waiting.append(reached)
    return ""


def spelled(
    came: dict[tuple[int, int, bool], tuple[tuple[int, int, bool], str]],
    last: tuple[int, int, bool],
    first: tuple[int, int, bool],
) -> str:
    """Return the text of the way to a state."""
    text, state = "", last
    while True:
        state, char = came[state]
        text = char + text
        if state == first:
            return text


def divided(made: Automaton, degree: int) -> Iterator[tuple[str, str]]:
    """Yield a beginning and a character that so many loops in a row take, for the worst one."""
    best: tuple[int, str, str] | None = None
    letters = sorted({char for chars in made.chars for char in chars}, key=readable)
    for char in letters:
        count, position = longest_chain(made, char)
        if count >= degree and (best is None or count > best[0]):
            start = way(made, START, position)
            if start is not None:
                best = count, start, char
    if best is not None:
        yield best[1], best[2]


def longest_chain(made: Automaton, char: str) -> tuple[int, int]:
    """Return how many loops in a row take the character, and a position in the first of them."""
    inside = [at for at in range(1, len(made.chars)) if char in made.chars[at]]
    reach = {at: reachable(made, at, char) for at in inside}
    looping = [at for at in inside if at in reach[at]]
    best: dict[int, int] = {}

    def depth(at: int) -> int:
        if at not in best:
            beyond = (other for other in looping if other in reach[at] and at not in reach[other])
            best[at] = 1 + max(map(depth, beyond), default=0)
        return best[at]

    deepest = max(looping, key=lambda at: (depth(at), -at), default=0)
    return (depth(deepest), deepest) if looping else (0, 0)


def reachable(made: Automaton, start: int, char: str) -> set[int]:
    """Return the positions that a run of one character leads to."""
    found: set[int] = set()
    waiting = [start]
    while waiting:
        for other in made.next[waiting.pop()]:
            if char in made.chars[other] and other not in found:
                found.add(other)
                waiting.append(other)
    return found


def way(made: Automaton, start: int, goal: int) -> str | None:
    """Return the shortest text that leads from one position to another."""
    came: dict[int, tuple[int, str]] = {}
    waiting = deque([start])
    while waiting:
        at = waiting.popleft()
        for other in made.next[at]:
            if other in came or not made.chars[other]:
                continue
            came[other] = at, min(made.chars[other], key=readable)
            if other == goal:
                return along(came, goal, start)
            waiting.append(other)
    return None


def along(came: dict[int, tuple[int, str]], goal: int, start: int) -> str:
    """Return the text of the way that was found."""
    at, text = came[goal]
    while at != start:
        at, char = came[at]
        text = char + text
    return text


def readable(char: str) -> tuple[int, str]:
    """Return the key that sorts letters first, then digits, then a space, then all others."""
    kinds = (char.isascii() and char.isalpha(), char.isascii() and char.isdigit(), char == " ")
    return kinds.index(True) if True in kinds else len(kinds), char
