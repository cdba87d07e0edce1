"""A form as nodes, each of which prints something and goes on to another.

Sound because each way to print a value of the form is a way through its nodes; what stands in
brackets inside of any value is only known to be closed at last.
"""

from typing import NamedTuple

from fencekit.prover.payload_states import Held
from fencekit.prover.values import printed_forms
from fencekit.prover.values.text_languages import whole
from fencekit.regex.lazy_dfa import LazyDFA
from fencekit.regex.nfa import UnsupportedError

MOST_NODES = 20_000
MOST_ITEMS = 8
"""Of arrays, so many items are counted; further ones may be any number."""
BETWEEN = "0123456789.e+- ,:[]{}"
WORDS = ("True", "False", "None", "nan", "inf", "-inf")
END = 0


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


Node = Print | PrintQuoted | PrintNumber | list[int]
"""What is printed next; a list goes on to any of its nodes for free."""


class FormNodes:
    """The nodes of a form; node 0 is the end."""

    def __init__(self, form: "printed_forms.Form") -> None:
        self.nodes: list[Node] = [[]]
        self._numbers: dict[Node, int] = {}
        self._known: dict[tuple[printed_forms.Form, int], int] = {}
        self.start = self.of(form, END)

    def of(self, form: "printed_forms.Form", then: int) -> int:
        """Return the node that prints a form and goes on; the same one when asked again."""
        known = self._known.get((form, then))
        if known is None:
            known = self._known[form, then] = self._of(form, then)
        return known

    def _add(self, node: Node) -> int:
        """Return the number of a node; one that prints the same and goes on alike is the same."""
        if not isinstance(node, list) and node in self._numbers:
            return self._numbers[node]
        if len(self.nodes) > MOST_NODES:
            raise UnsupportedError("takes too many forms")
        self.nodes.append(node)
        if not isinstance(node, list):
            self._numbers[node] = len(self.nodes) - 1
        return len(self.nodes) - 1

    def _of(self, form: "printed_forms.Form", then: int) -> int:
        match form:
            case printed_forms.Verbatim(text):
                return self._add(Print(text, then))
            case printed_forms.QuotedText(held):
                return self._add(PrintQuoted(held, then))
            case printed_forms.Numeral(pattern):
                return self._add(PrintNumber(whole(pattern), then))
            case printed_forms.Concatenation(parts):
                for part in reversed(parts):
                    then = self.of(part, then)
                return then
            case printed_forms.Alternation(ways):
                return self._add([self.of(way, then) for way in ways])
            case printed_forms.ArrayForm():
                return self._items(form, then)
            case printed_forms.ObjectForm():
                return self._fields(form, then)
            case printed_forms.AnyNested(kind):
                return self._anything(kind, then)

    def _items(self, form: "printed_forms.ArrayForm", then: int) -> int:
        """Return the node of an array: a node for each number of items, the last one a loop."""
        least, most = min(form.least, MOST_ITEMS), form.most
        counted = least if most is None or most > MOST_ITEMS else most
        closing = self._add(Print("]", then))
        loops = most is None or most > MOST_ITEMS
        after: list[int] = self.nodes[self._add([])]  # type: ignore[assignment]
        last = len(self.nodes) - 1
        after.append(closing)
        if loops:
            after.append(self._add(Print(", ", self.of(form.item, last))))
        # `last` stands behind at least so many items; the ones before are counted down to none.
        number = max(counted, 1)
        for done in range(number - 1, -1, -1):
            item = self.of(form.item, last)
            ways = [item if done == 0 else self._add(Print(", ", item))]
            if done >= least:
                ways.append(closing)
            last = self._add(ways)
        return self._add(Print("[", last))

    def _fields(self, form: "printed_forms.ObjectForm", then: int) -> int:
        """Return the node of an object: of few fields, a node for each choice of those left."""
        closing = self._add(Print("}", then))
        if len(form.fields) > printed_forms.MOST_FIELDS:
            return self._many_fields(form, closing)
        known: dict[frozenset[str], int] = {}

        def after(done: frozenset[str]) -> int:
            """Return the node behind some fields, of which there is one at least."""
            if done not in known:
                ways: list[int] = [closing] if form.required <= done else []
                known[done] = self._add(ways)
                ways += before(done, ", ")
            return known[done]

        def before(done: frozenset[str], comma: str) -> list[int]:
            """Return the nodes of the fields that may come next."""
            ways = [
                self._add(Print(f"{comma}{key!r}: ", self.of(value, after(done | {key}))))
                for key, value in form.fields
                if key not in done
            ]
            if form.is_open:
                ways.append(self._other_field(comma, after(done)))
            return ways

        none = [] if form.required else [closing]
        return self._add(Print("{", self._add([*none, *before(frozenset(), "")])))

    def _other_field(self, comma: str, then: int) -> int:
        """Return the node of a field of any key and any value."""
        key = self._add(PrintQuoted((), self._add(Print(": ", self._any_value(then)))))
        return self._add(Print(comma, key)) if comma else key

    def _many_fields(self, form: "printed_forms.ObjectForm", closing: int) -> int:
        """Return the node of an object whose fields may come any number of times."""
        more = self._add([closing])
        loop: list[int] = self.nodes[more]  # type: ignore[assignment]
        first: list[int] = [] if form.required else [closing]
        if form.is_open:
            loop.append(self._other_field(", ", more))
            first.append(self._other_field("", more))
        for key, value in form.fields:
            inner = self.of(value, more)
            loop.append(self._add(Print(f", {key!r}: ", inner)))
            first.append(self._add(Print(f"{key!r}: ", inner)))
        return self._add(Print("{", self._add(first)))

    def _anything(self, kind: str, then: int) -> int:
        """Return the node of any array or object; what is in brackets inside may be anything."""
        opening, closing = "[]" if kind == "array" else "{}"
        closed = self._add(Print(closing, then))
        after = self._add([closed])
        ways: list[int] = self.nodes[after]  # type: ignore[assignment]
        item = self._any_value(after)
        if kind == "object":
            item = self._add(PrintQuoted((), self._add(Print(": ", item))))
        ways.append(self._add(Print(", ", item)))
        return self._add(Print(opening, self._add([closed, item])))

    def _any_value(self, then: int) -> int:
        """Return the node of any value; in brackets stands anything."""
        ways = [self._add(Print(word, then)) for word in WORDS]
        ways.append(self._add(PrintNumber(whole(printed_forms.ANY_NUMBER), then)))
        ways.append(self._add(PrintQuoted((), then)))
        inner = self._add([self._add(Print(text, then)) for text in "]}"])
        loop: list[int] = self.nodes[inner]  # type: ignore[assignment]
        loop += [self._add(Print(text, inner)) for text in (*BETWEEN, *WORDS)]
        loop.append(self._add(PrintQuoted((), inner)))
        ways += [self._add(Print(text, inner)) for text in "[{"]
        return self._add(ways)
