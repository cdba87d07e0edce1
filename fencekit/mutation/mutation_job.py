"""A whole mutation as it is asked for: a policy, cases and logs in, a report out."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace

from fencekit.cases.case_file_formats import find_case_files, read_cases
from fencekit.checks.findings.check_status import too_many_passed_over
from fencekit.checks.replay.replay_records import TIMEOUT
from fencekit.checks.suite.run_cases import results
from fencekit.dialects.dialect_registry import load_policy
from fencekit.engines.native.native_evaluator import ENGINE
from fencekit.engines.time_limit import time_limit
from fencekit.logs.log_registry import open_log
from fencekit.logs.tool_map import load_tools
from fencekit.model.case import Case
from fencekit.model.errors import CaseError, FencekitError
from fencekit.model.mutation_result import Mutation
from fencekit.model.policy import Policy
from fencekit.model.record import InvalidRecord, PassedOver, Record
from fencekit.model.report import FailOn, Limits, Report, Status
from fencekit.model.source import Input
from fencekit.model.suite_result import CaseStatus
from fencekit.mutation.mutant_pool import judge_mutants
from fencekit.mutation.mutant_probes import Probes
from fencekit.mutation.mutation_findings import findings_of
from fencekit.reading.input_files import MAX_LINE

Watch = Callable[[int, int], None]
"""Is told how many mutants were judged since it was told last, and how many there are."""


@dataclass(frozen=True, slots=True)
class MutationJob:
    """Everything that a mutation is told.

    `max_line` is in bytes, `min_score` in percent, `timeout` in seconds, for each decision;
    `max_invalid` is the number of records that may be unreadable, `max_passed_over` of what may be
    passed over, None for any; `sample` the number of mutants to judge, None for all; `jobs` the
    number of processes.
    """

    policy: str
    cases: Sequence[str] = ()
    logs: Sequence[str] = ()
    policy_root: str = ""
    log_format: str = ""
    tools: str = ""
    min_score: float | None = None
    max_invalid: int | None = 0
    max_passed_over: int | None = 0
    max_line: int = MAX_LINE
    sample: int | None = None
    jobs: int = 1
    timeout: float = TIMEOUT

    def run(self, *, progress: Watch | None = None) -> Report:
        """Return the report; a file of cases or a log that cannot be read is a trouble in it.

        Raises PolicyError where there is no policy to mutate.
        """
        policy = load_policy(self.policy, policy_root=self.policy_root or None)
        run = MutationRun(policy, self)
        run.inputs += [Input("policy", source.path, source.sha256) for source in policy.files]
        for path in self.case_files(run):
            run.take_cases(path)
        for path in self.logs:
            run.take_log(path)
        return run.report(progress)

    def case_files(self, run: "MutationRun") -> Iterable[str]:
        """Return the files of cases; a folder without any is a trouble."""
        try:
            return find_case_files(self.cases)
        except CaseError as error:
            run.failed.append(str(error))
            return ()


def mutate(
    policy: Policy,
    cases: Iterable[Case] = (),
    records: Iterable[Record] = (),
    *,
    min_score: float | None = None,
    timeout: float = TIMEOUT,
) -> Report:
    """Mutate a policy and report which of its mutants the cases and recorded calls notice.

    A case must be met by the policy itself. `min_score` is in percent; `timeout` in seconds, for
    each decision. Nothing to try mutants on, and no mutant to try, make a report that could not
    check.
    """
    run = MutationRun(policy, MutationJob(policy.file, min_score=min_score, timeout=timeout))
    run.add_cases(list(cases))
    for record in records:
        run.probes.add_record(record)
    return run.report()


@dataclass
class MutationRun:
    """A mutation under way: cases and records go in, and a report comes out."""

    policy: Policy
    job: MutationJob
    probes: Probes = field(default_factory=Probes)
    failed: list[str] = field(default_factory=list)
    inputs: list[Input] = field(default_factory=list)
    invalid: int = 0
    passed_over: int = 0

    def take_cases(self, path: str) -> None:
        """Take in a file of cases; those that name other policies are about this one here."""
        try:
            file = read_cases(path)
            self.inputs.append(Input("cases", path, file.sha256))
            self.add_cases(list(file.cases))
        except FencekitError as error:
            self.failed.append(str(error))

    def add_cases(self, cases: Sequence[Case]) -> None:
        """Take in cases; one that the policy itself does not meet says nothing of its mutants."""
        with time_limit(self.job.timeout) as progress:
            made = list(results(cases, ENGINE.compile(self.policy), progress))
        wrong = [one for one in made if one.status is not CaseStatus.PASSED]
        if wrong:
            first = wrong[0]
            self.failed.append(
                f"{len(wrong)} of {len(made)} cases do not pass on the policy itself, such as "
                f"`{first.name}` ({first.place}): `fencekit test` shows them"
            )
        self.probes.add_cases(cases)

    def take_log(self, path: str) -> None:
        """Take in the distinct calls of a log."""
        try:
            mapping = load_tools(self.job.tools) if self.job.tools else None
            job = self.job
            with open_log(path, job.log_format or None, mapping, max_line=job.max_line) as log:
                for entry in log.entries():
                    if isinstance(entry, Record):
                        self.probes.add_record(entry)
                    elif isinstance(entry, InvalidRecord):
                        self.invalid += entry.count
                    elif isinstance(entry, PassedOver):
                        self.passed_over += entry.count
                self.inputs.append(Input("log", path, log.digest()))
        except FencekitError as error:
            self.failed.append(str(error))

    def report(self, progress: Watch | None = None) -> Report:
        """Judge all mutants and return the report; none is judged where an input has failed."""
        job = self.job
        if job.max_invalid is not None and self.invalid > job.max_invalid:
            self.failed.append(
                f"{self.invalid} records could not be read (`--max-invalid` allows "
                f"{job.max_invalid})"
            )
        self.failed.extend(too_many_passed_over(self.passed_over, job.max_passed_over))
        if not (self.probes.cases or self.probes.records or self.failed):
            self.failed.append("there is no case and no record to try mutants on")
        mutation = Mutation(
            self.policy.file, self.probes.cases, self.probes.records, (), job.min_score
        )
        if not self.failed:
            mutants, made = judge_mutants(
                self.policy,
                self.probes,
                timeout=job.timeout,
                jobs=job.jobs,
                sample=job.sample,
                progress=progress,
            )
            mutation = replace(mutation, mutants=mutants, made=made)
            if mutation.score is None:
                self.failed.append("the policy has no mutant that decides any call otherwise")
        findings = findings_of(mutation)
        passing = Status.NOT_JUDGED if mutation.minimum is None else Status.CLEAN
        status = Status.FINDINGS if any(found.is_fault for found in findings) else passing
        return Report(
            check="mutate",
            status=Status.COULD_NOT_CHECK if self.failed else status,
            checked=len(mutation.mutants),
            counts={},
            findings=findings,
            inputs=tuple(self.inputs),
            fail_on=FailOn.LOOSER,
            limits=Limits(invalid=job.max_invalid, passed_over=job.max_passed_over),
            sources=self.policy.files,
            troubles=tuple(self.failed),
            mutation=mutation,
        )
