"""A form as an automaton: the steps that print a value, in the text and in the values at once.

The text is in lower case. Inside of quotes a step is one class of characters; the digits of an
escape are those of one of its characters, or any.
"""

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from fencekit.prover.payload_states import Held
from fencekit.prover.repr_quoting import WAYS_OF_QUOTING, is_closable, quote_char
from fencekit.prover.symbol_classes import SHORT, SymbolClass
from fencekit.prover.values.form_nodes import END, FormNodes, Print, PrintNumber, PrintQuoted
from fencekit.prover.values.printed_forms import Form
from fencekit.regex.charset import CharSet
from fencekit.regex.lazy_dfa import DEAD

CHARS_OF_NUMBERS = "0123456789.e+-"
HEX = "0123456789abcdef"


class PrintStep(NamedTuple):
    """What a step adds to the text and to the values, and the state after it."""

    text: str
    values: str
    then: Any


class InQuotes(NamedTuple):
    """A state inside of quotes."""

    node: int
    way: str
    seen: str
    states: tuple[int, ...]


class InEscape(NamedTuple):
    """A state inside of an escape: so many digits are left, and then `back`."""

    left: int
    back: InQuotes


class InNumber(NamedTuple):
    """A state inside of a number."""

    node: int
    state: int


class Printer:
    """The automaton of a form. A state is the number of a node, or is inside of a node."""

    def __init__(self, form: Form) -> None:
        made = FormNodes(form)
        self._nodes = made.nodes
        self.start: Any = made.start
        self._reached: dict[int, list[int]] = {}

    @property
    def sets(self) -> Iterator[CharSet]:
        """The sets of characters that text in quotes is held to."""
        for node in self._nodes:
            if isinstance(node, PrintQuoted):
                yield from (chars for automaton, _ in node.held for chars in automaton.sets)

    def ends(self, state: Any) -> bool:
        """Say whether the value may end in a state."""
        if isinstance(state, InNumber):
            node = self._token(state.node)
            return node.automaton.accepts(state.state) and END in self._reach(node.then)
        return isinstance(state, int) and END in self._reach(state)

    def steps(self, state: Any, letters: Sequence[SymbolClass]) -> Iterator[PrintStep]:
        """Yield the steps from a state; the letters are the classes of characters."""
        match state:
            case InQuotes():
                yield from self._inside(state, letters)
            case InEscape():
                for digit in HEX:
                    back = state.back if state.left == 1 else InEscape(state.left - 1, state.back)
                    yield PrintStep(digit, digit, back)
            case InNumber():
                node = self._token(state.node)
                yield from self._digits(state.node, state.state)
                if node.automaton.accepts(state.state):
                    yield from self.steps(node.then, letters)
            case _:
                for number in self._reach(state):
                    yield from self._begin_number(number)

    def _begin_number(self, number: int) -> Iterator[PrintStep]:
        match self._nodes[number]:
            case Print(text, then):
                yield PrintStep(text.lower(), text, then)
            case PrintQuoted(held, _):
                states = tuple(automaton.start for automaton, _ in held)
                for way, (mark, _, _) in WAYS_OF_QUOTING.items():
                    yield PrintStep(mark, mark, InQuotes(number, way, "", states))
            case PrintNumber(automaton, _):
                yield from self._digits(number, automaton.start)

    def _digits(self, number: int, state: int) -> Iterator[PrintStep]:
        automaton = self._token(number).automaton
        for char in CHARS_OF_NUMBERS:
            after = automaton.after(state, char)
            if after != DEAD:
                yield PrintStep(char, char, InNumber(number, after))

    def _inside(self, state: InQuotes, letters: Sequence[SymbolClass]) -> Iterator[PrintStep]:
        node = self._nodes[state.node]
        assert isinstance(node, PrintQuoted)
        for letter in letters:
            states = after_char(node.held, state.states, letter.char)
            if states is not None:
                yield from print_letter(letter, state._replace(states=states))
        is_kept = all(
            automaton.accepts(one) is positive
            for (automaton, positive), one in zip(node.held, state.states, strict=True)
        )
        if is_kept and is_closable(f"{state.way} {state.seen}".rstrip()):
            mark = '"' if state.way == "double" else "'"
            yield PrintStep(mark, mark, node.then)

    def _token(self, number: int) -> PrintNumber:
        node = self._nodes[number]
        assert isinstance(node, PrintNumber)
        return node

    def _reach(self, number: int) -> list[int]:
        """Return the nodes that are reached for free, and print something or are the end."""
        found = self._reached.get(number)
        if found is None:
            seen = [number]
            for one in seen:
                node = self._nodes[one]
                if isinstance(node, list):
                    seen += [then for then in node if then not in seen]
            found = [one for one in seen if one == END or not isinstance(self._nodes[one], list)]
            self._reached[number] = found
        return found


def after_char(held: Held, states: tuple[int, ...], char: str) -> tuple[int, ...] | None:
    """Return the states of what holds a text after a character; None when it fails."""
    found = []
    for (automaton, positive), state in zip(held, states, strict=True):
        after = automaton.after(state, char)
        if positive and after == DEAD:
            return None
        found.append(after)
    return tuple(found)


def print_letter(letter: SymbolClass, then: InQuotes) -> Iterator[PrintStep]:
    """Yield the steps that print a class of characters inside of quotes."""
    char = letter.char
    if char in "'\"":
        shown, seen = quote_char(then.way, char, then.seen)
        if shown:
            yield PrintStep(shown, shown, then._replace(seen=seen))
    elif char == "\\" or char in SHORT:
        shown = SHORT.get(char, "\\\\")
        yield PrintStep(letter.texts[0], shown, then)
    elif letter.is_printable:
        yield from (PrintStep(text, char, then) for text in letter.texts)
    else:
        shown = repr(char)[1:-1]
        yield PrintStep(shown.lower(), shown, then)
        yield PrintStep(shown[:2].lower(), shown[:2], InEscape(len(shown) - 2, then))
