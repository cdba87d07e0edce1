"""Which kinds of fields of a payload can make a difference to a question, and need to be walked.

Sound because of what is written beside each: a word with a field of another kind can be changed
into one without, and no keyword and no regex of the question can tell.
"""

from collections.abc import Sequence
from dataclasses import dataclass

QUOTES = frozenset("'\"\\")


@dataclass(frozen=True, slots=True)
class FieldRelevance:
    """Which kinds of fields can make a difference to the keywords and regexes of a question."""

    quotes: bool
    """How text is quoted: only if a keyword has a quote or a backslash in it."""
    others: bool
    """Values that are not text: only if they can meet a keyword where text, which has quotes about
    it, cannot. Their characters themselves can as well stand in text."""
    keys: bool
    """Free keys: only if a keyword waits, and regexes keep it from being in a value."""
    several: bool
    """A second field: only if there are regexes, which see a space where the text sees more, or
    which see required fields between."""

    @classmethod
    def of(
        cls,
        wanted: Sequence[frozenset[str]],
        unwanted: frozenset[str],
        *,
        regexes: bool,
        required: bool,
    ) -> "FieldRelevance":
        """Return the shape for keywords, and for whether there are regexes and required fields."""
        words = {keyword for clause in wanted for keyword in clause}
        quotes = any(QUOTES & set(keyword) for keyword in words | unwanted)
        others = quotes or any(map(meets_the_rim, words))
        has_words = bool(words or unwanted)
        return cls(
            quotes,
            others,
            keys=quotes or (bool(wanted) and regexes),
            several=others or (regexes and (has_words or required)),
        )


EVERYTHING = FieldRelevance(quotes=True, others=True, keys=True, several=True)
"""All kinds of fields: for a domain in which one word cannot be changed into another."""


def meets_the_rim(keyword: str) -> bool:
    """Say whether a keyword can match across the rim of a value that stands without quotes."""
    has = any(part in keyword for part in (": ", ", ", "}"))
    return has or keyword.startswith(" ") or keyword.endswith((",", ":"))
