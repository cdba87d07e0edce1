"""Text of logs and policies made visible: escapes for what cannot be seen, notes for what is cut.

A report shows text that an attacker may have written. Markup is the templates' business
(autoescape); this file's is every character that hides, reorders or imitates: controls, terminal
escapes, direction overrides, zero-width and blank characters, lone surrogates.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from fencekit.model.hidden_characters import HIDDEN

LONGEST = 2_000
"""The characters of one value that a report shows."""

IN_LINES = re.compile(f"[{HIDDEN}]+")
ON_ONE_LINE = re.compile(f"[\n{HIDDEN}]+")

SHORT = {"\n": r"\n", "\r": r"\r", "\t": r"\t"}


class PieceKind(StrEnum):
    """What a piece of shown text is: as written, an escape for it, or a note of ours."""

    TEXT = "text"
    ESCAPE = "escape"
    NOTE = "note"


@dataclass(frozen=True, slots=True)
class Piece:
    """A run of shown text of one kind."""

    kind: PieceKind
    text: str


def visible(text: str) -> str:
    """Return the text with an escape for every hidden character; line ends stay."""
    return IN_LINES.sub(lambda found: json_escapes(found[0]), text)


def json_escapes(run: str) -> str:
    r"""Return the JSON escapes of some characters: `\u202e`; two for one beyond U+FFFF."""
    return "".join(SHORT.get(char) or escape(char) for char in run)


def escape(char: str) -> str:
    """Return the JSON escape of a character by its UTF-16 units."""
    units = char.encode("utf-16-be", "surrogatepass").hex()
    return "".join(f"\\u{units[at : at + 4]}" for at in range(0, len(units), 4))


def pieces(text: str, limit: int = LONGEST, *, lines: bool = False) -> Iterator[Piece]:
    """Yield the text up to the limit, hidden characters as escapes, and a note of the rest.

    With `lines`, line ends stay; otherwise they are escaped like all that cannot be seen.
    """
    hidden = IN_LINES if lines else ON_ONE_LINE
    start = 0
    for found in hidden.finditer(text[:limit]):
        if start < found.start():
            yield Piece(PieceKind.TEXT, text[start : found.start()])
        yield Piece(PieceKind.ESCAPE, json_escapes(found[0]))
        start = found.end()
    if start < len(text[:limit]):
        yield Piece(PieceKind.TEXT, text[start:limit])
    if len(text) > limit:
        yield Piece(PieceKind.NOTE, left_out(text, limit))


def shorten(text: str, limit: int = LONGEST) -> str:
    """Return the text, or its beginning with a note of how much was left out."""
    return text if len(text) <= limit else f"{text[:limit]}{left_out(text, limit)}"


def left_out(text: str, limit: int) -> str:
    """Say how many characters beyond the limit are left out."""
    return f"… ({len(text) - limit:,} more characters left out)"
