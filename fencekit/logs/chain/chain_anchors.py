"""Anchors met along a chain: what was kept elsewhere of a log, compared with what it says now."""

from collections.abc import Iterable

from fencekit.model.chain_verification import Anchor, BrokenChainReason, Fault
from fencekit.model.errors import LogError
from fencekit.model.source import Place


class Anchors:
    """Anchors by the count that they name, and which of them the chain has reached."""

    def __init__(self, anchors: Iterable[Anchor] = ()) -> None:
        self.by_count: dict[int, str | None] = {}
        self.heads: set[str] = set()
        self.reached = 0
        for anchor in anchors:
            self.add(anchor)

    def __bool__(self) -> bool:
        return bool(self.by_count or self.heads)

    def add(self, anchor: Anchor) -> None:
        """Take one more; raise LogError where it contradicts another."""
        if anchor.count is None:
            if anchor.head is not None:
                self.heads.add(anchor.head)
            return
        known = self.by_count.get(anchor.count) or anchor.head
        self.by_count[anchor.count] = known
        if anchor.head is not None and known != anchor.head:
            message = f"two anchors name different heads for {anchor.count} records"
            raise LogError(message, place=anchor.place)

    def vouch(self, count: int, head: str) -> bool:
        """Say whether a log may begin where that many records, with that head, came before it.

        Anchors of what came before are then done with.
        """
        if count == 0 or self.by_count.get(count) != head:
            return False
        self.by_count = {at: kept for at, kept in self.by_count.items() if at > count}
        return True

    def fit(self, count: int, head: str) -> bool:
        """Say whether the chain, with that many records, has the head that was kept."""
        if head in self.heads:
            self.heads.discard(head)
            self.reached = count
        if count not in self.by_count:
            return True
        kept = self.by_count.pop(count)
        if kept is None or kept == head:
            self.reached = count
            return True
        return False

    def missing_anchor(self, count: int, place: Place) -> Fault | None:
        """Return what is wrong with a log that ends with that many records; None if nothing is."""
        longer = max(self.by_count, default=0)
        if longer > count:
            said = f"the log ends after record {count:,}, the anchor names {longer:,}"
            return Fault(BrokenChainReason.TRUNCATED, place, said)
        if self.heads:
            said = f"no record has the hash `{min(self.heads)}`: the log was cut off or rewritten"
            return Fault(BrokenChainReason.TRUNCATED, place, said)
        return None


def rewritten(count: int, place: Place) -> Fault:
    """Return the fault of a chain that was computed anew."""
    said = f"the hash of record {count:,} is not the one that was kept: the log was rewritten"
    return Fault(BrokenChainReason.REWRITTEN, place, said)
