"""A cursor through JSON that is too large to hold: one value is decoded at a time.

The caller walks: into an object by its members, into an array by its elements, and takes whole
what is small enough. What is held is one value and a chunk of text beside it.
"""

import codecs
import re
from collections.abc import Callable, Iterator
from typing import Any

from fencekit.reading import json

CHUNK = 1 << 18
MAX_VALUE = 64 << 20
"""The characters that one value may have that is decoded whole."""

SPACE = re.compile(r"[ \t\r\n]*")
NEAR_END = 16
"""An error so near to the end of what was read may be for want of more."""

OVERLAP = 512
"""The characters that are looked at again with the next chunk: no mark is longer."""

MARGIN = re.compile(r"\n(?=[{\[])")
"""Where the next value begins that stands at the margin, on a line of its own."""


class TooLongError(json.JSONError):
    """A value that is longer than the caller wants to hold."""


class JSONCursor:
    """A position in a stream of JSON values; `read` gives the next bytes, none at the end.

    `line` is the line, from 1, of the text at the position that was last asked for.
    """

    def __init__(self, read: Callable[[], bytes]) -> None:
        self._read = read
        self._decoder = codecs.getincrementaldecoder("utf-8")("surrogateescape")
        self._text = ""
        self._at = 0
        self._counted = 0
        self._line = 1
        self._is_over = False

    @property
    def line(self) -> int:
        """The line that the cursor stands on, from 1."""
        self._line += self._text.count("\n", self._counted, self._at)
        self._counted = self._at
        return self._line

    def _more(self) -> bool:
        """Take in more text; say whether there was any."""
        if self._is_over:
            return False
        _ = self.line  # the lines of what is dropped now
        kept = self._text[self._at :]
        wanted = max(CHUNK, len(kept))
        parts, size = [kept], 0
        while size < wanted:
            data = self._read()
            part = self._decoder.decode(data, final=not data)
            if not data:
                self._is_over = True
            parts.append(part)
            size += len(part)
            if self._is_over:
                break
        self._text = "".join(parts)
        self._at = self._counted = 0
        return size > 0

    def peek(self) -> str:
        """Return the next character that is no space, without taking it; empty at the end."""
        while True:
            found = SPACE.match(self._text, self._at)
            assert found is not None
            self._at = found.end()
            if self._at < len(self._text):
                return self._text[self._at]
            if not self._more():
                return ""

    def take(self, character: str) -> None:
        """Step over a character; raise JSONSyntaxError where another one stands."""
        if self.peek() != character:
            raise self.error(f"not JSON: expected `{character}`")
        self._at += 1

    def error(self, message: str) -> json.JSONSyntaxError:
        """Return an error at the position."""
        return json.JSONSyntaxError(message, self.line, None)

    def value(self, most: int = MAX_VALUE) -> tuple[Any, tuple[str, ...]]:
        """Decode the value at the position; return it with its flaws, as `parse_flawed` does.

        Raises JSONError where it is none, or longer than `most` characters.
        """
        self.peek()
        while True:
            decoder = json.FlawedDecoder()
            try:
                value, end = decoder.value(self._text, self._at)
            except json.JSONSyntaxError as error:
                at = (error.column or 1) - 1
                is_open = "unterminated string" in error.message
                if not is_open and at < len(self._text) - NEAR_END:
                    raise json.JSONSyntaxError(error.message, self._line_of(at), None) from error
                held = len(self._text) - self._at
                if held > most:
                    message = f"the value is longer than {most >> 20} MiB"
                    raise TooLongError(message, self.line) from error
                if not self._more():
                    raise json.JSONSyntaxError(error.message, self._line_of(at), None) from error
                continue
            if end == len(self._text) and self._text[end - 1] not in '}]"' and self._more():
                continue  # a number may go on
            refuse_deep(self._text, self._at, end)
            self._at = end
            return value, tuple(dict.fromkeys(decoder.flaws))

    def _line_of(self, at: int) -> int:
        return self.line + self._text.count("\n", self._at, at)

    def members(self) -> Iterator[str]:
        """Yield the key of each member of the object at the position; take its value in between."""
        self.take("{")
        if self.peek() == "}":
            self._at += 1
            return
        while True:
            if self.peek() != '"':
                raise self.error("not JSON: expected a key")
            key, _ = self.value()
            self.take(":")
            yield key
            if self.peek() == "}":
                self._at += 1
                return
            self.take(",")

    def elements(self) -> Iterator[None]:
        """Yield for each element of the array at the position; take its value in between."""
        self.take("[")
        if self.peek() == "]":
            self._at += 1
            return
        while True:
            yield
            if self.peek() == "]":
                self._at += 1
                return
            self.take(",")

    def skip_to_margin(self, mark: re.Pattern[str] | None) -> int:
        """Go on to the next value that begins at the margin; return how often `mark` is passed."""
        passed = 0
        while True:
            found = MARGIN.search(self._text, self._at)
            end = found.end() if found else max(self._at, len(self._text) - OVERLAP)
            count, reached = count_to(mark, self._text, self._at, end)
            passed += count
            self._at = reached
            if found:
                return passed
            if not self._more():
                passed += count_to(mark, self._text, self._at, len(self._text))[0]
                self._at = len(self._text)
                return passed

    def rest_of_line(self) -> str:
        """Take the text up to the end of the line, or what is held of it, and return it."""
        while "\n" not in self._text[self._at :] and len(self._text) - self._at < CHUNK:
            if not self._more():
                break
        end = self._text.find("\n", self._at)
        begin, self._at = self._at, len(self._text) if end < 0 else end
        return self._text[begin : self._at]


def count_to(mark: re.Pattern[str] | None, text: str, begin: int, end: int) -> tuple[int, int]:
    """Return how many marks begin between two offsets, and where the last of them, or it, ends."""
    count, reached = 0, end
    if mark is not None:
        for found in mark.finditer(text, begin):
            if found.start() >= end:
                break
            count, reached = count + 1, max(end, found.end())
    return count, reached


def refuse_deep(text: str, begin: int, end: int) -> None:
    """Raise JSONError where a value is nested too deep."""
    if text.count("{", begin, end) + text.count("[", begin, end) > json.MAX_DEPTH:
        json.refuse_depth(text[begin:end])
