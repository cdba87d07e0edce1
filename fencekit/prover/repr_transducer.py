"""How a value that is not text is printed, step by step: numbers, words, lists and objects.

Text inside of a list or object is quoted and escaped in both readings. Sound because every such
JSON value is printed so. More than those is spelled: brackets need not fit, a comma may stand
anywhere behind the first value, and what an escape escapes may be any characters.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from fencekit.prover.payload_states import FieldSpec
from fencekit.prover.repr_quoting import WAYS_OF_QUOTING, is_closable, quote_char
from fencekit.prover.symbol_classes import SHORT, SymbolClass

BEGINNING = "first"
ENDINGS = frozenset(("number", "done"))
WORDS = ("True", "False", "None", "nan", "inf", "-inf")
BEGINNINGS: dict[str, tuple[tuple[str, str], ...]] = {
    "number": (
        *((text, "number") for text in "0123456789-"),
        *((text, "done") for text in ("nan", "inf", "-inf")),
    ),
    "list": (("[", "list"),),
    "object": (("{", "object"),),
    "word": tuple((text, "done") for text in ("True", "False", "None")),
}
"""How a value of each kind begins, and the state after that."""
INSIDE = (*"0123456789.e+- ,:[]{}", *WORDS)
GOING_ON: dict[str, tuple[tuple[str, str], ...]] = {
    "number": tuple((text, "number") for text in "0123456789.e+-"),
    "list": (("]", "done"), *((text, "list") for text in INSIDE)),
    "object": (("}", "done"),),
    "colon": ((": ", "member"),),
    "member": tuple((text, "rest") for text in INSIDE),
    "rest": (("}", "done"), *((text, "rest") for text in INSIDE)),
}
"""What can follow in each state, beside text in quotes, and the state after that."""
BRACKETS = tuple((text, "shut" if text in "]}" else "open") for text in INSIDE)
DIGITS = "0123456789"
IN_GAP: dict[str, tuple[tuple[str, str], ...]] = {
    "gap": (
        ("-", "minus"),
        *((text, "whole") for text in DIGITS),
        *((text, "full") for text in WORDS),
        *((text, "open") for text in "[{"),
    ),
    "minus": tuple((text, "whole") for text in DIGITS),
    "whole": (*((text, "whole") for text in DIGITS), (".", "point"), ("e", "e")),
    "point": tuple((text, "fraction") for text in DIGITS),
    "fraction": (*((text, "fraction") for text in DIGITS), ("e", "e")),
    "e": (*((text, "power") for text in DIGITS), *((text, "sign") for text in "+-")),
    "sign": tuple((text, "power") for text in DIGITS),
    "power": tuple((text, "power") for text in DIGITS),
    "full": (),
    "open": BRACKETS,
    "shut": BRACKETS,
}
"""The same for a value between two parts of one that is known in part."""
FULL = frozenset(("full", "whole", "fraction", "power", "shut"))
TEXT_IN_GAP = {"gap": "full", "open": "open", "shut": "open"}
AFTER_TEXT = {"list": "list", "object": "colon", "member": "rest", "rest": "rest"}
"""The states in which text can begin, and the state after it."""


@dataclass(frozen=True, slots=True)
class ReprTransition:
    """What a step adds to the text, which is in lower case, and to the values; the state after."""

    text: str
    values: str
    then: str


def steps(state: str, slot: FieldSpec, letters: Sequence[SymbolClass]) -> Iterator[ReprTransition]:
    """Yield the steps from a state; the slot says how a value may begin, and which parts it has.

    The state inside of text is `inside`, the state after the text, the way of quoting, and the
    quotes that were seen, with spaces between. The other states of a value that has parts are a
    word, a colon, and the number of the part that is to come.
    """
    word, is_part, number = state.partition(":")
    if state == BEGINNING and slot.parts:
        yield plain(slot.parts[0], "gap:1")
    elif is_part and not state.startswith("inside "):
        yield from in_gap(word, int(number), slot.parts)
    elif state == BEGINNING:
        for kind in slot.printed:
            yield from (plain(text, then) for text, then in BEGINNINGS[kind])
    elif state.startswith("inside "):
        yield from in_text(state, letters)
    else:
        yield from (plain(text, then) for text, then in GOING_ON.get(state, ()))
        if state in AFTER_TEXT:
            yield from quotes(AFTER_TEXT[state])


def quotes(then: str) -> Iterator[ReprTransition]:
    """Yield the steps into text, after which the state is `then`."""
    for way, (mark, _, _) in WAYS_OF_QUOTING.items():
        yield plain(mark, f"inside {then} {way}")


def in_gap(word: str, number: int, parts: Sequence[str]) -> Iterator[ReprTransition]:
    """Yield the steps from a state between two parts: to the value there, in it, to the next."""
    for text, then in IN_GAP[word]:
        yield plain(text, f"{then}:{number}")
    if word in TEXT_IN_GAP:
        yield from quotes(f"{TEXT_IN_GAP[word]}:{number}")
    if word in FULL:
        is_last = number + 1 == len(parts)
        yield plain(parts[number], "done" if is_last else f"gap:{number + 1}")


def plain(text: str, then: str) -> ReprTransition:
    """Return the step that adds the same to both."""
    return ReprTransition(text.lower(), text, then)


def in_text(state: str, letters: Sequence[SymbolClass]) -> Iterator[ReprTransition]:
    """Yield the steps inside of text."""
    _, after, way, *rest = state.split(" ")
    seen = rest[0] if rest else ""
    for letter in letters:
        char = letter.char
        if char in "'\"":
            shown, then_seen = quote_char(way, char, seen)
            if shown:
                yield ReprTransition(shown, shown, f"inside {after} {way} {then_seen}".rstrip())
        elif char == "\\" or char in SHORT:
            shown = SHORT.get(char, "\\\\")
            yield ReprTransition(letter.texts[0], shown, state)
        elif letter.is_printable:
            yield from (ReprTransition(text, char, state) for text in letter.texts)
        else:
            # The digits of the character itself, and then any, as printable characters come.
            shown = repr(char)[1:-1]
            yield ReprTransition(shown.lower(), shown, state)
            yield ReprTransition(shown[:2].lower(), shown[:2], state)
    if is_closable(f"{way} {seen}".rstrip()):
        mark = '"' if way == "double" else "'"
        yield ReprTransition(mark, mark, after)
