"""A regular expression as positions and the steps between them, the way a matcher tries them.

A position is one place in the pattern where a character is taken. Anchors and lookarounds are left
out: what is found here is a suspicion, and is measured with the matcher itself before it counts.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field

from fencekit.checks.lint.regexes.parsed import (
    REPEATS,
    Node,
    accepts,
    is_single,
    ops,
    parsed,
    with_flags,
)

COPIES = 6
"""How often a part is written out that is repeated a number of times; beyond that it is a loop."""
MOST_POSITIONS = 160
MOST_PATHS = 4_000

USUAL = "ax01 \t\n!_/-.,;:\"'=@#<>(){}é"
START = 0


@dataclass
class Automaton:
    """Positions by number: the characters that each takes, and the positions that may come next.

    `next` has, for each position, those that follow, with how many ways lead there without taking
    a character: one, or two for several. Position 0 is the beginning and takes none. `accepting`
    are the positions after which the pattern may be through.
    """

    chars: list[frozenset[str]] = field(default_factory=lambda: [frozenset()])
    next: list[dict[int, int]] = field(default_factory=list)
    accepting: set[int] = field(default_factory=set)


def automaton(pattern: str) -> Automaton | None:
    """Return the automaton of a pattern; None for one that is too large or does not compile."""
    tree = parsed(pattern)
    if tree is None:
        return None
    builder = Builder(alphabet(pattern))
    try:
        last = builder.sequence(tree[0], tree[1], builder.first)
        return builder.finished(last)
    except (OverflowError, RecursionError):
        return None


def alphabet(pattern: str) -> str:
    """Return the characters to try: the usual ones, and those that the pattern spells."""
    return "".join(dict.fromkeys([*USUAL, *pattern, *pattern.lower(), *pattern.upper()]))


class Builder:
    """Builds an automaton: knots joined by empty steps, and positions between knots."""

    def __init__(self, letters: str) -> None:
        self.letters = letters
        self.made = Automaton()
        self.empty: list[list[int]] = [[]]
        self.takes: dict[int, list[tuple[int, int]]] = {}
        self.first = 0

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
            _, added, removed, nodes = given
            return self.sequence(list(nodes), with_flags(flags, added, removed), at)
        if op is ops.ATOMIC_GROUP:
            return self.sequence(list(given), flags, at)
        if op is ops.BRANCH:
            end = self.knot()
            for nodes in given[1]:
                start = self.knot()
                self.empty[at].append(start)
                self.empty[self.sequence(list(nodes), flags, start)].append(end)
            return end
        if op in REPEATS:
            least, most, nodes = given
            return self.repeated(int(least), int(most), list(nodes), flags, at)
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

    def repeated(self, least: int, most: int, nodes: list[Node], flags: int, at: int) -> int:
        """Add a part as often as it must be there, then as often as it may be."""
        for _ in range(min(least, COPIES)):
            at = self.sequence(list(nodes), flags, at)
        end = self.knot()
        if most - least <= COPIES:
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

    def finished(self, last: int) -> Automaton:
        """Return the automaton, with the ways between its positions counted."""
        after = {START: self.first}
        after.update({number: end for taken in self.takes.values() for number, end in taken})
        for position in range(len(self.made.chars)):
            ways: dict[int, int] = {}
            for knot in self.paths(after[position]):
                if knot == last:
                    self.made.accepting.add(position)
                for number, _ in self.takes.get(knot, ()):
                    ways[number] = min(ways.get(number, 0) + 1, 2)
            self.made.next.append(ways)
        return self.made

    def paths(self, start: int) -> Iterator[int]:
        """Yield the last knot of every path of empty steps that takes no step twice."""
        waiting: list[tuple[int, frozenset[tuple[int, int]]]] = [(start, frozenset())]
        for _ in range(MOST_PATHS):
            if not waiting:
                return
            knot, taken = waiting.pop()
            yield knot
            steps = ((knot, other) for other in self.empty[knot])
            waiting.extend((step[1], taken | {step}) for step in steps if step not in taken)
        raise OverflowError
