"""A pattern, as Python's own parser reads it, as a nondeterministic automaton.

Only whether a match exists counts, so greedy and lazy repeats are the same. What existence alone
does not say is either written in other terms first (`rewriting`) or refused: a refused pattern is
no pattern that the prover guesses about.

A program is a list of nodes. Each node reads a character of a set, or goes on for free, or on a
condition about its place: a boundary, what lies ahead (a program of its own, matched from here),
what lies behind (a program that follows the text from its beginning).
"""

import re
from dataclasses import dataclass, field
from enum import Enum, auto
from typing import Any

from fencekit.regex.charset import NEWLINE, CharSet, of_leaf, word_chars
from fencekit.regex.python_syntax import LEAVES, LOOKS, PLAIN_REPEATS, Items, combine_flags, ops

MAX_NODES = 30_000


class UnsupportedError(Exception):
    """A pattern says something that is not followed exactly; the message says what."""


class At(Enum):
    """A condition about a place in the text."""

    START = auto()
    LINE_START = auto()
    END = auto()
    LAST_LINE_END = auto()
    LINE_END = auto()
    BOUNDARY = auto()
    NO_BOUNDARY = auto()


@dataclass(frozen=True, slots=True)
class Char:
    """Reads a character of the set with that number."""

    chars: int
    then: int


@dataclass(frozen=True, slots=True)
class Split:
    """Goes on for free."""

    ways: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Assertion:
    """Goes on where the condition holds; `words` is the set of word characters, if it takes one."""

    at: At
    then: int
    words: int = -1


@dataclass(frozen=True, slots=True)
class Lookahead:
    """Goes on where the program with that number matches from here, or where it does not."""

    program: int
    positive: bool
    then: int


@dataclass(frozen=True, slots=True)
class Lookbehind:
    """Goes on where the follower with that number matches up to here, or where it does not."""

    follower: int
    positive: bool
    then: int


@dataclass(frozen=True, slots=True)
class Accept:
    """The program has matched."""


Node = Char | Split | Assertion | Lookahead | Lookbehind | Accept


@dataclass(slots=True)
class NFA:
    """Nodes, and the one to start with; node 0 accepts."""

    nodes: list[Node] = field(default_factory=lambda: [Accept()])
    start: int = 0

    def add(self, node: Node) -> int:
        """Add a node and return its number."""
        if len(self.nodes) > MAX_NODES:
            raise UnsupportedError("is too large")
        self.nodes.append(node)
        return len(self.nodes) - 1


@dataclass(slots=True)
class PatternNFAs:
    """The programs of a pattern: the main one first, then those ahead; and those behind."""

    programs: list[NFA] = field(default_factory=list)
    followers: list[NFA] = field(default_factory=list)
    sets: list[CharSet] = field(default_factory=list)

    def set_number(self, chars: CharSet) -> int:
        """Return the number of a set of characters."""
        if chars not in self.sets:
            self.sets.append(chars)
        return self.sets.index(chars)


def build(items: Items, flags: int) -> PatternNFAs:
    """Return the programs of parsed items; raise UnsupportedError where that is not exact."""
    parsed = PatternNFAs()
    parsed.programs.append(NFA())
    NFABuilder(parsed, parsed.programs[0]).fill(items, flags)
    return parsed


@dataclass(slots=True)
class NFABuilder:
    """Builds one program, from its end to its beginning."""

    parsed: PatternNFAs
    program: NFA
    looks_behind: bool = False

    def fill(self, items: Items, flags: int) -> None:
        """Make the program match the items."""
        self.program.start = self.sequence(items, flags, 0)

    def sequence(self, items: Items, flags: int, then: int) -> int:
        """Return the node that matches the items and goes on."""
        for item in reversed(items):
            then = self.item(item, flags, then)
        return then

    def item(self, item: tuple[Any, Any], flags: int, then: int) -> int:
        """Return the node that matches one item and goes on."""
        name, value = item
        if name in LEAVES:
            chars = self.parsed.set_number(of_leaf(item, flags))
            return self.program.add(Char(chars, then))
        if name is ops.BRANCH:
            ways = [self.sequence(way, flags, then) for way in value[1]]
            return self.program.add(Split(tuple(ways)))  # twice the same way is two for a matcher
        if name is ops.SUBPATTERN:
            _, added, taken, inner = value
            return self.sequence(inner, combine_flags(flags, added, taken), then)
        if name in PLAIN_REPEATS:
            return self.repeat(value, flags, then)
        if name is ops.AT:
            return self.place(value, flags, then)
        if name in LOOKS:
            return self.look(value, flags, then, positive=name is ops.ASSERT)
        if name is ops.FAILURE:
            return self.program.add(Split(()))
        raise UnsupportedError(f"has {NAMES.get(str(name), str(name).lower())}")

    def repeat(self, value: tuple[Any, Any, Items], flags: int, then: int) -> int:
        """Return the node that matches an item so many times and goes on."""
        least, most, inner = value
        start = then
        if most is ops.MAXREPEAT:
            start = self.program.add(Split(()))
            body = self.sequence(inner, flags, start)
            self.program.nodes[start] = Split((body, then))
            if least:  # the loop itself is the last of those that must be there
                start, least = body, least - 1
        else:
            for _ in range(int(most) - int(least)):
                start = self.program.add(Split((self.sequence(inner, flags, start), then)))
        for _ in range(int(least)):
            start = self.sequence(inner, flags, start)
        return start

    def place(self, value: Any, flags: int, then: int) -> int:
        """Return the node for a condition about the place."""
        at = PLACES[value]
        if flags & re.MULTILINE:
            at = {At.LAST_LINE_END: At.LINE_END}.get(at, at)
            if value is ops.AT_BEGINNING:
                at = At.LINE_START
        if at is At.LAST_LINE_END and self.looks_behind:
            raise UnsupportedError("has `$` in a lookbehind")
        words = -1
        if at in (At.BOUNDARY, At.NO_BOUNDARY):
            words = self.parsed.set_number(word_chars(ascii_only=not flags & re.UNICODE))
        elif at in (At.LINE_START, At.LAST_LINE_END, At.LINE_END):
            self.parsed.set_number(NEWLINE)
        return self.program.add(Assertion(at, then, words))

    def look(self, value: tuple[int, Items], flags: int, then: int, *, positive: bool) -> int:
        """Return the node for what lies ahead or behind."""
        direction, inner = value
        program = NFA()
        if direction > 0:
            if self.looks_behind:
                raise UnsupportedError("looks ahead in a lookbehind")
            self.parsed.programs.append(program)
            number = len(self.parsed.programs) - 1
            NFABuilder(self.parsed, program).fill(inner, flags)
            return self.program.add(Lookahead(number, positive, then))
        # What the inner one looks back upon comes before it in the list, as it is needed first.
        NFABuilder(self.parsed, program, looks_behind=True).fill(inner, flags)
        self.parsed.followers.append(program)
        return self.program.add(Lookbehind(len(self.parsed.followers) - 1, positive, then))


PLACES = {
    ops.AT_BEGINNING: At.START,
    ops.AT_BEGINNING_STRING: At.START,
    ops.AT_END: At.LAST_LINE_END,
    ops.AT_END_STRING: At.END,
    ops.AT_BOUNDARY: At.BOUNDARY,
    ops.AT_NON_BOUNDARY: At.NO_BOUNDARY,
}
NAMES = {
    "GROUPREF": "a backreference",
    "GROUPREF_EXISTS": "a conditional group",
    "ATOMIC_GROUP": "an atomic group",
    "POSSESSIVE_REPEAT": "a possessive repeat",
}
