"""Regular expressions as deterministic automata that are built as they are walked.

A state holds, for the text read so far: what the place is like (its start, after a word character,
after a newline), where each follower of what lies behind is, and the threads of the program, each
a node with what it still owes ahead. Conditions about a place are decided when the next character,
or the end, is known; so each of them is exact, `$` before a last newline included.

A debt is a lookahead under way: its program's own threads, which must or must not come to match. A
thread dies with a debt that fails, and a debt that is settled is dropped. Since a debt's program is
followed deterministically, that it does not match is as exact as that it does.
"""

from collections.abc import Iterable, Iterator
from typing import Final

from fencekit.regex.character_classes import CharacterClasses
from fencekit.regex.charset import NEWLINE, CharSet
from fencekit.regex.confirm_steps import Confirmation
from fencekit.regex.memory_budget import MEMORY
from fencekit.regex.nfa import (
    NFA,
    Accept,
    Assertion,
    At,
    Char,
    Lookahead,
    Lookbehind,
    PatternNFAs,
    Split,
    UnsupportedError,
)
from fencekit.regex.nfa_threads import (
    ENDS_WITH_NEWLINE,
    NO_DEBT,
    Before,
    PendingAssertion,
    Reads,
    State,
    Thread,
    Threads,
    by_chars,
    prune_subsumed,
    size_of,
)
from fencekit.regex.text_assertions import (
    USES_START,
    PositionContext,
    is_anchored,
    is_place,
    nullable_states,
)
from fencekit.regex.thread_states import ThreadStates

MATCHED: Final = 0
DEAD: Final = 1
MAX_STATES = 20_000


