"""Matching a text with nodes of a forest, each node once at each place of the text.

Ends are bits: bit `i` says that a match may end before the character `i`. So a node that several
patterns share is matched once for all of them.
"""

import re
from dataclasses import dataclass, field

from fencekit.regex.derivatives.term_store import Node, TermKind, TermStore


@dataclass
class TextMatcher:
    """A text, and where the nodes of a forest match in it."""

    forest: TermStore
    text: str
    _ends: dict[tuple[Node, int], int] = field(default_factory=dict)

    @property
    def size(self) -> int:
        """How much is known of the text."""
        return len(self._ends)

    def is_found(self, node: Node) -> bool:
        """Say whether a node matches anywhere."""
        places = 1 if self.forest.is_anchored(node) else len(self.text) + 1
        return any(self.ends(node, at) for at in range(places))

    def ends(self, node: Node, at: int) -> int:
        """Return where matches of a node that begin at a place end, as bits."""
        known = self._ends.get((node, at))
        if known is None:
            known = self._ends[node, at] = self._match(node, at)
        return known

    def _match(self, node: Node, at: int) -> int:
        kind, value = self.forest.forms[node]
        if kind is TermKind.CHARS:
            is_so = at < len(self.text) and ord(self.text[at]) in value
            return 1 << at + 1 if is_so else 0
        if kind is TermKind.PLACE:
            return 1 << at if self._is_place(value, at) else 0
        if kind is TermKind.SEQUENCE:
            return self._after(value[1], self.ends(value[0], at))
        if kind is TermKind.CHOICE:
            found = 0
            for one in value:
                found |= self.ends(one, at)
            return found
        if kind is TermKind.LOOK:
            return 1 << at if self._is_seen(value, at) else 0
        return self._match_repeat(value, at) if value else 1 << at

    def _after(self, node: Node, places: int) -> int:
        """Return where matches end that begin at one of several places."""
        found, at = 0, 0
        while places:
            step = (places & -places).bit_length() - 1
            at += step
            places >>= step
            found |= self.ends(node, at)
            places >>= 1
            at += 1
        return found

    def _is_place(self, anchor: re.Pattern[str], at: int) -> bool:
        return anchor.match(self.text, at) is not None

    def _is_seen(self, look: tuple[bool, bool, Node], at: int) -> bool:
        ahead, positive, inner = look
        if ahead:
            return bool(self.ends(inner, at)) is positive
        behind = any(self.ends(inner, begin) >> at & 1 for begin in range(at, -1, -1))
        return behind is positive

    def _match_repeat(self, repeat: tuple[Node, int, int | None], at: int) -> int:
        inner, least, most = repeat
        reached = 1 << at
        for _ in range(least):
            reached = self._after(inner, reached)
        found = fresh = reached
        count = least
        while fresh and (most is None or count < most):
            fresh = self._after(inner, fresh) & ~found
            found |= fresh
            count += 1
        return found
