"""A waiver: somebody's written leave for a loosening, with its scope, its reason and its end."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from fencekit.model.policy import Condition
from fencekit.model.source import Place


@dataclass(frozen=True, slots=True)
class Waiver:
    """Leave for what a scope covers: one finding, or calls of a capability, a rule, and of a kind.

    `capability` is a glob. `finding` is the digest of a finding's key, or its beginning, and
    `rule_digest` that of the rule of the candidate that decides: content, so that neither covers
    what was written later. `rule` is what that rule was called. Each is empty for any.
    `conditions` are those of the policy's own language, and each call has to meet all of them.
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
    rule_digest: str = ""
    finding: str = ""

    @property
    def is_bound(self) -> bool:
        """Whether it names content: a finding or a rule by its digest."""
        return bool(self.finding or self.rule_digest)

    @property
    def rule_text(self) -> str:
        """The rule as the file of waivers has it: what it is called, and its digest."""
        return f"{self.rule}@{self.rule_digest}" if self.rule_digest else self.rule


class WaiverState(StrEnum):
    """What became of a waiver in a run."""

    APPLIED = "applied"
    UNUSED = "unused"
    EXPIRED = "expired"
    TOO_BROAD = "too broad"
    EXCEEDED = "exceeded"


@dataclass(frozen=True, slots=True)
class WaiverUse:
    """A waiver, what became of it, and the number of calls that its scope covers.

    `note` says why it is too broad, or what it was written for and is no longer there.
    """

    waiver: Waiver
    state: WaiverState
    calls: int
    note: str = ""


@dataclass(frozen=True, slots=True)
class Waivers:
    """The waivers of a file, as a run has used them on a day."""

    file: str
    today: date
    uses: tuple[WaiverUse, ...]

    @property
    def applied(self) -> tuple[WaiverUse, ...]:
        """The waivers that waive something."""
        return tuple(use for use in self.uses if use.state is WaiverState.APPLIED)
