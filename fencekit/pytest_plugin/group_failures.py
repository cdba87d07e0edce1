"""Which groups of records fail, and what the tests of groups say: all of it inert.

Each part begins with a place, `audit.jsonl:88: …`, which editors and build servers link.
"""

from collections.abc import Iterator, Sequence

from fencekit.checks.findings.group_findings import UNREADABLE, RecordGroup
from fencekit.model.finding import Finding, RecordClass
from fencekit.model.report import DISALLOWED, UNDECIDED, FailOn, Report
from fencekit.model.tally import Tally, total
from fencekit.pytest_plugin.replay_arguments import words_of
from fencekit.reporting.log_notes import kinds
from fencekit.reporting.replay_text import at, finding_lines, inert
from fencekit.reporting.report_phrases import count_noun

MOST_PARTS = 10
"""How many kinds of record one test speaks of; errors may differ from record to record."""

SAYS = {
    RecordClass.LOOSER: "would be decided looser",
    RecordClass.TIGHTER: "would be decided tighter",
    RecordClass.MAYBE_LOOSER: "may be decided looser",
    RecordClass.MAYBE_TIGHTER: "may be decided tighter",
    RecordClass.CANNOT_TELL: "cannot be compared",
    RecordClass.INVALID: "could not be decided",
}


def failing_classes(report: Report) -> frozenset[RecordClass]:
    """Return the classes whose groups fail: disallowed, or more of them than the limits allow."""
    failing = (
        set[RecordClass]() if report.fail_on is FailOn.NEVER else set(DISALLOWED[report.fail_on])
    )
    limits, undecided = report.limits, UNDECIDED[report.fail_on]
    if limits.undecided is not None:
        open_ones = sum(report.counts[kind] for kind in undecided)
        failing |= undecided if open_ones > limits.undecided else set()
    if limits.invalid is not None and report.counts[RecordClass.INVALID] > limits.invalid:
        failing.add(RecordClass.INVALID)
    return frozenset(failing)


def said_of_log(log: str, why: str) -> str:
    """Return what is wrong with a log as a whole."""
    said = words_of(why)
    return said if said.startswith(at_log(log)) else f"{at_log(log)}: {said}"


def said_of_unreadable(log: str, count: int, report: Report) -> str:
    """Return what is wrong with the records of a log that could not be read, as far as is kept."""
    kept = [place for f in report.findings if f.slug == UNREADABLE for place in f.invalid]
    here = tuple(entry for entry in kept if entry[0].file == log)
    finding = Finding(UNREADABLE, RecordClass.INVALID, "", "", "", count, invalid=here)
    _, *lines = (line.text for line in finding_lines(finding, report.replay))
    first = at(here[0][0]) if here else at_log(log)
    head = f"{first}: {count_noun(count, 'record')} could not be read"
    return "\n".join([head, *lines, f"  {reason(RecordClass.INVALID, report)}"])


def said_of_passed_over(tallies: tuple[Tally, ...], report: Report) -> str:
    """Return what of a log looks like a call and was not read: each kind, with its first place."""
    head = f"{at(tallies[0].first)}: {count_noun(total(tallies), 'call')} passed over"
    many = f"{report.passed_over:,} passed over"
    limit = limit_text("max-passed-over", report.limits.passed_over, many)
    return "\n".join([head, *(f"  {inert(line)}" for line in kinds(tallies)), f"  {limit}"])


def said_of_group(groups: Sequence[RecordGroup], report: Report) -> str:
    """Return what changed for the records of a test; empty where nothing did."""
    changed = [group for group in groups if group.first.kind is not RecordClass.UNCHANGED]
    parts = [line for group in changed[:MOST_PARTS] for line in lines_of(group, report)]
    if len(changed) > MOST_PARTS:
        parts.append(f"and {len(changed) - MOST_PARTS:,} more kinds of record")
    return "\n".join(parts)


def lines_of(group: RecordGroup, report: Report) -> Iterator[str]:
    """Yield the lines on one kind of record: what changed, by which rules, which calls."""
    finding = group.finding()
    place = at(finding.witnesses[0].place)
    calls = f"{count_noun(finding.count, 'call')} {SAYS[finding.kind]}"
    step = f"{inert(finding.before)} -> {inert(finding.after)}"
    yield f"{place}: {inert(finding.capability)}: {calls}: {step}"
    _, *lines = (line.text for line in finding_lines(finding, report.replay))
    yield from lines
    yield f"  {reason(finding.kind, report)}"


def reason(kind: RecordClass, report: Report) -> str:
    """Return which option decides whether a class fails, and what it is set to."""
    if kind is RecordClass.INVALID:
        many = report.counts[RecordClass.INVALID]
        return limit_text("max-invalid", report.limits.invalid, f"{many:,} invalid")
    undecided = UNDECIDED[report.fail_on]
    if kind in undecided:
        many = sum(report.counts[each] for each in undecided)
        return limit_text("max-undecided", report.limits.undecided, f"{many:,} undecided")
    return f"(`--capfence-fail-on` is `{report.fail_on}`)"


def limit_text(option: str, limit: int | None, many: str) -> str:
    """Return a limit beside what it limits."""
    allows = "any number" if limit is None else f"{limit:,}"
    return f"({many} in all; `--capfence-{option}` allows {allows})"


def at_log(log: str) -> str:
    """Return a log's path, inert."""
    return inert(log, 500)
