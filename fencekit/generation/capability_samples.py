"""Capabilities of calls: what patterns cover, what they nearly cover, what does not parse."""

from collections.abc import Iterable, Sequence
from typing import Any

from fencekit.engines.native.request_view import covers
from fencekit.model.capability import Capability
from fencekit.regex.random_choices import Choices, menu

FRESH = "x"
"""A segment that no policy is likely to name."""

NEAR_MISSES = (
    "{}.{fresh}",
    "{short}",
    "{}{fresh}",
    "{upper}",
    "{capital}",
    "{stem}roll run",
    "{} ",
    "{}\n",
    " {}",
    "{}.",
    "{}..{fresh}",
    "{}.*",
    "{stem} {fresh}",
    "é.{}",
    "*",
)
"""Capabilities beside one: another segment, another case, and some that do not parse."""


def meet(patterns: Sequence[Any]) -> str | None:
    """Return a pattern for what all of the patterns cover; None where that is seen to be nothing.

    Patterns that do not parse meet what is equal to them, `*`, and what is covered by them.
    """
    met: Any = "*"
    for pattern in patterns:
        if not isinstance(pattern, str):
            return None
        left, right = Capability.parse(met), Capability.parse(pattern)
        if left is None or right is None:
            if met == "*" or covers(met, pattern):
                met = pattern
            elif not covers(pattern, met):
                return None
            continue
        segments = []
        for mine, theirs in zip(parts(left), parts(right), strict=True):
            if "*" not in (mine, theirs) and mine != theirs:
                return None
            segments.append(theirs if mine == "*" else mine)
        met = ".".join(segments)
    return str(met)


def parts(capability: Capability) -> tuple[str, str, str]:
    """Return the three segments."""
    return capability.resource, capability.action, capability.scope


def segments_of(patterns: Iterable[Any]) -> tuple[tuple[str, ...], ...]:
    """Return, for each of the three places, the segments that patterns name there."""
    named: tuple[dict[str, None], ...] = ({}, {}, {})
    for pattern in patterns:
        capability = Capability.parse(pattern) if isinstance(pattern, str) else None
        if capability is not None:
            for place, segment in zip(named, parts(capability), strict=True):
                if segment != "*":
                    place[segment] = None
    return tuple(tuple(place) for place in named)


def covered_capability(choices: Choices, pattern: str, known: Sequence[Sequence[str]]) -> str:
    """Return a capability that the pattern covers: as short as may be, or with segments filled."""
    capability = Capability.parse(pattern)
    if capability is None:
        stem = pattern.removesuffix(".*")
        return choices.pick((pattern, f"{stem}roll run")) if stem != pattern else pattern
    segments = list(parts(capability))
    while segments[-1:] == ["*"] and len(segments) > 1 and choices.pick(KEEP_SHORT):
        segments.pop()
    for at, segment in enumerate(segments):
        if segment == "*":
            segments[at] = choices.pick((FRESH, *known[at])) if known[at] else FRESH
    return ".".join(segments)


KEEP_SHORT = menu((3, True), (2, False))


def near_miss(choices: Choices, capability: str) -> str:
    """Return a capability beside one, which may not parse."""
    stem, _, last = capability.rpartition(".")
    return choices.pick(NEAR_MISSES).format(
        capability,
        fresh=FRESH,
        short=stem or capability[:-1],
        stem=stem or last,
        upper=capability.upper(),
        capital=capability.capitalize(),
    )
