"""A whole replay as it is asked for: the paths of logs and policies in, a report out."""

import os
from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field, replace
from datetime import date
from functools import partial
from pathlib import Path

from fencekit.checks.findings.witness_traces import trace
from fencekit.checks.postprocess.apply_waivers import with_waivers
from fencekit.checks.replay.chain_coverage import ChainSummary, chain_of, logs_without_chain
from fencekit.checks.replay.log_counts import LogCounts
from fencekit.checks.replay.replay_records import KEEP_RECORDS, TIMEOUT, ReplayRun, Watch
from fencekit.dialects.dialect_registry import load_policy
from fencekit.logs import capfence_sqlite
from fencekit.logs.log_folders import NoFormatError, files_in, passed_over_in
from fencekit.logs.log_registry import Log, open_log
from fencekit.logs.redaction import read_key
from fencekit.logs.tool_map import load_tools
from fencekit.logs.unmask_values import RedactionKey
from fencekit.model.errors import FencekitError, LogError, PolicyError
from fencekit.model.finding import RecordClass
from fencekit.model.masking import Redact
from fencekit.model.policy import Policy
from fencekit.model.record import PassedOver
from fencekit.model.report import FOLDER, FailOn, Limits, Report, Status
from fencekit.model.source import Input, Place, argument
from fencekit.reading.input_files import MAX_LINE, sha256_of

WRITTEN_MEANWHILE = (
    "the log was written to between deciding its records and verifying its chain; "
    "copy it, and replay the copy"
)


@dataclass(frozen=True, slots=True)
class ReplayJob:
    """Everything that a replay is told. `timeout` is in seconds, for each record."""

    logs: Sequence[str]
    policy: str
    baseline: str = ""
    policy_root: str = ""
    baseline_root: str = ""
    log_format: str = ""
    tools: str = ""
    redaction_key: str = ""
    fail_on: FailOn = FailOn.LOOSER
    limits: Limits = field(default_factory=Limits)
    timeout: float = TIMEOUT
    max_line: int = MAX_LINE
    """The bytes that a line of a log may have."""
    keep_records: int = KEEP_RECORDS
    require_chain: bool = False
    redact: Redact = Redact.SECRETS
    """What the faces hide of the calls that they show; the report of `run` has all."""
    waivers: str = ""
    today: date | None = None
    """The day on which waivers have to hold; by the clock unless given."""
    policy_revision: str = ""
    baseline_revision: str = ""
    authors: bool = False
    """Whether to ask git who is behind the edits between the baseline and the policy."""

    def run(
        self, *, watch: Watch | None = None, progress: Callable[[int], None] | None = None
    ) -> Report:
        """Return the report; `watch` is shown every record, `progress` told how many there were.

        Raises PolicyError or UsageError before anything is read. Logs that fail are in the report.
        """
        run = self.run_replay(watch=watch, progress=progress)
        if self.authors and run.consequences is not None:
            run.consequences.ask_authors(self.baseline_revision, self.policy_revision)
        report = replace(run.report(self.fail_on, self.limits), command=self.command())
        tracing = partial(trace, before=run.baseline, after=run.policy)
        policies = (run.baseline, run.policy) if run.baseline is not None else (run.policy,)
        return with_waivers(report, self.waivers, self.today, tracing, policies)

    def run_replay(
        self, *, watch: Watch | None = None, progress: Callable[[int], None] | None = None
    ) -> ReplayRun:
        """Return the run with every log taken in; see `run`."""
        tools = load_tools(self.tools) if self.tools else None
        key = RedactionKey(read_key(self.redaction_key)) if self.redaction_key else None
        run = ReplayRun(
            load_policy(
                self.policy,
                policy_root=self.policy_root or None,
                revision=self.policy_revision,
            ),
            self.policy_in_force(),
            keep_records=self.keep_records,
            timeout=self.timeout,
            watch=watch,
            progress=progress,
        )
        if tools is not None:
            run.inputs.append(Input("tools", self.tools, tools.sha256))
        seen: set[bytes] = set()
        opening = partial(
            open_log,
            log_format=self.log_format or None,
            tools=tools,
            key=key,
            max_line=self.max_line,
            seen=seen,
        )
        for path in self.logs:
            try:
                if os.path.isdir(path):  # noqa: PTH112
                    take_folder(run, path, opening)
                else:
                    take_log(run, path, opening)
            except LogError as error:
                run.failed.append((path, str(error)))
        if self.require_chain:
            run.failed.extend(
                logs_without_chain(
                    (log.path, log.summary().record_count, log.covered) for log in run.logs
                )
            )
        if key is not None and key.others:
            run.remarks.append(
                f"`--redaction-key` names another key than {key.others:,} masked values were "
                f"masked with: they stay unknown"
            )
        run.explain_options = self.explain_options()
        return run

    def policy_in_force(self) -> Policy | None:
        """Return the baseline, if there is one, with the files that it extends in its own tree."""
        if not self.baseline:
            return None
        root = self.baseline_root or self.policy_root or None
        policy = load_policy(self.baseline, policy_root=root, revision=self.baseline_revision)
        if not self.baseline_root and not self.baseline_revision:
            refuse_foreign_parents(policy, root or "")
        return policy

    def command(self) -> tuple[str, ...]:
        """Return the command that makes the same report."""
        policies = (("--policy", self.policy), ("--baseline", self.baseline))
        named = [word for name, value in policies if value for word in (name, value)]
        silent = ["--no-authors"] if self.baseline and not self.authors else []
        return (
            "fencekit",
            "replay",
            *map(argument, self.logs),
            *named,
            *silent,
            *self.command_options(),
        )

    def command_options(self) -> tuple[str, ...]:
        """Return the options of this job that are not the defaults, as one would type them."""
        return tuple(
            word
            for name, value, default in (
                ("--policy-root", self.policy_root, ""),
                ("--baseline-root", self.baseline_root, ""),
                ("--log-format", self.log_format, ""),
                ("--tools", self.tools, ""),
                ("--redaction-key", self.redaction_key, ""),
                ("--fail-on", str(self.fail_on), str(FailOn.LOOSER)),
                ("--max-invalid", limit_text(self.limits.invalid), "0"),
                ("--max-undecided", limit_text(self.limits.undecided), "0"),
                ("--max-passed-over", limit_text(self.limits.passed_over), "0"),
                ("--max-line", str(self.max_line), str(MAX_LINE)),
                ("--timeout", f"{self.timeout:g}", f"{TIMEOUT:g}"),
                ("--keep-records", str(self.keep_records), str(KEEP_RECORDS)),
                ("--require-chain", "yes" if self.require_chain else "", ""),
                ("--waivers", self.waivers, ""),
                ("--today", str(self.today or ""), ""),
                ("--redact", str(self.redact), str(Redact.SECRETS)),
            )
            if value != default
            for word in ([name] if name == "--require-chain" else [name, value])
        )

    def explain_options(self) -> tuple[str, ...]:
        """Return the options with which `fencekit explain` sees what this replay saw."""
        options = (
            ("--policy-root", self.policy_root),
            ("--log-format", self.log_format),
            ("--tools", self.tools),
            ("--redaction-key", self.redaction_key),
            ("--max-line", "" if self.max_line == MAX_LINE else str(self.max_line)),
        )
        return tuple(word for name, value in options if value for word in (name, value))

    def read_files(self) -> list[str]:
        """Return the files that the replay is told to read."""
        policies = (self.policy, self.baseline, self.waivers)
        named = (*self.logs, *policies, self.tools, self.redaction_key)
        return [path for path in named if path]


