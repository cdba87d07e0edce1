"""A regular expression as positions and the steps between them, the way a matcher tries them.

A position is one place in the pattern where a character is taken. A lookaround is a way that leads
nowhere: its positions are tried like others, and nothing follows them. Anchors are left out, and
so is whether a lookaround holds: what is found here is a suspicion, and is measured with the
matcher itself before it counts.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from fencekit.regex.syntax import (
    REPEATS,
    Node,
    accepts,
    is_single,
    ops,
    parse_pattern,
    with_flags,
)

COPIES = 6
"""How often a part is written out that is repeated a number of times; beyond that it is a loop.

In a pattern that becomes too large so, it is a loop already for two.
"""
MOST_POSITIONS = 4_000

USUAL = "ax01 \t\n!_/-.,;:\"'=@#<>(){}é"
START = 0


@dataclass
class PositionAutomaton:
    """Positions by number: the characters that each takes, and the positions that may come next.

    `next` has, for each position, those that follow, with how many ways lead there without taking
    a character: one, or two for several. Position 0 is the beginning and takes none. `accepting`
    are the positions after which the pattern may be through; `asked` those after which a lookahead
    is that must hold, and `shunned` the characters at the front of those that must not.
    """

    chars: list[frozenset[str]] = field(default_factory=lambda: [frozenset()])
    next: list[dict[int, int]] = field(default_factory=list)
    accepting: set[int] = field(default_factory=set)
    asked: set[int] = field(default_factory=set)
    shunned: set[str] = field(default_factory=set)

    def choose_character(self, chars: Iterable[str]) -> str:
        """Return the character to spell: one that no lookahead shuns, a readable one."""
        return min(chars, key=lambda char: (char in self.shunned, readable(char)))


def automaton(pattern: str) -> PositionAutomaton | None:
    """Return the automaton of a pattern; None for one that is too large or does not compile."""
    tree = parse_pattern(pattern)
    if tree is None:
        return None
    for copies in (COPIES, 1):
        builder = PositionAutomatonBuilder(alphabet(pattern), copies)
        try:
            last = builder.sequence(tree[0], tree[1], builder.first)
            return builder.finish(last)
        except OverflowError:
            continue
        except RecursionError:
            break
    return None


def alphabet(pattern: str) -> str:
    """Return the characters to try: the usual ones, and those that the pattern spells."""
    return "".join(dict.fromkeys([*USUAL, *pattern, *pattern.lower(), *pattern.upper()]))


class PositionAutomatonBuilder:
    """Builds an automaton: knots joined by empty steps, and positions between knots."""

    def __init__(self, letters: str, copies: int) -> None:
        self.letters = letters
        self.copies = copies
        self.made = PositionAutomaton()
        self.empty: list[list[int]] = [[]]
        self.takes: dict[int, list[tuple[int, int]]] = {}
        self.first = 0
        self.groups: dict[int, tuple[list[Node], int]] = {}
        self.asked: set[int] = set()
        self.shunned: list[int] = []

    def knot(self) -> int:
        """Return a new knot."""
        self.empty.append([])
        return len(self.empty) - 1

    def sequence(self, nodes: list[Node], flags: int, at: int) -> int:
        """Add nodes behind a knot, and return the knot behind them."""
        for node in nodes:
            at = self.node(node, flags, at)
        return at

    def node(self, node: Node, flags: int, at: int) -> int:
        """Add a node behind a knot, and return the knot behind it."""
        op, given = node
        if is_single(node):
            return self.position(node, flags, at)
        if op is ops.SUBPATTERN:
            number, added, removed, nodes = given
            self.groups[number] = list(nodes), with_flags(flags, added, removed)
            return self.sequence(*self.groups[number], at)
        if op is ops.ATOMIC_GROUP:
            return self.sequence(list(given), flags, at)
        if op is ops.BRANCH:
            return self.either([list(nodes) for nodes in given[1]], flags, at)
        if op is ops.GROUPREF_EXISTS:
            return self.either([list(nodes or ()) for nodes in given[1:]], flags, at)
        if op is ops.GROUPREF:
            return self.sequence(*self.groups.get(given, ([], 0)), at)
        if op in (ops.ASSERT, ops.ASSERT_NOT):
            return self.add_lookaround(op, given, flags, at)
        if op in REPEATS:
            least, most, nodes = given
            return self.add_repeat(int(least), int(most), list(nodes), flags, at)
        return at

    def either(self, choices: list[list[Node]], flags: int, at: int) -> int:
        """Add alternatives behind a knot, and return the knot behind them."""
        end = self.knot()
        for nodes in choices:
            start = self.knot()
            self.empty[at].append(start)
            self.empty[self.sequence(nodes, flags, start)].append(end)
        return end

    def add_lookaround(self, op: Any, given: Any, flags: int, at: int) -> int:
        """Add a lookaround: what is inside it may come next, and nothing comes behind it.

        What is looked for in front of a knot can be anywhere in the text before it, the beginning
        included; where it must be there, it is one way to the knot behind.
        """
        direction, nodes = given
        start = self.knot()
        self.empty[at if direction > 0 else self.first].append(start)
        end = self.sequence(list(nodes), flags, start)
        if op is ops.ASSERT_NOT:
            self.shunned.append(start)
        elif direction > 0:
            self.asked.add(end)
        else:
            behind = self.knot()
            self.empty[at].append(behind)
            self.empty[end].append(behind)
            return behind
        return at

    def position(self, node: Node, flags: int, at: int) -> int:
        """Add a position that takes a character."""
        number = len(self.made.chars)
        if number > MOST_POSITIONS:
            raise OverflowError
        taken = frozenset(char for char in self.letters if accepts(node, flags, char))
        self.made.chars.append(taken)
        end = self.knot()
        self.takes.setdefault(at, []).append((number, end))
        return end

    def add_repeat(self, least: int, most: int, nodes: list[Node], flags: int, at: int) -> int:
        """Add a part as often as it must be there, then as often as it may be."""
        for _ in range(min(least, self.copies)):
            at = self.sequence(list(nodes), flags, at)
        end = self.knot()
        if least <= self.copies and most - least <= self.copies:
            for _ in range(most - least):
                self.empty[at].append(end)
                start = self.knot()
                self.empty[at].append(start)
                at = self.sequence(list(nodes), flags, start)
            self.empty[at].append(end)
            return end
        loop = self.knot()
        self.empty[at].append(loop)
        self.empty[loop].append(end)
        start = self.knot()
        self.empty[loop].append(start)
        self.empty[self.sequence(list(nodes), flags, start)].append(loop)
        return end

    def finish(self, last: int) -> PositionAutomaton:
        """Return the automaton, with the ways between its positions counted."""
        after = {START: self.first}
        after.update({number: end for taken in self.takes.values() for number, end in taken})
        for position in range(len(self.made.chars)):
            ways: dict[int, int] = {}
            for knot, count in self.epsilon_closure(after[position]).items():
                if knot == last:
                    self.made.accepting.add(position)
                if knot in self.asked:
                    self.made.asked.add(position)
                for number, _ in self.takes.get(knot, ()):
                    ways[number] = count
            self.made.next.append(ways)
        for start in self.shunned:
            for knot in self.epsilon_closure(start):
                for number, _ in self.takes.get(knot, ()):
                    self.made.shunned |= self.made.chars[number]
        if len(self.made.shunned) > len(self.letters) // 2:
            self.made.shunned.clear()  # it shuns what is common, and tells nothing
        return self.made

    def epsilon_closure(self, start: int) -> dict[int, int]:
        """Return the knots that empty steps lead to, with how many ways: 1, or 2 for several.

        A loop of empty steps is a second way to all that lies on it and behind it.
        """
        counts = {start: 1}
        waiting = [(start, 1)]
        while waiting:
            knot, more = waiting.pop()
            for other in self.empty[knot]:
                added = min(more, 2 - counts.get(other, 0))
                if added:
                    counts[other] = counts.get(other, 0) + added
                    waiting.append((other, added))
        return counts


def readable(char: str) -> tuple[int, str]:
    """Return the key that sorts letters first, then digits, then a space, then all others."""
    kinds = (char.isascii() and char.isalpha(), char.isascii() and char.isdigit(), char == " ")
    return kinds.index(True) if True in kinds else len(kinds), char
