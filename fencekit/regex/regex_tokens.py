"""A regex cut into its tokens, each with where it stands, so that its text can be edited.

Python's own parse tree knows no positions. The cut is checked against it: an edited text is used
only when it compiles.
"""

import re
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from typing import Any


class TokenKind(StrEnum):
    """The syntactic category of a token, such as an anchor or a quantifier."""

    ANCHOR = "anchor"
    CLASS = "class"
    SET = "set"
    LITERAL = "literal"
    QUANTIFIER = "quantifier"
    OPEN = "open"
    CLOSE = "close"
    BAR = "bar"
    FLAGS = "flags"
    REFERENCE = "reference"


@dataclass(frozen=True, slots=True)
class RegexToken:
    """A piece of a pattern, from `start` to before `end`.

    `negated` says that it stands in a lookaround that must not match, so that what widens it
    narrows the pattern.
    """

    kind: TokenKind
    text: str
    start: int
    negated: bool = False

    @property
    def end(self) -> int:
        """The position after the token."""
        return self.start + len(self.text)


LEXICON = re.compile(
    r"""
    (?P<flags>     \(\?[aiLmsux]+\)                                            )
  | (?P<reference> \(\?P=\w+\) | \\[1-9][0-9]?                                 )
  | (?P<comment>   \(\?\#[^)]*\)                                               )
  | (?P<open>      \(\?P<\w+> | \(\?<[=!] | \(\?[=!:>] | \(\?\(\w+\)
                 | \(\?[aiLmsux]*(?:-[imsx]+)?: | \(                           )
  | (?P<close>     \)                                                          )
  | (?P<bar>       \|                                                          )
  | (?P<anchor>    \^ | \$ | \\[bBAZ]                                          )
  | (?P<class>     \\[dDwWsS] | \.                                             )
  | (?P<set>       \[\^?\]?(?:\\.|[^\]\\])*\]                                  )
  | (?P<quantifier>(?: [*+?] | \{[0-9]+(?:,[0-9]*)?\} | \{,[0-9]+\} )[?+]?     )
  | (?P<literal>   \\x[0-9a-fA-F]{2} | \\u[0-9a-fA-F]{4} | \\U[0-9a-fA-F]{8}
                 | \\0[0-7]{0,2} | \\N\{[^}]*\} | \\. | .                      )
    """,
    re.VERBOSE | re.DOTALL,
)
SPACED = re.compile(r"\(\?[a-zA-Z]*x[a-zA-Z]*[-:)]")
NEGATIVE = ("(?!", "(?<!")


@lru_cache(maxsize=1024)
def tokens(pattern: str) -> tuple[RegexToken, ...]:
    """Return the tokens of a pattern that compiles; none of one whose spaces may be comments."""
    found: list[RegexToken] = []
    negations = [False]
    for match in LEXICON.finditer(pattern):
        name = match.lastgroup
        if name == "comment":
            continue
        kind = TokenKind(name or TokenKind.LITERAL)
        if SPACED.match(match[0]):
            return ()
        if kind is TokenKind.CLOSE and len(negations) > 1:
            negations.pop()
        found.append(RegexToken(kind, match[0], match.start(), negations[-1]))
        if kind is TokenKind.OPEN:
            negations.append(negations[-1] != match[0].startswith(NEGATIVE))
    return tuple(found)


def is_monotone(pattern: str) -> bool:
    """Say whether matching more in one place never makes the whole pattern match less.

    It does not hold with what gives nothing back (`(?>…)`, `*+`), with conditions on a group, and
    with references to a group in a lookaround; all references are taken for such ones.
    """
    return not any(
        token.kind is TokenKind.REFERENCE
        or (token.kind is TokenKind.OPEN and token.text.startswith(("(?>", "(?(")))
        or (token.kind is TokenKind.QUANTIFIER and len(token.text) > 1 and token.text.endswith("+"))
        for token in tokens(pattern)
    )


def is_composed(pattern: str) -> bool:
    """Say whether the pattern compiles exactly if each branch of it does by itself.

    It does not hold with what refers to a group, with names, and with a lookbehind, whose width has
    to be fixed; flags are taken for such ones unless they stand in front.
    """
    cut = tokens(pattern)
    leading = next(
        (at for at, token in enumerate(cut) if token.kind is not TokenKind.FLAGS), len(cut)
    )
    return not any(
        token.kind in (TokenKind.REFERENCE, TokenKind.FLAGS)
        or (token.kind is TokenKind.OPEN and token.text not in ("(", "(?:", "(?=", "(?!"))
        for token in cut[leading:]
    )


def branch_of_each(pattern: str) -> list[tuple[int, int]]:
    """Return the span of the innermost branch that each token stands in, without its brackets.

    A bracket stands in the branch around its group, and a bar between two of them has no length.
    """
    cut = tokens(pattern)
    spans = [(0, len(pattern))] * len(cut)
    stack: list[tuple[int, list[int]]] = [(0, [])]

    def close(end: int) -> None:
        start, members = stack.pop()
        for member in members:
            spans[member] = (start, end)

    for number, token in enumerate(cut):
        if token.kind is TokenKind.FLAGS and len(stack) == 1:
            stack[-1] = (token.end, stack[-1][1])
        elif token.kind is TokenKind.OPEN:
            stack[-1][1].append(number)
            stack.append((token.end, []))
        elif token.kind is TokenKind.BAR:
            close(token.start)
            stack.append((token.end, []))
        else:
            if token.kind is TokenKind.CLOSE and len(stack) > 1:
                close(token.start)
            stack[-1][1].append(number)
    while stack:
        close(len(pattern))
    return spans


@dataclass(frozen=True, slots=True)
class Branch:
    """One of several alternatives, with the span of its text."""

    start: int
    end: int
    negated: bool


def alternatives(pattern: str) -> Iterator[tuple[Branch, ...]]:
    """Yield the alternatives of each group that has more than one, and those of the whole."""
    cut = tokens(pattern)
    begin = next((t.end for t in reversed(cut) if t.kind is TokenKind.FLAGS), 0)
    stack: list[list[int]] = [[begin]]
    negated = [False]
    for token in cut:
        if token.kind is TokenKind.OPEN:
            stack.append([token.end])
            negated.append(negated[-1] != token.text.startswith(NEGATIVE))
        elif token.kind is TokenKind.BAR:
            stack[-1].append(token.end)
        elif token.kind is TokenKind.CLOSE and len(stack) > 1:
            yield from branches(stack.pop(), token.start, negated=negated.pop())
    yield from branches(stack[0], len(pattern), negated=False)


def branches(starts: list[int], end: int, *, negated: bool) -> Iterator[tuple[Branch, ...]]:
    """Yield the branches that begin at these positions, if there are several."""
    if len(starts) > 1:
        ends = [*(start - 1 for start in starts[1:]), end]
        yield tuple(Branch(start, stop, negated) for start, stop in zip(starts, ends, strict=True))


@lru_cache(maxsize=4096)
def compiles(pattern: Any) -> bool:
    """Say whether the pattern is one that compiles."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            re.compile(str(pattern))
    except (re.error, RecursionError, OverflowError, ValueError):
        return False
    return True
