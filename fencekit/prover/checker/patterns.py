r"""Patterns, read one character at a time: what must be so of the rest for a match to be found.

A pattern is a program of nodes, made of what Python's own parser says. What is asked of the rest of
a text is a formula: any one of its threads, and of a thread all that it owes: to go on from a node,
or that another formula does not come true. So a lookahead is only one more thing owed. What a
lookbehind has begun to match is followed from the beginning of the text, and known at each place.

What repeats a group, or never gives back (`\1`, `(?>ab|a)`, `(?:ab)*+`), is followed in one
direction: of a wanted pattern it matches more than it should, of an unwanted one nothing.
"""

import re
import warnings
from collections.abc import Collection, Iterator
from functools import lru_cache
from re import _parser  # type: ignore[attr-defined]
from typing import Any

from fencekit.regex.charset import of_leaf

Thread = frozenset[Any]
"""What is owed together: nodes, by their numbers, and formulas that must not come true."""
Formula = frozenset[Thread]
State = tuple[Formula, ...]
"""What each lookbehind has begun to match, and at last what the rest must be."""
Here = tuple[str | None, dict[int, Formula]]
"""A place: the next character, and what is owed behind it for each lookbehind to hold here."""
NOTHING: Thread = frozenset()
FOUND: Formula = frozenset({NOTHING})
HERE: Thread = frozenset({"here"})
MATCHED, PASSED = 0, 1
"""The nodes at the end of a pattern, and at the end of a lookbehind."""

EMPTY_TOO = "" if re.search(r"\B", "") else "(?:(?=(?s:.))|(?<=(?s:.)))"
PLACES = {
    "AT_BEGINNING": "(?<!(?s:.))",
    "AT_BEGINNING_STRING": "(?<!(?s:.))",
    "AT_BEGINNING_LINE": "(?<!.)",
    "AT_END": r"(?!.|\n(?s:.))",
    "AT_END_STRING": "(?!(?s:.))",
    "AT_END_LINE": "(?!.)",
    "AT_BOUNDARY": r"(?:(?<=\w)(?!\w)|(?<!\w)(?=\w))",
    "AT_NON_BOUNDARY": r"(?:(?<=\w)(?=\w)|(?<!\w)(?!\w))" + EMPTY_TOO,
}
"""What each place is, in lookaheads and lookbehinds; a dot is all but a newline."""
ANYTHING = "(?s:.*)"
LEAVES = ("LITERAL", "NOT_LITERAL", "ANY", "IN")
ONE_WAY = ("ATOMIC_GROUP", "POSSESSIVE_REPEAT", "GROUPREF", "GROUPREF_EXISTS")
TYPES = int(re.ASCII | re.LOCALE | re.UNICODE)


