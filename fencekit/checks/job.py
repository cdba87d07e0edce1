"""A whole replay as it is asked for: the paths of logs and policies in, a report out."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from fencekit.checks.chains import chain_of, uncovered
from fencekit.checks.replay import KEEP_RECORDS, TIMEOUT, ReplayRun, Watch
from fencekit.dialects.registry import load_policy
from fencekit.logs.mapping import load_tools
from fencekit.logs.registry import open_log
from fencekit.model.errors import FencekitError, LogError, MappingError
from fencekit.model.finding import Class
from fencekit.model.report import FailOn, Limits, Report, Status
from fencekit.model.source import Input
from fencekit.reading.files import read_text


@dataclass(frozen=True, slots=True)
class ReplayJob:
    """Everything that a replay is told. `timeout` is in seconds, for each record."""

    logs: Sequence[str]
    policy: str
    baseline: str = ""
    policy_root: str = ""
    log_format: str = ""
    tools: str = ""
    fail_on: FailOn = FailOn.LOOSER
    limits: Limits = field(default_factory=Limits)
    timeout: float = TIMEOUT
    keep_records: int = KEEP_RECORDS
    require_chain: bool = False

    def run(
        self, *, watch: Watch | None = None, progress: Callable[[int], None] | None = None
    ) -> Report:
        """Return the report; `watch` is shown every record, `progress` told how many there were.

        Raises PolicyError or UsageError before anything is read. Logs that fail are in the report.
        """
        root = self.policy_root or None
        tools = load_tools(self.tools) if self.tools else None
        run = ReplayRun(
            load_policy(self.policy, policy_root=root),
            load_policy(self.baseline, policy_root=root) if self.baseline else None,
            keep_records=self.keep_records,
            timeout=self.timeout,
            watch=watch,
            progress=progress,
        )
        if self.tools:
            run.inputs.append(Input("tools", self.tools, read_text(self.tools, MappingError)[1]))
        for path in self.logs:
            try:
                with open_log(path, self.log_format or None, tools) as log:
                    try:
                        run.take(path, log.format.name, log.entries())
                    finally:
                        run.inputs.append(Input("log", path, log.digest()))
                run.verified(chain_of(path, log.format.name))
            except LogError as error:
                run.failed.append((path, str(error)))
        if self.require_chain:
            counted = [(log.path, log.records + log.invalid, log.covered) for log in run.logs]
            run.failed.extend(uncovered(counted))
        return run.report(self.fail_on, self.limits)


def report_of_failure(check: str, error: FencekitError, job: ReplayJob) -> Report:
    """Return the report for a check that could not begin."""
    return Report(
        check=check,
        status=Status.COULD_NOT_CHECK,
        checked=0,
        counts=dict.fromkeys(Class, 0),
        findings=(),
        inputs=(),
        fail_on=job.fail_on,
        limits=job.limits,
        troubles=(str(error),),
    )