Opening = Callable[[str], AbstractContextManager[Log]]


def take_log(run: ReplayRun, path: str, opening: Opening) -> None:
    """Take in a log, and how far its chain holds; raise LogError where it cannot be read."""
    before = capfence_sqlite.states(*written_files(path))
    with opening(path) as log:
        try:
            run.take(path, log.format.name, log.entries())
        finally:
            run.inputs.append(Input("log", path, log.digest()))
            run.inputs.extend(journals_of(path, log.format.name))
    chain = chain_of(path, log.format.name)
    if chain.covered and capfence_sqlite.states(*written_files(path)) != before:
        chain = ChainSummary(fault=f"{path}: {WRITTEN_MEANWHILE}")
    run.take_chain(chain)


def take_folder(run: ReplayRun, folder: str, opening: Opening) -> None:
    """Take in every log of a folder; what is no log is noticed, or passed over."""
    counts = LogCounts(folder, FOLDER)
    formats: Counter[str] = Counter()
    for path in files_in(folder):
        try:
            take_log(run, path, opening)
            formats[run.logs[-1].format] += 1
        except NoFormatError:
            entry = passed_over_in(path)
            tallies = counts.passed_over if isinstance(entry, PassedOver) else counts.notices
            tallies.add(entry.kind, entry.place, entry.count)
        except LogError as error:
            run.failed.append((path, str(error)))
    counts.formats = tuple(sorted(formats.items(), key=lambda item: (-item[1], item[0])))
    run.logs.append(counts)
    if not formats:
        run.failed.append((folder, f"{folder}: no file in this folder is a log"))


def written_files(path: str) -> list[Path]:
    """Return the files of a log that change when it is written to.

    A log is read twice, to decide and to verify: what is verified must be what was decided.
    """
    real = os.path.realpath(path)
    return [Path(f"{real}{suffix}") for suffix in ("", *capfence_sqlite.JOURNALS)]


def limit_text(limit: int | None) -> str:
    """Return a limit as the command line has it."""
    return "all" if limit is None else str(limit)


def journals_of(path: str, log_format: str) -> list[Input]:
    """Return what lies beside a database and was read with it: rows may be there alone."""
    if log_format != capfence_sqlite.FORMAT.name:
        return []
    real = os.path.realpath(path)
    return [
        Input("log", f"{path}{suffix}", sha256_of(f"{real}{suffix}"))
        for suffix in capfence_sqlite.JOURNALS
        if capfence_sqlite.is_filled(Path(f"{real}{suffix}"))
    ]


def refuse_foreign_parents(policy: Policy, root: str) -> None:
    """Raise PolicyError where a baseline extends a file of the candidate's tree, not of its own.

    Names in `extends` are looked for in one directory. A baseline from another checkout has its
    own file of that name, and would be compared with the candidate's.
    """
    for source in policy.files[1:]:
        name = os.path.relpath(source.path, root or ".")
        for folder in Path(policy.file).absolute().parents:
            own = folder / name
            if own.is_file() and not own.samefile(source.path):
                raise PolicyError(
                    f"the baseline extends `{name}`, which was found at `{source.path}`, but its "
                    f"own tree has another file of that name",
                    place=Place(policy.file),
                    hint=f"pass `--baseline-root {os.path.relpath(folder)}`",
                )


def report_of_failure(check: str, error: FencekitError, job: ReplayJob) -> Report:
    """Return the report for a check that could not begin."""
    return Report(
        check=check,
        status=Status.COULD_NOT_CHECK,
        checked=0,
        counts=dict.fromkeys(RecordClass, 0),
        findings=(),
        inputs=(),
        fail_on=job.fail_on,
        limits=job.limits,
        troubles=(str(error),),
    )
