"""Patterns, followed by what is left of them to match, over the classes of characters.

What is left is a chain of parts of the parsed pattern; reading a character replaces a chain by the
chains that may follow. A chain can owe what a lookahead asks: chains that must, or must not, come
to an end. So a state is a set of chains, and nothing of an automaton has to be built or trusted.
"""

import re
from collections.abc import Iterator
from math import inf
from re import _constants as names  # type: ignore[attr-defined]
from re import search
from typing import Any

from fencekit.checks.prove.charsets import NEWLINE, CharSet, of_leaf, word_chars

Part = tuple[Any, ...]
Chain = Any
"""() at the end, else a part and the chain after it."""
Threads = frozenset[Any]
"""Chains, each with what it owes."""
MATCHED = "matched"
LAST_NEWLINE = (("chars", NEWLINE), (("at", "AT_END_STRING"), ()))
NO_BOUNDARY_IN_EMPTY = search(r"\B", "") is None


class WalkError(Exception):
    """A pattern that cannot be followed here."""


def chained(items: Any, flags: int, then: Chain) -> Chain:
    """Return the chain of parsed items, and what comes then."""
    for item in reversed(list(items)):
        then = (part(item, flags), then)
    return then


def part(item: Any, flags: int) -> Part:
    """Return one parsed item as a part that can be compared."""
    name, value = item
    kind = str(name)
    if kind in ("LITERAL", "NOT_LITERAL", "ANY", "IN"):
        return "chars", of_leaf(item, flags)
    if kind == "BRANCH":
        return "any", tuple(chained(way, flags, ()) for way in value[1])
    if kind == "SUBPATTERN":
        _, added, taken, inner = value
        if added & int(re.ASCII | re.UNICODE):
            flags &= ~int(re.ASCII | re.UNICODE)
        return "any", (chained(inner, (flags | added) & ~taken, ()),)
    if kind in ("MAX_REPEAT", "MIN_REPEAT"):
        most = inf if value[1] is names.MAXREPEAT else int(value[1])
        return "repeat", int(value[0]), most, chained(value[2], flags, ())
    if kind in ("ASSERT", "ASSERT_NOT"):
        where = "ahead" if value[0] > 0 else "behind"
        return where, kind == "ASSERT", chained(value[1], flags, ())
    if kind == "AT":
        at = str(value)
        line = flags & re.MULTILINE and at in ("AT_BEGINNING", "AT_END")
        return "at", f"{at}_LINE" if line else at, word_chars(ascii_only=not flags & re.UNICODE)
    raise WalkError(f"`{kind.lower()}` is not followed by the checker")


def joined(chain: Chain, then: Chain) -> Chain:
    """Return a chain with another one at its end."""
    return then if chain == () else (chain[0], joined(chain[1], then))


