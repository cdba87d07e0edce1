"""What a change costs people, as the page shows it: numbers, and bars that stand for them."""

from collections.abc import Sequence
from dataclasses import dataclass

from fencekit.model.change_cost import Amounts, ApprovalCount, Cost

MOST_ROWS = 12
WIDTH = 400
"""The length of the longest bar, in units of the drawing."""


@dataclass(frozen=True, slots=True)
class Bar:
    """One name with both numbers, as text, and the lengths of their bars."""

    name: str
    before: str
    after: str
    difference: str
    before_width: int
    after_width: int
    rises: bool


@dataclass(frozen=True, slots=True)
class Chart:
    """The bars of one kind; `rest` counts the names that are not shown, `unit` says what of."""

    title: str
    unit: str
    bars: tuple[Bar, ...]
    rest: int


@dataclass(frozen=True, slots=True)
class CostBars:
    """The costs of a change in numbers and in bars."""

    cost: Cost
    before: str
    after: str
    unit: str
    charts: tuple[Chart, ...]
    amounts: tuple[Amounts, ...]
    more_amounts: int


def costs(cost: Cost | None) -> CostBars | None:
    """Return the costs as the page shows them; None where there is nothing to show."""
    if cost is None or not (cost.before or cost.after or cost.amounts or cost.open):
        return None
    unit = "a day" if cost.days else "in the log"
    charts = tuple(
        chart(title, unit, asked, cost)
        for title, asked in (("capability", cost.capabilities), ("principal", cost.principals))
        if asked
    )
    return CostBars(
        cost,
        per_day(cost.before, cost),
        per_day(cost.after, cost),
        unit,
        charts,
        cost.amounts[:MOST_ROWS],
        max(0, len(cost.amounts) - MOST_ROWS),
    )


def chart(title: str, unit: str, asked: Sequence[ApprovalCount], cost: Cost) -> Chart:
    """Return the bars of those whose number changes most."""
    shown = asked[:MOST_ROWS]
    longest = max(max(one.before, one.after) for one in shown) or 1
    bars = tuple(
        Bar(
            one.name,
            per_day(one.before, cost),
            per_day(one.after, cost),
            signed_number(one.after - one.before),
            WIDTH * one.before // longest,
            WIDTH * one.after // longest,
            one.after > one.before,
        )
        for one in shown
    )
    return Chart(title, unit, bars, len(asked) - len(shown))


def per_day(count: int, cost: Cost) -> str:
    """Return a count as one a day, where the days are known; else the count."""
    rate = cost.per_day(count)
    if rate is None:
        return f"{count:,}"
    return f"{rate:,.1f}" if rate < 100 else f"{rate:,.0f}"


def signed_number(difference: int) -> str:
    """Return a difference with its sign; none as a word."""
    return f"{difference:+,}".replace("-", "−") if difference else "no change"  # noqa: RUF001


def amount(value: float) -> str:
    """Return an amount with two digits at the most."""
    return f"{value:,.2f}".removesuffix(".00")
