"""Texts that one node matches and another does not; and that there are none.

Two sets of what is left to match are followed side by side, character by character. Where both are
the same set there is no difference any more: shared nodes make that soon so. An anchor or a
look around is taken for a letter of its own. So two nodes without a difference match the same texts
wherever they stand; a difference may be none, which who asks has to see.
"""

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field

from fencekit.regex.charset import EVERY, CharSet
from fencekit.regex.derivatives.term_store import Node, TermKind, TermStore
from fencekit.regex.minterms import minterms

Left = frozenset[Node]
Pair = tuple[Left, Left]


MARK = 5
"""What an anchor or a look around costs, in characters, where the shortest text is looked for."""


class DistinguisherLimitError(Exception):
    """More states than the search may see."""


@dataclass
class Distinguisher:
    """The differences of pairs of nodes of a forest."""

    forest: TermStore
    most: int = 2_000
    _words: dict[Node, tuple[int, str]] = field(default_factory=dict)

    def texts(self, old: Node, new: Node) -> Iterator[str]:
        """Yield texts that one of the nodes matches and the other may not, the shortest first.

        One for each pair of states at which they differ. When there are no more and there was none,
        the nodes match the same. Raises TooManyError.
        """
        first = frozenset({old}), frozenset({new})
        words: dict[Pair, str] = {first: ""}
        queue = deque([first])
        while queue:
            pair = queue.popleft()
            word = words[pair]
            if self.is_end(pair[0]) != self.is_end(pair[1]):
                yield word
            for char, after in self.steps(pair):
                if after[0] == after[1] or after in words:
                    continue
                if len(words) >= self.most:
                    raise DistinguisherLimitError
                words[after] = word + char
                queue.append(after)

    def is_end(self, left: Left) -> bool:
        """Say whether one of the nodes matches the empty text."""
        return any(map(self.forest.is_nullable, left))

    def steps(self, pair: Pair) -> Iterator[tuple[str, Pair]]:
        """Yield the pairs after one letter, with its character; an anchor has none."""
        heads = [[head for node in left for head in self.forest.heads(node)] for left in pair]
        letters = dict.fromkeys(letter for one in heads for letter, _ in one)
        sets: list[CharSet] = []
        numbers: dict[Node, int] = {}
        marks: list[Node] = []
        for letter in letters:
            kind, value = self.forest.forms[letter]
            if kind is TermKind.CHARS:
                numbers[letter] = len(sets)
                sets.append(value)
            else:
                marks.append(letter)
        for bits, char in minterms(sets) if sets else ():
            if bits:
                yield (
                    char,
                    tuple(
                        frozenset(
                            left
                            for letter, left in one
                            if letter in numbers and bits >> numbers[letter] & 1
                        )
                        for one in heads
                    ),
                )  # type: ignore[misc]
        for mark in marks:
            yield (
                "",
                tuple(frozenset(left for letter, left in one if letter == mark) for one in heads),
            )  # type: ignore[misc]

    def word(self, node: Node) -> str:
        """Return a short text that a node matches, as far as no anchor or look is against it.

        Of a choice, one that asks for no anchor and for no look where there is one.
        """
        return self._short(node)[1]

    def _short(self, node: Node) -> tuple[int, str]:
        known = self._words.get(node)
        if known is None:
            known = self._words[node] = self._make_text(node)
        return known

    def _make_text(self, node: Node) -> tuple[int, str]:
        kind, value = self.forest.forms[node]
        if kind is TermKind.CHARS:
            return 1, next((char for bits, char in minterms((value,)) if bits), "")
        if kind is TermKind.SEQUENCE:
            (first, begun), (rest, left) = map(self._short, value)
            return first + rest, begun + left
        if kind is TermKind.CHOICE:
            return min(map(self._short, value), key=lambda one: one[0], default=(0, ""))
        if kind is TermKind.REPEAT:
            cost, text = self._short(value[0]) if value and value[1] else (0, "")
            return (cost * value[1], text * value[1]) if text or cost else (0, "")
        return MARK, ""

    def anywhere(self, node: Node) -> Node:
        """Return the node of a match of a node with any text around."""
        around = self.forest.repeat(self.forest.chars(EVERY), 0, None)
        return self.forest.sequence([around, node, around])
