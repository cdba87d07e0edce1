"""Small edits of a regex: its anchors, classes, sets, quantifiers, alternatives and flags."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from fencekit.regex.language_change import Reach
from fencekit.regex.regex_tokens import (
    RegexToken,
    TokenKind,
    alternatives,
    branch_of_each,
    compiles,
    is_composed,
    is_monotone,
    tokens,
)

WIDER, NARROWER, SHIFTED = Reach.WIDER, Reach.NARROWER, Reach.SHIFTED
TURNED = {WIDER: NARROWER, NARROWER: WIDER, SHIFTED: SHIFTED}


@dataclass(frozen=True, slots=True)
class RegexEdit:
    """A pattern after one edit: what kind of edit it is, and how its reach compares."""

    operator: str
    pattern: str
    reach: Reach
    part: str | None = None
    """A part of the edited pattern that compiles only if the whole does; None for all of it."""


@dataclass(frozen=True, slots=True)
class Swap:
    """A token written otherwise; `reach` is how what it matches itself compares."""

    operator: str
    text: str
    reach: Reach


def edits(pattern: str) -> Iterator[RegexEdit]:
    """Yield the edits of a pattern, each of which compiles; none of one that does not."""
    if not compiles(pattern) or not tokens(pattern):
        return
    monotone = is_monotone(pattern)
    in_parts = len(pattern) > LONG and is_composed(pattern)
    for edit in (
        *token_edits(pattern),
        *added_anchors(pattern),
        *fewer_alternatives(pattern),
        *flag_edits(pattern),
    ):
        if edit.pattern == pattern or not edit.pattern:
            continue
        part = edit.part if in_parts and edit.part is not None else edit.pattern
        if compiles(part):
            reach = edit.reach if monotone else SHIFTED
            yield RegexEdit(edit.operator, edit.pattern, reach)


LONG = 400
"""From how many characters on an edited pattern is compiled in parts, which takes less time."""


def token_edits(pattern: str) -> Iterator[RegexEdit]:
    """Yield the pattern with one token written otherwise."""
    branches = branch_of_each(pattern)
    for token, (start, end) in zip(tokens(pattern), branches, strict=True):
        for swap in SWAPS[token.kind](token.text) if token.kind in SWAPS else ():
            reach = TURNED[swap.reach] if token.negated else swap.reach
            part = pattern[start : token.start] + swap.text + pattern[token.end : end]
            yield RegexEdit(swap.operator, replace_token(pattern, token, swap.text), reach, part)


def replace_token(pattern: str, token: RegexToken, text: str) -> str:
    """Return the pattern with another text for a token."""
    return pattern[: token.start] + text + pattern[token.end :]


def anchor(text: str) -> Iterator[Swap]:
    """An anchor: without it."""
    if text != r"\B":
        yield Swap("regex-drop-anchor", "", WIDER)


CLASSES: dict[str, tuple[tuple[str, Reach], ...]] = {
    r"\d": ((r"\w", WIDER),),
    r"\D": ((".", SHIFTED),),
    r"\w": ((r"\S", WIDER), ("[a-z]", SHIFTED)),
    r"\W": ((r"\s", NARROWER),),
    r"\s": ((r"\W", WIDER), ("[ ]", NARROWER)),
    r"\S": ((".", WIDER), (r"\w", NARROWER)),
    ".": ((r"\S", NARROWER),),
}
"""Each class with other classes: those that hold it and those that it holds."""


def character_class(text: str) -> Iterator[Swap]:
    """A class of characters: a wider one, a narrower one."""
    for other, reach in CLASSES[text]:
        yield Swap(f"regex-{reach}-class", other, reach)


def members(text: str) -> list[str]:
    """Return the members of a set as written: characters, escapes, ranges."""
    inner = text.removeprefix("[").removeprefix("^")[:-1]
    pieces: list[str] = []
    at = 0
    while at < len(inner):
        end = at + (2 if inner[at] == "\\" else 1)
        if inner[end : end + 1] == "-" and end + 1 < len(inner):
            end += 2 if inner[end + 1 : end + 2] != "\\" else 3
        pieces.append(inner[at:end])
        at = end
    return pieces


def character_set(text: str) -> Iterator[Swap]:
    """A set: without one of its members; open to any character, where it excludes some."""
    negative = text.startswith("[^")
    given = members(text)
    if "\\x" in text or "\\u" in text or "\\U" in text or "\\N" in text or "\\0" in text:
        return
    for at in range(len(given) if len(given) > 1 else 0):
        rest = "".join([*given[:at], *given[at + 1 :]])
        if rest.startswith(("]", "^", "-")) or "-" in given:
            continue  # what is left would mean something else
        kind, reach = ("wider", WIDER) if negative else ("narrower", NARROWER)
        yield Swap(f"regex-{kind}-set", f"[{'^' if negative else ''}{rest}]", reach)
    if negative:
        yield Swap("regex-open-set", r"[\s\S]", WIDER)


def quantifier(text: str) -> Iterator[Swap]:
    """A quantifier: one that starts earlier or later, one that ends earlier or later."""
    bare = text[:-1] if len(text) > 1 and text[-1] in "?+" else text
    tail = text[len(bare) :]
    for other, reach in QUANTIFIERS.get(bare, count_variants(bare)):
        yield Swap(f"regex-{reach}-quantifier", other + tail if other else "", reach)


QUANTIFIERS: dict[str, tuple[tuple[str, Reach], ...]] = {
    "*": (("+", NARROWER),),
    "+": (("*", WIDER), ("{2,}", NARROWER)),
    "?": (("*", WIDER), ("", NARROWER)),
}


def count_variants(bare: str) -> tuple[tuple[str, Reach], ...]:
    """Return the quantifiers next to one with numbers."""
    if not bare.startswith("{"):
        return ()
    low, comma, high = bare[1:-1].partition(",")
    least = int(low or 0)
    if not comma:
        return ((f"{{{least},}}", WIDER), (f"{{{least + 1}}}", SHIFTED))
    found = [(f"{{{least + 1},{high}}}", NARROWER)]
    if least:
        found.append((f"{{{least - 1},{high}}}", WIDER))
    if high:
        found.append((f"{{{least},{int(high) + 1}}}", WIDER))
    return tuple(found)


SWAPS: dict[TokenKind, Callable[[str], Iterator[Swap]]] = {
    TokenKind.ANCHOR: anchor,
    TokenKind.CLASS: character_class,
    TokenKind.SET: character_set,
    TokenKind.QUANTIFIER: quantifier,
}
"""What a token of each kind can be written as instead; the other kinds stay."""


def added_anchors(pattern: str) -> Iterator[RegexEdit]:
    """Yield the pattern bound to the beginning of the text, and to its end."""
    flags = "".join(token.text for token in tokens(pattern) if token.kind is TokenKind.FLAGS)
    rest = pattern[len(flags) :]
    if not pattern.startswith(flags):
        return
    several = any(branches[0].start == len(flags) for branches in alternatives(pattern))
    body = f"(?:{rest})" if several else rest
    if not rest.startswith(("^", r"\A")):
        yield RegexEdit("regex-add-anchor", f"{flags}^{body}", NARROWER)
    if not rest.endswith(("$", r"\Z")):
        yield RegexEdit("regex-add-anchor", f"{flags}{body}$", NARROWER)


def fewer_alternatives(pattern: str) -> Iterator[RegexEdit]:
    """Yield the pattern without one of its alternatives."""
    for branches in alternatives(pattern):
        for at, branch in enumerate(branches):
            last = at == len(branches) - 1
            start, end = branch.start - last, branch.end + (not last)
            reach = WIDER if branch.negated else NARROWER
            left = pattern[:start] + pattern[end:]
            yield RegexEdit("regex-drop-alternative", left, reach, part="")


def flag_edits(pattern: str) -> Iterator[RegexEdit]:
    """Yield the pattern with the case of letters mattering, where it did not, or the other way."""
    cut = tokens(pattern)
    turns = any(
        token.negated or (token.kind is TokenKind.SET and token.text.startswith("[^"))
        for token in cut
    )
    given = next(
        (token for token in cut if token.kind is TokenKind.FLAGS and "i" in token.text), None
    )
    if given is not None:
        left = given.text.replace("i", "")
        text = "" if left == "(?)" else left
        reach = SHIFTED if turns else NARROWER
        yield RegexEdit("regex-mind-case", replace_token(pattern, given, text), reach)
    elif any(
        character.isalpha()
        for token in cut
        if token.kind in (TokenKind.LITERAL, TokenKind.SET)
        for character in token.text.removeprefix("\\")
    ):
        yield RegexEdit("regex-ignore-case", f"(?i){pattern}", SHIFTED if turns else WIDER)
