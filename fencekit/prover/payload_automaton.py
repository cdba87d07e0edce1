"""All arguments that a call can have, as one regular word with two readings.

A move adds to the text of the arguments, which keywords see, and to their values, which regexes
see. So whatever a keyword and a regex demand of one character, they demand it of the same one.

The word is `{`, then fields, then `}`. A field is a key and a value: text, in the way of quoting
that `repr` would choose for it, or any other JSON value, as it is printed. Some fields are
required, and held to automata of their own.

Sound because every JSON object is such a word. What is left out is found in another word that no
keyword or regex of the question tells from it: `FieldRelevance` says when. Some words are no JSON
object (a key may stand twice, digits of escapes are free, brackets need not close); a call is made
of a word only if the engine's own readings agree.

Moves have levels, the plainest first: 0 is text of printable ASCII under a natural key, 1 is odd
characters and other spellings, 2 is further fields and free keys, 3 is values that are not text,
escapes of any digits, and capital sigmas (which small one they become is left free), and 4 stands
for values that are known only to belong to a language. Up to 2, a word is a call but for keys that
stand twice.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from math import isfinite
from typing import Any

from fencekit.prover.field_relevance import FieldRelevance
from fencekit.prover.keyword_automaton import Keywords
from fencekit.prover.payload_states import (
    FURTHER,
    LOOSE,
    ODD,
    PLAIN,
    PRINTED,
    ArgumentsState,
    ArgumentsTransition,
    FieldSpec,
    Required,
)
from fencekit.prover.repr_quoting import WAYS_OF_QUOTING, is_closable, quote_char
from fencekit.prover.repr_transducer import BEGINNING, ENDINGS, steps
from fencekit.prover.symbol_classes import SymbolClass, digits, escaped_apart, letters
from fencekit.regex.lazy_dfa import DEAD, LazyDFA

ANY_VALUE = FieldSpec("")
MOST_TOLD = 6
"""Of how many optional fields is remembered whether they are there; others may come twice."""


@dataclass(slots=True)
class ArgumentsAutomaton:
    """The word for one question."""

    keywords: Keywords
    automata: Sequence[LazyDFA]
    shape: FieldRelevance
    natural: tuple[str, ...]
    required: tuple[Required, ...] = ()
    optional: tuple[FieldSpec, ...] = ()
    is_open: bool = True
    """Whether there may be fields beside the required and the optional ones."""
    in_order: int = 0
    """How many of the required fields, the first ones, stand in this order."""
    _slots: list[FieldSpec] = field(init=False)
    _letters: list[SymbolClass] = field(init=False)
    _key_letters: list[SymbolClass] = field(init=False)
    _bits: dict[str, int] = field(init=False)
    _moves: dict[ArgumentsState, list[ArgumentsTransition]] = field(
        init=False, default_factory=dict
    )

    def __post_init__(self) -> None:
        alphabet = self.keywords.alphabet
        sets = [chars for automaton in self.automata for chars in automaton.sets]
        self._slots = [*self.optional, *(slot for one in self.required for slot in one)]
        for slot in self._slots:
            sets += [chars for automaton, _ in slot.held for chars in automaton.sets]
            sets += slot.form.sets if slot.form is not None else ()
        # Text inside of a value that is no text is escaped in the values too.
        if self.shape.others or any(slot.has_text_inside for slot in self._slots):
            sets += escaped_apart()
        self._letters = letters(alphabet, sets)
        self._bits = {key: 4 << number for number, key in enumerate(self._remembered_keys())}
        self._key_letters = letters(alphabet, [])

    def _remembered_keys(self) -> list[str]:
        """Return the optional keys of which is remembered whether they are there."""
        return list(dict.fromkeys(slot.key for slot in self.optional))[:MOST_TOLD]

    @property
    def start(self) -> ArgumentsState:
        """The beginning, after the opening bracket."""
        return ArgumentsState("fields", needs=(1 << len(self.required)) - 1)

    def moves(self, spot: ArgumentsState) -> list[ArgumentsTransition]:
        """Return the moves from a spot, in the order of their levels."""
        found = self._moves.get(spot)
        if found is None:
            made = getattr(self, f"_{spot.kind}")(spot)
            found = self._moves[spot] = sorted(made, key=lambda move: move.level)
        return found

    def _fields(self, spot: ArgumentsState) -> Iterator[ArgumentsTransition]:
        if not spot.needs:
            yield ArgumentsTransition(PLAIN, "}", "", ArgumentsState("end"))
        free = spot.fields & 2
        if self.is_open and (not free or self.shape.several):
            yield from self._free(spot, FURTHER if free else PLAIN)
        for number, slot in enumerate(self.optional):
            bit = self._bits.get(slot.key, 0)
            if not spot.fields & bit:
                then = ArgumentsState("fields", spot.needs, spot.fields | bit | 1, slot=number)
                yield from self._slot(slot, then, spot, FURTHER if spot.fields else PLAIN)
        at = len(self.optional)
        for number, one in enumerate(self.required):
            needs = spot.needs & ~(1 << number)
            before = (1 << number) - 1 if number < self.in_order else 0
            for rank, slot in enumerate(one):
                if needs != spot.needs and not spot.needs & before:
                    then = ArgumentsState("fields", needs, spot.fields | 1, slot=at)
                    yield from self._slot(slot, then, spot, ODD if rank else PLAIN)
                at += 1

    def _free(self, spot: ArgumentsState, level: int) -> Iterator[ArgumentsTransition]:
        """Yield the moves to a field of any key."""
        comma, space = (", ", " ") if spot.fields else ("", "")
        fields = spot.fields | 3
        for number, key in enumerate(self.natural):
            then = ArgumentsState("text", spot.needs, fields)
            more = max(level, ODD if number else PLAIN)
            yield from self._enter_key(comma, space, key, then, more)
        if self.shape.keys:
            for move in self._open_quotes(ArgumentsState("key", spot.needs, fields), FURTHER):
                yield ArgumentsTransition(FURTHER, comma + move.text, space, move.then, ("key",))

    def _enter_key(
        self, comma: str, space: str, key: str, then: ArgumentsState, level: int
    ) -> Iterator[ArgumentsTransition]:
        """Yield the moves to a value under a key that is known."""
        before = f"{comma}{key!r}: ".lower()
        slot = self._slots[then.slot] if then.slot >= 0 else FieldSpec(key)
        if slot.text:
            for move in self._open_quotes(then, level):
                yield ArgumentsTransition(
                    move.level, before + move.text, space, move.then, ("field", key)
                )
        # Where text will do, it can spell what another value does; else that is the only way.
        if slot.printed and (self.shape.others or not slot.text):
            other = replace(then, kind="other", quoting=BEGINNING)
            yield ArgumentsTransition(max(level, PRINTED), before, space, other, ("field", key))
        if slot.form is not None:
            other = replace(then, kind="other", quoting=slot.form.start)
            yield ArgumentsTransition(max(level, FURTHER), before, space, other, ("field", key))

    def _slot(
        self, slot: FieldSpec, then: ArgumentsState, spot: ArgumentsState, level: int
    ) -> Iterator[ArgumentsTransition]:
        """Yield the moves to the field of a slot, or over it where its value is exact."""
        comma, space = (", ", " ") if spot.fields else ("", "")
        done = replace(then, slot=-1)
        for rank, value in enumerate(slot.values):
            text = f"{comma}{slot.key!r}: {value!r}".lower()
            # What JSON cannot write is no call to be shown, and walked last.
            is_odd = isinstance(value, float) and not isfinite(value)
            more = LOOSE if is_odd else max(level, ODD if rank else PLAIN)
            yield ArgumentsTransition(
                more, text, space + str(value), done, ("whole", slot.key, value)
            )
        states = tuple(automaton.start for automaton, _ in slot.held)
        inner = replace(then, kind="text", states=states)
        yield from self._enter_key(
            comma, space, slot.key, inner, max(level, LOOSE if slot.values else PLAIN)
        )

    def _open_quotes(self, then: ArgumentsState, level: int) -> Iterator[ArgumentsTransition]:
        """Yield the moves into a text, one for each way of quoting."""
        if not self.shape.quotes:
            yield ArgumentsTransition(level, "'", "", then)
            return
        for way, (mark, _, _) in WAYS_OF_QUOTING.items():
            inner = replace(then, quoting=way)
            yield ArgumentsTransition(
                level if way == "single" else max(level, ODD), mark, "", inner
            )

    def _key(self, spot: ArgumentsState) -> Iterator[ArgumentsTransition]:
        for letter in self._key_letters:
            for text, quoting, needs_digits in self._print(letter, spot):
                then = ArgumentsState("key", spot.needs, spot.fields, quoting)
                level = guess_level(letter, FURTHER)
                yield from self._escape(
                    ArgumentsTransition(level, text, "", then, ("char", letter.char)), needs_digits
                )
        if is_closable(spot.quoting):
            mark = '"' if spot.quoting.startswith("double") else "'"
            for move in self._open_quotes(ArgumentsState("text", spot.needs, spot.fields), FURTHER):
                yield ArgumentsTransition(
                    FURTHER, f"{mark}: {move.text}", "", move.then, ("end_key",)
                )
            if self.shape.others:
                other = ArgumentsState("other", spot.needs, spot.fields, BEGINNING)
                yield ArgumentsTransition(PRINTED, f"{mark}: ", "", other, ("end_key",))

    def _text(self, spot: ArgumentsState) -> Iterator[ArgumentsTransition]:
        for letter in self._letters:
            states = self._hold_text(spot, letter.char)
            if states is None:
                continue
            for text, quoting, needs_digits in self._print(letter, spot):
                then = ArgumentsState("text", spot.needs, spot.fields, quoting, spot.slot, states)
                level = PLAIN if letter.is_plain else guess_level(letter, ODD)
                move = ArgumentsTransition(level, text, letter.char, then, ("char", letter.char))
                yield from self._escape(move, needs_digits)
        if is_closable(spot.quoting) and self._is_kept(spot):
            mark = '"' if spot.quoting.startswith("double") else "'"
            yield ArgumentsTransition(
                PLAIN, mark, "", ArgumentsState("fields", spot.needs, spot.fields), ("end_text",)
            )

    def _other(self, spot: ArgumentsState) -> Iterator[ArgumentsTransition]:
        """Yield the moves of a value that is not text; it is printed alike in both readings."""
        slot = self._slots[spot.slot] if spot.slot >= 0 else ANY_VALUE
        found: Any = steps(spot.quoting, slot, self._letters)
        is_end = spot.quoting in ENDINGS
        if slot.form is not None:
            found = slot.form.steps(spot.quoting, self._letters)
            is_end = slot.form.ends(spot.quoting)
        for step in found:
            states = self._hold_text(spot, step.values)
            if states is not None:
                then = replace(spot, quoting=step.then, states=states)
                yield ArgumentsTransition(
                    PRINTED, step.text, step.values, then, ("other", step.values)
                )
        if is_end and self._is_kept(spot):
            yield ArgumentsTransition(
                PRINTED, "", "", ArgumentsState("fields", spot.needs, spot.fields), ("end_value",)
            )

    def _digits(self, spot: ArgumentsState) -> Iterator[ArgumentsTransition]:
        assert spot.back is not None
        then = spot.back
        if spot.left > 1:
            then = ArgumentsState("digits", left=spot.left - 1, back=spot.back)
        for digit in digits(self.keywords.alphabet):
            yield ArgumentsTransition(PLAIN, digit, "", then, ("digit", digit))

    def _escape(self, move: ArgumentsTransition, count: int) -> Iterator[ArgumentsTransition]:
        """Yield the move with the digits of the character's escape, then with any digits."""
        if not count:
            yield move
            return
        own = f"{ord(move.piece[1]):0{count}x}"
        yield replace(move, text=move.text + own)
        free = ArgumentsState("digits", left=count, back=move.then)
        yield replace(move, level=PRINTED, then=free, piece=("escape", count))

    def _print(self, letter: SymbolClass, spot: ArgumentsState) -> Iterator[tuple[str, str, int]]:
        """Yield what a character adds to the text, and what the quoting has then seen."""
        way, _, seen = spot.quoting.partition(" ")
        if letter.char in "'\"" and way != "any":
            escaped, seen = quote_char(way, letter.char, seen)
            if escaped:
                yield escaped, f"{way} {seen}".rstrip(), 0
            return
        for text in letter.texts:
            yield text, spot.quoting, letter.digits

    def _hold_text(self, spot: ArgumentsState, text: str) -> tuple[int, ...] | None:
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

    def _is_kept(self, spot: ArgumentsState) -> bool:
        return spot.slot < 0 or all(
            automaton.accepts(state) is positive
            for (automaton, positive), state in zip(
                self._slots[spot.slot].held, spot.states, strict=True
            )
        )

    def _end(self, _: ArgumentsState) -> Iterator[ArgumentsTransition]:
        yield from ()


def guess_level(letter: SymbolClass, level: int) -> int:
    """Return the level of a letter: a later one where its neighbours say what it becomes."""
    return level if len(letter.texts) == 1 else PRINTED
