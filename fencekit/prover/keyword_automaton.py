"""The keywords of a cube as one automaton over the text of the arguments.

It reads the text in lower case, as CapFence does, and keeps which of the wanted clauses are still
waiting for one of their keywords; an unwanted keyword ends the walk. What no keyword has in it
leads back to the root, so that all other characters are alike.
"""

from collections import deque
from collections.abc import Sequence

CAPITAL_SIGMA = "\u03a3"
SIGMAS = "\u03c3\u03c2"


class Keywords:
    """Wanted clauses, each of which asks for one of its keywords, and unwanted keywords."""

    def __init__(self, wanted: Sequence[frozenset[str]], unwanted: frozenset[str]) -> None:
        self.alphabet = frozenset("".join("".join(sorted(one)) for one in (*wanted, unwanted)))
        self._ways: list[dict[str, int]] = [{}]
        self._back: list[int] = [0]
        self._found: list[int] = [0]
        self._bad: list[bool] = [False]
        for number, clause in enumerate(wanted):
            for keyword in sorted(clause):
                self._found[self._add(keyword)] |= 1 << number
        for keyword in sorted(unwanted):
            self._bad[self._add(keyword)] = True
        self._link()
        self._shift = len(wanted)
        self._pending = (1 << len(wanted)) - 1
        self.start = self._pending
        self._known: dict[tuple[int, str], int] = {}

    def step(self, state: int, text: str) -> int:
        """Return the state after more of the text, in lower case; -1 after an unwanted keyword."""
        known = self._known.get((state, text))
        if known is None:
            known = self._known[state, text] = self._step_text(state, text)
        return known

    def waits(self, state: int) -> bool:
        """Say whether a wanted clause has not been met yet."""
        return bool(state & self._pending)

    def _step_text(self, state: int, text: str) -> int:
        node, waiting = state >> self._shift, state & self._pending
        for char in text:
            while node and char not in self._ways[node]:
                node = self._back[node]
            node = self._ways[node].get(char, 0)
            if self._bad[node]:
                return -1
            waiting &= ~self._found[node]
        return (node << self._shift) | waiting

    def _add(self, keyword: str) -> int:
        node = 0
        for char in keyword:
            following = self._ways[node].get(char)
            if following is None:
                following = self._ways[node][char] = len(self._ways)
                self._ways.append({})
                self._back.append(0)
                self._found.append(0)
                self._bad.append(False)
            node = following
        return node

    def _link(self) -> None:
        left = deque(self._ways[0].values())
        while left:
            node = left.popleft()
            for char, following in self._ways[node].items():
                back = self._back[node]
                while back and char not in self._ways[back]:
                    back = self._back[back]
                self._back[following] = self._ways[back].get(char, 0)
                left.append(following)
            back = self._back[node]
            self._found[node] |= self._found[back]
            self._bad[node] = self._bad[node] or self._bad[back]
