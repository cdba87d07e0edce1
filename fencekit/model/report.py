"""The report of a check: its status, its counts with their denominators, its findings."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from fencekit.model.change_cost import Cost
from fencekit.model.comparison_result import ComparisonResult, GuardrailResult
from fencekit.model.diff_result import DiffResult
from fencekit.model.errors import COULD_NOT_CHECK
from fencekit.model.finding import ChangedRecord, Finding, RecordClass, Transition
from fencekit.model.lint_result import LintResult
from fencekit.model.masking import Masking
from fencekit.model.mutation_result import Mutation
from fencekit.model.source import Input, SourceFile
from fencekit.model.suite_result import Suite
from fencekit.model.tally import Tally, merge_tallies, total
from fencekit.model.vetting_result import VettingResult
from fencekit.model.waiver import Waivers


class Status(StrEnum):
    """What came of the check as a whole."""

    CLEAN = "clean"
    WAIVED = "waived"
    """Nothing is disallowed, because somebody waived what would be."""
    NOT_JUDGED = "not-judged"
    """There is a figure, and nobody said what it has to be."""
    EXCEPT_ERRORS = "except-errors"
    """Nothing gets looser but calls on which the policy in force raises."""
    FINDINGS = "findings"
    COULD_NOT_CHECK = "could-not-check"


class FailOn(StrEnum):
    """Which findings are disallowed."""

    LOOSER = "looser"
    CHANGED = "changed"
    NEVER = "never"


@dataclass(frozen=True, slots=True)
class Limits:
    """What a run may come across and still count as checked; None lifts a limit.

    `invalid` is the number of records that may be unreadable, `undecided` the number whose change
    may stay open, `passed_over` the number of things that look like calls and are not read.
    """

    invalid: int | None = 0
    undecided: int | None = 0
    passed_over: int | None = 0


FOLDER = "folder"
"""What stands for the format of a folder of logs."""


@dataclass(frozen=True, slots=True)
class LogSummary:
    """What was read from one log: its format, and how many records were whole, partial, invalid."""

    path: str
    format: str
    records: int
    invalid: int
    incomplete: int
    undecided_by_log: int
    """Records for which the log keeps no decision."""
    unmapped: int = 0
    """Calls of tools that no mapping gives a capability."""
    covered: int = 0
    """Records that a verified chain covers."""
    undecidable: int = 0
    """Records, among the invalid ones, that could be read but not decided."""
    passed_over: tuple[Tally, ...] = ()
    """What looks like a call and was not read, by kind."""
    notices: tuple[Tally, ...] = ()
    """What was odd and cost no call, by kind."""
    formats: tuple[tuple[str, int], ...] = ()
    """Of a folder, whose logs have rows of their own: how many logs of each format it holds."""

    @property
    def record_count(self) -> int:
        """How many records were read, the invalid ones included."""
        return self.records + self.invalid - self.undecidable


@dataclass(frozen=True, slots=True)
class ReplayResult:
    """What the replay check adds to a report.

    `against` says what the candidate was compared with: `recorded` or `baseline`. `changed` holds
    the changed records themselves, the first ones up to a limit; `not_kept` counts the rest.
    """

    candidate: str
    against: str
    baseline: str
    logs: tuple[LogSummary, ...]
    transitions: tuple[Transition, ...]
    changed: tuple[ChangedRecord, ...]
    not_kept: int
    approvals: int
    """Records that ran only because a person had approved them."""
    failed: tuple[tuple[str, str], ...] = ()
    """The logs that failed as a whole, each with why; the troubles of the report hold it too."""
    unmapped_tools: tuple[tuple[str, int], ...] = ()
    """Tools that no mapping gives a capability, with the number of their calls, most first."""
    explain_options: tuple[str, ...] = ()
    """The options with which `fencekit explain` sees a record as this replay saw it."""
    cost: Cost | None = None

    @property
    def covered(self) -> int:
        """How many records a verified chain covers."""
        return sum(log.covered for log in self.logs)

    @property
    def passed_over(self) -> tuple[Tally, ...]:
        """What looks like a call and was not read, of all logs, by kind."""
        return merge_tallies(log.passed_over for log in self.logs)

    @property
    def notices(self) -> tuple[Tally, ...]:
        """What was odd and cost no call, of all logs, by kind."""
        return merge_tallies(log.notices for log in self.logs)

    @property
    def is_one_record(self) -> bool:
        """Whether one record was read, and no log failed."""
        return self.record_count == 1 and not self.failed

    @property
    def record_count(self) -> int:
        """How many records were read, from all logs, the invalid ones included."""
        return sum(log.record_count for log in self.logs)


@dataclass(frozen=True, slots=True)
class Report:
    """The outcome of a check, for every reporter.

    `checked` counts what the check is about: the records that were decided on both sides, the cases
    that were run. `counts` has the number of calls in each class, where there are any. `sources`
    are the files of the policies. `troubles` says, in one sentence each, what kept the check from
    being complete. Each check has a section of its own, None in the reports of others.
    """

    check: str
    status: Status
    checked: int
    counts: Mapping[RecordClass, int]
    findings: tuple[Finding, ...]
    inputs: tuple[Input, ...]
    fail_on: FailOn
    limits: Limits
    sources: tuple[SourceFile, ...] = ()
    troubles: tuple[str, ...] = ()
    command: tuple[str, ...] = ()
    """The words of the command that makes this report again."""
    replay: ReplayResult | None = None
    lint: LintResult | None = None
    vetting: VettingResult | None = None
    waivers: Waivers | None = None
    masking: Masking | None = None
    """How the calls in the report were redacted; None where nobody has looked."""
    comparison: ComparisonResult | None = None
    guardrails: GuardrailResult | None = None
    diff: DiffResult | None = None
    suite: Suite | None = None
    mutation: Mutation | None = None
    fail_on_errors: bool = False
    """Whether what is looser only where deciding raised before is disallowed."""
    # A report that was written before is read by the order of its fields: add new ones at the end.
    paths: tuple[tuple[str, str], ...] = ()
    """The files that have another path from the root of the repository, each with that path."""

    @property
    def exit_code(self) -> int:
        """0 nothing disallowed changed, 1 disallowed findings, 3 could not check."""
        if self.status is Status.COULD_NOT_CHECK:
            return COULD_NOT_CHECK
        return int(self.status is Status.FINDINGS and self.fail_on is not FailOn.NEVER)

    @property
    def read(self) -> int:
        """How many records there were, the invalid ones included."""
        return self.checked + self.counts.get(RecordClass.INVALID, 0)

    @property
    def waived(self) -> tuple[Finding, ...]:
        """The findings that a waiver allows."""
        return tuple(found for found in self.findings if found.waiver is not None)

    def from_root(self, path: str) -> str:
        """Return a path of the report as it is from the root of the repository."""
        return dict(self.paths).get(path, path)

    @property
    def passed_over(self) -> int:
        """How many things that look like calls were not read from the logs."""
        return total(self.replay.passed_over) if self.replay is not None else 0

    @property
    def disallowed(self) -> tuple[Finding, ...]:
        """The findings that `fail_on` disallows, and the faults; not what is waived."""
        return tuple(found for found in self.findings if self.disallows(found))

    def disallows(self, finding: Finding) -> bool:
        """Say whether a finding is one that `fail_on` disallows, or a fault, and not waived."""
        if finding.waiver is not None:
            return False
        if finding.kind is RecordClass.LOOSER_ON_ERROR:
            return self.fail_on_errors
        return finding.is_fault or finding.kind in DISALLOWED[self.fail_on]


DISALLOWED: dict[FailOn, frozenset[RecordClass]] = {
    FailOn.LOOSER: frozenset({RecordClass.LOOSER}),
    FailOn.CHANGED: frozenset({RecordClass.LOOSER, RecordClass.TIGHTER}),
    FailOn.NEVER: frozenset({RecordClass.LOOSER}),
}
UNDECIDED: dict[FailOn, frozenset[RecordClass]] = {
    FailOn.LOOSER: frozenset({RecordClass.MAYBE_LOOSER, RecordClass.CANNOT_TELL}),
    FailOn.CHANGED: frozenset(
        {RecordClass.MAYBE_LOOSER, RecordClass.MAYBE_TIGHTER, RecordClass.CANNOT_TELL}
    ),
    FailOn.NEVER: frozenset({RecordClass.MAYBE_LOOSER, RecordClass.CANNOT_TELL}),
}
