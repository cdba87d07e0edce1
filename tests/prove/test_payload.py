"""The word of the payload spells exactly the texts that the engine reads."""

import os
from random import Random

import pytest

from fencekit.checks.prove.charsets import cased, every_char, of_chars, printable
from fencekit.checks.prove.keywords import Keywords
from fencekit.checks.prove.letters import SIGMAS, capitals, letter_of, letters
from fencekit.checks.prove.payload import Payload
from fencekit.checks.prove.quoting import is_closable, quoted
from fencekit.checks.prove.shape import EVERYTHING
from fencekit.engines.native.view import View
from fencekit.model.request import Request
from prove import payloads

SWEEP = bool(os.environ.get("FENCEKIT_SWEEP"))


class Telling:
    """Stands for a regex that tells each of these characters from all others."""

    def __init__(self, chars: str) -> None:
        self.sets = tuple(of_chars(char) for char in sorted(set(chars)))


def is_spelled(args: dict) -> bool:
    """Say whether some walk of the word spells both texts of the arguments."""
    view = View(Request("x", args=args))
    text, values = str(view.text), str(view.values_text)
    keywords = Keywords([frozenset({char}) for char in sorted(set(text))], frozenset())
    payload = Payload(keywords, [Telling(values)], EVERYTHING, ("text",))
    left = [(payload.start, 1, 0)]
    seen = set(left)
    while left:
        spot, at, value_at = left.pop()
        if spot.kind == "end":
            if (at, value_at) == (len(text), len(values)):
                return True
            continue
        for move in payload.moves(spot):
            if text.startswith(move.text, at) and values.startswith(move.values, value_at):
                then = (move.then, at + len(move.text), value_at + len(move.values))
                if then not in seen:
                    seen.add(then)
                    left.append(then)
    return False


@pytest.mark.parametrize("seed", range(40 if SWEEP else 2))
def test_every_arguments_are_a_word_of_the_payload(seed):
    random = Random(seed)
    for _ in range(100):
        args = payloads.arguments(random)
        assert is_spelled(args), args


def spelled(text: str) -> str | None:
    """Return a text as the walk of its characters adds it to the text of the arguments."""
    for way, mark in (("single", "'"), ("double", '"'), ("escaped", "'")):
        seen, out = "", []
        for char in text:
            if char in "'\"":
                part, seen = quoted(way, char, seen)
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
        assert spelled(text) == repr(text).lower(), text


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
        found = {char for char in cased() + small if char.lower() == small}
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
