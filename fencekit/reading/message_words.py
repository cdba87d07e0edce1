"""Words of messages: what a user may have meant, and words as a list."""

from collections.abc import Iterable
from difflib import get_close_matches


def nearest(word: str, known: Iterable[str]) -> str:
    """Return a suggestion, ` (did you mean …?)`, where a known word is near; else nothing."""
    near = get_close_matches(word, list(known), n=1)
    return f" (did you mean `{near[0]}`?)" if near else ""


def list_words(words: Iterable[str]) -> str:
    """Return words as a list in a sentence, each in backticks."""
    return ", ".join(f"`{word}`" for word in words)
