"""A text that some automata accept and others do not, where counting would take too many states.

`a.{18}b` has a state for each set of places at which an `a` stood: 2^18 of them. But of a pattern
that must be found one thread at a time is enough, as one that comes to its end will do. And of two
states in which the threads of the others differ by inclusion, the one with fewer is enough: what is
found with more threads under way is found with fewer of them or is no text that is asked for.

So only the least sets are walked, an antichain, after M. De Wulf, L. Doyen, T. Henzinger and J.-F.
Raskin, "Antichains: a new algorithm for checking universality of finite automata" (CAV 2006).

Sound because each state that is left out is no more than one that is walked: whatever text leads on
from it to what is asked leads there from the other.
"""

from collections import deque
from collections.abc import Sequence
from itertools import product
from typing import Any

from fencekit.regex.lazy_dfa import DEAD, MATCHED, LazyDFA
from fencekit.regex.memory_budget import MEMORY
from fencekit.regex.minterms import minterms
from fencekit.regex.nfa import UnsupportedError

States = tuple[int, ...]
SIZE_OF_STATE = 1_000
"""The bytes that a state takes at most: an estimate."""


def find_text(asked: Sequence[tuple[LazyDFA, bool]], most: int) -> tuple[str | None, int]:
    """Return a text that each automaton accepts, or does not, as asked; and the states seen.

    None for the text where there is none. Raises UnsupportedError where there are more than `most`.
    """
    search = AntichainSearch(
        [automaton.with_room() for automaton, positive in asked if positive],
        [automaton.with_room() for automaton, positive in asked if not positive],
        most,
    )
    try:
        return search.run(), search.states
    finally:
        MEMORY.held -= search.states * SIZE_OF_STATE


class AntichainSearch:
    """The search for a text that all wanted automata accept, and none of the others."""

    def __init__(self, wanted: list[LazyDFA], others: list[LazyDFA], most: int) -> None:
        self._wanted = wanted
        self._others = others
        self._most = most
        self._least: dict[Any, dict[States, int]] = {}
        """The least sets of threads of the others, each as bits too, by what they share."""
        self._bits: dict[tuple[int, Any], int] = {}
        """The bit of a thread of one of the others."""
        self._left: deque[tuple[States, States, States, str]] = deque()
        self.states = 0

    def run(self) -> str | None:
        """Return a text as asked; None where there is none."""
        sets = dict.fromkeys(chars for one in (*self._wanted, *self._others) for chars in one.sets)
        chars = [char for _, char in minterms(tuple(sets))]
        whole = tuple(one.start for one in self._wanted)
        self._add(whole, whole, tuple(one.start for one in self._others), "")
        while self._left:
            threads, whole, others, text = self._left.popleft()
            if others not in self._least[self._key(threads, others)]:
                continue  # one with fewer threads came later
            if self._is_asked(threads, whole, others):
                return text
            for char in chars:
                # Every automaton as a whole is stepped too, so that its steps are confirmed.
                moved = step_all(self._wanted, whole, char)
                after = step_all(self._others, others, char)
                if MATCHED in after:
                    continue
                ways = (
                    one.threads_after(thread, one.class_of(char))
                    for one, thread in zip(self._wanted, threads, strict=True)
                )
                for chosen in product(*ways):
                    if DEAD not in chosen:
                        self._add(chosen, moved, after, text + char)
        return None

    def _add(self, threads: States, whole: States, others: States, text: str) -> None:
        """Walk on from a state later, unless one with fewer threads of the others is known."""
        key = self._key(threads, others)
        known = self._least.setdefault(key, {})
        if others in known:
            return
        bits = self._bits_of(others)
        if any(one & bits == one for one in known.values()):
            return
        self.states += 1
        MEMORY.take(SIZE_OF_STATE)
        if self.states > self._most:
            raise UnsupportedError("takes too many states")
        for outdone in [one for one, more in known.items() if bits & more == bits]:
            del known[outdone]
        known[others] = bits
        self._left.append((threads, whole, others, text))

    def _key(self, threads: States, others: States) -> Any:
        """Return what two states must share for their threads to be compared."""
        return threads, tuple(
            one.place_of(state) for one, state in zip(self._others, others, strict=True)
        )

    def _bits_of(self, others: States) -> int:
        """Return the threads of the others as bits: fewer threads are fewer of the same bits."""
        found, known = 0, self._bits
        for number, (one, state) in enumerate(zip(self._others, others, strict=True)):
            for thread in one.threads_of(state):
                found |= 1 << known.setdefault((number, thread), len(known))
        return found

    def _is_asked(self, threads: States, whole: States, others: States) -> bool:
        if any(one.accepts(state) for one, state in zip(self._others, others, strict=True)):
            return False
        if not all(one.accepts(state) for one, state in zip(self._wanted, threads, strict=True)):
            return False
        if not all(one.accepts(state) for one, state in zip(self._wanted, whole, strict=True)):
            raise UnsupportedError("is read otherwise thread by thread")
        return True


def step_all(automata: Sequence[LazyDFA], states: States, char: str) -> States:
    """Return the states of automata after a character."""
    return tuple(
        one.step(state, one.class_of(char)) for one, state in zip(automata, states, strict=True)
    )
