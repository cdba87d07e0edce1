"""The report of a vetting as text: every step with its evidence, the rates, the findings."""

from collections.abc import Iterator

from fencekit.model.finding import RecordClass
from fencekit.model.report import Report
from fencekit.model.vetting_result import MeasuredRate, VettingResult, VettingState
from fencekit.reporting.misclassified import misclassified_names
from fencekit.reporting.replay_text import (
    LONGEST_TROUBLE,
    STATUS_STYLES,
    Line,
    Table,
    fault_lines,
    finding_lines,
    inert,
)
from fencekit.reporting.report_phrases import LABELS

MOST_FINDINGS = 200
MOST_SLIPPED, MOST_NAMED, LONGEST_NAME = 100, 10, 100
"""The sets of calls of which is said what went the wrong way, the calls of each, and a name."""
STYLES = {
    VettingState.HOLDS: "green",
    VettingState.FAILS: "red",
    VettingState.NOT_CHECKED: "yellow",
    VettingState.LEFT_OUT: "dim",
}


def headline(report: Report) -> str:
    """Return what came of the vetting in one sentence."""
    vetted = report.vetting
    if vetted is None:
        return "nothing was checked"
    held = sum(step.state is VettingState.HOLDS for step in vetted.steps)
    return f"{held:,} of {len(vetted.steps):,} steps hold for the pack {inert(vetted.pack)}"


def lines(report: Report) -> Iterator[Line | Table]:
    """Yield the parts of the report: the verdict, the steps, the rates, the findings."""
    vetted = report.vetting
    yield Line(f"{LABELS[report.status]}: {headline(report)}", STATUS_STYLES[report.status])
    for trouble in report.troubles:
        for part in trouble.splitlines():
            yield Line(f"  ! {inert(part, LONGEST_TROUBLE)}", "yellow")
    if vetted is None:
        return
    yield Line()
    yield Line(f"{inert(vetted.pack)} {inert(vetted.version)}  {inert(vetted.folder)}", "bold")
    yield Line()
    for step in vetted.steps:
        about = f" {inert(step.about)}" if step.about else ""
        said = inert(step.said, 500)
        yield Line(f"{step.state!s:<12}{step.name}{about}: {said}", STYLES[step.state])
    if vetted.rates:
        yield Line()
        yield rates(vetted)
    if vetted.unmeasured:
        yield Line()
        yield Line(f"not measured, for want of data: {inert(', '.join(vetted.unmeasured), 500)}")
    yield from slipped_lines(vetted)
    yield from data_lines(vetted)
    for finding in report.findings[:MOST_FINDINGS]:
        yield Line()
        shown = finding.kind is RecordClass.FAULT
        yield from fault_lines(finding) if shown else finding_lines(finding, None)
    rest = len(report.findings) - MOST_FINDINGS
    if rest > 0:
        yield Line(f"and {rest:,} more findings: see them with `--format json`")


def slipped_lines(vetted: VettingResult) -> Iterator[Line]:
    """Yield what went the wrong way: the attacks that were allowed, then ordinary calls not."""
    found = list(misclassified_names(vetted, MOST_NAMED))
    if found:
        yield Line()
    for one in found[:MOST_SLIPPED]:
        rate = one.rate
        heading = f"{one.words:<16}{rate.variant}: {inert(rate.set, 80)}"
        counted = f"{rate.slipped_count:,} of {rate.total:,}"
        names = "; ".join(inert(name, LONGEST_NAME) for name in one.names)
        more = f"; and {one.more:,} more" if one.more else ""
        yield Line(f"{heading}: {counted}: {names}{more}")
    if len(found) > MOST_SLIPPED:
        yield Line(f"and of {len(found) - MOST_SLIPPED:,} more sets: see `--format json`")


def data_lines(vetted: VettingResult) -> Iterator[Line]:
    """Yield the files of the data that was measured on, with their digests."""
    if vetted.data:
        yield Line()
    for file in vetted.data:
        yield Line(f"data  {inert(file.name)}  {file.calls:,} calls  sha256 {file.sha256}")


def rates(vetted: VettingResult) -> Table:
    """Return the rates that were measured, as a table."""
    header = ("rates", "allowed", "of", "share", "95 % interval", "wanted", "")
    rows = tuple(row(rate) for rate in vetted.rates)
    styles = tuple("red" if rate.reached is False else "" for rate in vetted.rates)
    return Table(header, rows, styles)


def row(rate: MeasuredRate) -> tuple[str, ...]:
    """Return a rate as cells."""
    share = f"{100 * rate.allowed / rate.total:.1f} %" if rate.total else "-"
    reached = {True: "reached", False: "missed", None: ""}[rate.reached]
    return (
        f"{rate.variant}: {inert(rate.set, 80)} ({rate.kind})",
        f"{rate.allowed:,}",
        f"{rate.total:,}",
        share,
        f"{100 * rate.low:.1f} to {100 * rate.high:.1f} %",
        inert(rate.wanted),
        reached,
    )
