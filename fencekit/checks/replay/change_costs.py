"""What a change costs people: approvals before and after, and the amounts newly let through."""

from dataclasses import dataclass, field
from datetime import date
from math import isfinite

from fencekit.checks.findings.decision_comparison import Comparison
from fencekit.engines.native.request_view import View
from fencekit.model.change_cost import Amounts, ApprovalCount, Cost
from fencekit.model.finding import RecordClass, capability_name
from fencekit.model.log_survey import name_or_words
from fencekit.model.record import Record
from fencekit.model.verdict import Verdict

ASKS, ALLOWS = str(Verdict.ESCALATE), str(Verdict.ALLOW)
OR = "|"
LONGEST_CURRENCY = 8


@dataclass
class CostCounter:
    """The costs of a log as its records come in."""

    days: set[str] = field(default_factory=set)
    open: int = 0
    capabilities: dict[str, list[int]] = field(default_factory=dict)
    principals: dict[str, list[int]] = field(default_factory=dict)
    amounts: dict[tuple[str, str], list[float]] = field(default_factory=dict)

    def add(self, record: Record, compared: Comparison) -> None:
        """Take in a record that was decided on both sides."""
        self.days.add(record.time[:10])
        before, after = compared.before, compared.after
        if ASKS in before or ASKS in after:
            self._add_approvals(record, before, after)
        if compared.kind is RecordClass.LOOSER and after.startswith(ALLOWS) and OR not in after:
            self._add_amount(record)

    def _add_approvals(self, record: Record, before: str, after: str) -> None:
        sides = [text.split("+")[0] == ASKS for text in (before, after)]
        self.open += any(ASKS in text and OR in text for text in (before, after))
        for counts, name in (
            (self.capabilities, capability_name(record)),
            (self.principals, name_or_words(record.request.principal)),
        ):
            of_name = counts.setdefault(name, [0, 0])
            of_name[0] += sides[0]
            of_name[1] += sides[1]

    def _add_amount(self, record: Record) -> None:
        try:
            amount = View(record.request).amount()
        except OverflowError:
            return  # beyond any float: no sum can hold it
        if not isinstance(amount, float) or not isfinite(amount):
            return
        currency = record.request.args.get("currency")
        said = currency if isinstance(currency, str) and len(currency) <= LONGEST_CURRENCY else ""
        of_kind = self.amounts.setdefault((capability_name(record), said), [0, 0.0, amount])
        of_kind[0] += 1
        of_kind[1] += amount
        of_kind[2] = max(of_kind[2], amount)

    def cost(self) -> Cost:
        """Return the costs of all records taken in; the largest come first."""
        known = sorted(filter(is_day, self.days))
        first, last = (known[0], known[-1]) if known else ("", "")
        span = date.fromisoformat(last) - date.fromisoformat(first) if known else None
        sums = [sum(column) for column in zip(*self.capabilities.values(), strict=True)] or [0, 0]
        amounts = [
            Amounts(*name, int(calls), total, largest)
            for name, (calls, total, largest) in self.amounts.items()
        ]
        return Cost(
            days=span.days + 1 if span is not None else 0,
            first=first,
            last=last,
            before=sums[0],
            after=sums[1],
            open=self.open,
            capabilities=rank_costs(self.capabilities),
            principals=rank_costs(self.principals),
            amounts=tuple(sorted(amounts, key=lambda of: (-of.total, of.capability, of.currency))),
        )


def is_day(text: str) -> bool:
    """Say whether a text is a day as ISO 8601 writes it."""
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True


def rank_costs(counts: dict[str, list[int]]) -> tuple[ApprovalCount, ...]:
    """Return who or what is asked about, those whose number changes most first."""
    found = [ApprovalCount(name, before, after) for name, (before, after) in counts.items()]
    found = [asked for asked in found if asked.before or asked.after]
    return tuple(sorted(found, key=lambda of: (-abs(of.after - of.before), -of.after, of.name)))
