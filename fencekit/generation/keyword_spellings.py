"""Spellings of a keyword: those that still hold it, and those that a reader would take for it."""

import re
from collections.abc import Callable

from fencekit.regex.random_choices import Choices, menu


def doubled_spaces(text: str) -> str:
    """Return the text with every space doubled, or one put in."""
    return text.replace(" ", "  ") if " " in text else f"{text[:1]} {text[1:]}"


def use_tabs(text: str) -> str:
    """Return the text with tabs for spaces, or one put in."""
    return text.replace(" ", "\t") if " " in text else f"{text[:1]}\t{text[1:]}"


def control_letter(text: str) -> str:
    r"""Return the text with a first letter t, n or r as the control character that prints so.

    The text of the arguments is Python's print of them, where a tab is the two characters `\t`: so
    a tab and `erraform` hold `terraform`, though no value does.
    """
    return CONTROL.get(text[:1], text[:1]) + text[1:]


def split_control(text: str) -> str:
    """Return the text with the first t, n or r inside it as the control character."""
    return re.sub("(?<=.)[tnr]", lambda found: CONTROL[found[0]], text, count=1)


CONTROL = {"t": "\t", "n": "\n", "r": "\r"}

HOLDING: tuple[Callable[[str], str], ...] = menu(
    (12, str),
    (3, str.upper),
    (2, str.lower),
    (1, str.title),
    (2, lambda text: f"x {text} y"),
    (1, lambda text: f"x{text}y"),
    (1, control_letter),
    (1, lambda text: text.replace("k", "\u212a").replace("K", "\u212a")),
    (1, lambda text: text.strip()),
)
"""Spellings that hold the keyword, whatever the case."""

EVADING: tuple[Callable[[str], str], ...] = menu(
    (3, doubled_spaces),
    (3, use_tabs),
    (2, lambda text: text[:-1]),
    (2, lambda text: text[1:]),
    (1, lambda text: text.replace(" ", "\n")),
    (1, lambda text: text.replace(" ", "")),
    (1, lambda text: text.replace(" ", "${IFS}")),
    (1, lambda text: f"{text[:1]}''{text[1:]}"),
    (1, lambda text: f'{text[:1]}""{text[1:]}'),
    (1, lambda text: f"{text[:1]}\\{text[1:]}"),
    (1, lambda text: f"'{text}'"),
    (1, lambda text: f'"{text}"'),
    (1, lambda text: text.replace("s", "\u017f")),
    (1, lambda text: text.replace("i", "\u0130")),
    (1, lambda text: text.replace("i", "\u0131")),
    (1, lambda text: text.replace("a", "\u0430")),
    (1, lambda text: text.replace("/", "%2f").replace(".", "%2e")),
    (1, lambda text: text.replace("/", "//")),
    (1, split_control),
    (1, lambda text: text[: len(text) // 2] + text[len(text) // 2 + 1 :]),
    (1, lambda _: ""),
)
"""Spellings that mean the same to whoever carries them out, or that are nearly the keyword."""

PAIR = re.compile(r"'?(?P<key>[^':{}]+)'?: ?(?:'?(?P<value>[^']*)'?)?")


def spell_keyword(choices: Choices, keyword: str, *, near: bool = False) -> str:
    """Return a spelling that holds the keyword, or with `near` one that may evade it."""
    return choices.pick(EVADING if near else HOLDING)(keyword)


def as_field(keyword: str) -> tuple[str, str] | None:
    """Return the argument whose print has the keyword in it, for one that spans key and value."""
    found = PAIR.fullmatch(keyword) if "'" in keyword or ": " in keyword else None
    return (found["key"], found["value"] or "") if found else None
