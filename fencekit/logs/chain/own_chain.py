"""Our own chain, verified line by line, over one log or over several that continue each other."""

import hashlib
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from fencekit.logs.chain.chain_anchors import Anchors, rewritten
from fencekit.logs.chain.chain_diagnosis import Break, Link, diagnose
from fencekit.logs.chain.chain_line import GENESIS, Chained, hash_of, read_link
from fencekit.logs.jsonl import is_note
from fencekit.model.chain_verification import Anchor, BrokenChainReason, Fault, Verification
from fencekit.model.source import Place
from fencekit.reading import json
from fencekit.reading.input_files import MAX_LINE, name_read_errors, open_source

KIND = "fencekit"
NOTE = re.compile(rb'"(?:outcome|refusal)":\{')
NOWHERE = Place("")


@dataclass(slots=True)
class OwnChainWalk:
    """A walk along the lines: the number of the last record, and its hash.

    A line that is no JSON object may be what a crash left of a record. `torn_at` is where such
    lines begin, `torn` hashes them: the next record vouches for them, or they are a fault.
    """

    anchors: Anchors = field(default_factory=Anchors)
    head: str = GENESIS
    seq: int = 0
    covered: int = 0
    notes: int = 0
    vouched: int = 0
    place: Place = NOWHERE
    torn_at: Place | None = None
    torn: Any = None
    pending: int = 0

    def through(
        self, lines: Iterable[tuple[Place, bytes]], links: Callable[[], Iterable[Link]]
    ) -> Fault | None:
        """Take every line up to the first that does not fit; return what was done to that one."""
        for place, line in lines:
            found = self.step(place, line)
            if isinstance(found, Break):
                return diagnose(found, links())
            if found is not None:
                return found
        return None

    def step(self, place: Place, line: bytes) -> Break | Fault | None:
        """Take one line, with its end; return what is wrong with it."""
        chained = read_link(line.removesuffix(b"\n"))
        if chained is None:
            return self.other(place, line)
        if self.torn_at is not None and not self.is_vouched_for(chained):
            return Break(Link(self.torn_at, "", ""), self.head, said="it is no record")
        if self.seq == 0 and chained.sound and self.anchors.vouch(chained.seq - 1, chained.prev):
            self.seq, self.head = chained.seq - 1, chained.prev
        if not chained.sound or chained.prev != self.head or self.is_odd(chained):
            return self.mark_broken(place, line, chained)
        self.vouched += self.pending
        self.torn_at, self.pending = None, 0
        self.head, self.seq, self.place = chained.own, chained.seq, place
        self.covered += 1
        self.notes += is_note_line(line)
        if self.anchors and not self.anchors.fit(self.seq, self.head):
            return rewritten(self.seq, place)
        return None

    def is_vouched_for(self, chained: Chained) -> bool:
        """Say whether a record names what was torn before it."""
        return chained.sound and chained.torn == self.torn.hexdigest()

    def is_odd(self, chained: Chained) -> bool:
        """Say whether a record has not the next number, or vouches for what is not there."""
        return chained.seq != self.seq + 1 or bool(chained.torn) != (self.torn_at is not None)

    def mark_broken(self, place: Place, line: bytes, chained: Chained) -> Break:
        """Return a record as the first that does not fit."""
        link = Link(place, chained.prev, chained.own)
        if not chained.sound:
            return Break(link, self.head, computed=frozenset([hash_of(line.removesuffix(b"\n"))]))
        if chained.prev != self.head:
            return Break(link, self.head, sound=True, genesis=GENESIS)
        said = "it has not the next number, or vouches for a torn line that is not there"
        return Break(link, self.head, said=said)

    def other(self, place: Place, line: bytes) -> Break | None:
        """Take a line that is no link of the chain."""
        value = object_of(line)
        if value is not None:
            at = self.torn_at or place
            return Break(Link(at, "", ""), self.head, said=missing_link_fields(value))
        if self.torn_at is None:
            self.torn_at, self.torn = place, hashlib.sha256()
        self.torn.update(line)
        self.pending += 1
        return None

    def end(self) -> Fault | None:
        """Return what is wrong with a log that ends here."""
        missed = self.anchors.missing_anchor(self.seq, self.place)
        if missed is not None:
            return missed
        if self.torn_at is not None:
            said = "the last line is torn: what stands there is no whole record"
            return Fault(BrokenChainReason.TORN, self.torn_at, said)
        return None


def missing_link_fields(value: dict[str, Any]) -> str:
    """Say what is wrong with an object that is no link; nothing where its hash is blank."""
    if "chain" not in value and "hash" not in value:
        return "it has no chain"
    return "" if value.get("hash") in (None, "") else "its chain is not in the documented form"


def verify(paths: Sequence[str], anchors: Iterable[Anchor] = ()) -> Verification:
    """Verify the chain of a log, or of several, each of which continues the one before it."""
    walk = OwnChainWalk(Anchors(anchors))
    fault = walk.through(lines_of(paths), lambda: links(paths)) or walk.end()
    records, in_chain = walk.covered, walk.covered
    if fault is not None:
        records, in_chain = counts(paths)
    if fault is None and not records:
        fault = Fault(BrokenChainReason.NO_CHAIN, Place(paths[0]), "the log has no records")
    elif records and not in_chain and not walk.anchors:
        fault = Fault(BrokenChainReason.NO_CHAIN, Place(paths[0]), "its records have no chain")
    return Verification(
        KIND,
        records,
        walk.covered,
        walk.seq,
        walk.head if walk.covered else "",
        fault,
        anchored=max(0, walk.anchors.reached - (walk.seq - walk.covered)),
        torn=walk.vouched,
        notes=walk.notes,
    )


def lines_of(paths: Iterable[str]) -> Iterator[tuple[Place, bytes]]:
    """Yield every line of some logs, with its end; of one that is too long, pieces."""
    for path in paths:
        with open_source(path) as source, name_read_errors(path):
            number = 1
            while line := source.stream.readline(MAX_LINE + 1):
                yield Place(path, number), line
                number += line.endswith(b"\n")


def links(paths: Iterable[str]) -> Iterator[Link]:
    """Yield every line as its neighbours see it."""
    for place, line in lines_of(paths):
        chained = read_link(line.removesuffix(b"\n"))
        yield Link(place, chained.prev, chained.own) if chained else Link(place, "", "")


def counts(paths: Iterable[str]) -> tuple[int, int]:
    """Return how many lines are JSON objects, and how many of them say anything of a chain."""
    records = in_chain = 0
    for _, line in lines_of(paths):
        if read_link(line.removesuffix(b"\n")) is None:
            value = object_of(line)
            if value is None:
                continue
            in_chain += "chain" in value or "hash" in value
        else:
            in_chain += 1
        records += 1
    return records, in_chain


def is_note_line(line: bytes) -> bool:
    """Say whether a line is a note beside the calls."""
    if NOTE.search(line) is None:
        return False
    value = object_of(line)
    return value is not None and is_note(value)


def object_of(line: bytes) -> dict[str, Any] | None:
    """Return the JSON object on a line; None where there is none."""
    try:
        value = json.parse_bytes(line)
    except json.JSONError:
        return None
    return value if isinstance(value, dict) else None
