"""A regex as a tree of the places of its text, so that an edit is read where it was made.

What is read again after an edit is the smallest choice, or branch of one, that has all of it.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache

from fencekit.regex.charset import CharSet, of_leaf
from fencekit.regex.derivatives.pattern_diff import difference, leading_flags
from fencekit.regex.derivatives.term_store import Node, TermStore
from fencekit.regex.leading_set import skips_places
from fencekit.regex.python_syntax import parse as parsed_by_python
from fencekit.regex.regex_tokens import RegexToken, TokenKind, compiles, tokens


class NotReadError(Exception):
    """A pattern says something that these trees do not have."""


@dataclass(slots=True)
class PatternPart:
    """A part of a pattern, from `start` to before `end`, its node, and the parts inside it.

    `kind` is `choice`, `branch` or `item`; a choice has branches, a branch items, and an item that
    is a group or a look has one choice. `wrap` says how an item is made of its choice.
    """

    kind: str
    start: int
    end: int
    node: Node
    flags: int
    inside: list["PatternPart"] = field(default_factory=list)
    opening: str = ""
    least: int = 1
    most: int | None = 1


FLAGS = {
    "a": re.ASCII,
    "i": re.IGNORECASE,
    "m": re.MULTILINE,
    "s": re.DOTALL,
    "u": re.UNICODE,
}
LOOKS = {"(?=": (True, True), "(?!": (True, False), "(?<=": (False, True), "(?<!": (False, False)}


class TermReader:
    """Reads patterns into a forest."""

    def __init__(self, forest: TermStore) -> None:
        self.forest = forest

    def read(self, pattern: str) -> PatternPart:
        """Return the parts of a pattern that compiles; raise NotReadError for one beyond us."""
        cut = tokens(pattern)
        if pattern and (not cut or not compiles(pattern) or skips_places(pattern)):
            raise NotReadError
        flags = int(re.UNICODE)
        leading = 0
        while leading < len(cut) and cut[leading].kind is TokenKind.FLAGS:
            flags = with_flags(flags, cut[leading].text[2:-1])
            leading += 1
        if any(token.kind is TokenKind.FLAGS for token in cut[leading:]):
            raise NotReadError
        start = cut[leading - 1].end if leading else 0
        return self.piece(pattern[start:], start, flags)

    def piece(self, text: str, start: int, flags: int) -> PatternPart:
        """Return the parts of a text that is all of a choice, and begins at a place."""
        cut = tokens(text)
        if text and not cut:
            raise NotReadError
        return TokenParser(self.forest, cut, start).all(len(text), flags)


@dataclass
class TokenParser:
    """The tokens of a text that is read, and how far it is."""

    forest: TermStore
    cut: tuple[RegexToken, ...]
    shift: int
    at: int = 0

    def all(self, length: int, flags: int) -> PatternPart:
        """Return the choice that all tokens are."""
        made = self.choice(0, flags)
        if self.at < len(self.cut):
            raise NotReadError
        made.end = made.inside[-1].end = self.shift + length
        return made

    def peek(self) -> RegexToken | None:
        """Return the next token, if there is one."""
        return self.cut[self.at] if self.at < len(self.cut) else None

    def choice(self, start: int, flags: int) -> PatternPart:
        """Return the choice that begins here, up to the bracket that closes it."""
        branches = [self.branch(start, flags)]
        while (token := self.peek()) is not None and token.kind is TokenKind.BAR:
            self.at += 1
            branches.append(self.branch(token.end, flags))
        node = self.forest.choice([one.node for one in branches])
        return PatternPart("choice", start + self.shift, branches[-1].end, node, flags, branches)

    def branch(self, start: int, flags: int) -> PatternPart:
        """Return the branch that begins here."""
        items: list[PatternPart] = []
        while (token := self.peek()) is not None and token.kind not in (
            TokenKind.BAR,
            TokenKind.CLOSE,
        ):
            self.at += 1
            items.append(self.item(token, flags))
        token = self.peek()
        end = (
            token.start + self.shift if token else (items[-1].end if items else start + self.shift)
        )
        node = self.forest.sequence([one.node for one in items])
        return PatternPart("branch", start + self.shift, end, node, flags, items)

    def item(self, token: RegexToken, flags: int) -> PatternPart:
        """Return the item that a token begins, with its quantifier."""
        made = PatternPart("item", token.start + self.shift, token.end + self.shift, 0, flags)
        if token.kind is TokenKind.OPEN:
            self.group(made, token, flags)
        elif token.kind is TokenKind.ANCHOR:
            made.node = self.forest.place(anchor(token.text, flags))
        elif token.kind in (TokenKind.CLASS, TokenKind.SET, TokenKind.LITERAL):
            made.node = self.forest.chars(leaf(token.text, flags))
        else:
            raise NotReadError
        after = self.peek()
        if after is not None and after.kind is TokenKind.QUANTIFIER:
            self.at += 1
            made.least, made.most = counts(after.text)
            made.end = after.end + self.shift
            made.node = self.forest.repeat(made.node, made.least, made.most)
        return made

    def group(self, made: PatternPart, token: RegexToken, flags: int) -> None:
        """Read a group or a look into its item."""
        opening = token.text
        if opening.startswith(("(?>", "(?(")):
            raise NotReadError
        if opening.endswith(":") and opening != "(?:":
            added, _, taken = opening[2:-1].partition("-")
            flags = with_flags(flags, added)
            for letter in taken:
                flags &= ~FLAGS[letter]
        inner = self.choice(token.end, flags)
        close = self.peek()
        if close is None:
            raise NotReadError
        self.at += 1
        inner.end = close.start + self.shift
        made.end = close.end + self.shift
        made.inside = [inner]
        made.opening = opening
        made.node = wrap_group(self.forest, opening, inner.node)


def wrap_group(forest: TermStore, opening: str, inner: Node) -> Node:
    """Return the node of a group, or of a look around."""
    if opening in LOOKS:
        ahead, positive = LOOKS[opening]
        return forest.look(inner, ahead=ahead, positive=positive)
    return inner


def with_flags(flags: int, letters: str) -> int:
    """Return the flags with others."""
    for letter in letters:
        if letter not in FLAGS:
            raise NotReadError
        if letter in "au":
            flags &= ~int(re.ASCII | re.UNICODE)
        flags |= int(FLAGS[letter])
    return flags


def counts(text: str) -> tuple[int, int | None]:
    """Return how often a quantifier repeats, at the least and at the most."""
    bare = text[:-1] if len(text) > 1 and text[-1] in "?+" else text
    if bare != text and text[-1] == "+":
        raise NotReadError
    if bare in KNOWN:
        return KNOWN[bare]
    low, comma, high = bare[1:-1].partition(",")
    least = int(low or 0)
    if not comma:
        return least, least
    return least, int(high) if high else None


KNOWN: dict[str, tuple[int, int | None]] = {"*": (0, None), "+": (1, None), "?": (0, 1)}


@lru_cache(maxsize=4096)
def leaf(text: str, flags: int) -> CharSet:
    """Return the set of characters that a token reads."""
    items, _ = parsed_by_python(text)
    if len(items) != 1:
        raise NotReadError
    return of_leaf(items[0], flags)


@lru_cache(maxsize=64)
def anchor(text: str, flags: int) -> re.Pattern[str]:
    """Return the pattern of an anchor."""
    return re.compile(text, flags & (re.MULTILINE | re.ASCII))


@dataclass(frozen=True, slots=True)
class EditedPart:
    """A part that has an edit in it: its node before and after, and the parts that it is in.

    `way` has the items, branches and choices from the root to the part, the root first.
    """

    old: Node
    new: Node
    way: tuple[PatternPart, ...]


@dataclass
class PatternTree:
    """A pattern, with the parts of it."""

    reader: TermReader
    pattern: str
    root: PatternPart

    def read_edit(self, pattern: str) -> list[EditedPart] | None:
        """Return the levels of an edit from the inside out, the last the whole; None beyond us."""
        if skips_places(pattern):
            return None
        if leading_flags(pattern) != leading_flags(self.pattern):
            try:
                again = self.reader.read(pattern)
            except NotReadError:
                return None
            return [EditedPart(self.root.node, again.node, (self.root,))]
        start, end = difference(self.pattern, pattern)
        shift = len(pattern) - len(self.pattern)
        way = [self.root]
        while inner := next((p for p in way[-1].inside if p.start <= start and end <= p.end), None):
            way.append(inner)
        while way:
            part = way[-1]
            if part.kind != "item":
                try:
                    text = pattern[part.start : part.end + shift]
                    node = self.reader.piece(text, part.start, part.flags).node
                    return list(self.levels(way, node))
                except NotReadError:
                    pass
            way.pop()
        return None

    def levels(self, way: list[PatternPart], node: Node) -> Iterator[EditedPart]:
        """Yield the levels from a part that became another node up to the root."""
        forest = self.reader.forest
        yield EditedPart(way[-1].node, node, tuple(way))
        for depth in range(len(way) - 1, 0, -1):
            child, parent = way[depth], way[depth - 1]
            if parent.kind == "item":
                node = forest.repeat(
                    wrap_group(forest, parent.opening, node), parent.least, parent.most
                )
            else:
                nodes = [node if one is child else one.node for one in parent.inside]
                make = forest.choice if parent.kind == "choice" else forest.sequence
                node = make(nodes)
            yield EditedPart(parent.node, node, tuple(way[:depth]))
