"""The replay check: recorded calls, decided again by the candidate, compared with what was."""

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from fencekit.checks.diff.edit_consequences import Consequences
from fencekit.checks.findings.check_status import judge_status
from fencekit.checks.findings.group_findings import Groups
from fencekit.checks.findings.witness_traces import add_traces
from fencekit.checks.replay.chain_coverage import ChainSummary
from fencekit.checks.replay.change_costs import CostCounter
from fencekit.checks.replay.log_counts import LogCounts
from fencekit.checks.replay.record_comparer import Comparer
from fencekit.checks.replay.sample_calls import CallSample
from fencekit.checks.replay.share_equal_parts import SharedParts
from fencekit.engines.native.native_evaluator import ENGINE
from fencekit.engines.time_limit import Progress, time_limit
from fencekit.model.errors import LogError, TimeLimitError, UsageError
from fencekit.model.finding import ChangedRecord, RecordClass
from fencekit.model.policy import Policy
from fencekit.model.record import Completeness, Entry, InvalidRecord, Notice, PassedOver, Record
from fencekit.model.report import FOLDER, UNDECIDED, FailOn, Limits, ReplayResult, Report
from fencekit.model.source import Input, Place

KEEP_RECORDS = 100_000
TIMEOUT = 5.0
SHORTEST, LONGEST = 0.01, 86_400
"""The time limits, in seconds, that there may be."""
REPORT_PROGRESS_EVERY = 1_000

ASK_FOR_BASELINE = "name the policy in force with `--baseline`"
WHERE_ARGUMENTS_LACK = "compare two policies on the same unknown, with `--baseline`"

Watch = Callable[[ChangedRecord], None]
"""Is shown every record that was compared, the unchanged ones too."""


def named_fail_on(word: str) -> FailOn:
    """Return which findings to fail on; raise UsageError for an unknown word."""
    if word not in list(FailOn):
        known = ", ".join(f"`{known}`" for known in FailOn)
        raise UsageError(f"`fail_on` is `{word}`, which is none of {known}")
    return FailOn(word)


def checked_timeout(seconds: float) -> float:
    """Return a time limit; raise UsageError where no timer can hold it."""
    if not SHORTEST <= seconds <= LONGEST:
        known = f"which is not from {SHORTEST:g} to {LONGEST:,} seconds"
        raise UsageError(f"`timeout` is `{seconds}`, {known}")
    return float(seconds)


