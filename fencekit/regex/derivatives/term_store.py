"""Regexes as nodes of which equal ones are one: what is worked out for a node is worked out once.

A node reads a character, or stands for a place (an anchor), a look around, a sequence, a choice or
a repeat. Only whether a match exists counts, so greedy and lazy repeats are the same. A pattern
after a small edit has new nodes on the way from its root to the edit, and shares all others.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from enum import Enum, auto
from typing import Any

from fencekit.regex.charset import CharSet

Node = int
"""The number of a node in its forest."""


class TermKind(Enum):
    """What a node is."""

    CHARS = auto()
    PLACE = auto()
    LOOK = auto()
    SEQUENCE = auto()
    CHOICE = auto()
    REPEAT = auto()


Form = tuple[TermKind, Any]
"""A kind, and what goes with it: a set of characters; the pattern of an anchor; whether a look is
ahead and positive, with its node; a first node and the rest; the nodes of a choice; a node with
how often at the least and at the most, None for any number."""


@dataclass
class TermStore:
    """All nodes there are, by their numbers; `NOTHING` reads nothing, `NEVER` matches nothing."""

    forms: list[Form] = field(default_factory=list)
    _numbers: dict[Form, Node] = field(default_factory=dict)
    _nullable: dict[Node, bool] = field(default_factory=dict)
    _heads: dict[Node, tuple[tuple[Node, Node], ...]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.nothing = self.node(TermKind.REPEAT, ())
        self.never = self.node(TermKind.CHOICE, ())

    def node(self, kind: TermKind, value: Any) -> Node:
        """Return the node of that form."""
        form = kind, value
        number = self._numbers.get(form)
        if number is None:
            number = self._numbers[form] = len(self.forms)
            self.forms.append(form)
        return number

    def chars(self, chars: CharSet) -> Node:
        """Return the node that reads one character of a set."""
        return self.node(TermKind.CHARS, chars)

    def place(self, anchor: re.Pattern[str]) -> Node:
        """Return the node of an anchor."""
        return self.node(TermKind.PLACE, anchor)

    def look(self, inner: Node, *, ahead: bool, positive: bool) -> Node:
        """Return the node of a look around."""
        return self.node(TermKind.LOOK, (ahead, positive, inner))

    def sequence(self, nodes: Sequence[Node]) -> Node:
        """Return the node of some nodes one after another."""
        made = self.nothing
        for node in reversed(nodes):
            made = self.then(node, made)
        return made

    def then(self, first: Node, rest: Node) -> Node:
        """Return the node of a node and what follows it: a sequence has its first node in front."""
        if first == self.nothing:
            return rest
        if rest == self.nothing:
            return first
        kind, value = self.forms[first]
        if kind is TermKind.SEQUENCE:
            return self.node(TermKind.SEQUENCE, (value[0], self.then(value[1], rest)))
        return self.node(TermKind.SEQUENCE, (first, rest))

    def choice(self, nodes: Sequence[Node]) -> Node:
        """Return the node of any of some nodes."""
        several = tuple(dict.fromkeys(nodes))
        return several[0] if len(several) == 1 else self.node(TermKind.CHOICE, several)

    def repeat(self, inner: Node, least: int, most: int | None) -> Node:
        """Return the node of a node so many times."""
        if most == 0 or inner == self.nothing:
            return self.nothing
        if (least, most) == (1, 1):
            return inner
        return self.node(TermKind.REPEAT, (inner, least, most))

    def is_nullable(self, node: Node) -> bool:
        """Say whether a node matches the empty text wherever it is."""
        known = self._nullable.get(node)
        if known is None:
            known = self._nullable[node] = self._reads_nothing(node)
        return known

    def _reads_nothing(self, node: Node) -> bool:
        kind, value = self.forms[node]
        if kind is TermKind.SEQUENCE:
            return all(map(self.is_nullable, value))
        if kind is TermKind.CHOICE:
            return any(map(self.is_nullable, value))
        if kind is TermKind.REPEAT:
            return not value or value[1] == 0 or self.is_nullable(value[0])
        return False

    def is_anchored(self, node: Node) -> bool:
        """Say whether every match of a node begins where the text does, as its form shows."""
        kind, value = self.forms[node]
        if kind is TermKind.PLACE:
            return bool(value.pattern == r"\A")
        if kind is TermKind.SEQUENCE:
            return self.is_anchored(value[0])
        return kind is TermKind.CHOICE and all(map(self.is_anchored, value))

    def heads(self, node: Node) -> tuple[tuple[Node, Node], ...]:
        """Return what a node may begin with, each with what is left of it then.

        It begins with a set of characters, or with an anchor or a look around, which is taken for a
        letter of its own.
        """
        known = self._heads.get(node)
        if known is None:
            known = self._heads[node] = tuple(dict.fromkeys(self._first_derivative(node)))
        return known

    def _first_derivative(self, node: Node) -> Iterator[tuple[Node, Node]]:
        kind, value = self.forms[node]
        if kind is TermKind.SEQUENCE:
            first, rest = value
            for letter, left in self.heads(first):
                yield letter, self.then(left, rest)
            if self.is_nullable(first):
                yield from self.heads(rest)
        elif kind is TermKind.CHOICE:
            for one in value:
                yield from self.heads(one)
        elif kind is TermKind.REPEAT:
            if value:
                inner, least, most = value
                rest = self.repeat(inner, max(least - 1, 0), None if most is None else most - 1)
                for letter, left in self.heads(inner):
                    yield letter, self.then(left, rest)
        else:
            yield node, self.nothing
