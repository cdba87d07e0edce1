r"""A regular expression as the ways that a matcher may go: its states, and the steps between them.

A matcher that tries everything goes, for a text that it fails on, every way through this graph that
the text allows, and each way once. A state is a node of the pattern with what it still owes to
lookaheads, after a character. What a lookahead or a lookbehind tries is a way of its own, which
leads nowhere. So is each place at which the search begins anew.

It has at least the ways that the matcher has: what is not followed exactly (many repeats, a
lookahead that has some) is left free. Characters are exact, as are anchors, boundaries and what
most lookaheads ask.
"""

from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from fencekit.regex.desugar import eliminate_possessive, rewritten
from fencekit.regex.lazy_dfa import LazyDFA
from fencekit.regex.minterms import minterms
from fencekit.regex.nfa import Accept, Char, Lookahead, Lookbehind, Split, UnsupportedError, build
from fencekit.regex.nfa_threads import NO_DEBT, Before, PendingAssertion
from fencekit.regex.python_syntax import (
    LOOKS,
    REPEATS,
    Item,
    Items,
    is_single,
    ops,
    parse_pattern,
    rebuilt,
    walk_items,
)
from fencekit.regex.regex_tokens import compiles
from fencekit.regex.text_assertions import PositionContext

SEARCH = -1
"""The program of the search itself, which begins the first one at every place."""
COPIES = 20
"""How often a part is written out that may be there a number of times; with more it is a loop."""
MOST_STATES = 20_000
MOST_VISITS = 3_000_000
"""How often a node is come to on ways that take no character, which takes seconds."""

At = tuple[int, int, frozenset[PendingAssertion]]
"""A program, a node of it, and what is owed."""
State = tuple[At, Before]
"""Where a way is, and what the place is like that it has come to."""


@dataclass(slots=True)
class PathStep:
    """A step to a state: the classes of characters that make it, as bits, and in how many ways.

    One way, or two for several.
    """

    chars: int
    then: int
    ways: int = 1


@dataclass(slots=True)
class Paths:
    """The states by number, of which 0 is the beginning, with the steps from each."""

    spelled: list[str]
    """A character of each class."""
    class_of: Callable[[str], int]
    """The class of a character."""
    steps: list[list[PathStep]] = field(default_factory=list)
    searching: set[int] = field(default_factory=set)
    """The states in which the search has yet to begin."""

    def char(self, chars: int) -> str:
        """Return the plainest character of some classes."""
        return self.spelled[(chars & -chars).bit_length() - 1]


def paths(pattern: str, copies: int = COPIES) -> Paths | None:
    """Return the ways of a pattern; None for one that is too large, or that is not followed.

    `copies` is how often a part is written out that may be there a number of times.
    """
    tree = parse_pattern(pattern)
    if tree is None or not compiles(pattern):
        return None
    items, flags = tree
    if any(op is ops.GROUPREF for op, _ in walk_items(items)):
        # Written out, references say what is found, and not in how many ways.
        simple = [one for item in items for one in eliminate_possessive(item)]
    else:
        simple = rewritten(items, flags)
    try:
        widened = Widening().pattern(simple, copies)
        return PathWalk(LazyDFA(build(widened, flags), anywhere=True)).reachable_states()
    except (UnsupportedError, RecursionError):
        return None


class Widening:
    """Writes a pattern so that it has at least the ways that it had, and all are followed.

    A part that may be there more often than it is written out is a loop. A group is left by every
    way, a reference to a group is the group again, a condition on one goes both ways. A lookaround
    with such a part in it is tried, and not asked; so is each that looks behind, and one of more
    than characters in a row is tried from every place: it begins the pattern anew.
    """

    def __init__(self) -> None:
        self.groups: dict[int, Item] = {}
        self.behind: list[list[Item]] = []
        self.scopes = 0

    def pattern(self, items: Items, copies: int) -> list[Item]:
        """Return the items of a whole pattern, written so."""
        made = self.sequence(items, copies)
        if not self.behind:
            return made
        return [(ops.BRANCH, (None, [made, *self.behind]))]

    def sequence(self, items: Items, copies: int) -> list[Item]:
        """Return items in a row, written so."""
        return [self.item(item, copies) for item in items]

    def item(self, item: Item, copies: int) -> Item:
        """Return one item, written so."""
        op, given = item
        if op in REPEATS:
            least, most, inner = given
            if most is not ops.MAXREPEAT and most > copies:
                least, most = min(least, 1), ops.MAXREPEAT
            left = copies if most is ops.MAXREPEAT else copies // max(1, most)
            body = self.sequence(inner, left)
            name = ops.MAX_REPEAT if op is ops.POSSESSIVE_REPEAT else op
            return name, (min(least, max(1, copies)), most, body)
        if op in LOOKS:
            return self.look(item, copies)
        if op is ops.ATOMIC_GROUP:
            return ops.SUBPATTERN, (None, 0, 0, self.sequence(given, copies))
        if op is ops.GROUPREF_EXISTS:
            ways = [self.sequence(way or (), copies) for way in given[1:]]
            return ops.BRANCH, (None, ways)
        if op is ops.GROUPREF:
            if self.scopes or given not in self.groups:
                raise UnsupportedError("refers to a group under other flags")
            return self.groups[given]
        is_scope = op is ops.SUBPATTERN and bool(given[1] or given[2])
        self.scopes += is_scope
        made = rebuilt(item, lambda inner: self.sequence(inner, copies))
        self.scopes -= is_scope
        if op is ops.SUBPATTERN and given[0] is not None:
            self.groups[given[0]] = made
        return made

    def look(self, item: Item, copies: int) -> Item:
        """Return a lookaround: as it is, where it can be asked, else as ways that lead nowhere."""
        direction, inner = item[1]
        body = self.sequence(inner, copies)
        if direction > 0 and repr(list(inner)) == repr(body):
            return item
        nowhere = [*body, (ops.FAILURE, ())]
        if direction < 0 and not all(is_single(one) or one[0] is ops.AT for one in inner):
            if self.scopes:
                raise UnsupportedError("looks behind under flags of its own")
            self.behind.append(nowhere)
            nowhere = []
        return ops.BRANCH, (None, [nowhere, []])


