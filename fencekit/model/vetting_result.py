"""What vetting a pack adds to a report: each thing that must hold, and the evidence for it."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum


class VettingState(StrEnum):
    """What came of a step: `left out` was not asked for, `not checked` should have been."""

    HOLDS = "holds"
    FAILS = "fails"
    NOT_CHECKED = "not checked"
    LEFT_OUT = "left out"


@dataclass(frozen=True, slots=True)
class VettingStep:
    """One thing that must hold of a pack, or of a variant of it, and what was seen."""

    name: str
    about: str
    state: VettingState
    said: str


@dataclass(frozen=True, slots=True)
class MeasuredRate:
    """How many calls of a set of data a variant allows: the count, of how many, and an interval.

    `wanted` says what must be reached, as text; `reached` is None where nothing is asked.
    `slipped` names what went the wrong way, the first ones: attacks that were allowed, ordinary
    calls that were not.
    """

    variant: str
    set: str
    kind: str
    allowed: int
    escalated: int
    denied: int
    low: float
    high: float
    wanted: str
    reached: bool | None
    slipped: tuple[str, ...] = ()
    slipped_count: int = 0
    left_out: Mapping[str, int] | None = None

    @property
    def total(self) -> int:
        """How many calls were decided."""
        return self.allowed + self.escalated + self.denied


@dataclass(frozen=True, slots=True)
class DataFile:
    """A file of recorded calls: its name in the folder of data, its digest, how many it has."""

    name: str
    sha256: str
    calls: int


@dataclass(frozen=True, slots=True)
class VettingResult:
    """A pack, the steps of its vetting, and the rates that were measured."""

    pack: str
    version: str
    folder: str
    steps: tuple[VettingStep, ...]
    rates: tuple[MeasuredRate, ...] = ()
    unmeasured: tuple[str, ...] = ()
    """The sets of calls that need data which was not given, or which has no call of them."""
    data: tuple[DataFile, ...] = ()