class Walk:
    """A pattern, as chains; a state is hashable, and MATCHED stays so whatever comes."""

    def __init__(self, items: Any, flags: int, *, anywhere: bool = True) -> None:
        self._chain = chained(items, flags, ())
        self._anywhere = anywhere
        self._behind = list(dict.fromkeys(lookbehinds(self._chain)))
        self.sets = list(dict.fromkeys((NEWLINE, *sets_of(self._chain))))
        begun: Threads = frozenset({(self._chain, frozenset())})
        self.start: Any = (None, tuple(frozenset() for _ in self._behind), begun)

    def step(self, state: Any, char: str) -> Any:
        """Return the state after a character."""
        if state == MATCHED:
            return state
        before, follow, chains = state
        here, follow = self._followed(before, follow, char)
        chains = self._read(chains | self._new(), here, char)
        if chains is None:
            return MATCHED
        # Of what was read, only what a place can ask of it is kept.
        seen = char if any(kind == "at" for kind in kinds_of(self._chain)) else ""
        return self._class(seen), follow, chains

    def accepts(self, state: Any) -> bool:
        """Say whether the text may end so."""
        if state == MATCHED:
            return True
        before, follow, chains = state
        here, _ = self._followed(before, follow, None)
        return self._ends(chains | self._new(), here)

    def _class(self, char: str) -> str:
        """Return a character of the same class, the same for all of it: its bits as text."""
        return "".join("1" if char and ord(char) in chars else "0" for chars in self.sets)

    def _new(self) -> Any:
        return {(self._chain, frozenset())} if self._anywhere else frozenset()

    def _followed(self, before: Any, follow: Any, char: str | None) -> Any:
        """Return the place, with the lookbehinds that hold here, and these a character on."""
        held: dict[Chain, bool] = {}
        after = []
        for chain, threads in zip(self._behind, follow, strict=True):
            here = (before, char, held)
            heads = list(self._heads(threads | {(chain, frozenset())}, here))
            held[chain] = any(chars is None for chars, _, _ in heads)
            after.append(
                frozenset(
                    (then, debts)
                    for chars, then, debts in heads
                    if chars is not None and char is not None and ord(char) in chars
                )
            )
        return (before, char, held), tuple(after)

    def _heads(self, threads: Any, here: Any) -> Iterator[tuple[CharSet | None, Chain, Any]]:
        """Yield what can be read next, and what is then left; None is read at an end."""
        left, seen = list(threads), set(threads)
        while left:
            chain, debts = left.pop()
            if chain == ():
                yield None, (), debts
                continue
            (kind, *rest), then = chain
            if kind == "chars":
                yield rest[0], then, debts
                continue
            for way, debt in self._ways(kind, rest, then, here):
                following = (way, debts | debt)
                if following not in seen:
                    seen.add(following)
                    left.append(following)

    def _ways(self, kind: str, rest: Any, then: Chain, here: Any) -> list[tuple[Chain, Threads]]:
        """Return where a part that reads nothing goes on, and what that owes."""
        nothing: Threads = frozenset()
        if kind == "any":
            return [(joined(way, then), nothing) for way in rest[0]]
        if kind == "repeat":
            least, most, inner = rest
            again = (("repeat", max(least - 1, 0), most - 1, inner), then)
            ways = [(then, nothing)] if least == 0 else []
            return [*ways, (joined(inner, again), nothing)] if most > 0 else ways
        if kind == "ahead":
            return [(then, frozenset({(rest[0], frozenset({(rest[1], nothing)}))}))]
        if kind == "behind":
            return [(then, nothing)] if here[2][rest[1]] is rest[0] else []
        if rest[0] == "AT_END" and here[1] == "\n":
            return [(then, frozenset({(True, frozenset({(LAST_NEWLINE, nothing)}))}))]
        return [(then, nothing)] if self._is_at(rest, here) else []

    def _is_at(self, rest: Any, here: Any) -> bool:
        before, char, _ = here
        at = rest[0]
        newline = self.sets.index(NEWLINE)
        if at in ("AT_BEGINNING", "AT_BEGINNING_STRING"):
            return before is None
        if at == "AT_BEGINNING_LINE":
            return before is None or before[newline] == "1"
        if at in ("AT_END", "AT_END_STRING"):
            return char is None
        if at == "AT_END_LINE":
            return char is None or char == "\n"
        if before is None and char is None:
            return at == "AT_NON_BOUNDARY" and not NO_BOUNDARY_IN_EMPTY
        was = before is not None and before[self.sets.index(rest[1])] == "1"
        comes = char is not None and ord(char) in rest[1]
        return bool((was != comes) == (at == "AT_BOUNDARY"))

    def _read(self, threads: Any, here: Any, char: str) -> Any:
        """Return what is left after a character; None when all is matched."""
        left = set()
        for chars, then, debts in self._heads(threads, here):
            if chars is None and not debts:
                return None
            if chars is not None and ord(char) not in chars:
                continue
            owed = set()
            for positive, inner in debts:
                inner = self._read(inner, here, char)  # noqa: PLW2901
                if inner:
                    owed.add((positive, inner))
                elif (inner is None) is not positive:
                    break
            else:
                left.add((then, frozenset(owed)))
        return frozenset(left)

    def _ends(self, threads: Any, here: Any) -> bool:
        return any(
            chars is None and all(self._ends(inner, here) is positive for positive, inner in debts)
            for chars, _, debts in self._heads(threads, here)
        )


def parts_of(chain: Chain) -> Iterator[Part]:
    """Yield every part of a chain, those inside others first."""
    while chain != ():
        one, chain = chain
        inner: tuple[Chain, ...] = ()
        if one[0] == "any":
            inner = one[1]
        elif one[0] in ("repeat", "ahead", "behind"):
            inner = (one[-1],)
        for way in inner:
            yield from parts_of(way)
        yield one


def lookbehinds(chain: Chain) -> list[Chain]:
    """Return what a chain looks back upon."""
    return [one[2] for one in parts_of(chain) if one[0] == "behind"]


def kinds_of(chain: Chain) -> set[str]:
    """Return the kinds of the parts of a chain."""
    return {str(one[0]) for one in parts_of(chain)}


def sets_of(chain: Chain) -> list[CharSet]:
    """Return the sets of characters that a chain asks for."""
    return [item for one in parts_of(chain) for item in one if isinstance(item, CharSet)]
