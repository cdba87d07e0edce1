"""All arguments of a call as words, spelled step by step, with their keywords and patterns.

A word is the arguments as `repr` shows them; each step says what it adds to the text and to the
values. Nothing is left out that an object of JSON can be; more than those is spelled: a key may
stand twice, escapes have any digits, and what is printed in brackets may be anything.
"""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, NamedTuple

from fencekit.checks.prove.charsets import CharSet, cased, of_chars, of_ranges, printable
from fencekit.checks.prove.checker.walks import MATCHED, Walk
from fencekit.checks.prove.minterms import minterms

HEX = "0123456789abcdef"
QUOTINGS = {"plain": "'", "double": '"', "both": "'"}
"""The ways to quote: without `'` inside, with `'` but no `"`, and with both; and their quotes."""
OTHER = "\0"
"""Stands for every character that no keyword has."""


class Need(NamedTuple):
    """A field that must be there, under one of the keys, with a value that a walk accepts."""

    keys: tuple[str, ...]
    walk: Walk | None


class Place(NamedTuple):
    """A place in a word; `seen` are the quotes in the text so far, `held` the state of the need."""

    kind: str
    first: bool
    needs: tuple[int, ...]
    need: int = -1
    quoting: str = ""
    seen: str = ""
    held: Any = None
    digits: int = 0


class Texts:
    """The machine of the values alone, which may be any text: its states, steps and goals."""

    def __init__(self, found: Sequence[Walk], refused: Sequence[Walk]) -> None:
        self._walks, self._found = [*found, *refused], len(found)
        sets = [one for walk in self._walks for one in walk.sets]
        self._letters = [char for _, char in minterms(sets)]
        self.start: Any = tuple(walk.start for walk in self._walks)

    def steps(self, state: Any) -> list[Any]:
        """Return the states after each step; None where something unwanted is met."""
        return [self._after(state, char) for char in self._letters]

    def is_goal(self, state: Any) -> bool:
        """Say whether a text that ends here is all that is wanted, and nothing else."""
        ends = [walk.accepts(one) for walk, one in zip(self._walks, state, strict=True)]
        return all(ends[: self._found]) and not any(ends[self._found :])

    def _after(self, state: Any, char: str) -> Any:
        after = tuple(w.step(one, char) for w, one in zip(self._walks, state, strict=True))
        return None if MATCHED in after[self._found :] else after


