"""JSON of which only the beginning is there: read as far as it goes."""

import re
from typing import Any

from fencekit.reading.json import FlawedDecoder, JSONError


def partial(text: str) -> Any:
    """Return the value that the text is the beginning of, as far as it goes; None for none.

    What is cut is left out, and what is open is closed.
    """
    open_ones: list[str] = []
    cuts: list[tuple[int, str]] = []
    for found in TOKENS.finditer(text):
        sign = found[0]
        if sign in "{[":
            open_ones.append("}" if sign == "{" else "]")
            cuts.append((found.end(), "".join(reversed(open_ones))))
        elif sign in "}]" and open_ones:
            open_ones.pop()
            if not open_ones:
                cuts.append((found.end(), ""))
                break
        elif sign == ",":
            cuts.append((found.start(), "".join(reversed(open_ones))))
    for end, closing in reversed(cuts[-MOST_CUTS:]):
        try:
            return FlawedDecoder().value(text[:end] + closing, len(text) - len(text.lstrip()))[0]
        except JSONError:
            continue
    return None


TOKENS = re.compile(r'"(?:[^"\\]|\\.)*+(?:"|\Z)|[\[{\]},]', re.DOTALL)
MOST_CUTS = 50
