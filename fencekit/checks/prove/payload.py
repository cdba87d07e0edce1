"""All arguments that a call can have, as one regular word with two readings.

A move adds to the text of the arguments, which keywords see, and to their values, which regexes
see. So whatever a keyword and a regex demand of one character, they demand it of the same one.

The word is `{`, then fields, then `}`. A field is a key and a value: text, in the way of quoting
that `repr` would choose for it, or any other JSON value, as it is printed. Some fields are
required, and held to automata of their own.

Sound because every JSON object is such a word. What is left out is found in another word that no
keyword or regex of the question tells from it: `Shape` says when. Some words are no JSON object
(a key may stand twice, digits of escapes are free, brackets need not close); a call is made of a
word only if the engine's own readings agree.

Moves have levels, the plainest first: 0 is text of printable ASCII under a natural key, 1 is odd
characters and other spellings, 2 is further fields and free keys, 3 is values that are not text and
escapes of any digits, and 4 stands for values that are known only to belong to a language. Up to 2,
a word is a call but for keys that stand twice.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

from fencekit.checks.prove.keywords import Keywords
from fencekit.checks.prove.letters import Letter, digits, letters
from fencekit.checks.prove.printed import BEGINNING, ENDINGS, steps
from fencekit.checks.prove.quoting import WAYS_OF_QUOTING, is_closable, quoted
from fencekit.checks.prove.regexes import DEAD, Automaton
from fencekit.checks.prove.shape import Shape
from fencekit.checks.prove.spots import (
    FURTHER,
    LOOSE,
    ODD,
    PLAIN,
    PRINTED,
    Move,
    Required,
    Slot,
    Spot,
)

ANY_VALUE = Slot("")
MOST_TOLD = 6
"""Of how many optional fields is remembered whether they are there; others may come twice."""


@dataclass(slots=True)
class Payload:
    """The word for one question."""

    keywords: Keywords
    automata: Sequence[Automaton]
    shape: Shape
    natural: tuple[str, ...]
    required: tuple[Required, ...] = ()
    optional: tuple[Slot, ...] = ()
    is_open: bool = True
    """Whether there may be fields beside the required and the optional ones."""
    in_order: int = 0
    """How many of the required fields, the first ones, stand in this order."""
    _slots: list[Slot] = field(init=False)
    _letters: list[Letter] = field(init=False)
    _key_letters: list[Letter] = field(init=False)
    _moves: dict[Spot, list[Move]] = field(init=False, default_factory=dict)

    def __post_init__(self) -> None:
        alphabet = self.keywords.alphabet
        sets = [chars for automaton in self.automata for chars in automaton.sets]
        self._slots = [*self.optional, *(slot for one in self.required for slot in one)]
        for slot in self._slots:
            sets += [chars for automaton, _ in slot.held for chars in automaton.sets]
        self._letters = letters(alphabet, sets)
        self._key_letters = letters(alphabet, [])

    @property
    def start(self) -> Spot:
        """The beginning, after the opening bracket."""
        return Spot("fields", needs=(1 << len(self.required)) - 1)

    def moves(self, spot: Spot) -> list[Move]:
        """Return the moves from a spot, in the order of their levels."""
        found = self._moves.get(spot)
        if found is None:
            made = getattr(self, f"_{spot.kind}")(spot)
            found = self._moves[spot] = sorted(made, key=lambda move: move.level)
        return found

    def _fields(self, spot: Spot) -> Iterator[Move]:
        if not spot.needs:
            yield Move(PLAIN, "}", "", Spot("end"))
        free = spot.fields & 2
        if self.is_open and (not free or self.shape.several):
            yield from self._free(spot, FURTHER if free else PLAIN)
        for number, slot in enumerate(self.optional):
            bit = 4 << number if number < MOST_TOLD else 0
            if not spot.fields & bit:
                then = Spot("fields", spot.needs, spot.fields | bit | 1, slot=number)
                yield from self._slot(slot, then, spot, FURTHER if spot.fields else PLAIN)
        at = len(self.optional)
        for number, one in enumerate(self.required):
            needs = spot.needs & ~(1 << number)
            before = (1 << number) - 1 if number < self.in_order else 0
            for rank, slot in enumerate(one):
                if needs != spot.needs and not spot.needs & before:
                    then = Spot("fields", needs, spot.fields | 1, slot=at)
                    yield from self._slot(slot, then, spot, ODD if rank else PLAIN)
                at += 1

    def _free(self, spot: Spot, level: int) -> Iterator[Move]:
        """Yield the moves to a field of any key."""
        comma, space = (", ", " ") if spot.fields else ("", "")
        fields = spot.fields | 3
        for number, key in enumerate(self.natural):
            then = Spot("text", spot.needs, fields)
            more = max(level, ODD if number else PLAIN)
            yield from self._keyed(comma, space, key, then, more)
        if self.shape.keys:
            for move in self._opened(Spot("key", spot.needs, fields), FURTHER):
                yield Move(FURTHER, comma + move.text, space, move.then, ("key",))

    def _keyed(self, comma: str, space: str, key: str, then: Spot, level: int) -> Iterator[Move]:
        """Yield the moves to a value under a key that is known."""
        before = f"{comma}{key!r}: ".lower()
        slot = self._slots[then.slot] if then.slot >= 0 else Slot(key)
        if slot.text:
            for move in self._opened(then, level):
                yield Move(move.level, before + move.text, space, move.then, ("field", key))
        # Where text will do, it can spell what another value does; else that is the only way.
        if slot.printed and (self.shape.others or not slot.text):
            other = replace(then, kind="other", quoting=BEGINNING)
            yield Move(max(level, PRINTED), before, space, other, ("field", key))

    def _slot(self, slot: Slot, then: Spot, spot: Spot, level: int) -> Iterator[Move]:
        """Yield the moves to the field of a slot, or over it where its value is exact."""
        comma, space = (", ", " ") if spot.fields else ("", "")
        done = replace(then, slot=-1)
        for rank, value in enumerate(slot.values):
            text = f"{comma}{slot.key!r}: {value!r}".lower()
            more = max(level, ODD if rank else PLAIN)
            yield Move(more, text, space + str(value), done, ("whole", slot.key, value))
        states = tuple(automaton.start for automaton, _ in slot.held)
        inner = replace(then, kind="text", states=states)
        yield from self._keyed(
            comma, space, slot.key, inner, max(level, LOOSE if slot.values else PLAIN)
        )

    def _opened(self, then: Spot, level: int) -> Iterator[Move]:
        """Yield the moves into a text, one for each way of quoting."""
        if not self.shape.quotes:
            yield Move(level, "'", "", then)
            return
        for way, (mark, _, _) in WAYS_OF_QUOTING.items():
            inner = replace(then, quoting=way)
            yield Move(level if way == "single" else max(level, ODD), mark, "", inner)

    def _key(self, spot: Spot) -> Iterator[Move]:
        for letter in self._key_letters:
            for text, quoting, needs_digits in self._written(letter, spot):
                then = Spot("key", spot.needs, spot.fields, quoting)
                yield from self._escaped(
                    Move(FURTHER, text, "", then, ("char", letter.char)), needs_digits
                )
        if is_closable(spot.quoting):
            mark = '"' if spot.quoting.startswith("double") else "'"
            for move in self._opened(Spot("text", spot.needs, spot.fields), FURTHER):
                yield Move(FURTHER, f"{mark}: {move.text}", "", move.then, ("named",))
            if self.shape.others:
                other = Spot("other", spot.needs, spot.fields, BEGINNING)
                yield Move(PRINTED, f"{mark}: ", "", other, ("named",))

    def _text(self, spot: Spot) -> Iterator[Move]:
        for letter in self._letters:
            states = self._held(spot, letter.char)
            if states is None:
                continue
            for text, quoting, needs_digits in self._written(letter, spot):
                then = Spot("text", spot.needs, spot.fields, quoting, spot.slot, states)
                level = PLAIN if letter.is_plain else ODD
                move = Move(level, text, letter.char, then, ("char", letter.char))
                yield from self._escaped(move, needs_digits)
        if is_closable(spot.quoting) and self._is_kept(spot):
            mark = '"' if spot.quoting.startswith("double") else "'"
            yield Move(PLAIN, mark, "", Spot("fields", spot.needs, spot.fields), ("closed",))

    def _other(self, spot: Spot) -> Iterator[Move]:
        """Yield the moves of a value that is not text; it is printed alike in both readings."""
        slot = self._slots[spot.slot] if spot.slot >= 0 else ANY_VALUE
        for step in steps(spot.quoting, slot, self._letters):
            states = self._held(spot, step.values)
            if states is not None:
                then = replace(spot, quoting=step.then, states=states)
                yield Move(PRINTED, step.text, step.values, then, ("other", step.values))
        if spot.quoting in ENDINGS and self._is_kept(spot):
            yield Move(PRINTED, "", "", Spot("fields", spot.needs, spot.fields), ("printed",))

    def _digits(self, spot: Spot) -> Iterator[Move]:
        assert spot.back is not None
        then = spot.back
        if spot.left > 1:
            then = Spot("digits", left=spot.left - 1, back=spot.back)
        for digit in digits(self.keywords.alphabet):
            yield Move(PLAIN, digit, "", then, ("digit", digit))

    def _escaped(self, move: Move, count: int) -> Iterator[Move]:
        """Yield the move with the digits of the character's escape, then with any digits."""
        if not count:
            yield move
            return
        own = f"{ord(move.piece[1]):0{count}x}"
        yield replace(move, text=move.text + own)
        free = Spot("digits", left=count, back=move.then)
        yield replace(move, level=PRINTED, then=free, piece=("escape", count))

    def _written(self, letter: Letter, spot: Spot) -> Iterator[tuple[str, str, int]]:
        """Yield what a character adds to the text, and what the quoting has then seen."""
        way, _, seen = spot.quoting.partition(" ")
        if letter.char in "'\"" and way != "any":
            escaped, seen = quoted(way, letter.char, seen)
            if escaped:
                yield escaped, f"{way} {seen}".rstrip(), 0
            return
        for text in letter.texts:
            yield text, spot.quoting, letter.digits

    def _held(self, spot: Spot, text: str) -> tuple[int, ...] | None:
        """Return the states of a required field after more of its value; None when it fails."""
        if spot.slot < 0:
            return ()
        states = []
        for (automaton, positive), state in zip(
            self._slots[spot.slot].held, spot.states, strict=True
        ):
            after = automaton.after(state, text)
            if positive and after == DEAD:
                return None
            states.append(after)
        return tuple(states)

    def _is_kept(self, spot: Spot) -> bool:
        return spot.slot < 0 or all(
            automaton.accepts(state) is positive
            for (automaton, positive), state in zip(
                self._slots[spot.slot].held, spot.states, strict=True
            )
        )

    def _end(self, _: Spot) -> Iterator[Move]:
        yield from ()
