"""Small phrases that several reports share."""

from fencekit.model.finding import Class
from fencekit.model.report import Report, Status

LABELS: dict[Status, str] = {
    Status.CLEAN: "CLEAN",
    Status.FINDINGS: "FINDINGS",
    Status.COULD_NOT_CHECK: "COULD NOT CHECK",
}


def counted(count: int, noun: str, plural: str = "") -> str:
    """Return the count with its noun: `1 call`, `1,240 calls`."""
    return f"{count:,} {noun if count == 1 else plural or f'{noun}s'}"


def verdict_line(report: Report) -> str:
    """Return the verdict of a report in one sentence, with its denominator."""
    of = f"of {counted(report.checked, 'checked call')}"
    looser, tighter = report.counts[Class.LOOSER], report.counts[Class.TIGHTER]
    changes = []
    if looser:
        changes.append(f"{looser:,} {of} would be decided looser")
    if tighter:
        changes.append(f"{tighter:,} {'tighter' if looser else f'{of} would be decided tighter'}")
    if not changes:
        changes.append(f"none {of} is known to change")
    return ", ".join(changes)
