"""A whole run of lint as it is asked for: the paths of policies and logs in, a report out."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from fencekit.dialects.dialect_registry import load_policy
from fencekit.engines.time_limit import time_limit
from fencekit.linter.ignore_comments import Ignore, faults_of, ignores_in
from fencekit.linter.lint_context import LintContext
from fencekit.linter.lint_findings import finding_of, in_order
from fencekit.linter.lint_levels import Levels
from fencekit.linter.lint_rule import LintRule, Violation
from fencekit.linter.recorded_fields import RecordedFields
from fencekit.logs.log_registry import open_log
from fencekit.logs.tool_map import load_tools
from fencekit.model.errors import LogError, PolicyError, TimeLimitError
from fencekit.model.finding import Finding
from fencekit.model.lint_result import FailAt, LintedPolicy, LintResult
from fencekit.model.policy import Policy
from fencekit.model.report import FailOn, Limits, Report, Status
from fencekit.model.source import Input, Place, SourceFile
from fencekit.reading.input_files import MAX_LINE

TIMEOUT = 2.0
FIRST = "regex-backtracks"
"""What is looked for first: whoever goes on may meet the regex that never comes back."""


@dataclass(frozen=True, slots=True)
class LintJob:
    """Everything that lint is told.

    `timeout` is in seconds, for each decision; `max_line` in bytes, for each line of a log.
    """

    policies: Sequence[str]
    policy_root: str = ""
    levels: Levels = field(default_factory=Levels)
    fail_at: FailAt = FailAt.ERROR
    logs: Sequence[str] = ()
    log_format: str = ""
    tools: str = ""
    timeout: float = TIMEOUT
    max_line: int = MAX_LINE

    def run(self) -> Report:
        """Return the report; a policy or a log that cannot be read is a trouble in it."""
        run = LintRun(self.levels, self.fail_at, self.timeout)
        run.read_logs(self)
        for path in dict.fromkeys(self.policies):
            try:
                policy = load_policy(path, policy_root=self.policy_root or None)
            except PolicyError as error:
                run.failed.append((path, str(error)))
            else:
                run.take(policy)
        return run.report()


def lint(
    policy: Policy,
    *,
    levels: Levels | None = None,
    fail_on: FailAt | str = FailAt.ERROR,
) -> Report:
    """Look for the known bad shapes in a policy and report them, each with calls that show it.

    `fail_on` is the least level that makes the report one of findings: `error`, `warning`, `note`
    or `never`.
    """
    run = LintRun(levels or Levels(), FailAt(fail_on))
    run.take(policy)
    return run.report()


@dataclass
class LintRun:
    """Lint under way: policies go in, one after the other, and a report comes out."""

    levels: Levels
    fail_at: FailAt
    timeout: float = TIMEOUT
    seen: RecordedFields | None = None
    linted: list[LintedPolicy] = field(default_factory=list)
    failed: list[tuple[str, str]] = field(default_factory=list)
    logs: list[tuple[str, int]] = field(default_factory=list)
    inputs: list[Input] = field(default_factory=list)
    sources: dict[str, SourceFile] = field(default_factory=dict)
    ignores: dict[str, list[Ignore]] = field(default_factory=dict)
    found: dict[tuple[str, Place, str], Finding] = field(default_factory=dict)
    silenced: set[tuple[str, Place, str]] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.shapes = self.levels.looked_for(with_log=False)

    def read_logs(self, job: LintJob) -> None:
        """Take in which fields the calls of the logs of a job have."""
        if not job.logs:
            return
        mapping = load_tools(job.tools) if job.tools else None
        seen = RecordedFields()
        for path in job.logs:
            try:
                with open_log(path, job.log_format or None, mapping, max_line=job.max_line) as log:
                    self.logs.append((path, seen.take(log.entries())))
                    for lost, what in (
                        (seen.invalid, "records could not be read"),
                        (seen.passed_over, "calls were passed over"),
                    ):
                        if lost:
                            why = f"{lost:,} {what}: they may have any field"
                            self.failed.append((path, f"{path}: {why}"))
                    seen.invalid = seen.passed_over = 0
                    self.inputs.append(Input("log", path, log.digest()))
            except LogError as error:
                self.failed.append((path, str(error)))
        self.seen = seen
        self.shapes = self.levels.looked_for(with_log=seen.records > 0)
        if not seen.records:
            self.failed.append(("", "no record of a log says which fields there are"))

    def take(self, policy: Policy) -> None:
        """Look for every shape in a policy."""
        for source in policy.files:
            self.sources[source.path] = source
            self.ignores.setdefault(source.path, ignores_in([source]))
        with time_limit(self.timeout) as progress:
            subject = LintContext(policy, self.seen, progress)
            try:
                for shape, hit in self._hits(subject):
                    self._add(shape, hit)
            except TimeLimitError as error:
                said = f"not everything was looked for in `{policy.file}`: {error}"
                self.failed.append((policy.file, f"{said}\n  hint: mend the regex first"))
        self.linted.append(LintedPolicy(policy.file, len(list(policy.rules)), subject.exact.open))

    def _hits(self, subject: LintContext) -> Iterator[tuple[LintRule, Violation]]:
        """Yield what every shape finds; first the one that decides no call to find it."""
        for shape in sorted(self.shapes.values(), key=lambda shape: shape.slug != FIRST):
            yield from ((shape, hit) for hit in shape.find(subject))

    def _add(self, shape: LintRule, hit: Violation) -> None:
        """Take in what was found, unless it is off in that file or silenced by a comment."""
        level = self.levels.of(shape, hit.place.file, mild=hit.mild)
        if level is None:
            return
        silencing = [
            ignore
            for ignore in self.ignores.get(hit.place.file, ())
            if ignore.silences(shape.slug, hit)
        ]
        key = shape.slug, hit.place, hit.message
        for ignore in silencing:
            ignore.used.add(shape.slug)
            self.silenced.add(key)
        if not silencing:
            self.found.setdefault(key, finding_of(shape.slug, hit, level))

    def report(self) -> Report:
        """Return the report on all policies taken in."""
        named = {entry.path for entry in self.linted}
        for ignore in (ignore for path in sorted(named) for ignore in self.ignores.get(path, ())):
            for slug, hit in faults_of(ignore, self.shapes):
                if slug in self.shapes:
                    self._add(self.shapes[slug], hit)
        findings = in_order(self.found.values())
        disallowed = any(self.fail_at.disallows(finding.level) for finding in findings)
        troubles = [why for _, why in self.failed]
        if not self.linted:
            troubles.append("no policy was linted")
        status = Status.FINDINGS if disallowed else Status.CLEAN
        return Report(
            check="lint",
            status=Status.COULD_NOT_CHECK if troubles else status,
            checked=len(self.linted),
            counts={},
            findings=findings,
            inputs=(*self._policies(), *self.inputs),
            fail_on=FailOn.NEVER if self.fail_at is FailAt.NEVER else FailOn.LOOSER,
            limits=Limits(),
            sources=tuple(self.sources.values()),
            troubles=tuple(troubles),
            lint=LintResult(
                tuple(self.linted),
                tuple(self.shapes),
                len(self.silenced),
                self.fail_at,
                tuple(self.failed),
                tuple(self.logs),
            ),
        )

    def _policies(self) -> list[Input]:
        return [Input("policy", source.path, source.sha256) for source in self.sources.values()]
