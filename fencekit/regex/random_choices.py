"""Where generated calls take their choices from: plain random numbers here, Hypothesis elsewhere.

Everything that generates is written against `Choices`, whose one primitive is a number from 0, the
simplest, to a limit. So the fast search and Hypothesis share one vocabulary, and what Hypothesis
shrinks is a list of small numbers, each towards what the author of a table wrote first.
"""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from random import Random
from typing import TypeVar

T = TypeVar("T")


class Choices(ABC):
    """Makes choices; in every one of them 0, or what comes first, is the simplest."""

    __slots__ = ()

    @abstractmethod
    def upto(self, most: int) -> int:
        """Return a whole number from 0 to `most`."""

    def pick(self, options: Sequence[T]) -> T:
        """Return one of the options, of which there is at least one."""
        return options[self.upto(len(options) - 1)]

    def chance(self, percent: int) -> bool:
        """Return True about so often; False is the simpler answer."""
        return self.upto(99) >= 100 - percent


class RandomChoices(Choices):
    """Choices by a random generator: fast, and the same for the same seed."""

    __slots__ = ("_random",)

    def __init__(self, random: Random) -> None:
        self._random = random.random

    def upto(self, most: int) -> int:
        """Return a whole number from 0 to `most`."""
        return int(self._random() * (most + 1))

    def pick(self, options: Sequence[T]) -> T:
        """Return one of the options."""
        return options[int(self._random() * len(options))]

    def chance(self, percent: int) -> bool:
        """Return True about so often."""
        return self._random() * 100 < percent


class SimplestChoices(Choices):
    """The simplest choice, every time."""

    __slots__ = ()

    def upto(self, most: int) -> int:  # noqa: ARG002  (the simplest is 0 whatever the limit)
        """Return 0."""
        return 0


def menu(*entries: tuple[int, T]) -> tuple[T, ...]:
    """Return options for `pick`, each as often as its weight; write the simplest first."""
    return tuple(option for weight, option in entries for _ in range(weight))