class Words:
    """The machine of words: states, their steps, and which of them are goals."""

    def __init__(
        self,
        wanted: Sequence[frozenset[str]],
        unwanted: frozenset[str],
        found: Sequence[Walk],
        refused: Sequence[Walk],
        needs: Sequence[Need],
    ) -> None:
        self._wanted, self._unwanted, self._needs = wanted, unwanted, needs
        self._walks, self._found = [*found, *refused], len(found)
        words = {word for clause in wanted for word in clause} | unwanted
        self._alphabet = set("".join(words))
        self._begun = {word[:end] for word in words for end in range(len(word) + 1)}
        held = [need.walk for need in needs if need.walk is not None]
        sets = [one for walk in (*self._walks, *held) for one in walk.sets]
        self._letters = [char for _, char in minterms([*sets, *told_apart(self._alphabet)])]

    @property
    def start(self) -> Any:
        """The state after the opening bracket."""
        begun = self._keywords(("", frozenset(range(len(self._wanted)))), "{")
        place = Place("next", first=True, needs=tuple(range(len(self._needs))))
        return place, begun, tuple(walk.start for walk in self._walks)

    def steps(self, state: Any) -> list[Any]:
        """Return the states after each step; None where something unwanted is met."""
        place, words, walks = state
        if words is None:
            return []
        return [self._after(words, walks, *move) for move in self._moves(place)]

    def is_goal(self, state: Any) -> bool:
        """Say whether a word that ends here is all that is wanted, and nothing else."""
        place, words, walks = state
        ends = [walk.accepts(one) for walk, one in zip(self._walks, walks, strict=True)]
        done = place.kind == "end" and words is not None and not words[1]
        return done and all(ends[: self._found]) and not any(ends[self._found :])

    def _after(self, words: Any, walks: Any, text: str, values: str, then: Place) -> Any:
        words = self._keywords(words, text)
        for char in values:
            walks = tuple(w.step(one, char) for w, one in zip(self._walks, walks, strict=True))
        if words is None or MATCHED in walks[self._found :]:
            return None
        return then, words, walks

    def _keywords(self, state: Any, text: str) -> Any:
        """Return the longest end of the text that begins a keyword, and the clauses not met."""
        tail, waiting = state
        for char in text:
            tail += char if char in self._alphabet else OTHER
            ends = {tail[at:] for at in range(len(tail))}
            if ends & self._unwanted:
                return None
            waiting = frozenset(one for one in waiting if not ends & self._wanted[one])
            tail = next((tail[at:] for at in range(len(tail)) if tail[at:] in self._begun), "")
        return tail, waiting

    def _moves(self, place: Place) -> Iterator[tuple[str, str, Place]]:
        """Yield what each step adds to the text and to the values, and where it leads."""
        moves = {
            "next": self._next,
            "value": self._value,
            "digits": self._digits,
            **dict.fromkeys(("key", "text"), self._quoted),
        }
        yield from moves.get(place.kind, self._in_printed)(place)

    def _next(self, place: Place) -> Iterator[tuple[str, str, Place]]:
        if not place.needs:
            yield "}", "", Place("end", first=False, needs=())
        comma, space = ("", "") if place.first else (", ", " ")
        for way, mark in QUOTINGS.items():
            yield comma + mark, space, place._replace(kind="key", first=False, quoting=way)
        for need in place.needs:
            left = tuple(one for one in place.needs if one != need)
            walk = self._needs[need].walk
            held = None if walk is None else walk.start
            for key in self._needs[need].keys:
                then = Place("value", first=False, needs=left, need=need, held=held)
                yield f"{comma}{key!r}: ".lower(), space, then

    def _value(self, place: Place) -> Iterator[tuple[str, str, Place]]:
        for way, mark in QUOTINGS.items():
            yield mark, "", place._replace(kind="text", quoting=way)
        for text, kind in BEGINNINGS:
            yield from self._printed(place, text, kind)

    def _quoted(self, place: Place) -> Iterator[tuple[str, str, Place]]:
        yield from self._in_text(place)
        if place.seen in CLOSED[place.quoting]:
            mark, then = QUOTINGS[place.quoting], place._replace(quoting="", seen="")
            if place.kind == "key":
                yield f"{mark}: ", "", then._replace(kind="value")
            elif self._is_kept(place):
                yield mark, "", self._done(then._replace(kind="next"))

    def _digits(self, place: Place) -> Iterator[tuple[str, str, Place]]:
        then = place._replace(digits=place.digits - 1)
        if place.digits == 1:
            kind, quoting = place.quoting.split()
            then = then._replace(kind=kind, quoting=quoting)
        yield from ((digit, "", then) for digit in (OTHER, *HEX))

    def _done(self, then: Place) -> Place:
        return then._replace(need=-1, held=None) if then.kind == "next" else then

    def _in_text(self, place: Place) -> Iterator[tuple[str, str, Place]]:
        for char in self._letters:
            kept = self._hold(place, char) if place.kind == "text" else place
            values = char if place.kind == "text" else ""
            if kept is None or (char in "'\"" and char not in INSIDE[place.quoting]):
                continue
            if char in "'\"":
                shown = "\\'" if char == "'" and place.quoting == "both" else char
                yield shown, values, kept._replace(seen="".join(sorted({*place.seen, char})))
            elif char == "\u03a3":
                yield from ((small, values, kept) for small in "\u03c3\u03c2")
            elif char.isprintable() or char in "\n\r\t":
                yield repr(char)[1:-1].lower(), values, kept
            else:
                shown = repr(char)[1:-1].lower()
                back = f"{place.kind} {place.quoting}"
                then = kept._replace(kind="digits", digits=len(shown) - 2, quoting=back)
                yield shown[:2], values, then

    def _in_printed(self, place: Place) -> Iterator[tuple[str, str, Place]]:
        if place.kind in ("number", "printed") and self._is_kept(place):
            yield "", "", self._done(place._replace(kind="next"))
        if place.kind == "number":
            for char in "0123456789.e+-":
                yield from self._printed(place, char, "number")
        elif place.kind == "brackets":
            for char in self._letters:
                if char.isprintable():
                    yield from self._printed(place, char, "brackets")
            for char in "]}":
                yield from self._printed(place, char, "printed")

    def _printed(self, place: Place, text: str, kind: str) -> Iterator[tuple[str, str, Place]]:
        kept = self._hold(place, text)
        if kept is not None:
            for lower in (text.lower(),) if text != "\u03a3" else "\u03c3\u03c2":
                yield lower, text, kept._replace(kind=kind)

    def _hold(self, place: Place, text: str) -> Place | None:
        walk = self._needs[place.need].walk if place.need >= 0 else None
        if walk is None:
            return place
        held = place.held
        for char in text:
            held = walk.step(held, char)
        return None if held != MATCHED and not held[2] else place._replace(held=held)

    def _is_kept(self, place: Place) -> bool:
        walk = self._needs[place.need].walk if place.need >= 0 else None
        return walk is None or walk.accepts(place.held)


INSIDE = {"plain": '"', "double": "'", "both": "'\""}
CLOSED = {"plain": ("", '"'), "double": ("'",), "both": ("\"'",)}
BEGINNINGS = (
    *((text, "printed") for text in ("True", "False", "None", "nan", "inf", "-inf")),
    *((char, "number") for char in "0123456789-"),
    *((char, "brackets") for char in "[{"),
)


def told_apart(alphabet: Iterable[str]) -> Iterator[CharSet]:
    """Yield sets of characters that add different things to the text."""
    hidden = ~printable()
    yield from (of_chars(char) for char in "'\"\\\n\r\t\u03a3\u0130")
    yield from (hidden & of_ranges([end]) for end in ((0, 0xFF), (0x100, 0xFFFF)))
    yield hidden
    for char in sorted(alphabet):
        yield of_chars(one for one in cased() + char if one.lower() == char)