@dataclass
class ReplayRun:
    """A replay under way: records go in, log by log, and a report comes out."""

    policy: Policy
    baseline: Policy | None = None
    keep_records: int = KEEP_RECORDS
    timeout: float = TIMEOUT
    watch: Watch | None = None
    progress: Callable[[int], None] | None = None
    counts: dict[RecordClass, int] = field(default_factory=lambda: dict.fromkeys(RecordClass, 0))
    logs: list[LogCounts] = field(default_factory=list)
    failed: list[tuple[str, str]] = field(default_factory=list)
    inputs: list[Input] = field(default_factory=list)
    approvals: int = 0
    explain_options: tuple[str, ...] = ()
    remarks: list[str] = field(default_factory=list)
    unmapped: Counter[str] = field(default_factory=Counter)
    doubts: Counter[str] = field(default_factory=Counter)
    sample: CallSample = field(default_factory=CallSample)

    def __post_init__(self) -> None:
        self.timeout = checked_timeout(self.timeout)
        in_force = ENGINE.compile(self.baseline) if self.baseline is not None else None
        self.deciding = Progress()
        self.comparer = Comparer(ENGINE.compile(self.policy), in_force, self.deciding)
        self.groups = Groups(self.keep_records)
        self.costs = CostCounter()
        self.shared = SharedParts()
        self.consequences = Consequences(self.baseline, self.policy) if self.baseline else None

    def take(self, path: str, log_format: str, entries: Iterable[Entry]) -> None:
        """Compare every record of a log.

        A record that takes longer than the time limit ends the run. Raises LogError where the log
        cannot be read as a whole; what was read before it counts.
        """
        log = LogCounts(path, log_format)
        self.logs.append(log)
        self.deciding.begun = 0
        with time_limit(self.timeout, self.deciding) as progress:
            record: Record | None = None
            try:
                for entry in entries:
                    progress.begun += 1
                    if isinstance(entry, Record):
                        record = entry
                        self._compare(entry, log, progress)
                    else:
                        self._count(entry, log)
                    if self.progress and progress.begun % REPORT_PROGRESS_EVERY == 0:
                        self.progress(REPORT_PROGRESS_EVERY)
            except TimeLimitError as error:
                place = record.place if record else Place(path)
                hint = f"the rule is at {error.place}" if error.place else error.hint
                raise LogError(error.message, place=place, hint=hint) from error
            if self.progress:
                self.progress(progress.begun % REPORT_PROGRESS_EVERY)

    def take_chain(self, chain: ChainSummary) -> None:
        """Take in how far the chain of the last log holds; a broken one is a failure of the log."""
        self.logs[-1].covered = chain.covered
        if chain.fault:
            self.failed.append((self.logs[-1].path, chain.fault))

    def _count(self, entry: InvalidRecord | PassedOver | Notice, log: LogCounts) -> None:
        if isinstance(entry, InvalidRecord):
            log.invalid += entry.count
            self.counts[RecordClass.INVALID] += entry.count
            self.groups.add_invalid(entry)
        else:
            tallies = log.passed_over if isinstance(entry, PassedOver) else log.notices
            tallies.add(entry.kind, entry.place, entry.count)

    def _compare(self, record: Record, log: LogCounts, progress: Progress) -> None:
        log.records += 1
        for note in record.notes:
            log.notices.add(note, record.place)
        self.sample.add(record.request)
        log.incomplete += record.completeness is not Completeness.FULL
        recorded = record.recorded
        log.undecided += recorded is None
        self.approvals += bool(recorded and recorded.approval)
        if not record.mapped:
            log.unmapped += 1
            self.unmapped[record.tool] += 1
        progress.deciding = True
        comparison = self.comparer.compare(record)
        if comparison.doubt:
            self.doubts[comparison.doubt] += 1
        progress.deciding = False
        of_edits = self.consequences
        blame = of_edits.blame(record.request, comparison.kind) if of_edits else None
        self.counts[comparison.kind] += 1
        if comparison.kind is RecordClass.INVALID:
            log.invalid += 1
            log.undecidable += 1
        else:
            self.groups.count(comparison.before, comparison.after, comparison.kind)
            self.costs.add(record, comparison)
        if comparison.kind is RecordClass.UNCHANGED and self.watch is None:
            return
        self.shared.share(record)
        changed = ChangedRecord(
            record,
            comparison.kind,
            comparison.before,
            comparison.after,
            comparison.rule,
            comparison.baseline_rule,
            comparison.error,
            blame,
        )
        if comparison.kind is not RecordClass.UNCHANGED:
            self.groups.add(changed)
            if of_edits:
                of_edits.add(changed)
        if self.watch is not None:
            self.watch(changed)

    def report(self, fail_on: FailOn, limits: Limits) -> Report:
        """Return the report on all records taken in."""
        checked = sum(
            count for kind, count in self.counts.items() if kind is not RecordClass.INVALID
        )
        passed_over = sum(log.passed_over.total for log in self.logs)
        status, troubles = judge_status(
            checked, self.counts, self.failures(), fail_on, limits, passed_over=passed_over
        )
        troubles = (*troubles, *self.remarks, *self.advice(fail_on), *self.open_doubts())
        policies = [policy for policy in (self.policy, self.baseline) if policy is not None]
        return Report(
            check="replay",
            status=status,
            checked=checked,
            counts=dict(self.counts),
            findings=add_traces(self.groups.findings(), self.baseline, self.policy),
            inputs=(*inputs_of(self.policy, "policy"), *self._baseline_inputs(), *self.inputs),
            fail_on=fail_on,
            limits=limits,
            sources=tuple(source for policy in policies for source in policy.files),
            troubles=troubles,
            replay=self._section(),
            diff=self.consequences.section() if self.consequences else None,
        )

    def failures(self) -> list[str]:
        """Return what failed as a whole: a log, or the comparison with what was recorded."""
        found = [why for _, why in self.failed]
        failed = {path for path, _ in self.failed}
        found.extend(
            f"{log.path}: no record of this log was checked"
            for log in self.logs
            if log.path
            and log.format != FOLDER
            and not (log.records or log.invalid or log.path in failed)
        )
        without = sum(log.undecided for log in self.logs)
        if without and without == sum(log.records for log in self.logs) and not self.baseline:
            found.append(f"{ASK_FOR_BASELINE}: no record keeps a decision")
        return found

    def advice(self, fail_on: FailOn) -> list[str]:
        """Return what would settle more of what stays open."""
        if self.baseline is not None or not sum(self.counts[kind] for kind in UNDECIDED[fail_on]):
            return []
        without = sum(log.undecided for log in self.logs)
        lacking = sum(log.incomplete for log in self.logs)
        found = []
        if 0 < without < sum(log.records for log in self.logs):
            found.append(f"{ASK_FOR_BASELINE}: {without:,} of the records keep no decision")
        if lacking:
            found.append(
                f"{WHERE_ARGUMENTS_LACK}: {lacking:,} of the records lack some of the call"
            )
        return found

    def open_doubts(self) -> list[str]:
        """Return of how many records more could perhaps be said, and why it is not."""
        of = "of the records that stay open more could perhaps be said"
        return [f"{count:,} {of}: {why}" for why, count in sorted(self.doubts.items())]

    def _baseline_inputs(self) -> tuple[Input, ...]:
        return () if self.baseline is None else inputs_of(self.baseline, "baseline")

    def _section(self) -> ReplayResult:
        return ReplayResult(
            candidate=self.policy.file,
            against="recorded" if self.baseline is None else "baseline",
            baseline=self.baseline.file if self.baseline is not None else "",
            logs=tuple(log.summary() for log in self.logs),
            transitions=self.groups.matrix(),
            changed=tuple(self.groups.changed),
            not_kept=self.groups.not_kept,
            approvals=self.approvals,
            failed=tuple(self.failed),
            explain_options=self.explain_options,
            cost=self.costs.cost(),
            unmapped_tools=tuple(sorted(self.unmapped.items(), key=lambda item: (-item[1], item))),
        )


def inputs_of(policy: Policy, role: str) -> tuple[Input, ...]:
    """Return the files of a policy as inputs of the check."""
    return tuple(Input(role, source.path, source.sha256) for source in policy.files)
