"""A form as an automaton: the steps that print a value, in the text and in the values at once.

The text is in lower case. InQuotes of quotes a step is one class of characters; the digits of an
escape are those of one of its characters, or any. Sound because each way to print a value of the
form is a way through its nodes.
"""

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from fencekit.prover.alphabet import SHORT, SymbolClass
from fencekit.prover.payload_states import Held
from fencekit.prover.quoting import WAYS_OF_QUOTING, is_closable, quoted
from fencekit.prover.values import forms
from fencekit.prover.values.languages import whole
from fencekit.regex.automaton import DEAD, LazyDFA
from fencekit.regex.charset import CharSet
from fencekit.regex.nfa import UnsupportedError

MOST_NODES = 20_000
MOST_ITEMS = 8
"""Of arrays, so many items are counted; further ones may be any number."""
CHARS_OF_NUMBERS = "0123456789.e+-"
BETWEEN = "0123456789.e+- ,:[]{}"
WORDS = ("True", "False", "None", "nan", "inf", "-inf")
ANY_NUMBER = r"-?[0-9][0-9.e+-]*"
HEX = "0123456789abcdef"
END = 0


class PrintStep(NamedTuple):
    """What a step adds to the text and to the values, and the state after it."""

    text: str
    values: str
    then: Any


class Print(NamedTuple):
    """A node that prints a text."""

    text: str
    then: int


class PrintQuoted(NamedTuple):
    """A node that prints text in quotes."""

    held: Held
    then: int


class PrintNumber(NamedTuple):
    """A node that prints a number."""

    automaton: LazyDFA
    then: int


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


Node = Print | PrintQuoted | PrintNumber | list[int]
"""What is printed next; a list goes on to any of its nodes for free."""


