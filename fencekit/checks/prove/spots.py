"""What the word of the payload is made of: spots, moves between them, and required fields."""

from dataclasses import dataclass
from typing import Any

from fencekit.checks.prove.regexes import Automaton

PLAIN, ODD, FURTHER, PRINTED, LOOSE = range(5)
HAS_FREE = 0b11


@dataclass(frozen=True, slots=True)
class Required:
    """A field that the arguments must have, under one of the keys.

    `values` are exact, the plainest first. `held` says which automata its value, as text, must be
    accepted by, and which it must not; it stands for all values when it is not None.
    """

    keys: tuple[str, ...]
    values: tuple[Any, ...] = ()
    held: tuple[tuple[Automaton, bool], ...] | None = None
    level: int = PLAIN


@dataclass(frozen=True, slots=True)
class Move:
    """A step of the word: what the text and the values gain, and what a call is built from."""

    level: int
    text: str
    values: str
    then: "Spot"
    piece: tuple[Any, ...] = ()


@dataclass(frozen=True, slots=True)
class Spot:
    """A place in the word.

    `kind` is one of `fields`, `key`, `text`, `other`, `digits` and `end`. `needs` has a bit for
    each required field that is still to come; `fields` says whether there is a field before, and
    whether there is one that was not required.
    """

    kind: str
    needs: int = 0
    fields: int = 0
    quoting: str = "any"
    required: int = -1
    states: tuple[int, ...] = ()
    left: int = 0
    back: "Spot | None" = None
