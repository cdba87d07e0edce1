"""Proofs as tests: that the candidate is nowhere looser, and that it keeps to its guardrails.

Each fails with a call that shows otherwise, or with why it could not be proved.
"""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from _pytest.terminal import TerminalReporter

from fencekit.checks.postprocess.apply_waivers import with_waivers
from fencekit.checks.postprocess.finalise_report import finalise
from fencekit.checks.proofs.guardrails_check import GuardrailsJob
from fencekit.checks.proofs.policy_comparison import ComparisonJob
from fencekit.config.options import PROVE
from fencekit.config.proof_settings import ProofJobs, proof_jobs
from fencekit.model.errors import FencekitError
from fencekit.model.masking import Redact
from fencekit.model.report import Report, Status
from fencekit.pytest_plugin.log_items import CheckItem, Collecting, DisallowedError, named_outside
from fencekit.pytest_plugin.replay_arguments import absolute, given_for, settings_of, usage_error
from fencekit.reporting.check_texts import lines
from fencekit.reporting.replay_text import Line, waiver_lines
from fencekit.reporting.report_phrases import status_label, verdict_line

Job = ComparisonJob | GuardrailsJob
PASSES_UNPROVED = "capfence_unproved"


def start(config: pytest.Config) -> None:
    """Register the plugin for this process; without paths for pytest the proofs are all."""
    if config.args_source is not config.ArgsSource.ARGS:
        config.args = []
        config.args_source = config.ArgsSource.ARGS
    try:
        jobs = proof_jobs(settings_of(config), **given_for(PROVE, config))
    except FencekitError as error:
        raise usage_error(error) from error
    config.pluginmanager.register(ProofSession(jobs), "capfence-proofs")


class ProofFile(pytest.File):
    """The candidate, whose tests are the proofs."""

    session_of: "ProofSession"

    @classmethod
    def of(cls, parent: pytest.Collector, session: "ProofSession") -> "ProofFile":
        """Return the node of the candidate."""
        path = Path(session.path)
        node: ProofFile = cls.from_parent(parent, path=path, **named_outside(parent, path))
        node.session_of = session
        return node

    def collect(self) -> Iterator["ProofItem"]:
        """Yield a test for each proof."""
        for name, job in self.session_of.jobs.items():
            # The whole id as text: pytest 9.2 does not find brackets in a name that it appends.
            item: ProofItem = ProofItem.from_parent(
                self, name=f"proved[{name}]", nodeid=f"{self.nodeid}::proved[{name}]"
            )
            item.job, item.session_of = job, self.session_of
            yield item


class ProofItem(CheckItem):
    """The test of one proof."""

    job: Job
    session_of: "ProofSession"

    def runtest(self) -> None:
        """Fail where a call breaks it, and where nobody knows.

        One that passes although it is not proved says so: in its own output, and in the summary.
        """
        report = self.session_of.report(self.job)
        shown = "\n".join(part.text for part in lines(report) if isinstance(part, Line))
        if report.exit_code:
            raise DisallowedError(shown)
        if not is_proved(report):
            self.user_properties.append((PASSES_UNPROVED, f"{self.name}: {headline(report)}"))
            self.add_report_section("call", "capfence", shown)

    def reportinfo(self) -> tuple[os.PathLike[str] | str, int | None, str]:
        """Return the candidate and a heading."""
        return self.path, None, f"proof: {self.name}"


class ProofSession(Collecting):
    """The hooks that make tests of the proofs."""

    kinds = (ProofFile, ProofItem)

    def __init__(self, jobs: ProofJobs) -> None:
        self.told = jobs
        named = {"not-looser": jobs.not_looser, "guardrails": jobs.guardrails}
        self.jobs: dict[str, Job] = {name: job for name, job in named.items() if job is not None}
        first = jobs.not_looser.candidate if jobs.not_looser else ""
        self.path = absolute(first or (jobs.guardrails.policy if jobs.guardrails else ""))

    def report(self, job: Job) -> Report:
        """Return the report of a proof as it is shown, with what is waived waived.

        Waivers are about what gets looser: nothing waives a guardrail.
        """
        made, told = job.run(), self.told
        if isinstance(job, ComparisonJob):
            made = with_waivers(made, told.waivers, told.today, policies=job.policies())
        return finalise(made, Redact.NONE)  # the calls are made up, and have no secrets

    def files(self, parent: pytest.Collector) -> Iterator[pytest.File]:
        """Yield the node of the candidate."""
        yield ProofFile.of(parent, self)

    def pytest_terminal_summary(self, terminalreporter: TerminalReporter) -> None:
        """Write which tests passed although what they are about is not proved, and why."""
        said = [
            dict(report.user_properties)[PASSES_UNPROVED]
            for report in terminalreporter.stats.get("passed", ())
            if report.when == "call" and PASSES_UNPROVED in dict(report.user_properties)
        ]
        if said:
            terminalreporter.section("capfence proofs")
        for line in said:
            terminalreporter.write_line(line, yellow=True)


def is_proved(report: Report) -> bool:
    """Say whether a report has nothing but that the claim is proved."""
    return report.status is Status.CLEAN and not report.troubles


def headline(report: Report) -> str:
    """Return what a report says first: its status, its verdict, and what is waived."""
    said = [f"{status_label(report)}: {verdict_line(report)}"]
    return "; ".join([*said, *(line.text.strip() for line in waiver_lines(report))])
