"""Two texts side by side in runs, those marked that only one of them has."""

import re
from dataclasses import dataclass
from difflib import SequenceMatcher

WORDS = re.compile(r"\s+|\w+|[^\w\s]")


@dataclass(frozen=True, slots=True)
class Span:
    """A run of a line, and whether it is only in this version."""

    text: str
    changed: bool = False


def spans(old: str, new: str) -> tuple[tuple[Span, ...], tuple[Span, ...]]:
    """Return two lines in runs, those marked that only one has."""
    if old == new or not old or not new:
        return (Span(old),), (Span(new),)
    words = WORDS.findall(old), WORDS.findall(new)
    found: tuple[list[Span], list[Span]] = ([], [])
    for tag, a, b, c, d in SequenceMatcher(None, *words, autojunk=False).get_opcodes():
        for side, text in zip(found, ("".join(words[0][a:b]), "".join(words[1][c:d])), strict=True):
            if text:
                side.append(Span(text, tag != "equal"))
    return tuple(found[0]), tuple(found[1])
