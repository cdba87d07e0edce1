"""What a vetting adds to the Markdown page: the steps that do not hold, rates, what slipped, data.

Every text of a pack or of data stands as code, as `code` writes it.
"""

from collections.abc import Callable, Iterator

from fencekit.model.vetting_result import MeasuredRate, VettingResult, VettingState
from fencekit.reporting.misclassified import misclassified_names
from fencekit.reporting.report_phrases import count_noun

MOST_STEPS, MOST_RATES, MOST_SLIPPED, MOST_NAMED, LONGEST_NAME = 30, 60, 30, 5, 60
DOTS = {VettingState.FAILS: "🔴", VettingState.NOT_CHECKED: "🟡", VettingState.LEFT_OUT: "⚪"}

Code = Callable[[str, int], str]


def vetting_lines(vetted: VettingResult, code: Code) -> Iterator[str]:
    """Yield the section, bounded."""
    yield from steps(vetted, code)
    yield from rates(vetted, code)
    yield from slipped_lines(vetted, code)
    if vetted.data:
        yield from (
            f"- data {code(f.name, 200)} {count_noun(f.calls, 'call')} sha256 `{f.sha256}`"
            for f in vetted.data
        )
        yield ""


def steps(vetted: VettingResult, code: Code) -> Iterator[str]:
    """Yield the steps that do not hold."""
    others = [step for step in vetted.steps if step.state is not VettingState.HOLDS]
    for step in others[:MOST_STEPS]:
        about = f" {code(step.about, 100)}" if step.about else ""
        yield f"- {DOTS[step.state]} {step.state}: {step.name}{about} {code(step.said, 200)}"
    yield from more(len(others) - MOST_STEPS, "step")
    if others:
        yield ""


def rates(vetted: VettingResult, code: Code) -> Iterator[str]:
    """Yield the rates as a table."""
    if not vetted.rates:
        return
    yield "| calls | variant | allowed | of | share | 95 % interval | wanted | |"
    yield "| --- | --- | ---: | ---: | ---: | ---: | --- | --- |"
    yield from (f"| {' | '.join(cells(rate, code))} |" for rate in vetted.rates[:MOST_RATES])
    yield ""
    rest = len(vetted.rates) - MOST_RATES
    if rest > 0:
        yield from more(rest, "rate")
        yield ""


def cells(rate: MeasuredRate, code: Code) -> Iterator[str]:
    """Yield the cells of a rate; a bar would end one, and is shown as another character."""
    yield f"{rate.kind} {code(rate.set.replace('|', '¦'), 80)}"
    yield rate.variant
    yield f"{rate.allowed:,}"
    yield f"{rate.total:,}"
    yield f"{100 * rate.allowed / rate.total:.1f} %" if rate.total else ""
    yield f"{100 * rate.low:.1f} to {100 * rate.high:.1f} %"
    yield rate.wanted
    yield {True: "reached", False: "**missed**", None: ""}[rate.reached]


def slipped_lines(vetted: VettingResult, code: Code) -> Iterator[str]:
    """Yield what went the wrong way, some of each set by name."""
    found = list(misclassified_names(vetted, MOST_NAMED))
    for one in found[:MOST_SLIPPED]:
        rate = one.rate
        names = ", ".join(code(name, LONGEST_NAME) for name in one.names)
        rest = f" and {one.more:,} more" if one.more else ""
        yield (
            f"- {one.words}: {rate.variant} {code(rate.set, 80)}, "
            f"{rate.slipped_count:,} of {rate.total:,}: {names}{rest}"
        )
    yield from more(len(found) - MOST_SLIPPED, "set")
    if found:
        yield ""


def more(count: int, noun: str) -> Iterator[str]:
    """Yield how many do not fit, where some do not."""
    if count > 0:
        yield f"- and {count_noun(count, f'more {noun}')}: the JSON report has them"