class Printer:
    """The automaton of a form. A state is the number of a node, or is inside of a node."""

    def __init__(self, form: "forms.Form") -> None:
        self._nodes: list[Node] = [[]]
        self.start: Any = self._of(form, END)
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
                    yield from self._begun(number)

    def _begun(self, number: int) -> Iterator[PrintStep]:
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
                yield from spelled(letter, state._replace(states=states))
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

    def _add(self, node: Node) -> int:
        if len(self._nodes) > MOST_NODES:
            raise UnsupportedError("takes too many forms")
        self._nodes.append(node)
        return len(self._nodes) - 1

    def _of(self, form: "forms.Form", then: int) -> int:
        """Return the node that prints a form and goes on."""
        match form:
            case forms.Verbatim(text):
                return self._add(Print(text, then))
            case forms.QuotedText(held):
                return self._add(PrintQuoted(held, then))
            case forms.Numeral(pattern):
                return self._add(PrintNumber(whole(pattern), then))
            case forms.Concatenation(parts):
                for part in reversed(parts):
                    then = self._of(part, then)
                return then
            case forms.Alternation(ways):
                return self._add([self._of(way, then) for way in ways])
            case forms.ArrayForm():
                return self._items(form, then)
            case forms.ObjectForm():
                return self._fields(form, then)
            case forms.AnyNested(kind):
                return self._anything(kind, then)

    def _items(self, form: "forms.ArrayForm", then: int) -> int:
        """Return the node of an array: a node for each number of items, the last one a loop."""
        least, most = min(form.least, MOST_ITEMS), form.most
        counted = least if most is None or most > MOST_ITEMS else most
        closing = self._add(Print("]", then))
        loops = most is None or most > MOST_ITEMS
        after: list[int] = self._nodes[self._add([])]  # type: ignore[assignment]
        last = len(self._nodes) - 1
        after.append(closing)
        if loops:
            after.append(self._add(Print(", ", self._of(form.item, last))))
        # `last` stands behind at least so many items; the ones before are counted down to none.
        number = max(counted, 1)
        for done in range(number - 1, -1, -1):
            item = self._of(form.item, last)
            ways = [item if done == 0 else self._add(Print(", ", item))]
            if done >= least:
                ways.append(closing)
            last = self._add(ways)
        return self._add(Print("[", last))

    def _fields(self, form: "forms.ObjectForm", then: int) -> int:
        """Return the node of an object: of few fields, a node for each choice of those left."""
        closing = self._add(Print("}", then))
        if len(form.fields) > forms.MOST_FIELDS:
            return self._many_fields(form, closing)
        known: dict[frozenset[str], int] = {}

        def after(done: frozenset[str]) -> int:
            if done not in known:
                ways: list[int] = [closing] if form.required <= done else []
                for key, value in form.fields:
                    if key not in done:
                        comma = ", " if done else ""
                        inner = self._of(value, after(done | {key}))
                        ways.append(self._add(Print(f"{comma}{key!r}: ", inner)))
                known[done] = self._add(ways)
            return known[done]

        return self._add(Print("{", after(frozenset())))

    def _many_fields(self, form: "forms.ObjectForm", closing: int) -> int:
        """Return the node of an object whose fields may come any number of times."""
        more = self._add([closing])
        loop: list[int] = self._nodes[more]  # type: ignore[assignment]
        first: list[int] = [] if form.required else [closing]
        for key, value in form.fields:
            inner = self._of(value, more)
            loop.append(self._add(Print(f", {key!r}: ", inner)))
            first.append(self._add(Print(f"{key!r}: ", inner)))
        return self._add(Print("{", self._add(first)))

    def _anything(self, kind: str, then: int, depth: int = 2) -> int:
        """Return the node of any array or object; what is in it is followed down to a depth."""
        opening, closing = "[]" if kind == "array" else "{}"
        closed = self._add(Print(closing, then))
        after = self._add([closed])
        ways: list[int] = self._nodes[after]  # type: ignore[assignment]
        item = self._any_value(after, depth)
        if kind == "object":
            item = self._add(PrintQuoted((), self._add(Print(": ", item))))
        ways.append(self._add(Print(", ", item)))
        return self._add(Print(opening, self._add([closed, item])))

    def _any_value(self, then: int, depth: int) -> int:
        """Return the node of any value; in brackets, at the last depth, stands anything."""
        ways = [self._add(Print(word, then)) for word in WORDS]
        ways.append(self._add(PrintNumber(whole(ANY_NUMBER), then)))
        ways.append(self._add(PrintQuoted((), then)))
        if depth > 1:
            ways += [self._anything(kind, then, depth - 1) for kind in ("array", "object")]
        else:
            inner = self._add([self._add(Print(text, then)) for text in "]}"])
            loop: list[int] = self._nodes[inner]  # type: ignore[assignment]
            loop += [self._add(Print(text, inner)) for text in (*BETWEEN, *WORDS)]
            loop.append(self._add(PrintQuoted((), inner)))
            ways += [self._add(Print(text, inner)) for text in "[{"]
        return self._add(ways)


def after_char(held: Held, states: tuple[int, ...], char: str) -> tuple[int, ...] | None:
    """Return the states of what holds a text after a character; None when it fails."""
    found = []
    for (automaton, positive), state in zip(held, states, strict=True):
        after = automaton.after(state, char)
        if positive and after == DEAD:
            return None
        found.append(after)
    return tuple(found)


def spelled(letter: SymbolClass, then: InQuotes) -> Iterator[PrintStep]:
    """Yield the steps that print a class of characters inside of quotes."""
    char = letter.char
    if char in "'\"":
        shown, seen = quoted(then.way, char, then.seen)
        if shown:
            yield PrintStep(shown, shown, then._replace(seen=seen))
    elif char == "\\" or char in SHORT:
        shown = SHORT.get(char, "\\\\")
        yield PrintStep(shown, shown, then)
    elif letter.is_printable:
        yield from (PrintStep(text, char, then) for text in letter.texts)
    else:
        shown = repr(char)[1:-1]
        yield PrintStep(shown.lower(), shown, then)
        yield PrintStep(shown[:2].lower(), shown[:2], InEscape(len(shown) - 2, then))
