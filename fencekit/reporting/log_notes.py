"""What was passed over and noticed in the logs, in words: the same in every format of reports."""

from fencekit.model.report import FOLDER, LogSummary, ReplayResult
from fencekit.model.tally import Tally, total
from fencekit.reporting.visible_text import shorten, visible

MOST_KINDS = 10
LONGEST_KIND = 200


def read_line(log: LogSummary) -> str:
    """Say what was read of a log: its format, and how many records, whole or not."""
    if log.format == FOLDER:
        logs = sum(count for _, count in log.formats)
        said = ", ".join(f"{count:,} {name}" for name, count in log.formats)
        return f"folder: {logs:,} {'log' if logs == 1 else 'logs'}{said and f': {said}'}"
    read = f"{log.records:,} {'record' if log.records == 1 else 'records'}"
    notes = [
        f"{count:,} {what}"
        for count, what in (
            (log.incomplete, "incomplete"),
            (log.invalid, "invalid"),
            (total(log.passed_over), "passed over"),
            (log.unmapped, "of tools that nothing maps"),
            (log.undecided_by_log, "without a recorded decision"),
        )
        if count
    ]
    return f"{log.format}: {', '.join([read, *notes])}" if log.path else read


def passed_over_line(replay: ReplayResult) -> str:
    """Say how many things look like calls and were not read: each kind, its number, its first."""
    tallies = replay.passed_over
    if not tallies:
        return "0 calls passed over"
    count = total(tallies)
    noun = "call" if count == 1 else "calls"
    return f"{count:,} {noun} passed over: {'; '.join(kinds(tallies))}"


def notice_lines(replay: ReplayResult) -> list[str]:
    """Return what was odd in the logs and cost no call, one line a kind."""
    return kinds(replay.notices)


def kinds(tallies: tuple[Tally, ...]) -> list[str]:
    """Return each kind with its number and its first place; those beyond MOST_KINDS as a number."""
    said = [
        f"{tally.count:,} x {plain(tally.kind)} (first at {plain(str(tally.first))})"
        for tally in tallies[:MOST_KINDS]
    ]
    rest = tallies[MOST_KINDS:]
    return [*said, f"{total(rest):,} of {len(rest):,} more kinds"] if rest else said


def plain(text: str) -> str:
    """Return text of a log on one line, cut, with all that hides made visible."""
    return visible(shorten(text, LONGEST_KIND).replace("\n", r"\n"))
