"""What the word of the payload is made of: spots, moves between them, and required fields."""

from dataclasses import dataclass
from typing import Any

from fencekit.regex.lazy_dfa import LazyDFA

PLAIN, ODD, FURTHER, PRINTED, LOOSE = range(5)


Held = tuple[tuple[LazyDFA, bool], ...]
"""Automata that a value, as text, must be accepted by, and those that it must not."""

PRINTED_KINDS = ("number", "list", "object", "word")
"""Values that are not text, by how they are printed; `True`, `False` and `None` are words."""


@dataclass(frozen=True, slots=True)
class FieldSpec:
    """A field under a known key: exact values, the plainest first, and other values that are held.

    `text` says whether any text will do that is held so; `printed` which kinds of other values. An
    object or a list of which a part is known has `parts`: what is printed before, between and
    behind the values that may be anything. With a `form`, an automaton of `values.printer`, there
    are the values that it prints.
    """

    key: str
    values: tuple[Any, ...] = ()
    held: Held = ()
    text: bool = True
    printed: tuple[str, ...] = PRINTED_KINDS
    parts: tuple[str, ...] = ()
    form: Any = None

    @property
    def has_text_inside(self) -> bool:
        """Whether values that are walked have text inside of them."""
        nested = not self.text and not {"list", "object"}.isdisjoint(self.printed)
        return nested or self.form is not None


Required = tuple[FieldSpec, ...]
"""A field that the arguments must have: one of several slots."""


@dataclass(frozen=True, slots=True)
class ArgumentsTransition:
    """A step of the word: what the text and the values gain, and what a call is built from."""

    level: int
    text: str
    values: str
    then: "ArgumentsState"
    piece: tuple[Any, ...] = ()


@dataclass(frozen=True, slots=True)
class ArgumentsState:
    """A place in the word.

    `kind` is one of `fields`, `key`, `text`, `other`, `digits` and `end`. `needs` has a bit for
    each required field that is still to come. `fields` says whether there is a field before (bit
    0), whether there is a free one (bit 1), and which optional ones there are. `slot` is the number
    of the slot whose value is being spelled, with the `states` of what holds it.
    """

    kind: str
    needs: int = 0
    fields: int = 0
    quoting: Any = "any"
    slot: int = -1
    states: tuple[int, ...] = ()
    left: int = 0
    back: "ArgumentsState | None" = None
