"""A waiver: somebody's written leave for a loosening, with its scope, its reason and its end."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from fencekit.model.policy import Condition
from fencekit.model.source import Place


@dataclass(frozen=True, slots=True)
class Waiver:
    """Leave for what a scope covers: calls of a capability, of a rule to blame, and of a kind.

    `capability` is a glob. `rule` is the id of the rule of the candidate that decides, empty for
    any. `conditions` are those of the policy's own language, and each call has to meet all of them.
    `expires` is the last day on which it holds. `max_count` is how many calls it may cover.
    """

    capability: str
    rule: str
    conditions: tuple[Condition, ...]
    reason: str
    approver: str
    expires: date
    max_count: int | None
    place: Place

    @property
    def is_too_broad(self) -> bool:
        """Whether it would cover any call at all: no scope but a glob that matches everything."""
        return not (self.rule or self.conditions or self.capability.strip("*?."))


class WaiverState(StrEnum):
    """What became of a waiver in a run."""

    APPLIED = "applied"
    UNUSED = "unused"
    EXPIRED = "expired"
    TOO_BROAD = "too broad"
    EXCEEDED = "exceeded"


@dataclass(frozen=True, slots=True)
class WaiverUse:
    """A waiver, what became of it, and the number of calls that its scope covers."""

    waiver: Waiver
    state: WaiverState
    calls: int


@dataclass(frozen=True, slots=True)
class Waivers:
    """The waivers of a file, as a run has used them on a day."""

    file: str
    today: date
    uses: tuple[WaiverUse, ...]
