r"""The places at which `re.search` tries a match: those with a character of the leading set.

Python's compiler puts the set of characters that a match can begin with in front of the program,
and the search skips every place without one of them. It reads that set off the first item of the
pattern, but under the flags of the *whole* pattern: so where that item is a class under a scoped
flag, `(?a:\W)` for one, places are skipped at which the pattern would match (CPython 3.9 to 3.14).

Which set that is, is asked of Python's own compiler, so that it is right for the Python that runs.
"""

import re
from typing import Any, Final

from fencekit.regex.charset import EVERY, CharSet, of_leaf
from fencekit.regex.python_syntax import compiler, ops, parse

SCOPED_TYPE: Final = re.compile(r"\(\?[a-zA-Z]*[auL][a-zA-Z]*(?:-[a-zA-Z]+)?:")
"""What a pattern has in it if some group of it reads classes under other flags than the whole."""
NO_CASE = int(re.IGNORECASE)


def leading_set(pattern: str, items: Any, flags: int) -> CharSet:
    """Return the characters that `re.search` wants a match of the pattern to begin with.

    `items` is the pattern as Python parses it. All characters are returned where the search wants
    none, and where what it wants is what the pattern asks for anyway: where it begins with literal
    text, or reads all its classes under the same flags.
    """
    if not SCOPED_TYPE.search(pattern) or items.getwidth()[0] == 0:
        return EVERY
    prefix, _, _ = compiler._get_literal_prefix(items, flags)  # noqa: SLF001
    found = None if prefix else compiler._get_charset_prefix(items, flags)  # noqa: SLF001
    return of_leaf((ops.IN, found), flags & ~NO_CASE) if found else EVERY


def skips_places(pattern: str) -> bool:
    """Say whether the search for a pattern may skip places at which it would match.

    A pattern that does not compile is not searched for.
    """
    if not SCOPED_TYPE.search(pattern):
        return False
    try:
        return leading_set(pattern, *parse(pattern)) != EVERY
    except (re.error, RecursionError, OverflowError, ValueError):
        return False


def asked_by_search(pattern: str, items: Any, flags: int) -> list[Any]:
    """Return what the search asks of a place before the pattern does: a lookahead, or nothing."""
    wanted = leading_set(pattern, items, flags)
    if wanted == EVERY:
        return []
    listed = [(ops.RANGE, ends) for ends in wanted.ranges]
    plain = (ops.SUBPATTERN, (None, 0, NO_CASE, [(ops.IN, listed)]))
    return [(ops.ASSERT, (1, [plain]))]
