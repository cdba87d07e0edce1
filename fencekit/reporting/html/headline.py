"""The verdict of a report in one line: whether it is fine, and why."""

from dataclasses import dataclass

from fencekit.model.finding import Class, Finding
from fencekit.model.report import Report, Status
from fencekit.model.verdict import Verdict
from fencekit.reporting.html.words import ranks, tightness
from fencekit.reporting.words import counted

LABELS: dict[Status, str] = {
    Status.CLEAN: "Clean",
    Status.FINDINGS: "Findings",
    Status.COULD_NOT_CHECK: "Could not check",
}
OPEN = (Class.MAYBE_LOOSER, Class.CANNOT_TELL)
CHANGES = (Class.LOOSER, Class.TIGHTER, *OPEN, Class.MAYBE_TIGHTER)


@dataclass(frozen=True, slots=True)
class Loosening:
    """How many calls went from one decision to a looser one."""

    before: str
    after: str
    count: int


@dataclass(frozen=True, slots=True)
class Headline:
    """The label of a status, the sentence under it, and the loosenings that it speaks of."""

    label: str
    title: str
    loosenings: tuple[Loosening, ...]
    let_through: tuple[str, ...]
    """What a clean run came across and its limits allow."""

    @property
    def looser(self) -> int:
        """How many calls get looser, in whichever way."""
        return sum(row.count for row in self.loosenings)


def headline(report: Report) -> Headline:
    """Return the headline of the report."""
    return Headline(
        LABELS[report.status],
        TITLES[report.status](report),
        loosenings(report),
        let_through(report) if report.status is Status.CLEAN else (),
    )


def clean(report: Report) -> str:
    """Say what was looked for and not found, and among how many."""
    checked = f"{counted(report.checked, 'call')} checked"
    if not any(report.counts.get(kind, 0) for kind in CHANGES):
        return f"Nothing changed: {checked}"
    if any(report.counts.get(kind, 0) for kind in OPEN):
        return f"No call is known to get looser: {checked}"
    return f"Nothing got looser: {checked}"


def found(report: Report) -> str:
    """Name the worst thing that was found, and how often."""
    worst: dict[str, int] = {}
    for finding in report.findings:
        if finding.kind is Class.LOOSER:
            what = outcome(finding)
            worst[what] = worst.get(what, 0) + finding.count
    for what in (NEWLY_ALLOWED, ONLY_ASKED, FREED):
        if what in worst:
            return f"{counted(worst[what], 'call')} {what}"
    return f"{counted(report.counts.get(Class.TIGHTER, 0), 'call')} would be decided tighter"


def not_checked(report: Report) -> str:
    """Say that there is no answer, and what is known even so."""
    looser = report.counts.get(Class.LOOSER, 0)
    if looser:
        return f"Could not check everything, and {counted(looser, 'call')} would get looser"
    if report.checked:
        return "Could not check everything"
    return "Could not check: no call was decided"


TITLES = {
    Status.CLEAN: clean,
    Status.FINDINGS: found,
    Status.COULD_NOT_CHECK: not_checked,
}

NEWLY_ALLOWED = "would be newly allowed"
ONLY_ASKED = "would need approval instead of being denied"
FREED = "would get looser"


def outcome(finding: Finding) -> str:
    """Say what a looser finding comes to: a call that now runs, one that now asks, or less."""
    before, after = ranks(finding.before), ranks(finding.after)
    if after == {Verdict.ALLOW} and Verdict.ALLOW not in before:
        return NEWLY_ALLOWED
    if after == {Verdict.ESCALATE} and before == {Verdict.DENY}:
        return ONLY_ASKED
    return FREED


def let_through(report: Report) -> tuple[str, ...]:
    """Return the counts of the classes that say nothing for sure."""
    return tuple(
        f"{report.counts[kind]:,} {kind.words}"
        for kind in (*OPEN, Class.INVALID)
        if report.counts.get(kind, 0)
    )


def loosenings(report: Report) -> tuple[Loosening, ...]:
    """Return the looser transitions, those to the loosest decision from the tightest first."""
    sums: dict[tuple[str, str], int] = {}
    for finding in report.findings:
        if finding.kind is Class.LOOSER:
            step = (finding.before, finding.after)
            sums[step] = sums.get(step, 0) + finding.count
    rows = [Loosening(before, after, count) for (before, after), count in sums.items()]
    rows.sort(key=lambda row: tightness(row.before), reverse=True)
    return tuple(sorted(rows, key=lambda row: tightness(row.after)))
