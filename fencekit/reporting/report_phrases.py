"""Small phrases that several reports share."""

from fencekit.model.finding import RecordClass
from fencekit.model.masking import Masking
from fencekit.model.report import ReplayResult, Report, Status
from fencekit.model.waiver import Waiver

LABELS: dict[Status, str] = {
    Status.CLEAN: "CLEAN",
    Status.WAIVED: "WAIVED",
    Status.NOT_JUDGED: "NOT JUDGED",
    Status.EXCEPT_ERRORS: "NO LOOSER EXCEPT ON ERRORS",
    Status.FINDINGS: "FINDINGS",
    Status.COULD_NOT_CHECK: "COULD NOT CHECK",
}


SAYS_NOTHING = (
    RecordClass.MAYBE_LOOSER,
    RecordClass.MAYBE_TIGHTER,
    RecordClass.CANNOT_TELL,
    RecordClass.INVALID,
    RecordClass.LOOSER_ON_ERROR,
)
"""The classes of calls of which a verdict knows less than it says."""


def count_noun(count: int, noun: str, plural: str = "") -> str:
    """Return the count with its noun: `1 call`, `1,240 calls`."""
    return f"{count:,} {noun if count == 1 else plural or f'{noun}s'}"


def verdict_line(report: Report) -> str:
    """Return the verdict of a report in one sentence, with its denominator."""
    counts = report.counts
    if not report.checked:
        return "nothing was checked"
    if counts[RecordClass.UNCHANGED] == report.checked:
        unchanged = f"{count_noun(report.checked, 'checked call')} unchanged"
        return ", ".join([unchanged, *reservations(report)])
    of = f"of {count_noun(report.checked, 'checked call')}"
    looser, tighter = counts[RecordClass.LOOSER], counts[RecordClass.TIGHTER]
    if looser:
        said = f"{looser:,} {of} would be decided looser" + (
            f", {tighter:,} tighter" * bool(tighter)
        )
    elif tighter:
        said = f"{tighter:,} {of} would be decided tighter, none looser"
    else:
        said = f"none {of} is known to change"
    return ", ".join([said, *reservations(report)])


def reservations(report: Report) -> list[str]:
    """Return how many calls the verdict says nothing of, each kind by itself.

    What stays open, what could not be read or decided, what is looser on errors only, what is
    waived, and what was passed over: no report calls itself clean without naming them.
    """
    numbers = [(report.counts.get(kind, 0), kind.words) for kind in SAYS_NOTHING]
    numbers += [(waived_calls(report), "waived"), (report.passed_over, "passed over")]
    return [f"{number:,} {word}" for number, word in numbers if number]


def chain_line(replay: ReplayResult) -> str:
    """Say how much of what was read a verified chain covers."""
    total = count_noun(replay.record_count, "record")
    return f"{replay.covered:,} of {total} covered by a verified chain"


def masking_line(masking: Masking | None) -> str:
    """Say what is hidden of the calls in a report, and how to see it; empty where nothing is."""
    if masking is None or not masking.total:
        return ""
    parts = ", ".join(f"{count:,} by {why}" for why, count in masking.counts.items() if count)
    return f"{count_noun(masking.total, 'value')} masked ({parts}): see them with `--redact none`"


def status_label(report: Report) -> str:
    """Return the status in capitals, with how many calls are waived beside another verdict."""
    calls = waived_calls(report)
    if not calls or report.status is Status.WAIVED:
        return LABELS[report.status]
    return f"{LABELS[report.status]}, {calls:,} WAIVED"


def waived_calls(report: Report) -> int:
    """Return how many calls are waived."""
    return sum(finding.count for finding in report.waived)


def waived_lines(report: Report) -> list[str]:
    """Say of each waiver that waives something: how many calls, who, until when, why, where."""
    calls: dict[Waiver, int] = {}
    for finding in report.waived:
        assert finding.waiver is not None
        calls[finding.waiver] = calls.get(finding.waiver, 0) + finding.count
    return [
        f"{count_noun(count, 'call')} waived {waiver_line(waiver)}"
        for waiver, count in calls.items()
    ]


def waiver_line(waiver: Waiver) -> str:
    """Say who waives a finding, until when, why, and where that is written."""
    until = f"until {waiver.expires}"
    return f"by {waiver.approver} {until}: {waiver.reason} ({waiver.place})"
