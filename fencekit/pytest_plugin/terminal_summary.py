"""The section that a replay adds to the end of pytest's output."""

from _pytest.terminal import TerminalReporter

from fencekit.model.finding import OF_CALLS
from fencekit.model.report import Report, Status
from fencekit.pytest_plugin.replay_arguments import words_of
from fencekit.reporting.replay_text import inert, waiver_lines, what_was_checked
from fencekit.reporting.report_phrases import status_label, verdict_line

COLOURS = {
    Status.CLEAN: "green",
    Status.WAIVED: "yellow",
    Status.NOT_JUDGED: "yellow",
    Status.EXCEPT_ERRORS: "yellow",
    Status.FINDINGS: "red",
    Status.COULD_NOT_CHECK: "yellow",
}


def summary(terminal: TerminalReporter, report: Report, page: str) -> None:
    """Write the verdict with its denominator, troubles, what was compared, and the counts."""
    terminal.section("capfence replay")
    colour = {COLOURS[report.status]: True}
    terminal.write_line(f"{status_label(report)}: {verdict_line(report)}", bold=True, **colour)
    for said in waiver_lines(report):
        terminal.write_line(said.text, yellow=True)
    for trouble in report.troubles:
        for line in words_of(trouble).splitlines():
            terminal.write_line(f"  ! {line}", yellow=True)
    if report.replay is not None:
        for shown in what_was_checked(report.replay):
            if shown.text:
                terminal.write_line(shown.text)
    found = [f"{report.counts[kind]:,} {kind.words}" for kind in OF_CALLS if report.counts[kind]]
    terminal.write_line(f"calls      {', '.join(found) or 'none'}")
    if page:
        terminal.write_line(f"report     {inert(page, 500)}")