class LazyDFA(ThreadStates):
    """A pattern, followed over a text character by character."""

    def __init__(self, parsed: PatternNFAs, *, anywhere: bool) -> None:
        self._parsed = parsed
        self.programs = parsed.programs
        self._followers = parsed.followers
        self._anywhere = anywhere
        self.sets: tuple[CharSet, ...] = tuple(parsed.sets)
        self._newline = 1 << self.sets.index(NEWLINE) if NEWLINE in self.sets else 0
        nodes = [node for one in (*parsed.programs, *parsed.followers) for node in one.nodes]
        places = [node for node in nodes if isinstance(node, Assertion)]
        self._uses_start = any(node.at in USES_START for node in places)
        self._uses_newline = any(node.at is At.LINE_START for node in places)
        self._words = sum({1 << node.words for node in places if node.words >= 0})
        self._is_anchored = not anywhere or is_anchored(parsed.programs[0])
        self._sure = [nullable_states(program) for program in parsed.programs]
        characters = CharacterClasses(self.sets)
        self.classes = characters.bits
        """The bits of the sets that have the characters of each class."""
        self.confirmation: Confirmation | None = None
        self.class_of = characters.of
        self._asked = self._words | self._newline
        self._reads: dict[tuple[int, int, int], Reads] = {}
        """What each state reads next, by what conditions of places ask of the next character."""
        self._split = {}
        self._numbers: dict[State, int] = {}
        self._states: list[State | None] = [None, None]
        self._next: list[list[int | None]] = [
            [MATCHED] * len(self.classes),
            [DEAD] * len(self.classes),
        ]
        self._final: list[bool | None] = [True, False]
        first = frozenset(() if anywhere else {(parsed.programs[0].start, NO_DEBT)})
        begun = tuple(frozenset({(one.start, NO_DEBT)}) for one in parsed.followers)
        self.first_place = (self._uses_start, 0, False)
        self.start = self._number((self.first_place, begun, first))

    def with_room(self) -> "LazyDFA":
        """Return the automaton, or a fresh one of the pattern where this has many states."""
        if len(self._states) <= MAX_STATES // 2:
            return self
        fresh = LazyDFA(self._parsed, anywhere=self._anywhere)
        if self.confirmation is not None:
            fresh.confirmation = self.confirmation.of(fresh)
        return fresh

    def step(self, state: int, of_class: int) -> int:
        """Return the state after a character of the class."""
        found = self._next[state][of_class]
        if found is None:
            found = self._step(state, self.classes[of_class])
            if self.confirmation is not None:
                self.confirmation.hold(state, of_class, found, self.accepts)
            self._next[state][of_class] = found
        return found

    def accepts(self, state: int) -> bool:
        """Say whether the text that led to the state is one that the pattern is found in."""
        found = self._final[state]
        if found is None:
            found = self._final[state] = self._at_end(state)
        return found

    def after(self, state: int, text: str) -> int:
        """Return the state after a text."""
        for char in text:
            state = self.step(state, self.class_of(char))
        return state

    def _number(self, state: State) -> int:
        number = self._numbers.get(state)
        if number is None:
            if len(self._states) > MAX_STATES:
                raise UnsupportedError("takes too many states")
            MEMORY.take(size_of(state, len(self.classes)))
            number = self._numbers[state] = len(self._states)
            self._states.append(state)
            self._next.append([None] * len(self.classes))
            self._final.append(None)
        return number

    def _step(self, number: int, bits: int) -> int:
        state = self._states[number]
        assert state is not None
        before, followers, threads = state
        here = PositionContext(*before, next=bits)
        here, moved = self._step_followers(here, followers)
        following = self._following(number, threads, here)
        if following is None:
            return MATCHED
        if not following and self._is_anchored:
            return DEAD
        return self._number((self.place_after(bits), moved, following))

    def _following(self, number: int, threads: Threads, here: PositionContext) -> Threads | None:
        """Return the threads of a state after the next character; None when it has matched."""
        # Of the next character, only what conditions of places ask is looked at before it is read.
        key = number, here.next & self._asked, here.behind
        found = self._reads.get(key)
        if found is None:
            if self._anywhere:
                threads |= {(self.programs[0].start, NO_DEBT)}
            reads, accepted = self._closure(self.programs[0], threads, here)
            found = self._reads[key] = by_chars(reads, accepted, self._sure[0])
        return self._step_threads(0, found, here)

    def _step_threads(self, number: int, found: Reads, here: PositionContext) -> Threads | None:
        """Return the threads of a program after the next character; None when it has matched."""
        if found.has_matched:
            return None
        following: set[Thread] = set()
        for chars, is_sure, plain, owing in found.steps:
            if here.next >> chars & 1:
                if is_sure:
                    return None
                following |= plain
                following.update(self._still_owing(owing, here))
        if not found.owes:
            return frozenset(following)
        following.update(self._still_owing([(0, debts) for debts in found.accepted], here))
        if any(not debts and then in self._sure[number] for then, debts in following):
            return None
        return prune_subsumed(following)

    def _still_owing(self, threads: Iterable[Thread], here: PositionContext) -> Iterator[Thread]:
        """Yield threads with what they owe after the next character, without those that failed."""
        for then, debts in threads:
            owed = self.step_pending(debts, here)
            if owed is not None:
                yield then, owed

    def place_after(self, bits: int) -> Before:
        """Return what conditions see of a place behind a character with these bits."""
        return False, bits & self._words, self._uses_newline and bool(bits & self._newline)

    def _at_end(self, number: int) -> bool:
        state = self._states[number]
        assert state is not None
        before, followers, threads = state
        here, _ = self._step_followers(PositionContext(*before, next=-1), followers)
        if self._anywhere:
            threads |= {(self.programs[0].start, NO_DEBT)}
        return self._matches_at_end(0, threads, here)

    def _step_followers(
        self, here: PositionContext, followers: tuple[Threads, ...]
    ) -> tuple[PositionContext, tuple[Threads, ...]]:
        """Return the place with what lies behind it, and the followers after the next character."""
        moved: list[Threads] = []
        for number, threads in enumerate(followers):
            program = self._followers[number]
            reads, accepted = self._closure(program, threads, here)
            following = {(then, debts) for chars, then, debts in reads if here.next >> chars & 1}
            moved.append(frozenset({(program.start, NO_DEBT), *following}))
            if accepted:
                bits = here.behind | 1 << number
                here = PositionContext(here.start, here.words, here.newline, here.next, bits)
        return here, tuple(moved)

    def _read_char(self, number: int, threads: Threads, here: PositionContext) -> Threads | None:
        """Return the threads of a program after the next character; None when it has matched."""
        if number == ENDS_WITH_NEWLINE:
            is_first = (0, NO_DEBT) in threads
            return (
                frozenset({(1, NO_DEBT)}) if is_first and here.next & self._newline else frozenset()
            )
        reads, accepted = self._closure(self.programs[number], threads, here)
        return self._step_threads(number, by_chars(reads, accepted, self._sure[number]), here)

    def step_pending(
        self, debts: frozenset[PendingAssertion], here: PositionContext
    ) -> frozenset[PendingAssertion] | None:
        """Return what is owed after the next character; None when a debt has failed."""
        owed: set[PendingAssertion] = set()
        for number, positive, threads in debts:
            following = self._read_char(number, threads, here)
            if following:
                owed.add((number, positive, following))
            elif (following is None) is not positive:  # it has matched, or never will
                return None
        return frozenset(owed)

    def _matches_at_end(self, number: int, threads: Threads, here: PositionContext) -> bool:
        if number == ENDS_WITH_NEWLINE:
            return (1, NO_DEBT) in threads
        _, accepted = self._closure(self.programs[number], threads, here)
        return any(
            all(
                self._matches_at_end(ahead, inner, here) is positive
                for ahead, positive, inner in debts
            )
            for debts in accepted
        )

    def _closure(
        self, program: NFA, threads: Threads, here: PositionContext
    ) -> tuple[set[tuple[int, int, frozenset[PendingAssertion]]], set[frozenset[PendingAssertion]]]:
        """Return what can be read next, and what is owed where the program accepts."""
        reads: set[tuple[int, int, frozenset[PendingAssertion]]] = set()
        accepted: set[frozenset[PendingAssertion]] = set()
        seen = set(threads)
        left = list(threads)
        while left:
            at, debts = left.pop()
            node = program.nodes[at]
            if isinstance(node, Char):
                reads.add((node.chars, node.then, debts))
            elif isinstance(node, Accept):
                accepted.add(debts)
            else:
                ways, owed = self.ways(node, here)
                debts |= owed
                for way in ways:
                    if (way, debts) not in seen:
                        seen.add((way, debts))
                        left.append((way, debts))
        return reads, accepted

    def ways(
        self, node: Split | Assertion | Lookahead | Lookbehind, here: PositionContext
    ) -> tuple[tuple[int, ...], frozenset[PendingAssertion]]:
        """Return where a node that reads nothing goes on to, and what that adds to the debts."""
        if isinstance(node, Split):
            return node.ways, NO_DEBT
        if isinstance(node, Lookahead):
            first = frozenset({(self.programs[node.program].start, NO_DEBT)})
            return (node.then,), frozenset({(node.program, node.positive, first)})
        if isinstance(node, Lookbehind):
            is_so = bool(here.behind >> node.follower & 1) is node.positive
            return (node.then,) if is_so else (), NO_DEBT
        if node.at is At.LAST_LINE_END and here.next != -1:
            is_so = bool(here.next & self._newline)
            owed = (ENDS_WITH_NEWLINE, True, frozenset({(0, NO_DEBT)}))
            return (node.then,) if is_so else (), frozenset({owed})
        return (node.then,) if is_place(node, here, self._newline) else (), NO_DEBT
