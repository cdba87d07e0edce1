"""Where a pattern can take the same text in many ways, so that a matcher may try them all.

Two kinds of suspicion. *Exponential*: a text leads from a position back to itself in two ways, so
that each repetition doubles the ways. *Polynomial*: several loops in a row take the same
character, so that a run of it can be divided among them. Either gives texts to measure. Where the
form of a pattern shows that neither can be, nothing is suspected.
"""

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice

from fencekit.regex.anchors import Hold, starts
from fencekit.regex.redos.growth import Part, growth
from fencekit.regex.redos.positions import START, PositionAutomaton, automaton, readable
from fencekit.regex.redos.scc import components
from fencekit.regex.syntax import parse_pattern

Pair = tuple[int, int]
ENDS = ("\x00", "\n")
"""What hardly any pattern takes; behind the repetitions it makes the match fail."""
MOST_PAIRS = 20_000
MOST_STEPS = 3_000_000
"""How many steps of two matchers side by side are followed, which takes seconds."""
MOST_LOOPS = 8
MOST_STARTS = 6
MOST_ASKED = 4
MOST_SUSPICIONS = 32
CUBIC = 3
"""The least degree of a polynomial that is worth measuring: with less, long texts are fine."""


@dataclass(frozen=True, slots=True)
class Suspicion:
    """Beginnings, each with what is to be repeated behind it, and an end."""

    parts: tuple[Part, ...]
    end: str

    def text(self, length: int) -> str:
        """Return the text with as many repetitions as fit into a length, and one at least."""
        room = length - len(self.end) - sum(len(start) for start, _ in self.parts)
        share = room // len(self.parts)
        made = (start + pump * max(1, share // len(pump)) for start, pump in self.parts)
        return "".join(made) + self.end


@lru_cache(maxsize=1024)
def suspicions(pattern: str) -> tuple[Suspicion, ...]:
    """Return texts on which the pattern may backtrack without end, the worst kind first.

    There are none where the form of the pattern shows that it cannot (`growth`).
    """
    tree = parse_pattern(pattern)
    known = growth(pattern)
    if tree is None or (known is not None and known.is_harmless):
        return ()
    found = list(known.shown) if known is not None else []
    made = automaton(pattern)
    if made is None:
        return tuple(Suspicion(parts, end) for end in ENDS for parts in found)
    found.extend((one,) for one in doublings(made))
    anchored = Hold.OPEN not in starts(*tree)
    found.extend((one,) for one in divisions(made, CUBIC - (not anchored)))
    return tuple(islice(texts(made, list(dict.fromkeys(found))), MOST_SUSPICIONS))


def texts(made: PositionAutomaton, found: list[tuple[Part, ...]]) -> Iterator[Suspicion]:
    """Yield a suspicion for each way to end each repetition; all with a first end come first."""
    pumps = [parts[-1][1] for parts in found]
    ends = [
        list(dict.fromkeys((*refused_character(made, pump), *ENDS, *lookahead_ends(made, pump))))
        for pump in pumps
    ]
    for number in range(max(map(len, ends), default=0)):
        for parts, choices in zip(found, ends, strict=True):
            if number < len(choices):
                yield Suspicion(parts, choices[number])


def refused_character(made: PositionAutomaton, pump: str) -> list[str]:
    """Return a character that no position takes which takes one of the repetition, if there is."""
    near = [chars for chars in made.chars if chars & set(pump)]
    letters = sorted({char for chars in made.chars for char in chars}, key=readable)
    return [char for char in letters if not any(char in chars for chars in near)][:1]


def lookahead_ends(made: PositionAutomaton, pump: str) -> Iterator[str]:
    """Yield ends that satisfy a lookahead which must hold, and refuse the repetition as well."""
    refusing = (*refused_character(made, pump), ENDS[0])[0]
    for position in sorted(made.asked)[:MOST_ASKED]:
        text = way(made, START, position)
        if text is not None:
            yield from (text + refusing, refusing + text)


def doublings(made: PositionAutomaton) -> Iterator[tuple[str, str]]:
    """Yield beginnings and a repetition that doubles the ways, for each loop that has one."""
    for position in islice(ambiguous(made), MOST_LOOPS):
        pump = twice(made, position)
        if pump:
            yield from ((start, pump) for start in ways_to(made, position))


def ambiguous(made: PositionAutomaton) -> Iterator[int]:
    """Yield a position of each loop that two ways may lead round with the same text.

    Two matchers walk side by side from one position: where they can part, and meet again in it,
    the ways double. Steps out of a loop never lead back, so both stay in it.
    """
    loop_of = {
        position: number
        for number, loop in enumerate(components(dict(enumerate(map(list, made.next)))))
        for position in loop
    }
    letters = sorted(frozenset().union(*made.chars))
    bits = {char: 1 << number for number, char in enumerate(letters)}
    masks = [sum(bits[char] for char in chars) for chars in made.chars]
    inner = [
        [other for other in following if loop_of[other] == loop_of[at]]
        for at, following in enumerate(made.next)
    ]
    pairs: dict[Pair, list[Pair]] = {(at, at): [] for at in range(1, len(inner)) if inner[at]}
    waiting = deque(pairs)
    room = MOST_STEPS
    while waiting and room > 0:
        one, other = pair = waiting.popleft()
        room -= len(inner[one]) * len(inner[other])
        for left in inner[one]:
            for right in inner[other]:
                if masks[left] & masks[right]:
                    reached = (left, right) if left < right else (right, left)
                    pairs[pair].append(reached)
                    if reached not in pairs:
                        pairs[reached] = []
                        waiting.append(reached)
    for together in components(pairs):
        same = sorted(left for left, right in together if left == right)
        parted = len(same) < len(together) or any(
            ways > 1 and other in same for at in same for other, ways in made.next[at].items()
        )
        if same and parted:
            yield same[0]


def ways_to(made: PositionAutomaton, position: int) -> Iterator[str]:
    """Yield texts that lead to a position: the shortest, and others that begin differently."""
    found = [way(made, START, position)]
    for first in sorted(made.next[START]):
        chars = made.chars[first]
        if chars:
            rest = "" if first == position else way(made, first, position)
            found.append(None if rest is None else made.choose_character(chars) + rest)
    yield from islice(dict.fromkeys(text for text in found if text is not None), MOST_STARTS)


def twice(made: PositionAutomaton, position: int) -> str:
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
                came[reached] = state, made.choose_character(shared)
                if reached == (position, position, True):
                    return spell_path(came, reached, first)
                waiting.append(reached)
    return ""


def spell_path(
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


def divisions(made: PositionAutomaton, degree: int) -> Iterator[tuple[str, str]]:
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


def longest_chain(made: PositionAutomaton, char: str) -> tuple[int, int]:
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


def reachable(made: PositionAutomaton, start: int, char: str) -> set[int]:
    """Return the positions that a run of one character leads to."""
    found: set[int] = set()
    waiting = [start]
    while waiting:
        for other in made.next[waiting.pop()]:
            if char in made.chars[other] and other not in found:
                found.add(other)
                waiting.append(other)
    return found


def way(made: PositionAutomaton, start: int, goal: int) -> str | None:
    """Return the shortest text that leads from one position to another."""
    came: dict[int, tuple[int, str]] = {}
    waiting = deque([start])
    while waiting:
        at = waiting.popleft()
        for other in made.next[at]:
            if other in came or not made.chars[other]:
                continue
            came[other] = at, made.choose_character(made.chars[other])
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
