"""A call made of a word of the payload: its fields, as JSON values."""

import ast
import dataclasses
import warnings
from dataclasses import dataclass
from typing import Any

from fencekit.prover.product_search import Pieces
from fencekit.regex.charset import LAST

HEX = "0123456789abcdef"
HOLE = "\0"
HOLES = {2: "18", 4: "d888", 8: "000e0888"}
"""Digits of characters that cannot be printed, by how many they are escaped with."""


def arguments(pieces: Pieces) -> dict[str, Any] | None:
    """Return the arguments that the pieces of a word spell; None where they are no JSON object.

    A key that stands twice is altered the second time.
    """
    spelled = Spelled()
    try:
        for name, *rest in pieces:
            getattr(spelled, name)(*rest)
    except ValueError:
        return None
    return spelled.fields


@dataclass
class Spelled:
    """Arguments as far as they are spelled; one method for each kind of piece."""

    fields: dict[str, Any] = dataclasses.field(default_factory=dict)
    _key: str = ""
    _text: str = ""
    _digits: str = ""

    def whole(self, key: str, value: Any) -> None:
        """Add a field that is known."""
        while key in self.fields:
            key += "2"
        self.fields[key] = value

    def field(self, key: str) -> None:
        """Begin the value of a key that is known."""
        self._key, self._text = key, ""

    def key(self) -> None:
        """Begin a key."""
        self._text = ""

    def end_key(self) -> None:
        """End a key, and begin its value."""
        self.field(self._text)

    def char(self, char: str) -> None:
        """Add to a key or a text."""
        self._text += char

    def other(self, printed: str) -> None:
        """Add to a value that is not text."""
        self._text += printed

    def escape(self, count: int) -> None:
        """Begin a character that is escaped with so many digits, which follow."""
        self._digits = HOLES[count]
        self._text += HOLE

    def digit(self, digit: str) -> None:
        """Add a digit; one that no keyword has can be any, so that of the hole is taken."""
        self._digits = self._digits[1:] + (digit if digit in HEX else self._digits[0])
        code = int(self._digits, 16)
        self._text = self._text[:-1] + (chr(code) if code <= LAST else HOLE)

    def end_text(self) -> None:
        """Close the quotes: what was spelled is the value of the key."""
        self.whole(self._key, self._text)

    def end_value(self) -> None:
        """End a value that is not text; raises ValueError where there is none that prints so."""
        self.whole(self._key, read(self._text))


def read(text: str) -> Any:
    """Return the JSON value that Python prints so; raise ValueError where there is none."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            value = ast.literal_eval(text)
    except (SyntaxError, MemoryError, RecursionError, TypeError) as error:
        raise ValueError(text) from error
    if str(value) != text or not is_json(value):
        raise ValueError(text)
    return value


def is_json(value: Any) -> bool:
    """Say whether a value is one that JSON has."""
    if isinstance(value, dict):
        return all(isinstance(key, str) and is_json(item) for key, item in value.items())
    if isinstance(value, list):
        return all(map(is_json, value))
    return value is None or isinstance(value, bool | int | float | str)
