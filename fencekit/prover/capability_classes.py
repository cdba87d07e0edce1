"""Capabilities in finite classes: two of one class are covered by the same rules.

Sound because `covers` looks at little. A well-formed capability and pattern are compared segment
by segment, and a segment of the request that no pattern names is as good as any other such. In all
other cases what counts is whether the request is a pattern, and which prefixes it begins with. So
each class is met by combining named and fresh segments, or by a named prefix and a fresh end: one
with a character that no pattern has anywhere, so that no other pattern can take what stands there.
"""

from collections.abc import Iterable, Iterator
from itertools import chain
from typing import Any

from fencekit.engines.native.capability_index import CapabilityIndex
from fencekit.model.capability import Capability
from fencekit.regex.charset import LAST

FRESH = ("any", "other", "fresh")
ENDS = "!?#~ %&@+=:;,"
"""Characters that no well-formed capability has, the most readable first."""
BEYOND_LATIN = 0x2600


def classes(patterns: Iterable[Any], edited: Iterable[Any] | None = None) -> dict[int, str]:
    """Return a capability of each class, by the set of patterns that cover it.

    A set is a number whose bit `i` stands for the i-th pattern, all of which are text. With
    `edited`, only classes that one of those patterns covers are returned.
    """
    listed = list(patterns)
    wanted = -1
    if edited is not None:
        edited = set(edited)
        wanted = sum(1 << index for index, pattern in enumerate(listed) if pattern in edited)
    found: dict[int, str] = {}
    by_text = CapabilityIndex(listed)
    for capability, mask in (*_well_formed(listed, wanted, by_text), *_others(listed, by_text)):
        if mask & wanted or wanted == -1:
            found.setdefault(mask, capability)
    return found


def _well_formed(
    patterns: list[str], wanted: int, by_text: CapabilityIndex
) -> Iterator[tuple[str, int]]:
    """Yield well-formed capabilities, segment by segment, and the patterns that cover each."""
    parsed = [Capability.parse(pattern) for pattern in patterns]
    columns: list[list[str]] = [
        [getattr(one, name) if one else "" for one in parsed]
        for name in ("resource", "action", "scope")
    ]
    formed = sum(1 << index for index, one in enumerate(parsed) if one)
    begun: dict[int, tuple[str | None, ...]] = {formed: ()}
    for column in columns:
        free, naming = _masks(column, formed)
        following: dict[int, tuple[str | None, ...]] = {}
        for mask, segments in begun.items():
            if mask & wanted == 0 and wanted != -1:
                continue
            named = list(bits_of(mask & ~free))
            choices: list[str | None] = [*dict.fromkeys(column[i] for i in named), None]
            for choice in choices:
                covering = mask & (free | (naming.get(choice, 0) if choice is not None else 0))
                following.setdefault(covering, (*segments, choice))
        begun = following
    fresh = [_fresh(word, column) for word, column in zip(FRESH, columns, strict=True)]
    for mask, segments in begun.items():
        text = _join_segments(segments, fresh)
        # A well-formed text has at most one newline, at its end: no such capability otherwise.
        if "\n" not in text[:-1]:
            yield text, mask if text[-1:] != "\n" else _covering(by_text, text)


def _masks(column: list[str], formed: int) -> tuple[int, dict[str, int]]:
    """Return the patterns that take any segment in a column, and those that name each, as bits."""
    naming: dict[str, int] = {}
    for index, segment in enumerate(column):
        if formed >> index & 1:
            naming[segment] = naming.get(segment, 0) | 1 << index
    return naming.pop("*", 0), naming


def bits_of(mask: int) -> Iterator[int]:
    """Yield the numbers of the bits of a mask, in their order."""
    while mask:
        low = mask & -mask
        yield low.bit_length() - 1
        mask ^= low


def _fresh(word: str, column: list[str]) -> str:
    while word in column:
        word += "x"
    return word


def _join_segments(segments: tuple[str | None, ...], fresh: list[str]) -> str:
    """Return the capability, without the fresh segments at its end: `*` is as fresh as they are."""
    kept = list(segments)
    while len(kept) > 1 and kept[-1] is None and kept != ["", None]:
        kept.pop()
    return ".".join(new if old is None else old for old, new in zip(kept, fresh, strict=False))


def _others(patterns: list[str], by_text: CapabilityIndex) -> Iterator[tuple[str, int]]:
    """Yield capabilities that are malformed, or are met by a prefix of a malformed pattern.

    Of all that begin with a prefix and are no pattern, one stands for those that begin with no
    longer prefix. It ends in a character that no pattern has, so it is no pattern, and no prefix
    goes on as it does.
    """
    prefixes = {pattern[:-2] for pattern in patterns if pattern.endswith(".*")}
    end = unused_character(patterns)
    texts = [f"any{end}", *(f"{prefix}{end}" for prefix in ("", *sorted(prefixes)))]
    texts += [
        text
        for text in sorted({*patterns, *prefixes})
        if Capability.parse(text) is None or text.endswith("\n")
    ]
    for text in dict.fromkeys(texts):
        yield text, _covering(by_text, text)


def unused_character(patterns: Iterable[str]) -> str:
    """Return a character that no pattern has, and no well-formed capability."""
    used = set().union(*patterns)
    likely = (char for char in ENDS if char not in used)
    beyond = (char for char in map(chr, range(BEYOND_LATIN, LAST)) if char not in used)
    return next(chain(likely, beyond))


def _covering(by_text: CapabilityIndex, text: str) -> int:
    return sum(1 << at for at in by_text.of(text))