class PathWalk:
    """Walks an automaton's programs, one way at a time rather than all at once."""

    def __init__(self, automaton: LazyDFA) -> None:
        self.automaton = automaton
        self.programs = automaton.programs
        self.classes_of = [
            sum(1 << at for at, bits in enumerate(automaton.classes) if bits >> number & 1)
            for number in range(len(automaton.sets))
        ]
        """The classes of the characters of each set, as bits."""
        self.numbers: dict[State, int] = {}
        self.left: deque[State] = deque()
        self.visits = 0
        self.made = Paths([char for _, char in minterms(automaton.sets)], automaton.class_of)
        self.number(((SEARCH, 0, NO_DEBT), automaton.first_place))

    def number(self, state: State) -> int:
        """Return the number of a state, which is walked from later if it is new."""
        known = self.numbers.get(state)
        if known is None:
            if len(self.numbers) >= MOST_STATES:
                raise UnsupportedError("takes too many states")
            known = self.numbers[state] = len(self.numbers)
            self.left.append(state)
            if state[0][0] == SEARCH:
                self.made.searching.add(known)
        return known

    def reachable_states(self) -> Paths:
        """Return all states that can be reached, with their steps."""
        while self.left:
            if self.visits > MOST_VISITS:
                raise UnsupportedError("takes too many steps")
            self.made.steps.append(list(self.steps(self.left.popleft())))
        return self.made

    def steps(self, state: State) -> Iterator[PathStep]:
        """Yield the steps from a state, those to the same state by the same characters as one."""
        at, place = state
        found: dict[int, list[PathStep]] = {}
        for chars, after, ways in self.moves(at, place):
            for mask, then in self.arrivals(chars, after):
                known = found.setdefault(then, [])
                shared = next((one for one in known if one.chars & mask), None)
                if shared is None:
                    known.append(PathStep(mask, then, ways))
                else:
                    shared.chars, shared.ways = shared.chars | mask, 2
        for steps in found.values():
            yield from steps

    def arrivals(self, chars: int, after: At) -> Iterator[tuple[int, int]]:
        """Yield the states that a place may be after some classes of characters."""
        by_place: dict[Before, int] = {}
        rest = chars
        while rest:
            low = rest & -rest
            rest ^= low
            place = self.automaton.place_after(self.automaton.classes[low.bit_length() - 1])
            by_place[place] = by_place.get(place, 0) | low
        for place, mask in by_place.items():
            yield mask, self.number((after, place))

    def moves(self, at: At, place: Before) -> Iterator[tuple[int, At, int]]:
        """Yield what may be read from a place on: classes of characters, where that leads, ways."""
        every = (1 << len(self.automaton.classes)) - 1
        if at[0] == SEARCH:
            yield every, at, 1
            at = (0, self.programs[0].start, NO_DEBT)
        if not at[2]:
            reads, looked = self.free(at, PositionContext(*place, next=0))
            if not looked:
                for (program, chars, then, _), ways in reads.items():
                    mask = self.classes_of[chars]
                    if mask:
                        yield mask, (program, then, NO_DEBT), ways
                return
        for number, bits in enumerate(self.automaton.classes):
            here = PositionContext(*place, next=bits)
            reads, _ = self.free(at, here)
            for (program, chars, then, debts), ways in reads.items():
                owed = self.automaton.step_pending(debts, here) if bits >> chars & 1 else None
                if owed is not None:
                    yield 1 << number, (program, then, owed), ways

    def free(
        self, at: At, here: PositionContext
    ) -> tuple[dict[tuple[int, int, int, frozenset[PendingAssertion]], int], bool]:
        """Return the reads that are reached for free, with the ways, and whether `here` counts."""
        counts = {at: 1}
        left = [(at, 1)]
        reads: dict[tuple[int, int, int, frozenset[PendingAssertion]], int] = {}
        looked = False
        while left:
            (program, number, debts), more = left.pop()
            self.visits += 1
            node = self.programs[program].nodes[number]
            if isinstance(node, Char):
                key = (program, node.chars, node.then, debts)
                reads[key] = min(2, reads.get(key, 0) + more)
                continue
            if isinstance(node, Accept):
                continue
            assert not isinstance(node, Lookbehind), "they are written otherwise"
            looked |= not isinstance(node, Split)
            ways, owed = self.automaton.ways(node, here)
            following = [(program, way, debts | owed) for way in ways]
            if isinstance(node, Lookahead):
                following.append((node.program, self.programs[node.program].start, NO_DEBT))
            for one in following:
                added = min(more, 2 - counts.get(one, 0))
                if added:
                    counts[one] = counts.get(one, 0) + added
                    left.append((one, added))
        return reads, looked
