"""Text of logs and policies made visible: escapes for what cannot be seen, notes for what is cut.

A report shows text that an attacker may have written. Markup is the templates' business
(autoescape); this file's is every character that hides, reorders or imitates: controls, terminal
escapes, direction overrides, zero-width and blank characters, lone surrogates.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

LONGEST = 2_000
"""The characters of one value that a report shows."""

HIDDEN = re.compile(
    "["
    "\x00-\x1f\x7f-\xa0\xad\u034f"
    "\u0600-\u0605\u061c\u06dd\u070f\u0890-\u0891\u08e2"
    "\u115f\u1160\u1680\u17b4\u17b5\u180b-\u180f"
    "\u2000-\u200f\u2028-\u202f\u205f-\u206f\u2800\u3000\u3164"
    "\ud800-\uf8ff\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffc\ufffe\uffff"
    "\U000110bd\U000110cd\U00013430-\U0001343f\U0001bca0-\U0001bca3\U0001d173-\U0001d17a"
    "\U000e0000-\U0010ffff"
    "]"
)
"""Every control, format, private, surrogate and space character but the plain space."""

SHORT = {"\n": r"\n", "\r": r"\r", "\t": r"\t"}


class Kind(StrEnum):
    """What a piece of shown text is: as written, an escape for it, or a note of ours."""

    TEXT = "text"
    ESCAPE = "escape"
    NOTE = "note"


@dataclass(frozen=True, slots=True)
class Piece:
    """A run of shown text of one kind."""

    kind: Kind
    text: str


def visible(text: str, *, keep: str = "") -> str:
    """Return the text with an escape for every hidden character that is not in `keep`."""
    return HIDDEN.sub(lambda found: escape(found[0]) if found[0] not in keep else found[0], text)


def escape(char: str) -> str:
    r"""Return the JSON escape of a character: `\u202e`; two of them beyond U+FFFF."""
    units = char.encode("utf-16-be", "surrogatepass").hex()
    return SHORT.get(char) or "".join(f"\\u{units[at : at + 4]}" for at in range(0, len(units), 4))


def pieces(text: str, limit: int = LONGEST, keep: str = "") -> Iterator[Piece]:
    """Yield the text up to the limit, its hidden characters as escapes, and a note of the rest."""
    start = 0
    for found in HIDDEN.finditer(text, 0, limit):
        if found[0] in keep:
            continue
        if start < found.start():
            yield Piece(Kind.TEXT, text[start : found.start()])
        yield Piece(Kind.ESCAPE, escape(found[0]))
        start = found.end()
    if start < len(text[:limit]):
        yield Piece(Kind.TEXT, text[start:limit])
    if len(text) > limit:
        yield Piece(Kind.NOTE, left_out(text, limit))


def shortened(text: str, limit: int = LONGEST) -> str:
    """Return the text, or its beginning with a note of how much was left out."""
    return text if len(text) <= limit else f"{text[:limit]}{left_out(text, limit)}"


def left_out(text: str, limit: int) -> str:
    """Say how many characters beyond the limit are left out."""
    return f"… ({len(text) - limit:,} more characters left out)"
