"""Policy languages that are told apart by their text, so that an error can name them."""

import re

LANGUAGES: tuple[tuple[re.Pattern[str], str], ...] = (
    (re.compile(r"^\s*package\s+[\w.]+\s*$", re.MULTILINE), "Rego"),
    (
        re.compile(r"^\s*(?:@\w+(?:\([^)]*\))?\s*)*(?:permit|forbid)\s*\(", re.MULTILINE),
        "Cedar",
    ),
)


def language_of(text: str) -> str:
    """Return the policy language that a text is written in; empty for none of these."""
    return next((name for pattern, name in LANGUAGES if pattern.search(text)), "")
