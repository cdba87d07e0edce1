"""Small edits of a capability pattern, and how the calls that two patterns cover compare.

A pattern covers well-formed capabilities segment by segment. Of malformed ones it covers those that
begin with what stands before a final `.*`; `*` covers them all.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from fencekit.model.capability import Capability
from fencekit.regex.language_change import Reach

SEGMENTS = ("resource", "action", "scope")
PLACEHOLDERS = ("other", "other", "production")
"""What a `*` is narrowed to, segment by segment, where the policy has no word to offer."""


@dataclass(frozen=True, slots=True)
class CapabilityEdit:
    """A pattern instead of another: what kind of edit it is, and how its reach compares."""

    operator: str
    pattern: str
    reach: Reach


Words = Mapping[int, Sequence[str]]
"""The words that a policy's patterns have in each segment, counted from 0, each once, sorted."""


def words_of(patterns: Iterator[Any]) -> Words:
    """Return the words that the patterns have in each segment."""
    found: tuple[set[str], ...] = (set(), set(), set())
    for pattern in patterns:
        parsed = Capability.parse(pattern) if isinstance(pattern, str) else None
        if parsed is not None:
            for words, word in zip(found, segments(parsed), strict=True):
                words.add(word)
    return {at: sorted(words - {"*"}) for at, words in enumerate(found)}


def edits(pattern: Any, words: Words) -> Iterator[CapabilityEdit]:
    """Yield the edits of a pattern; none of one that is malformed or no text."""
    parsed = Capability.parse(pattern) if isinstance(pattern, str) else None
    if parsed is None:
        return
    given = segments(parsed)
    for at in reversed(range(3)):
        for kind, make in KINDS.items():
            word = make(given[at], at, words)
            if word is not None:
                new = join_segments([*given[:at], word, *given[at + 1 :]])
                yield CapabilityEdit(f"{kind}-{SEGMENTS[at]}", new, reach(pattern, new))


def segments(parsed: Capability) -> tuple[str, str, str]:
    """Return the three segments of a pattern."""
    return parsed.resource, parsed.action, parsed.scope


def join_segments(parts: Sequence[str]) -> str:
    """Return a pattern as people write it: one `*` for all that is open at its end."""
    kept = list(parts)
    while len(kept) > 1 and kept[-1] == kept[-2] == "*":
        kept.pop()
    return ".".join(kept)


def widen(word: str, _at: int, _words: Words) -> str | None:
    """Return `*` for a word."""
    return None if word == "*" else "*"


def narrow(word: str, at: int, words: Words) -> str | None:
    """Return a word for `*`."""
    if word != "*":
        return None
    return words[at][0] if words[at] else PLACEHOLDERS[at]


def shift(word: str, at: int, words: Words) -> str | None:
    """Return the next word that the policy has there; one that it does not have, else."""
    if word == "*":
        return None
    others = [*(other for other in words[at] if other > word), *words[at]]
    return next((other for other in others if other != word), f"{word}-other")


KINDS: dict[str, Callable[[str, int, Words], str | None]] = {
    "widen": widen,
    "narrow": narrow,
    "shift": shift,
}
"""Each kind of edit of a segment: the new word, or None where the edit does not apply."""


def reach(old: str, new: str) -> Reach:
    """Return how the calls that `new` covers compare with those that `old` does."""
    if within(old, new):
        return Reach.WIDER
    return Reach.NARROWER if within(new, old) else Reach.SHIFTED


def within(inner: Any, outer: Any) -> bool:
    """Say whether it is sure that every call covered by one pattern is covered by another."""
    if outer in (inner, "*"):
        return True
    small, large = parse_pattern(inner), parse_pattern(outer)
    if small is None or large is None or not large.covers(small):
        return False
    if not inner.endswith("*"):
        return True
    return bool(inner.endswith(".*") and outer.endswith(".*") and inner.startswith(outer[:-2]))


def may_meet(one: Any, other: Any) -> bool:
    """Say whether some call may be covered by both patterns."""
    if "*" in (one, other) or one == other:
        return True
    first, second = parse_pattern(one), parse_pattern(other)
    if first is None or second is None:
        return True
    pairs = zip(segments(first), segments(second), strict=True)
    if all(left == right or "*" in (left, right) for left, right in pairs):
        return True
    if not (one.endswith(".*") and other.endswith(".*")):
        return False
    heads = one[:-2], other[:-2]
    return bool(heads[0].startswith(heads[1]) or heads[1].startswith(heads[0]))


def parse_pattern(pattern: Any) -> Capability | None:
    """Return the pattern in its segments; None for what is malformed or no text."""
    return Capability.parse(pattern) if isinstance(pattern, str) else None
