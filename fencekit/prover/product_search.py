"""The search of the product: the word, its keywords, and its regexes, walked at once.

A state is a spot of the word with the states of all automata. It is dropped when an unwanted
keyword or regex has been met, or a wanted regex no longer can be. The plainest words come first,
and of these the shortest.

Sound because the walk is complete: when it ends, the states that were seen are closed under every
move, and where no word was found none of them is an end at which all that is wanted has been met.
"""

from collections import deque
from collections.abc import Iterator, Sequence
from typing import Any

from fencekit.prover.payload_automaton import ArgumentsAutomaton
from fencekit.prover.payload_states import LOOSE, ArgumentsState, ArgumentsTransition
from fencekit.regex.lazy_dfa import DEAD, MATCHED, LazyDFA
from fencekit.regex.memory_budget import MEMORY

State = tuple[ArgumentsState, int, tuple[int, ...]]
Pieces = list[tuple[Any, ...]]


class TooManyStatesError(Exception):
    """The product has more states than the search may see."""


class Product:
    """The product of a payload with its keywords and with regexes that must be found, or not."""

    size_of_state = 1_200
    """The bytes that a state takes at most, with the way to it: an estimate."""

    def __init__(
        self, payload: ArgumentsAutomaton, regexes: Sequence[tuple[LazyDFA, bool]], most: int
    ) -> None:
        self.payload = payload
        self.regexes = regexes
        self._most = most
        self._origin: dict[State, tuple[State, ArgumentsTransition] | None] = {}
        self._known: list[dict[tuple[int, str], int]] = [{} for _ in regexes]

    @property
    def states(self) -> int:
        """How many states were seen."""
        return len(self._origin)

    def words(self) -> Iterator[tuple[int, Pieces]]:
        """Yield words with all that is wanted and nothing unwanted: their level, and their pieces.

        When there are no more, all reachable states have been seen. Raises TooManyStatesError.
        """
        state = self._start_states()
        if state is None:
            return
        self._origin[state] = None
        queues: list[deque[State]] = [deque() for _ in range(LOOSE + 1)]
        queues[0].append(state)
        levels = {state: 0}
        for level, queue in enumerate(queues):
            while queue:
                state = queue.popleft()
                if levels[state] < level or self._is_outdone(state):
                    continue
                for following, move in self._steps(state):
                    at = max(level, move.level)
                    if following[0].kind == "end" and self._is_wanted(following):
                        # Each way to an end is another word.
                        yield at, self._pieces(state)
                    if self._is_new(following, at, levels):
                        if len(levels) >= self._most:
                            raise TooManyStatesError
                        MEMORY.take(self.size_of_state)
                        levels[following] = at
                        self._origin[following] = (state, move)
                        queues[at].append(following)

    def _steps(self, state: State) -> Iterator[tuple[State, ArgumentsTransition]]:
        """Yield the states after one move, without those that cannot lead to what is wanted."""
        spot, words, found = state
        step = self.payload.keywords.step
        for move in self.payload.moves(spot):
            after = step(words, move.text) if move.text else words
            if after < 0:
                continue
            then = self._after(found, move.values) if move.values else found
            if then is not None:
                yield (move.then, after, then), move

    def _is_new(self, state: State, level: int, levels: dict[State, int]) -> bool:
        """Say whether a state that is met at a level is to be walked on from."""
        return levels.get(state, LOOSE + 1) > level

    def _is_outdone(self, _: State) -> bool:
        """Say whether a state need not be walked on from, as one that does as well came later."""
        return False

    def _start_states(self) -> State | None:
        keywords = self.payload.keywords
        begun = keywords.step(keywords.start, "{")
        states = tuple(automaton.start for automaton, _ in self.regexes)
        return None if begun < 0 else (self.payload.start, begun, states)

    def _after(self, states: tuple[int, ...], values: str) -> tuple[int, ...] | None:
        """Return the states of the regexes after more of the values; None when one has failed."""
        following: list[int] = []
        for (automaton, positive), state, steps in zip(
            self.regexes, states, self._known, strict=True
        ):
            after = steps.get((state, values))
            if after is None:
                after = steps[state, values] = automaton.after(state, values)
            if after == (DEAD if positive else MATCHED):
                return None
            following.append(after)
        return tuple(following)

    def _is_wanted(self, state: State) -> bool:
        _, words, found = state
        return not self.payload.keywords.waits(words) and all(
            automaton.accepts(one) is positive
            for (automaton, positive), one in zip(self.regexes, found, strict=True)
        )

    def _pieces(self, state: State) -> Pieces:
        pieces: Pieces = []
        origin = self._origin[state]
        while origin is not None:
            before, move = origin
            if move.piece:
                pieces.append(move.piece)
            origin = self._origin[before]
        pieces.reverse()
        return pieces
