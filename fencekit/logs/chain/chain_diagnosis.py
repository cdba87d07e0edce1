"""What happened to a record that breaks a chain, from the links of the whole log.

Every record names the hash of the one before it, and its own. Where that first fails, the other
links show which of several things was done: one pass over them, in constant memory.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field

from fencekit.model.chain_verification import BrokenChainReason, Fault
from fencekit.model.source import Place


@dataclass(frozen=True, slots=True)
class Link:
    """A record as its neighbours see it: the hash it continues from, and its own; "" is none."""

    place: Place
    prev: str
    own: str


@dataclass(frozen=True, slots=True)
class Break:
    """The first record that does not fit, and what is known of it.

    `head` is the hash of the record before it, `computed` the hashes that it may have by what
    stands in it; none of them is its own where `sound` is False. `genesis` is what a first record
    continues from.
    """

    link: Link
    head: str
    sound: bool = False
    computed: frozenset[str] = frozenset()
    genesis: str = ""
    said: str = ""


@dataclass(slots=True)
class LinkCounts:
    """What a pass over all links found."""

    after: Link | None = None
    twin: Link | None = None
    follower: Link | None = None
    origin: Link | None = None
    origin_is_later: bool = False
    passed: bool = field(default=False, repr=False)


def diagnose(broken: Break, links: Iterable[Link]) -> Fault:
    """Return what was done to the record."""
    seen = look(broken, links)
    return (
        misplaced_record_fault(broken, seen) if broken.sound else changed_record_fault(broken, seen)
    )


def look(broken: Break, links: Iterable[Link]) -> LinkCounts:
    """Find what stands after the broken record, its twin, and who continues from whom."""
    seen = LinkCounts()
    here = broken.link
    for link in links:
        if not seen.passed and link.place == here.place:
            seen.passed = True
            continue
        if seen.passed and seen.after is None:
            seen.after = link
        if not link.own:
            continue
        if link.own == here.own:
            seen.twin = seen.twin or link
        if seen.passed and link.prev == broken.head:
            seen.follower = seen.follower or link
        if link.own == here.prev and seen.origin is None:
            seen.origin = link
            seen.origin_is_later = seen.passed
    return seen


def changed_record_fault(broken: Break, seen: LinkCounts) -> Fault:
    """Return the fault of a record whose hash is not that of what stands in it."""
    here, after = broken.link, seen.after
    if after is not None and after is seen.follower:
        said = "the record after it continues from the one before it"
        return Fault(BrokenChainReason.INSERTED, here.place, f"{said}{and_(broken.said)}")
    if not here.own and not broken.said:
        return Fault(BrokenChainReason.BLANK_HASH, here.place, "its hash is blank")
    if broken.said:
        return Fault(BrokenChainReason.EDITED, here.place, broken.said)
    said = "its hash is not the hash of what stands in it"
    if after is not None and after.prev in broken.computed:
        said = "its hash was changed: the record after it names the hash of what stands in it"
    elif after is not None and after.prev == here.own:
        said += ", and the record after it names the old one"
    return Fault(BrokenChainReason.EDITED, here.place, said)


def misplaced_record_fault(broken: Break, seen: LinkCounts) -> Fault:
    """Return the fault of a record that is whole, but does not continue from the one before it."""
    here = broken.link
    if seen.twin is not None:
        said = f"the same record stands at {seen.twin.place} too"
        return Fault(BrokenChainReason.DUPLICATED, here.place, said)
    if seen.origin is not None and seen.origin_is_later:
        said = f"it continues from {seen.origin.place}, which stands after it"
        return Fault(BrokenChainReason.REORDERED, here.place, said)
    if seen.follower is not None:
        said = f"{seen.follower.place} continues from the record before this one"
        return Fault(BrokenChainReason.INSERTED, here.place, said)
    if here.prev == broken.genesis:
        said = "it begins a chain of its own"
        return Fault(BrokenChainReason.INSERTED, here.place, said)
    if seen.origin is not None:
        said = f"it continues from {seen.origin.place}, as a record before it does"
        also = "one of them was inserted, or two processes wrote at once"
        return Fault(BrokenChainReason.INSERTED, here.place, f"{said}: {also}")
    said = "the record that it continues from is not in the log"
    if broken.head == broken.genesis:
        said = f"the log begins in the middle: {said}"
    return Fault(BrokenChainReason.MISSING, here.place, said)


def and_(said: str) -> str:
    """Return something more to say, after a comma."""
    return f", and {said}" if said else ""
