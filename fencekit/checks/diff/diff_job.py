"""The diff check as a whole: what is proved of every call, what recorded calls say, which edits.

What is proved comes first. Recorded calls then say how often it matters, and to whom; every changed
call, recorded or found by proof, is put down to the edits that made the change.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import partial

from fencekit.cases.case_file_formats import find_case_files as found_files
from fencekit.cases.case_file_formats import read_cases
from fencekit.checks.diff.edit_consequences import Consequences
from fencekit.checks.findings.check_status import judge_status, with_errors
from fencekit.checks.findings.group_findings import BY_RISK, risk_of
from fencekit.checks.findings.witness_traces import add_traces, trace
from fencekit.checks.postprocess.apply_waivers import with_waivers
from fencekit.checks.proofs.policy_comparison import ComparisonJob, read_domain
from fencekit.checks.replay.change_costs import CostCounter
from fencekit.checks.replay.replay_job import ReplayJob
from fencekit.checks.replay.replay_records import ReplayRun, Watch
from fencekit.checks.suite.run_cases import finding_of, results
from fencekit.engines.native.native_evaluator import NativeEvaluator
from fencekit.engines.time_limit import time_limit
from fencekit.model.case import Case
from fencekit.model.errors import FencekitError
from fencekit.model.finding import ChangedRecord, Finding, RecordClass
from fencekit.model.proof import Proved
from fencekit.model.record import Record
from fencekit.model.report import Report, Status
from fencekit.model.source import Input, argument
from fencekit.model.suite_result import CaseStatus

PASSED = CaseStatus.PASSED


@dataclass(frozen=True, slots=True)
class DiffJob:
    """Everything that a diff is told: the proof, and the replay of logs where there are some."""

    comparison: ComparisonJob
    replay: ReplayJob | None = None
    cases: Sequence[str] = ()
    waivers: str = ""
    today: date | None = None
    """The day on which waivers have to hold; by the clock unless given."""
    authors: bool = False
    """Whether to ask git who is behind the edits."""

    def run(
        self, *, watch: Watch | None = None, progress: Callable[[int], None] | None = None
    ) -> Report:
        """Return the report. Raises PolicyError or UsageError before anything is read."""
        if self.replay is None and not self.cases:
            old, new = self.comparison.policies()
            consequences = Consequences(old, new)
            policies = (old, new)
            report, _ = self.assign_blame(self.comparison.report(old, new), consequences)
        else:
            run = self.replay_options.run_replay(watch=watch, progress=progress)
            assert run.baseline is not None
            assert run.consequences is not None
            policies = (run.baseline, run.policy)
            failing = take_cases(run, self.cases)
            proof = self.comparison.report(run.baseline, run.policy, run.sample)
            report = self.with_records(run, *self.assign_blame(proof, run.consequences), failing)
        made = replace(report, command=self.command())
        tracing = partial(trace, before=policies[0], after=policies[1])
        return with_waivers(made, self.waivers, self.today, tracing, policies)

    @property
    def replay_options(self) -> ReplayJob:
        """What the replay is told; without logs, what it would be."""
        proof = self.comparison
        return self.replay or ReplayJob(
            (),
            proof.candidate,
            proof.baseline,
            policy_root=proof.policy_root,
            baseline_root=proof.baseline_root,
            fail_on=proof.fail_on,
            policy_revision=proof.candidate_revision,
            baseline_revision=proof.baseline_revision,
        )

    def assign_blame(
        self, proof: Report, consequences: Consequences
    ) -> tuple[Report, tuple[Finding, ...]]:
        """Return the report with the edits, its findings put down to them, and who wrote those."""
        found = put_down(proof.findings, consequences)
        assert proof.comparison is not None
        anywhere = not isinstance(proof.comparison.looser, Proved)
        consequences.ask_silent(read_domain(self.comparison.domain)[0], anywhere=anywhere)
        if self.authors:
            told = self.comparison
            consequences.ask_authors(told.baseline_revision, told.candidate_revision)
        made = replace(proof, findings=found, diff=consequences.section())
        return made, made.findings

    def read_files(self) -> list[str]:
        """Return the files that the diff is told to read."""
        told = self.replay.read_files() if self.replay else []
        named = (*self.comparison.read_files(), *told, *self.cases, self.waivers)
        return [path for path in named if path]

    def with_records(
        self,
        run: ReplayRun,
        proof: Report,
        found: tuple[Finding, ...],
        failing: tuple[Finding, ...],
    ) -> Report:
        """Return the report on recorded calls and cases, with the findings of proof beside them."""
        told = self.replay_options
        recorded = run.report(told.fail_on, told.limits)
        known = {finding.key for finding in recorded.findings}
        added = [finding for finding in found if finding.key not in known]
        counts = dict(recorded.counts)
        for finding in added:
            counts[finding.kind] += 1
        status, troubles = judge_status(
            recorded.checked + 1,  # the proof is of every call
            counts,
            run.failures(),
            told.fail_on,
            told.limits,
            passed_over=recorded.passed_over,
            unsettled=() if self.comparison.allow_unknown else proof.troubles,
        )
        errors = counts[RecordClass.LOOSER_ON_ERROR]
        status = with_errors(status, errors, fail_on_errors=proof.fail_on_errors)
        if failing and not run.failures():
            status = Status.FINDINGS
        return replace(
            recorded,
            check="diff",
            status=status,
            findings=(*failing, *sorted((*recorded.findings, *added), key=recorded_first)),
            troubles=(*troubles, *run.remarks),
            comparison=proof.comparison,
            fail_on_errors=proof.fail_on_errors,
        )

    def command(self) -> tuple[str, ...]:
        """Return the command that makes the same report."""
        proof = self.comparison
        files = [proof.candidate] if proof.baseline_revision else [proof.baseline, proof.candidate]
        options = (
            ("--from", proof.baseline_revision),
            ("--to", proof.candidate_revision),
            *(("--log", log) for log in self.replay_options.logs),
            *(("--cases", path) for path in self.cases),
            ("--domain", proof.domain),
            ("--waivers", self.waivers),
            ("--today", str(self.today or "")),
        )
        named = [word for name, value in options if value for word in (name, value)]
        flags = (
            ("--allow-unknown", proof.allow_unknown),
            ("--no-authors", not self.authors),
            ("--how-much", proof.measured),
            ("--explain", proof.explained),
            ("--fail-on-errors", proof.fail_on_errors),
        )
        said = [flag for flag, is_set in flags if is_set]
        return (
            "fencekit",
            "diff",
            *map(argument, files),
            *named,
            *said,
            *self.replay_options.command_options(),
        )


def take_cases(run: ReplayRun, paths: Sequence[str]) -> tuple[Finding, ...]:
    """Take the calls of cases into a run; return those that the new version does not meet.

    A call of a case costs nobody anything: it is not among the approvals of the logs.
    """
    if not paths:
        return ()
    failing: list[Finding] = []
    evaluator = NativeEvaluator(run.policy)
    costs, run.costs = run.costs, CostCounter()
    try:
        for path in found_files(paths):
            file = read_cases(path)
            run.inputs.append(Input("cases", path, file.sha256))
            run.take(path, "cases", (as_record(case) for case in file.cases))
            with time_limit(run.timeout) as progress:
                made = results(file.cases, evaluator, progress)
                failing += [finding_of(one) for one in made if one.status is not PASSED]
    except FencekitError as error:
        run.failed.append((str(error.place or ""), str(error)))
    finally:
        run.costs = costs
    return tuple(failing)


def as_record(case: Case) -> Record:
    """Return the call of a case as a record that keeps no decision."""
    return Record(case.request, None, case.place, id=case.name)


def put_down(findings: Iterable[Finding], consequences: Consequences) -> tuple[Finding, ...]:
    """Return the findings of proof, each put down to the edits to blame, and traced.

    Of several that get looser in the same way, by the same edits, the first is kept; those of one
    edit stand together, the worst edit first.
    """
    found = []
    seen: set[object] = set()
    for finding in findings:
        (record,) = finding.witnesses
        assert finding.rule is not None
        blame = consequences.blame(record.request, finding.kind)
        changed = ChangedRecord(
            record,
            finding.kind,
            finding.before,
            finding.after,
            finding.rule,
            finding.baseline_rule,
            finding.message,
            blame,
        )
        consequences.add(changed, recorded=False)
        edits = tuple(edit.number for edit in blame.edits) if blame else ()
        cause = finding.kind, finding.capability, finding.before, finding.after, edits
        if edits and cause in seen:
            continue
        seen.add(cause)
        found.append(replace(finding, blames=((blame, 1),) if blame else ()))
    return add_traces(by_edit(found), consequences.diff.old, consequences.diff.new)


def by_edit(findings: list[Finding]) -> list[Finding]:
    """Return findings, which come the worst first, with those of the same edits together."""
    first: dict[object, int] = {}
    for at, finding in enumerate(findings):
        first.setdefault(cause_of(finding), at)
    return sorted(findings, key=lambda one: (BY_RISK.index(one.kind), first[cause_of(one)]))


def cause_of(finding: Finding) -> object:
    """Return the edits to blame for a finding, by their numbers."""
    return tuple(edit.number for blame, _ in finding.blames[:1] for edit in blame.edits)


def recorded_first(finding: Finding) -> tuple[object, ...]:
    """Return the key that sorts the riskiest first and, of as risky ones, those that happened."""
    kind, is_duty, after, before, *rest = risk_of(finding)
    return kind, is_duty, after, before, not finding.principals, *rest
