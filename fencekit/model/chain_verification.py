"""What verifying the chain of a log found: how much it covers, or where it breaks first."""

from dataclasses import dataclass
from enum import StrEnum

from fencekit.model.source import Place


class BrokenChainReason(StrEnum):
    """Why a chain does not hold, as exactly as the evidence permits."""

    EDITED = "edited"
    MISSING = "missing"
    REORDERED = "reordered"
    INSERTED = "inserted"
    DUPLICATED = "duplicated"
    BLANK_HASH = "blank-hash"
    TRUNCATED = "truncated"
    REWRITTEN = "rewritten"
    BAD_SIGNATURE = "bad-signature"
    UNKNOWN_KEY = "unknown-key"
    TORN = "torn"
    NO_CHAIN = "no-chain"


@dataclass(frozen=True, slots=True)
class Fault:
    """Where a chain breaks first, why, and what shows it."""

    why: BrokenChainReason
    place: Place
    message: str


@dataclass(frozen=True, slots=True)
class Anchor:
    """What somebody kept elsewhere of a log: how many records it had, and the hash of the last.

    Either may be unknown. `place` is where it is written.
    """

    count: int | None = None
    head: str | None = None
    place: Place | None = None


@dataclass(frozen=True, slots=True)
class Verification:
    """How far the chain of a log holds.

    `covered` of the `records` stand in the chain, before the first fault; of `partly` of them it
    covers some fields only. `count` and `head` are what to keep as an anchor. `anchored` records
    are held by an anchor; `signed` ones by a signature that was checked; `unchecked` signatures
    were not, for want of a key. `torn` lines are what a crash left, vouched for by the record
    after them.
    """

    kind: str
    records: int
    covered: int
    count: int = 0
    head: str = ""
    fault: Fault | None = None
    anchored: int = 0
    signed: int = 0
    unchecked: int = 0
    partly: int = 0
    torn: int = 0
    notes: int = 0
    """Of the covered lines, those that are no calls but notes beside them, as the gate writes."""

    @property
    def holds(self) -> bool:
        """Whether every record is covered and nothing contradicts the chain."""
        return self.fault is None

    @property
    def why(self) -> BrokenChainReason | None:
        """Why the chain does not hold; None where it does."""
        return self.fault.why if self.fault else None

    @property
    def broken_at(self) -> Place | None:
        """The first record at which the chain breaks; None where it holds."""
        return self.fault.place if self.fault else None

    @property
    def message(self) -> str:
        """What shows that the chain is broken; empty where it holds."""
        return self.fault.message if self.fault else ""
