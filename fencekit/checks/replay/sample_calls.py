"""A few of the calls that a run has seen, of every capability: what its users' calls look like."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from fencekit.model.request import Request

MOST_CAPABILITIES = 200
MOST_CALLS = 8
"""The calls of one capability that are kept, the first ones that differ."""


@dataclass
class CallSample:
    """The first few different calls of each capability, as they come in."""

    calls: dict[str, list[Request]] = field(default_factory=dict)

    def add(self, request: Request) -> None:
        """Take in a call, where there is room for it."""
        name = request.capability
        if not isinstance(name, str):
            return
        kept = self.calls.get(name)
        if kept is None:
            if len(self.calls) < MOST_CAPABILITIES:
                self.calls[name] = [request]
        elif len(kept) < MOST_CALLS and request.whole and request not in kept:
            kept.append(request)

    def __iter__(self) -> Iterator[Request]:
        """Yield the calls that are kept."""
        for kept in self.calls.values():
            yield from kept
