"""The search of the product, thread by thread: for regexes that count, which have too many states.

As in `regex.antichain`, of a regex that must be found one thread at a time is enough; and a state
is not walked on from where another has been seen with fewer threads of those that must not be
found, and all else alike. The automata of what must be found are followed as a whole too, so that
each of their steps is confirmed.

Sound for the reasons given there, and in `product`.
"""

from collections.abc import Iterator, Sequence
from itertools import product
from typing import Any

from fencekit.prover.payload_automaton import ArgumentsAutomaton
from fencekit.prover.payload_states import ArgumentsTransition
from fencekit.prover.product_search import Pieces, Product, State, TooManyStatesError
from fencekit.regex.lazy_dfa import DEAD, LazyDFA
from fencekit.regex.memory_budget import MEMORY, TooMuchMemoryError
from fencekit.regex.nfa import UnsupportedError

FEW_STATES = 6_000
"""The states of a product of whole automata before it is walked thread by thread."""


class ThreadProduct(Product):
    """The product in which regexes that must be found are followed by one thread."""

    size_of_state = 2_500

    def __init__(
        self, payload: ArgumentsAutomaton, regexes: Sequence[tuple[LazyDFA, bool]], most: int
    ) -> None:
        super().__init__(payload, regexes, most)
        self._least: dict[Any, list[tuple[State, int]]] = {}
        self._outdone: set[State] = set()
        self._whole: dict[State, tuple[int, ...]] = {}

    def _start_states(self) -> State | None:
        state = super()._start_states()
        if state is not None:
            self._whole[state] = state[2]
        return state

    def _steps(self, state: State) -> Iterator[tuple[State, ArgumentsTransition]]:
        spot, words, found = state
        whole = self._whole[state]
        step = self.payload.keywords.step
        for move in self.payload.moves(spot):
            after = step(words, move.text) if move.text else words
            if after < 0:
                continue
            if not move.values:
                yield self._remember_state((move.then, after, found), whole), move
                continue
            moved = self._after(whole, move.values)
            if moved is None:
                continue
            for then in product(*self._ways(found, moved, move.values)):
                yield self._remember_state((move.then, after, then), moved), move

    def _remember_state(self, state: State, whole: tuple[int, ...]) -> State:
        """Remember the whole automata of a state when it is first seen."""
        self._whole.setdefault(state, whole)
        return state

    def _ways(
        self, found: tuple[int, ...], moved: tuple[int, ...], values: str
    ) -> Iterator[list[int]]:
        """Yield, for each regex, the states after more of the values, one thread each."""
        for (automaton, positive), state, after in zip(self.regexes, found, moved, strict=True):
            if not positive:
                yield [after]
                continue
            threads = [state]
            for char in values:
                of_class = automaton.class_of(char)
                ways = (one for each in threads for one in automaton.threads_after(each, of_class))
                threads = [one for one in dict.fromkeys(ways) if one != DEAD]
            yield threads

    def _is_new(self, state: State, level: int, levels: dict[State, int]) -> bool:
        if not super()._is_new(state, level, levels):
            return False
        _, _, found = state
        asked = [*zip(self.regexes, found, strict=True)]
        shared = tuple(one if is_so else dfa.place_of(one) for (dfa, is_so), one in asked)
        key = (*state[:2], shared)
        known = self._least.get(key, [])
        if any(below <= level and self._is_less(other, state) for other, below in known):
            return False
        outdone = [one for one in known if one[1] >= level and self._is_less(state, one[0])]
        self._outdone.update(other for other, _ in outdone)
        self._outdone.discard(state)
        self._least[key] = [*(one for one in known if one not in outdone), (state, level)]
        return True

    def _is_outdone(self, state: State) -> bool:
        return state in self._outdone

    def _is_less(self, state: State, other: State) -> bool:
        """Say whether a state has no more threads of what must not be found than another."""
        return all(
            positive or automaton.threads_of(left) <= automaton.threads_of(right)
            for (automaton, positive), left, right in zip(
                self.regexes, state[2], other[2], strict=True
            )
        )


class Words:
    """The words of a product, walked as a whole; thread by thread where that has many states."""

    def __init__(
        self, payload: ArgumentsAutomaton, regexes: Sequence[tuple[LazyDFA, bool]], most: int
    ) -> None:
        self._payload = payload
        self._regexes = regexes
        self._most = most
        self.states = 0

    def __iter__(self) -> Iterator[tuple[int, Pieces]]:
        """Yield the words; see `Product.words`. Raises TooManyStatesError."""
        walks = [(Product, self._most)]
        if self._regexes and self._most > FEW_STATES:
            walks = [(Product, FEW_STATES), (ThreadProduct, self._most), *walks]
        for kind, most in walks:
            regexes = [(automaton.with_room(), is_so) for automaton, is_so in self._regexes]
            walked = kind(self._payload, regexes, most)
            held = MEMORY.held
            try:
                yield from walked.words()
            except TooMuchMemoryError:
                raise
            except (TooManyStatesError, UnsupportedError):
                if (kind, most) == walks[-1]:
                    raise
            else:
                return
            finally:
                self.states += walked.states
                MEMORY.held = max(held, MEMORY.held - walked.states * walked.size_of_state)
