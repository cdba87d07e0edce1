"""Proofs as tests: that the candidate is nowhere looser, and that it keeps to its guardrails.

Each fails with a call that shows otherwise, or with why it could not be proved.
"""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from fencekit.checks.proofs.comparison import ComparisonJob
from fencekit.checks.proofs.guardrails import GuardrailsJob
from fencekit.config.proofs import ProofJobs, proof_jobs
from fencekit.model.errors import FencekitError
from fencekit.pytest_plugin import FOR_PROOFS, PROOF_OPTIONS
from fencekit.pytest_plugin.arguments import absolute, seen_from_here, settings_of, usage_error
from fencekit.pytest_plugin.collect import CheckItem, Collecting, DisallowedError, named_outside
from fencekit.reporting.terminal import Line
from fencekit.reporting.texts import lines

PATHS = ("policy", "baseline", "policy_root", "baseline_root", "guardrails", "domain")
Job = ComparisonJob | GuardrailsJob


def start(config: pytest.Config) -> None:
    """Register the plugin for this process; without paths for pytest the proofs are all."""
    if config.args_source is not config.ArgsSource.ARGS:
        config.args = []
        config.args_source = config.ArgsSource.ARGS
    given: dict[str, Any] = {
        name: config.getoption(f"capfence_{name}")
        for name in (option.replace("-", "_") for option in (*FOR_PROOFS, *PROOF_OPTIONS))
    }
    for name in PATHS:
        if given[name]:
            given[name] = seen_from_here(given[name], config.invocation_params.dir)
    try:
        jobs = proof_jobs(settings_of(config), **given)
    except FencekitError as error:
        raise usage_error(error) from error
    config.pluginmanager.register(ProofSession(jobs), "capfence-proofs")


class ProofFile(pytest.File):
    """The candidate, whose tests are the proofs."""

    jobs: dict[str, Job]

    @classmethod
    def of(cls, parent: pytest.Collector, session: "ProofSession") -> "ProofFile":
        """Return the node of the candidate."""
        path = Path(session.path)
        node: ProofFile = cls.from_parent(parent, path=path, **named_outside(parent, path))
        node.jobs = session.jobs
        return node

    def collect(self) -> Iterator["ProofItem"]:
        """Yield a test for each proof."""
        for name, job in self.jobs.items():
            # The whole id as text: pytest 9.2 does not find brackets in a name that it appends.
            item: ProofItem = ProofItem.from_parent(
                self, name=f"proved[{name}]", nodeid=f"{self.nodeid}::proved[{name}]"
            )
            item.job = job
            yield item


class ProofItem(CheckItem):
    """The test of one proof."""

    job: Job

    def runtest(self) -> None:
        """Fail where a call breaks it, and where nobody knows."""
        report = self.job.run()
        if report.exit_code:
            shown = (part.text for part in lines(report) if isinstance(part, Line))
            raise DisallowedError("\n".join(shown))

    def reportinfo(self) -> tuple[os.PathLike[str] | str, int | None, str]:
        """Return the candidate and a heading."""
        return self.path, None, f"proof: {self.name}"


class ProofSession(Collecting):
    """The hooks that make tests of the proofs."""

    kinds = (ProofFile, ProofItem)

    def __init__(self, jobs: ProofJobs) -> None:
        named = {"not-looser": jobs.not_looser, "guardrails": jobs.guardrails}
        self.jobs: dict[str, Job] = {name: job for name, job in named.items() if job is not None}
        first = jobs.not_looser.candidate if jobs.not_looser else ""
        self.path = absolute(first or (jobs.guardrails.policy if jobs.guardrails else ""))

    def files(self, parent: pytest.Collector) -> Iterator[pytest.File]:
        """Yield the node of the candidate."""
        yield ProofFile.of(parent, self)
