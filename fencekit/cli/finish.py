"""The end of every check: its report is printed and written, and its exit code is the command's."""

import sys
from typing import NoReturn

from fencekit.model.report import Report


def finish(report: Report, output: str = "text", html: str | None = None) -> NoReturn:
    """Show the report in the format that is asked for, write the HTML file, and exit."""
    if output == "text":
        from fencekit.cli.show import show
        from fencekit.reporting.texts import lines

        show(lines(report))
    write_reports(report, output, html)
    sys.exit(report.exit_code)


def write_reports(report: Report, output: str, html: str | None) -> None:
    """Print the report in a format other than text, and write the HTML file."""
    from fencekit.checks.outputs import refuse_overwriting, write_report
    from fencekit.cli.show import put, say

    if output != "text":
        from fencekit.reporting.registry import render

        put(render(report, output))
    if html:
        from fencekit.reporting.html.page import render as render_html

        refuse_overwriting(html, [given.path for given in report.inputs])
        write_report(html, render_html(report))
        say(f"report: {html}")