class Pattern:
    """A pattern that is searched for; if not `anywhere`, at the beginning of a text only."""

    def __init__(self, pattern: str, *, anywhere: bool = True, wanted: bool = True) -> None:
        self._nodes: list[tuple[Any, ...]] = [("end", NOTHING), ("end", HERE)]
        self._behind: list[int] = []
        self._wanted = wanted
        self._known: dict[tuple[State, str | None], State] = {}
        items = parsed(pattern)
        begin = self._chain(items, int(items.state.flags), MATCHED)
        begin = self._chain(parsed(ANYTHING), 0, begin) if anywhere else begin
        self.sets = [node[1] for node in self._nodes if node[0] == "read"]
        self.start: State = (*(frozenset() for _ in self._behind), at(begin))

    def accepts(self, state: State) -> bool:
        """Say whether the text may end here."""
        return self.step(state, None)[-1] == FOUND

    def step(self, state: State, char: str | None) -> State:
        """Return the state after a character, or at the end of the text."""
        if (state, char) not in self._known:
            here: Here = char, {}
            behind = []
            for begin, begun in zip(self._behind, state[:-1], strict=False):
                after = self._after(begun | at(begin), here)
                here[1][begin] = frozenset(owed - HERE for owed in after if owed >= HERE)
                behind.append(frozenset(owed for owed in after if not owed >= HERE))
            rest = self._after(state[-1], here)
            self._known[state, char] = (FOUND,) if rest == FOUND else (*behind, rest)
        return self._known[state, char]

    def _after(self, formula: Formula, here: Here) -> Formula:
        """Return what must be so behind the character for the formula to be so before it."""
        found: set[Thread] = set()
        for thread in formula:
            ways = {NOTHING}
            for owed in thread:
                if isinstance(owed, int):
                    after: Collection[Thread] = list(self._ways(owed, here))
                else:
                    after = refused(self._after(owed, here))
                ways = {way | more for way in ways for more in after}
            found |= ways
        return FOUND if NOTHING in found else frozenset(found)

    def _ways(self, node: int, here: Here, seen: Thread = NOTHING) -> Iterator[Thread]:
        """Yield what is owed behind the character, by each way that goes on from a node."""
        match self._nodes[node]:
            case "end", owed:
                yield owed
            case "read", chars, then:
                if here[0] is not None and ord(here[0]) in chars:
                    yield NOTHING if then == MATCHED else frozenset({then})
            case "any", ways:
                # Who comes back without a character has gained nothing.
                for way in ways if node not in seen else ():
                    yield from self._ways(way, here, seen | {node})
            case "look", begin, positive, then:
                after = here[1][begin] if begin in here[1] else self._after(at(begin), here)
                for owed in after if positive else refused(after):
                    yield from (owed | more for more in self._ways(then, here, seen))

    def _chain(self, items: Any, flags: int, then: int) -> int:
        """Return the node that matches the items, one after another, and goes on."""
        for item in reversed(list(items)):
            then = self._item(item, flags, then)
        return then

    # One case for each kind of item that Python's parser knows.
    def _item(self, item: Any, flags: int, then: int) -> int:  # noqa: C901
        """Return the node that matches one item of Python's parser, and goes on."""
        match str(item[0]), item[1]:
            case "POSSESSIVE_REPEAT", (least, most, inner) if is_of_leaves(most, inner):
                # It takes all that there are, so what follows is no more of them.
                then = self._look(1, inner, flags, then, positive=False)
                return self._repeat(least, most, inner, flags, then)
            case name, _ if name == "FAILURE" or (name in ONE_WAY and not self._wanted):
                return self._add("any", [])
            case name, _ if name in LEAVES:
                return self._add("read", of_leaf(item, flags), then)
            case "BRANCH", (_, ways):
                return self._add("any", [self._chain(way, flags, then) for way in ways])
            case "SUBPATTERN", (_, added, taken, inner):
                kept = flags & ~TYPES if added & TYPES else flags
                return self._chain(inner, (kept | added) & ~taken, then)
            case (("MAX_REPEAT" | "MIN_REPEAT" | "POSSESSIVE_REPEAT"), (least, most, inner)):
                return self._repeat(least, most, inner, flags, then)
            case ("ASSERT" | "ASSERT_NOT") as name, (direction, inner):
                return self._look(direction, inner, flags, then, positive=name == "ASSERT")
            case "AT", place:
                line = f"{place}_LINE" if flags & re.MULTILINE else ""
                looks = PLACES.get(line, PLACES[str(place)])
                return self._chain(parsed(looks), flags & TYPES, then)
            case "ATOMIC_GROUP", inner:
                return self._chain(inner, flags, then)
            case "GROUPREF_EXISTS", (_, yes, no):
                return self._add("any", [self._chain(way or (), flags, then) for way in (yes, no)])
            case "GROUPREF", _:
                return self._chain(parsed(ANYTHING), 0, then)
            case name, _:
                raise ValueError(f"`{name}` is not followed by the checker")

    def _repeat(self, least: int, most: Any, inner: Any, flags: int, then: int) -> int:
        begin = then
        if most is _parser.MAXREPEAT:
            begin = self._add("any", [then])
            self._nodes[begin][1].append(self._chain(inner, flags, begin))
        else:
            for _ in range(most - least):
                begin = self._add("any", [then, self._chain(inner, flags, begin)])
        for _ in range(least):
            begin = self._chain(inner, flags, begin)
        return begin

    def _look(self, direction: int, inner: Any, flags: int, then: int, *, positive: bool) -> int:
        self._wanted ^= not positive
        begin = self._chain(inner, flags, MATCHED if direction > 0 else PASSED)
        self._wanted ^= not positive
        if direction < 0:
            self._behind.append(begin)
        return self._add("look", begin, positive, then)

    def _add(self, *node: Any) -> int:
        self._nodes.append(node)
        return len(self._nodes) - 1


def is_of_leaves(most: Any, inner: Any) -> bool:
    """Say whether a repeat is of a single character of a set, any number of times."""
    return most is _parser.MAXREPEAT and [str(name) for name, _ in inner] in ([x] for x in LEAVES)


def at(node: int) -> Formula:
    """Return the formula that a match goes on from a node."""
    return frozenset({frozenset({node})})


def refused(formula: Formula) -> Collection[Thread]:
    """Return what is owed for a formula not to come true; nothing at all where it has."""
    return [] if NOTHING in formula else [frozenset({formula}) if formula else NOTHING]


@lru_cache(maxsize=1024)
def parsed(pattern: str) -> Any:
    """Return a pattern as Python parses it."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return _parser.parse(pattern)
