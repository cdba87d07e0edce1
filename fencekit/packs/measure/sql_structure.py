"""Whether a fragment of SQL stays the one literal that it was put in as."""

import re

NUMBER = re.compile(r"\s*[+-]?[0-9]+(?:\.[0-9]*)?\s*\Z")


def leaves_literal(fragment: str) -> bool:
    """Say whether a fragment between two single quotes ends the literal that they make.

    Two quotes together stand for one. A backslash may take the quote after the fragment with it.
    """
    inside = fragment.replace("''", "")
    return "'" in inside or fragment.endswith("\\")


def is_number(fragment: str) -> bool:
    """Say whether a fragment that stands for a number is one."""
    return NUMBER.match(fragment) is not None
