"""A whole run of cases as it is asked for: paths in, a report out."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from fencekit.cases.case_file import CaseFile, beside
from fencekit.cases.case_file_formats import read_cases, search
from fencekit.checks.findings.check_status import with_errors
from fencekit.checks.replay.replay_records import TIMEOUT
from fencekit.checks.suite import check_claims
from fencekit.checks.suite.case_coverage import Covering, shortfall
from fencekit.checks.suite.run_cases import claim_finding, finding_of, results
from fencekit.dialects.dialect_registry import load_policy
from fencekit.engines.native.native_evaluator import ENGINE
from fencekit.engines.time_limit import time_limit
from fencekit.model.case import Case
from fencekit.model.errors import FencekitError
from fencekit.model.finding import Finding
from fencekit.model.policy import Policy
from fencekit.model.report import FailOn, Limits, Report, Status
from fencekit.model.source import Input, SourceFile
from fencekit.model.suite_result import (
    CaseResult,
    CaseStatus,
    ClaimResult,
    ClaimStatus,
    Coverage,
    Suite,
    SuiteFile,
)


@dataclass(frozen=True, slots=True)
class SuiteJob:
    """Everything that a run is told. `timeout` is in seconds, for each case.

    `policy` takes the place of the policies that the files name. `min_coverage` is in percent.
    With `fail_on_errors`, a claim that only calls refute on which deciding raises fails the run.
    """

    paths: Sequence[str]
    policy: str = ""
    policy_root: str = ""
    coverage: bool = False
    min_coverage: float | None = None
    timeout: float = TIMEOUT
    fail_on_errors: bool = False

    def run(self, *, progress: Callable[[int], None] | None = None) -> Report:
        """Return the report; `progress` is told how many cases were decided.

        A file that cannot be read, or whose policy cannot, is a trouble in it. Raises CaseError
        for a folder without any file of cases.
        """
        looked = search(self.paths)
        run = SuiteRun(self, failed=list(looked.failed), passed_over=looked.passed_over)
        for path in looked.files:
            count = run.take(path)
            if progress is not None:
                progress(count)
        return run.report()


@dataclass
class SuiteRun:
    """A run under way: files go in, one after the other, and a report comes out."""

    job: SuiteJob
    files: list[SuiteFile] = field(default_factory=list)
    failed: list[tuple[str, str]] = field(default_factory=list)
    passed_over: list[tuple[str, str]] = field(default_factory=list)
    inputs: list[Input] = field(default_factory=list)
    sources: dict[str, SourceFile] = field(default_factory=dict)
    covering: Covering = field(default_factory=Covering)

    def take(self, path: str) -> int:
        """Run a file and return the number of its cases; what fails as a whole is kept."""
        try:
            file = read_cases(path)
            check_claims.refuse_unknown(file.claims)
            self.inputs.append(Input("cases", path, file.sha256))
            ran = self.ran(file)
        except FencekitError as error:
            self.failed.append((path, str(error)))
            return 0
        self.files.append(ran)
        if not ran.cases and not ran.claims:
            self.failed.append((path, f"`{path}` has no case"))
        return len(ran.cases)

    def ran(self, file: CaseFile) -> SuiteFile:
        """Return the results of a file."""
        made: list[CaseResult] = []
        wanted = self.job.coverage or self.job.min_coverage is not None
        with time_limit(self.job.timeout) as progress:
            for policy, cases in self.by_policy(file):
                made.extend(results(cases, ENGINE.compile(policy), progress))
                if wanted:
                    self.covering.take(policy, cases, progress)
        in_order = {case.name: at for at, case in enumerate(file.cases)}
        made.sort(key=lambda case: in_order[case.name])
        checked: tuple[ClaimResult, ...] = ()
        if file.claims:
            policy = self.policy(self.job.policy or file.policy, file)
            checked = check_claims.check_claims(
                file.claims, policy, lambda name: self.policy(beside(file.path, name), file)
            )
        return SuiteFile(file.path, file.title, tuple(made), checked)

    def by_policy(self, file: CaseFile) -> Iterator[tuple[Policy, list[Case]]]:
        """Yield each policy of a file with its cases; that of a file without any, too."""
        named: dict[str, list[Case]] = {}
        if file.policy:
            named[self.job.policy or file.policy] = []
        for case in file.cases:
            path = self.job.policy or case.policy or file.policy
            named.setdefault(path, []).append(case)
        for path, cases in named.items():
            yield self.policy(path, file), cases

    def policy(self, path: str, file: CaseFile) -> Policy:
        """Return a policy as the file has it read."""
        policy = load_policy(
            path,
            strict=file.strict or bool(self.job.policy),
            policy_root=self.job.policy_root or file.policy_root or None,
            search_paths=() if self.job.policy else file.search_paths,
        )
        for source in policy.files:
            if source.path not in self.sources:
                self.sources[source.path] = source
                self.inputs.append(Input("policy", source.path, source.sha256))
        return policy

    def measured_coverage(self) -> Coverage | None:
        """Return what the cases cover, None where it is not asked for."""
        if not self.job.coverage and self.job.min_coverage is None:
            return None
        return self.covering.coverage(self.job.min_coverage)

    def report(self) -> Report:
        """Return the report on all files taken in."""
        cases = [case for file in self.files for case in file.cases]
        checked = [claim for file in self.files for claim in file.claims]
        findings = [finding_of(case) for case in cases if case.status is not CaseStatus.PASSED]
        findings += claim_findings(checked, ClaimStatus.REFUTED)
        on_errors = claim_findings(checked, ClaimStatus.EXCEPT_ERRORS)
        whole = [why for _, why in self.failed]
        coverage = self.measured_coverage()
        if coverage is not None:
            low = shortfall(coverage)
            findings += [low] if low else []
            if coverage.percent is None:
                whole.append("there is nothing that cases could cover")
        if not cases and not checked:
            whole.append("no case was run")
        errors = sum(case.status is CaseStatus.ERROR for case in cases)
        unknown = sum(claim.status is ClaimStatus.UNKNOWN for claim in checked)
        of_parts = {
            f"{errors} of {len(cases)} cases could not be decided": errors,
            f"{unknown} of {len(checked)} claims could not be settled": unknown,
        }
        parts = [said for said, count in of_parts.items() if count]
        failing = len(findings) > errors
        return Report(
            check="test",
            status=with_errors(
                status_of(whole, parts, failing=failing),
                len(on_errors),
                fail_on_errors=self.job.fail_on_errors,
            ),
            checked=len(cases) + len(checked),
            counts={},
            findings=(*findings, *on_errors),
            inputs=tuple(self.inputs),
            fail_on=FailOn.LOOSER,
            limits=Limits(),
            sources=tuple(self.sources.values()),
            troubles=(*whole, *parts),
            fail_on_errors=self.job.fail_on_errors,
            suite=Suite(tuple(self.files), coverage, tuple(self.failed), tuple(self.passed_over)),
        )


def status_of(whole: Sequence[str], parts: Sequence[str], *, failing: bool) -> Status:
    """Return the status: what failed as a whole outweighs findings, which outweigh errors."""
    if whole or (parts and not failing):
        return Status.COULD_NOT_CHECK
    return Status.FINDINGS if failing else Status.CLEAN


def claim_findings(claims: Iterable[ClaimResult], status: ClaimStatus) -> list[Finding]:
    """Return the findings of the claims that have a status."""
    return [claim_finding(claim) for claim in claims if claim.status is status]
