"""The states of an automaton, thread by thread; see `antichain`."""

from abc import ABC, abstractmethod
from collections.abc import Hashable, Iterator

from fencekit.regex.nfa_threads import State, Threads

SETTLED = 1
"""The states up to this one are those in which all is decided."""


class ThreadStates(ABC):
    """An automaton whose states hold threads, of which each may be followed alone."""

    classes: list[int]
    _states: list[State | None]
    _split: dict[tuple[int, int], tuple[int, ...]]

    @abstractmethod
    def _step(self, number: int, bits: int) -> int:
        """Return the state after a character with these bits."""

    @abstractmethod
    def _number(self, state: State) -> int:
        """Return the number of a state."""

    def threads_after(self, state: int, of_class: int) -> tuple[int, ...]:
        """Return states after a character of the class, each with one of the threads only.

        Together they accept what the state after it does. They are not confirmed one by one.
        """
        found = self._split.get((state, of_class))
        if found is None:
            after = self._step(state, self.classes[of_class]) if state > SETTLED else state
            found = self._split[state, of_class] = tuple(self._one_by_one(after))
        return found

    def _one_by_one(self, number: int) -> Iterator[int]:
        state = self._states[number]
        if state is None or len(state[2]) < 2:
            yield number
            return
        before, followers, threads = state
        for thread in sorted(threads, key=repr):
            yield self._number((before, followers, frozenset({thread})))

    def place_of(self, state: int) -> Hashable:
        """Return all of a state but its threads."""
        found = self._states[state]
        return None if found is None else found[:2]

    def threads_of(self, state: int) -> Threads:
        """Return the threads of a state, one in which the pattern may still be found."""
        found = self._states[state]
        return frozenset() if found is None else found[2]
