"""The word of the payload spells exactly the texts that the engine reads."""

import os
from random import Random

import pytest

from fencekit.prover import payload_automaton, repr_transducer
from fencekit.prover.repr_quoting import is_closable, quote_char
from fencekit.prover.repr_transducer import BEGINNINGS
from fencekit.prover.symbol_classes import SIGMAS, capitals, letter_of, letters
from fencekit.regex.charset import cased_characters, every_char, of_chars, printable
from prove import payloads
from prove.spelling import compared

SWEEP = bool(os.environ.get("FENCEKIT_SWEEP"))


def test_every_arguments_are_a_word_of_the_payload_and_every_word_is_arguments():
    asked, missed = compared(Random(0), 1_000, each=400)
    assert missed == []
    assert sum(asked.values()) > 3_000


@pytest.mark.parametrize(
    ("part", "change"),
    [
        ("WAYS_OF_QUOTING", {"single": ("'", "'", False), "double": ('"', '"', True)}),
        ("quote_char", lambda _, char, seen: (char, seen)),
        ("BEGINNINGS", {**BEGINNINGS, "list": ()}),
        ("digits", lambda _: ("0",)),
        ("letters", lambda alphabet, _: letters(alphabet, [])),
        ("ENDINGS", frozenset(("done",))),
    ],
    ids=["quotes", "escaped quotes", "lists", "digits", "classes", "numbers"],
)
def test_a_word_that_spells_less_or_other_things_is_noticed(monkeypatch, part, change):
    monkeypatch.setattr(
        repr_transducer if part == "BEGINNINGS" else payload_automaton, part, change
    )
    _, missed = compared(Random(1), 150, each=50)
    assert missed


def spelled(text: str) -> str | None:
    """Return a text as the walk of its characters adds it to the text of the arguments."""
    for way, mark in (("single", "'"), ("double", '"'), ("escaped", "'")):
        seen, out = "", []
        for char in text:
            if char in "'\"":
                part, seen = quote_char(way, char, seen)
                if not part:
                    break
            else:
                letter = letter_of(char, frozenset(char.lower() + "\\nrtxu"))
                part = letter.texts[0]
                if letter.digits:
                    part += f"{ord(char):0{letter.digits}x}"
            out.append(part)
        else:
            if is_closable(f"{way} {seen}".rstrip()):
                return f"{mark}{''.join(out)}{mark}"
    return None


@pytest.mark.parametrize("seed", range(100 if SWEEP else 2))
def test_text_is_quoted_and_escaped_as_python_does_it(seed):
    random = Random(seed)
    for _ in range(10_000):
        text = payloads.text(random, 8)
        found = spelled(text)
        assert found is not None, text
        # A capital sigma may become either small one, so that either stands for it.
        assert found.replace(*SIGMAS) == repr(text).lower().replace(*SIGMAS), text


def test_lower_case_is_that_of_each_character_alone_but_for_two():
    """What the letters rest upon: U+0130 becomes two characters, and a sigma looks around."""
    text = every_char()
    longer = [char for char in text if len(char.lower()) != 1]
    assert longer == ["\u0130"]
    without = text.replace("\u03a3", "")
    assert without.lower() == "".join(map(str.lower, without))
    assert {f"a{after}\u03a3".lower()[-1] for after in ("", "!")} <= set(SIGMAS)


def test_the_capitals_of_a_letter_are_all_characters_that_become_it():
    for small in [chr(code) for code in range(128)] + list("äßåσςкκ"):
        found = {char for char in cased_characters() + small if char.lower() == small}
        assert set(capitals(small)) == found, small


def test_what_is_printable_is_what_repr_shows_as_it_is():
    shown = printable()
    for code in range(0, 0x110000, 1 if SWEEP else 97):
        assert (code in shown) is chr(code).isprintable()


def test_every_character_is_in_the_class_of_one_letter_only():
    found = letters(frozenset("rmké\\x0'"), [of_chars("rK"), printable()])
    assert len({letter.char for letter in found}) == len(found)
    texts = {letter.char: letter.texts for letter in found}
    assert texts["r"] == ("r",)
    assert texts["\\"] == ("\\\\",)
