"""A session with a replay: it runs once, in the process that was called, before collection.

Under xdist the workers replay nothing: they are sent the results, so that all of them collect the
same tests.
"""

from collections.abc import Iterator
from dataclasses import astuple
from typing import Any

import pytest
from _pytest.terminal import TerminalReporter

from fencekit.checks.postprocess.finalise_report import finalise
from fencekit.checks.postprocess.output_files import refuse_overwriting, write_report
from fencekit.checks.postprocess.report_redaction import Redaction
from fencekit.checks.replay.replay_job import ReplayJob, report_of_failure
from fencekit.model.errors import FencekitError
from fencekit.model.report import Report
from fencekit.pytest_plugin.log_items import Collecting, LogFile, LogItem
from fencekit.pytest_plugin.replay_arguments import job_of, usage_error
from fencekit.pytest_plugin.replay_groups import Gathered, LogResults, Result, results
from fencekit.pytest_plugin.terminal_summary import summary

KEY = "capfence_results"


def start(config: pytest.Config) -> None:
    """Register the plugin for this process; without paths for pytest the replay is all there is.

    The logs are not among pytest's paths: there, another plugin might take a log for tests of its
    own (doctest does, of any `.txt`), and pytest would read the folder of each.
    """
    if config.args_source is not config.ArgsSource.ARGS:
        config.args = []
        config.args_source = config.ArgsSource.ARGS
    sent = getattr(config, "workerinput", None)
    if sent is not None:
        config.pluginmanager.register(Collected(unpack_results(sent[KEY])), "capfence-replay")
    else:
        config.pluginmanager.register(ReplaySession(*job_of(config)), "capfence-replay")


class Collected(Collecting):
    """The hooks that turn results into tests."""

    kinds = (LogFile, LogItem)

    def __init__(self, logs: tuple[LogResults, ...] = ()) -> None:
        self.logs = logs

    def files(self, parent: pytest.Collector) -> Iterator[pytest.File]:
        """Yield the node of each log."""
        return (LogFile.of(parent, log) for log in self.logs)


class ReplaySession(Collected):
    """The hooks of the process that replays, writes the report and sums up."""

    def __init__(self, job: ReplayJob, page: str) -> None:
        super().__init__()
        self.job = job
        self.page = page
        self.report: Report | None = None

    def pytest_sessionstart(self, session: pytest.Session) -> None:
        """Replay, and write the report; a policy that cannot be read ends the session."""
        if session.config.getoption("collectonly"):
            self.page = ""
        gathered = Gathered(redaction=Redaction(self.job.redact))
        try:
            refuse_overwriting(self.page, self.job.read_files() if self.page else ())
            self.report = finalise(self.job.run(watch=gathered.add), self.job.redact)
        except FencekitError as error:
            write(report_of_failure("replay", error, self.job), self.page)
            raise usage_error(error) from error
        write(self.report, self.page)
        self.logs = results(self.job.logs, self.report, gathered)

    @pytest.hookimpl(optionalhook=True)
    def pytest_configure_node(self, node: Any) -> None:
        """Send the results to a worker of xdist."""
        node.workerinput[KEY] = pack_results(self.logs)

    def pytest_terminal_summary(
        self, terminalreporter: TerminalReporter, config: pytest.Config
    ) -> None:
        """Write the verdict, what was compared, and where the report is."""
        if self.report is not None and not config.getoption("collectonly"):
            summary(terminalreporter, self.report, self.page)


def pack_results(logs: tuple[LogResults, ...]) -> list[Any]:
    """Return results as lists and texts, which travel between processes."""
    return [[log.path, [astuple(result) for result in log.results]] for log in logs]


def unpack_results(sent: list[Any]) -> tuple[LogResults, ...]:
    """Return the results that were packed."""
    return tuple(LogResults(path, tuple(Result(*result) for result in rs)) for path, rs in sent)


def write(report: Report, page: str) -> None:
    """Write the report as HTML, if a file for it is named."""
    if not page:
        return
    from fencekit.reporting.html.html_page import render

    try:
        refuse_overwriting(page, [given.path for given in report.inputs])
        write_report(page, render(report))
    except FencekitError as error:
        raise usage_error(error) from error
