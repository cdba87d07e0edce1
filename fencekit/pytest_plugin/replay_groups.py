"""From a replay to tests: records gathered in groups, and what becomes of each group.

A result is plain text and numbers, so that under xdist the one process that replays can send it to
the workers that run it as a test.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any
from urllib.parse import quote

from fencekit.checks.findings.group_findings import MAX_WITNESSES, RecordGroup
from fencekit.checks.postprocess.apply_waivers import wholly_waived
from fencekit.checks.postprocess.report_redaction import Redaction
from fencekit.model.finding import ChangedRecord, RecordClass, capability_name
from fencekit.model.finding_key import FindingKey
from fencekit.model.report import Report
from fencekit.model.source import Place
from fencekit.model.tally import total
from fencekit.pytest_plugin.group_failures import (
    failing_classes,
    said_of_group,
    said_of_log,
    said_of_passed_over,
    said_of_unreadable,
)
from fencekit.pytest_plugin.replay_arguments import absolute

LONGEST = 160
"""The characters of a capability or a rule in a test's name; a longer one ends in its digest."""

INVALID_RECORDS = "invalid-records"
PASSED_OVER = "passed-over"
COULD_NOT_CHECK = "could-not-check"


@dataclass(frozen=True, slots=True)
class Result:
    """What became of a group of records: its test's name, the line of its first record.

    `failure` says why the test fails and is empty where it passes; `note` is what a test that
    passes although something changed has to say.
    """

    name: str
    line: int | None = None
    failure: str = ""
    note: str = ""
    classes: tuple[str, ...] = ()
    calls: int = 0


@dataclass(frozen=True, slots=True)
class LogResults:
    """The results of one log, which is at this absolute path."""

    path: str
    results: tuple[Result, ...]


@dataclass
class Gathered:
    """Every compared record of a replay in its group, the unchanged ones too."""

    groups: dict[tuple[str, FindingKey], RecordGroup] = field(default_factory=dict)
    redaction: Redaction = field(default_factory=Redaction)

    def add(self, changed: ChangedRecord) -> None:
        """Take in a record that was compared."""
        key = changed.record.place.file, changed.key
        group = self.groups.get(key)
        if group is None:
            group = self.groups[key] = RecordGroup(changed)
        group.count += 1
        if len(group.witnesses) < MAX_WITNESSES:
            group.witnesses.append(self.redaction.of(changed.record))

    def by_log(self) -> dict[str, dict[str, list[RecordGroup]]]:
        """Return the groups by log, then by the name of their test, in the order of the logs."""
        found: dict[str, dict[str, list[RecordGroup]]] = {}
        for group in self.groups.values():
            tests = found.setdefault(group.first.record.place.file, {})
            tests.setdefault(name_of(group.first), []).append(group)
        return found


def results(logs: Sequence[str], report: Report, gathered: Gathered) -> tuple[LogResults, ...]:
    """Return the results of every log; one of them fails where the report does not pass."""
    groups = gathered.by_log()
    made = {log: list(results_of(log, report, groups.get(log, {}))) for log in logs}
    for log, listed in made.items():
        if not listed:
            why = said_of_log(log, "no record of this log was checked")
            listed.append(Result(COULD_NOT_CHECK, failure=why))
    if report.exit_code and not any(r.failure for listed in made.values() for r in listed):
        faults = [
            f"{f.place}: {f.message}" for f in report.disallowed if f.kind is RecordClass.FAULT
        ]
        why = said_of_log(logs[0], "\n".join([*faults, *report.troubles]) or report.status)
        made[logs[0]].append(Result(COULD_NOT_CHECK, failure=why))
    return tuple(LogResults(absolute(log), tuple(listed)) for log, listed in made.items())


def results_of(log: str, report: Report, groups: dict[str, list[RecordGroup]]) -> Iterator[Result]:
    """Yield the results of one log: what failed of it as a whole, what is invalid, the groups."""
    assert report.replay is not None
    failed = [text for path, text in report.replay.failed if path == log]
    yield from (Result(COULD_NOT_CHECK, failure=said_of_log(log, why)) for why in failed)
    failing = failing_classes(report)
    waived = wholly_waived(report)
    undecidable = count_undecidable(groups)
    invalid = sum(read.invalid for read in report.replay.logs if read.path == log) - undecidable
    if invalid:
        said = said_of_unreadable(log, invalid, report)
        classes = (RecordClass.INVALID.value,)
        fails = RecordClass.INVALID in failing
        yield result(INVALID_RECORDS, said, fails=fails, classes=classes, calls=invalid)
    passed_over = tuple(
        part for read in report.replay.logs if read.path == log for part in read.passed_over
    )
    if passed_over:
        most = report.limits.passed_over
        fails = most is not None and report.passed_over > most
        said = said_of_passed_over(passed_over, report)
        yield result(PASSED_OVER, said, fails=fails, calls=total(passed_over))
    for name, listed in groups.items():
        said = said_of_group(listed, report)
        fails = any(g.first.kind in failing and g.first.key not in waived for g in listed)
        yield result(
            name,
            said,
            fails=fails,
            line=place_of(listed[0]).line,
            classes=tuple(dict.fromkeys(group.first.kind.value for group in listed)),
            calls=sum(group.count for group in listed),
        )


def count_undecidable(groups: dict[str, list[RecordGroup]]) -> int:
    """Return how many of the records in the groups were read, and could not be decided."""
    every = (group for listed in groups.values() for group in listed)
    return sum(group.count for group in every if group.first.kind is RecordClass.INVALID)


def result(name: str, said: str, *, fails: bool, **more: Any) -> Result:
    """Return a result that says something: why it fails, or else a note."""
    return Result(name, failure=said if fails else "", note="" if fails else said, **more)


def place_of(group: RecordGroup) -> Place:
    """Return the place of the first record of a group."""
    return group.first.record.place


def name_of(changed: ChangedRecord) -> str:
    """Return the name of the test of a record: `capability[before->after,rule]`.

    With a baseline, the rule is two: `rule-before->rule-after`. Records of different classes or
    errors share a test when all of this is the same.
    """
    rules = [rule.id for rule in (changed.baseline_rule, changed.rule) if rule is not None]
    step = "->".join(escape_name(text, "+|") for text in (changed.before, changed.after))
    responsible = "->".join(map(escape_name, rules))
    return f"{escape_name(capability_name(changed.record))}[{step},{responsible}]"


def escape_name(text: str, safe: str = "*") -> str:
    """Return text as a part of a test's name: what is no plain word is percent-escaped.

    The escapes keep different texts different, and so does the digest of one that is cut.
    """
    quoted = quote(text, safe=safe, errors="surrogatepass")
    if len(quoted) <= LONGEST:
        return quoted
    return f"{quoted[:LONGEST]}~{sha256(quoted.encode()).hexdigest()[:16]}"
