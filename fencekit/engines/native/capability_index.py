"""Which of many patterns cover a capability, without asking each.

Exact because `covers` looks at little. Where a capability and a pattern are both well-formed, each
segment of the pattern is `*` or that of the capability: eight patterns at most. In all other cases
the pattern is `*`, is the capability, or ends in `.*` behind a prefix of it.
"""

from collections.abc import Iterable, Iterator
from itertools import product
from typing import Any

from fencekit.model.capability import Capability

Segments = tuple[str, ...]


class CapabilityIndex:
    """Patterns, each with its position, found by what they cover."""

    def __init__(self, patterns: Iterable[Any]) -> None:
        self._formed: dict[Segments, list[int]] = {}
        self._spelled: dict[str, list[int]] = {}
        self._prefixes: dict[str, list[int]] = {}
        """Of all patterns that end in `.*`, by what stands before."""
        self._odd: dict[str, list[int]] = {}
        """Those of them that are malformed."""
        self._untyped: list[int] = []
        for at, pattern in enumerate(patterns):
            if not isinstance(pattern, str):
                self._untyped.append(at)
                continue
            self._spelled.setdefault(pattern, []).append(at)
            parsed = Capability.parse(pattern)
            if parsed is not None:
                self._formed.setdefault(segments(parsed), []).append(at)
            if pattern.endswith(".*"):
                self._prefixes.setdefault(pattern[:-2], []).append(at)
                if parsed is None:
                    self._odd.setdefault(pattern[:-2], []).append(at)

    def of(self, capability: str) -> list[int]:
        """Return the positions of the patterns that cover a capability, in their order.

        Patterns that are not text, of which `covers` may raise, are among them.
        """
        return sorted({*self._untyped, *self._find(capability)})

    def _find(self, capability: str) -> Iterator[int]:
        parsed = Capability.parse(capability)
        if parsed is not None:
            for wanted in product(*(("*", segment) for segment in segments(parsed))):
                yield from self._formed.get(wanted, ())
        else:
            for spelled in ("*", capability):
                yield from self._spelled.get(spelled, ())
        prefixes = self._prefixes if parsed is None else self._odd
        if prefixes:
            for end in range(len(capability) + 1):
                yield from prefixes.get(capability[:end], ())


def segments(parsed: Capability) -> Segments:
    """Return the three segments of a well-formed capability or pattern."""
    return parsed.resource, parsed.action, parsed.scope
