"""How `repr` puts text in quotes, as a walk over its characters.

A text is quoted in the one way that fits what is in it, so a walk chooses a way at the beginning,
and may end only when it has seen what makes `repr` choose that.
"""

WAYS_OF_QUOTING = {
    "single": ("'", "'", False),
    "double": ('"', '"', True),
    "escaped": ("'", "'", True),
}
"""How `repr` quotes: with `'` where there is none inside; with `"` where there is `'` but no `"`;
where there are both, with `'`, and each `'` inside escaped. These two remember what they saw."""


def quote_char(way: str, char: str, seen: str) -> tuple[str, str]:
    """Return what a quote adds to the text in a way of quoting, and what that has then seen."""
    if way == "single":
        return (char, seen) if char == '"' else ("", seen)
    if way == "double":
        return (char, "'") if char == "'" else ("", seen)
    return (char if char == '"' else "\\'", "".join(sorted({*seen, char})))


def is_closable(quoting: str) -> bool:
    """Say whether text in that way of quoting has the quotes in it that make `repr` choose it."""
    way, _, seen = quoting.partition(" ")
    return {"any": True, "single": True, "double": seen == "'"}.get(way, seen == "\"'")
