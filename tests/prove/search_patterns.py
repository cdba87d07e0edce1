# ruff: noqa: RUF001  (letters that look alike are what this is about)
"""Patterns for which a search is not "match somewhere", and with references; and their letters.

Nothing but the standard library is needed, so that other interpreters can read this.
"""

import re
import warnings
from collections.abc import Iterator
from itertools import product

HEADS = ("", "(?i)", "(?a)", "(?ai)")
GROUPS = (
    *("(?a:%s)", "(?u:%s)", "(?ai:%s)", "(?i:(?a:%s))", "(?a:(?u:%s))", "((?a:%s))", "(?a:%s)?"),
    *("(?a:(?-i:%s))", "(?a:%s|b1)", "(?=(?a:%s)).", "(?:(?a:%s)|x)", "(?a:%s)+?"),
)
LEAVES = (
    *(r"\W", r"\w", r"\D", r"\d", r"\S", r"\s", r"[\Wk]", r"[^\wé]", r"[^\W]", r"[\dſ]", "k"),
    *(r"\b\w", r"\W|k", r"[a-z]", r"(?!a)\W"),
)
TAILS = ("", "1?", r"\b", "$")


def patterns() -> Iterator[str]:
    """Yield patterns that begin with a class under a flag of its own, and some that nearly do."""
    for head, group, leaf, tail in product(HEADS, GROUPS, LEAVES, TAILS):
        yield head + group % leaf + tail


def compiled(pattern: str) -> re.Pattern[str]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return re.compile(pattern)


REFERENCES = (
    *(
        r"(a)?\1",
        r"(?:(a)|b)(?(1)a|s)",
        r"(?:(a)|b)\1",
        r"(a)*(?i:\1)b",
        r"(a|b)+\1",
        r"(ab|a){2}\1",
    ),
    *(
        r"(a|b)*?\1s",
        r"(a)?b(?(1)s|a)",
        r"(a)*(?(1)b|s)$",
        r"^(a|)*\1b",
        r"(\b)a\1b",
        r"(?:(a)b|s)*",
    ),
    *(r"(a)|\1", r"(?:(a)|(b))(?(2)a|b)\2?", r"((a)|b)(?(2)s|\1)", r"(?:x(a|b))?(?:(s)|\1)b"),
    *(
        r"(?i)(s)?(k)?(?(1)k|s)\2",
        r"(?!(a)?b(?(1)b|s)).",
        r"(a??)b\1",
        r"(\A)?a\1b",
    ),
    *(
        r"(a){0,2}b\1",
        r"(?:(a|b)s){1,2}\1",
        r"(a{0})\1b",
        r"(a)?(b)?(?(1)(?(2)s|b)|a)",
        r"((?!a))\1.",
    ),
    *(r"(s)(?i:\1)", r"(?i)(a)\1", r"(a|b)\1|aa", r"(?i)([sk])\1", r"(µ)(?i:\1)", r"(ς|σ)(?i:\1)"),
    *(r"(?i:(ς))\1", r"(?i:(ς)\1)", r"(?i:(s))(?-i:\1)", r"(?i)(k)(?-i:\1)", r"(?i)(ss?)\1"),
    *(r"(?ai)(s)\1", r"(?i)(?a:([sk])\1)", r"(?i)([sk])(?a:\1)", r"(?ia:(k))(?i:\1)", r"(a?)\1b"),
    *(r"(a|)\1b", r"x(?=(a|s)(?i:\1))", r"(?!(a|s)(?i:\1))..", r"(a)(?(1)b|s)", r"(a)(?(1)b)"),
    *(r"(a|s)(?:x|(?i:\1)b)", r"((a|b)\2)\1", r"(a|b)(s|k)\2\1", r"(в)(?i:\1)", r"(?i)(в|В)\1"),
    *(r"([sS])\1|(b)\2", r"(b|(a)\2)", r"(İ)(?i:\1)", r"(?i)(i)\1", r"(ß)(?i:\1)", r"(ﬅ)(?i:\1)"),
    *(r"(a|b)\1*c", r"(a|b)\1++b", r"(a{1,2}?)\1b", r"(?i)(?:(a)|b)x", r"(a)b|(b)\2", r"(ab|a)b\1"),
    *(r"(a|b)(?<=\1)s", r"(?i)(s)(?<!\1)", r"(Σ)(?i:\1)$", r"^(a|ab)\1$"),
)
LETTERS = "abskxSK\u212aſςσΣµμвВᲀiIİßﬅﬆ"


def reference_texts() -> list[str]:
    """Return texts for patterns with references: all short ones of some letters."""
    return [
        *("", *LETTERS),
        *map("".join, product(LETTERS, repeat=2)),
        *map("".join, product("absKſxςв", repeat=3)),
        *map("".join, product("abs", repeat=5)),
    ]
