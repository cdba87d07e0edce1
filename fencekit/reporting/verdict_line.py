"""The verdict of a report in one line: whether it is fine, and why."""

from collections.abc import Mapping
from dataclasses import dataclass

from fencekit.model.comparison_result import only_by_error
from fencekit.model.finding import Finding, RecordClass
from fencekit.model.proof import Proved, Unknown, Witness
from fencekit.model.report import Report, Status
from fencekit.model.verdict import Verdict
from fencekit.reporting.check_texts import sentence
from fencekit.reporting.decision_text import ranks, tightness
from fencekit.reporting.report_phrases import count_noun, reservations, waived_calls
from fencekit.reporting.visible_text import shorten, visible

OF_CHANGES: dict[Status, str] = {
    Status.CLEAN: "May merge",
    Status.WAIVED: "Waived",
    Status.NOT_JUDGED: "Not judged",
    Status.EXCEPT_ERRORS: "No looser, except on errors",
    Status.FINDINGS: "Must not merge",
    Status.COULD_NOT_CHECK: "Cannot say",
}
OF_OTHERS: dict[Status, str] = {
    Status.CLEAN: "Passed",
    Status.WAIVED: "Waived",
    Status.NOT_JUDGED: "Not judged",
    Status.EXCEPT_ERRORS: "As strict, except on errors",
    Status.FINDINGS: "Failed",
    Status.COULD_NOT_CHECK: "Cannot say",
}
OF_CASES = ("failing-case", "case-error")
CHECKS_OF_CHANGES = ("replay", "diff")
PASSING = (Status.CLEAN, Status.WAIVED, Status.EXCEPT_ERRORS)
OPEN = (RecordClass.MAYBE_LOOSER, RecordClass.CANNOT_TELL)
CHANGES = (RecordClass.LOOSER, RecordClass.TIGHTER, *OPEN, RecordClass.MAYBE_TIGHTER)


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
    is_change = report.check in CHECKS_OF_CHANGES
    return Headline(
        label(report, OF_CHANGES if is_change else OF_OTHERS),
        title(report),
        loosenings(report),
        let_through(report) if is_change and report.status in PASSING else (),
    )


def label(report: Report, labels: Mapping[Status, str]) -> str:
    """Return the verdict in a few words; findings that fail nothing are called just that."""
    if report.status is Status.FINDINGS and report.exit_code == 0:
        return "Findings"
    calls = waived_calls(report)
    if calls and report.status is not Status.WAIVED:
        return f"{labels[report.status]}, {calls:,} waived"
    return labels[report.status]


def title(report: Report) -> str:
    """Return the reason for the verdict in one sentence."""
    if report.check not in CHECKS_OF_CHANGES:
        said = sentence(report)
        return said[:1].upper() + said[1:]
    if report.status is Status.WAIVED:
        return waived_sentence(report)
    if report.replay is None and report.comparison is not None:
        return of_proof(report)
    said = TITLES[report.status](report)
    if report.comparison is not None and report.status is not Status.COULD_NOT_CHECK:
        beside = beside_proof(report)
        same = beside == ", but possible calls would" and not said.endswith("get looser")
        return f"{said}{beside}{' get looser' if same else ''}"
    return said


def of_proof(report: Report) -> str:
    """Say what proof finds of every possible call, where no recorded ones were looked at."""
    assert report.comparison is not None
    looser = report.comparison.looser
    if only_by_error(looser):
        return "No call gets looser except where CapFence raises"
    if isinstance(looser, Witness):
        count = sum(isinstance(one.looser, Witness) for one in report.comparison.classes)
        return f"{count_noun(count, 'kind', 'kinds')} of call would get looser"
    if isinstance(looser, Unknown):
        return "Not known whether any call would get looser"
    if report.comparison.equivalent:
        return "Proved: every call is decided as before"
    return "Proved: no call gets looser"


def beside_proof(report: Report) -> str:
    """Say what proof adds to recorded calls that none of them shows; nothing where it is more."""
    assert report.comparison is not None
    looser = report.comparison.looser
    recorded = report.counts.get(RecordClass.LOOSER, 0)
    if only_by_error(looser):
        return "" if recorded else ", and none can except where CapFence raises"
    if isinstance(looser, Witness) and not recorded:
        return ", but possible calls would"
    if isinstance(looser, Proved) and not recorded:
        return ", and none can: proved"
    return ""


