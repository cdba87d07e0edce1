"""Which Python a certificate was made under, and how it is told that another reads texts alike.

`re`, `repr` and `str.lower` are parts of what a policy means, and all three go by the tables of
Unicode that a Python has. So a certificate names its Python, and each walk has a digest of all that
it takes from there: the programs of its patterns with their sets of characters, and what spells the
texts. Where the digests are equal, the two Pythons say the same of that walk.
"""

import sys
import unicodedata
from collections.abc import Iterable
from hashlib import sha256
from re import _constants  # type: ignore[attr-defined]
from typing import Any

from fencekit.regex.charset import CharSet


def interpreter() -> dict[str, Any]:
    """Return what tells the running Python from others, as far as patterns and texts go."""
    return {
        "implementation": sys.implementation.name,
        "version": f"{sys.version_info[0]}.{sys.version_info[1]}",
        "unicode": unicodedata.unidata_version,
        "sre": int(_constants.MAGIC),
    }


def interpreter_name(python: dict[str, Any]) -> str:
    """Return the name of a Python for people."""
    return f"{python['implementation']} {python['version']} (Unicode {python['unicode']})"


def digest(parts: Iterable[Any]) -> str:
    """Return what tells such parts from others: steps, nodes, and sets of characters, by ranges."""
    return sha256(
        repr([spell_part(one) for one in parts]).encode("utf-8", "backslashreplace")
    ).hexdigest()


def spell_part(part: Any) -> Any:
    """Return a part with the ranges of each set of characters in it."""
    if isinstance(part, CharSet):
        return part.ranges
    return [spell_part(one) for one in part] if isinstance(part, tuple | list) else part
