"""Texts on which a pattern may backtrack without end, by how its ways grow.

A text begins as the growth shows, repeats what leads round the loops, and ends so that the match
fails: with a character that no way takes behind the repetition, or with what a lookahead asks for
and such a character behind that. Where time is shown to grow with the square of the text at most,
there is none.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice

from fencekit.regex.matching_examples import sequence
from fencekit.regex.python_syntax import Items, ops, parse_pattern, walk_items
from fencekit.regex.redos.matcher_paths import Paths, paths
from fencekit.regex.redos.redos_growth import Part, growth

ENDS = ("\x00", "\n")
"""What hardly any pattern takes; behind the repetitions it makes the match fail."""
MOST_LETTERS = 8
MOST_ASKED = 4
MOST_SUSPICIONS = 32


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
    """Return texts on which the pattern may backtrack without end, the likeliest first.

    There are none where the form of the pattern shows that it cannot, or where it is not followed.
    """
    tree, known = parse_pattern(pattern), growth(pattern)
    if tree is None or known is None or known.is_harmless:
        return ()
    made = paths(pattern) or paths(pattern, 1)
    assert made is not None
    behind = [
        ((text + start, pump),)
        for text in lookaround_demands(tree, -1)
        for start, pump in known.shown[0]
    ]
    shown = [*known.shown, *behind]
    choices = [list(dict.fromkeys(ends(made, tree, parts))) for parts in shown]
    found = (
        Suspicion(parts, listed[number])
        for number in range(max(map(len, choices)))
        for parts, listed in zip(shown, choices, strict=True)
        if number < len(listed)
    )
    return tuple(islice(found, MOST_SUSPICIONS))


def ends(made: Paths, tree: tuple[Items, int], parts: tuple[Part, ...]) -> Iterator[str]:
    """Yield ends behind which no way goes on, those that satisfy lookaheads after simple ones."""
    refused = list(refused_characters(made, "".join(start + pump * 2 for start, pump in parts)))
    yield from (*refused[:1], *ENDS)
    for text in lookaround_demands(tree, 1):
        end = (*refused, ENDS[0])[0]
        yield from (text + end, end + text)
    yield from refused[1:]


def lookaround_demands(tree: tuple[Items, int], direction: int) -> Iterator[str]:
    """Yield what lookarounds of a direction ask for: 1 for those ahead, -1 for those behind."""
    items, flags = tree
    looks = (value for op, value in walk_items(items) if op is ops.ASSERT)
    inner = (inner for way, inner in looks if way == direction)
    for one in islice(inner, MOST_ASKED):
        yield from islice(sequence(list(one), flags), 1)


def refused_characters(made: Paths, text: str) -> Iterator[str]:
    """Yield characters that no way takes behind a text, but those that begin the search anew."""
    at = {0}
    for char in text:
        bit = 1 << made.class_of(char)
        at = {step.then for one in at for step in made.steps[one] if step.chars & bit}
    taken = 0
    for one in at - made.searching:
        for step in made.steps[one]:
            taken |= step.chars
    left = (char for number, char in enumerate(made.spelled) if not taken >> number & 1)
    yield from islice(left, MOST_LETTERS)
