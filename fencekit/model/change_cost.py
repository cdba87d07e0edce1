"""What a change of policy costs people: approvals that are asked for, and amounts let through."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ApprovalCount:
    """How often a person was asked for one capability, or one principal, and would be now."""

    name: str
    before: int
    after: int


@dataclass(frozen=True, slots=True)
class Amounts:
    """The amounts of the calls of one capability, in one currency, that would be newly allowed.

    `currency` is what the calls themselves call it, empty where they do not say.
    """

    capability: str
    currency: str
    calls: int
    total: float
    largest: float


@dataclass(frozen=True, slots=True)
class Cost:
    """The approvals of a log before and after, and the amounts newly allowed.

    `days` counts from the first day of the log to the last, both included; 0 where no record has a
    time. `open` counts calls for which it is not known, on either side, whether a person is asked.
    """

    days: int
    first: str
    last: str
    before: int
    after: int
    open: int
    capabilities: tuple[ApprovalCount, ...] = ()
    principals: tuple[ApprovalCount, ...] = ()
    amounts: tuple[Amounts, ...] = ()

    def per_day(self, count: int) -> float | None:
        """Return a count as one a day; None where the days are not known."""
        return count / self.days if self.days else None