def clean(report: Report) -> str:
    """Say what was looked for and not found, and among how many."""
    checked = f"{count_noun(report.checked, 'call')} checked"
    checked += f", {report.passed_over:,} passed over" * bool(report.passed_over)
    if not any(report.counts.get(kind, 0) for kind in CHANGES):
        return f"Nothing changed: {checked}"
    if any(report.counts.get(kind, 0) for kind in OPEN):
        return f"No call is known to get looser: {checked}"
    return f"Nothing got looser: {checked}"


def waived_sentence(report: Report) -> str:
    """Say how many calls get looser with somebody's leave."""
    calls = waived_calls(report)
    who = {one.waiver.approver for one in report.waived if one.waiver is not None}
    by = f"by {visible(shorten(min(who), 80))}" if len(who) == 1 else f"by {len(who)} people"
    until = min(one.waiver.expires for one in report.waived if one.waiver is not None)
    return f"{count_noun(calls, 'call')} waived {by} until {until}, nothing else is disallowed"


def worst_sentence(report: Report) -> str:
    """Name the worst thing that was found, and how often, among recorded calls where it can."""
    worst: dict[str, int] = {}
    for finding in report.findings:
        if finding.kind is RecordClass.LOOSER and finding.waiver is None and not is_found(finding):
            what = outcome(finding)
            worst[what] = worst.get(what, 0) + finding.count
    for what in (NEWLY_ALLOWED, ONLY_ASKED, FREED):
        if what in worst:
            return f"{count_noun(worst[what], 'recorded call')} {what}"
    faults = [finding for finding in report.findings if finding.is_fault]
    if faults:
        noun = "case" if all(fault.slug in OF_CASES for fault in faults) else "finding"
        return (
            f"{count_noun(len(faults), noun)} would fail" if noun == "case" else faults[0].message
        )
    tighter = report.counts.get(RecordClass.TIGHTER, 0)
    if tighter and not report.counts.get(RecordClass.LOOSER, 0):
        return f"{count_noun(tighter, 'call')} would be decided tighter"
    if any(report.counts.get(kind, 0) for kind in OPEN):
        return "No recorded call is known to get looser"
    return "No recorded call would get looser"


def is_found(finding: Finding) -> bool:
    """Say whether a finding is of a call that proof made up: it is in no log."""
    return bool(finding.witnesses) and not finding.witnesses[0].place.file


def not_checked(report: Report) -> str:
    """Say that there is no answer, and what is known even so."""
    looser = report.counts.get(RecordClass.LOOSER, 0)
    if looser:
        return f"Could not check everything, and {count_noun(looser, 'call')} would get looser"
    undecided = sum(report.counts.get(kind, 0) for kind in OPEN)
    if undecided and not report.counts.get(RecordClass.INVALID, 0):
        return f"{undecided:,} of {count_noun(report.checked, 'call')} may get looser, or not"
    if report.checked:
        return "Could not check everything"
    return "Could not check: no call was decided"


TITLES = {
    Status.CLEAN: clean,
    Status.WAIVED: waived_sentence,
    Status.NOT_JUDGED: clean,
    Status.EXCEPT_ERRORS: clean,
    Status.FINDINGS: worst_sentence,
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
    """Return the counts of what the limits let through; what is waived, its waiver lets through."""
    return tuple(said for said in reservations(report) if not said.endswith(" waived"))


def loosenings(report: Report) -> tuple[Loosening, ...]:
    """Return the looser transitions, those to the loosest decision from the tightest first."""
    sums: dict[tuple[str, str], int] = {}
    for finding in report.findings:
        if finding.kind is RecordClass.LOOSER and not is_found(finding):
            step = (finding.before, finding.after)
            sums[step] = sums.get(step, 0) + finding.count
    rows = [Loosening(before, after, count) for (before, after), count in sums.items()]
    rows.sort(key=lambda row: tightness(row.before), reverse=True)
    return tuple(sorted(rows, key=lambda row: tightness(row.after)))
