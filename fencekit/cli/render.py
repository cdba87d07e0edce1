"""`fencekit render`: a report that was written as JSON, in any other format."""

import click

from fencekit.cli.report_options import report_options


@click.command("render")
@click.argument("report", type=click.Path(), metavar="REPORT")
@report_options
def command(
    report: str, output: str, html: str | None, out: tuple[str, ...], redact: str | None
) -> None:
    """Render a report that `--format json` or `--out json=FILE` wrote, in any other format.

    Nothing is checked again, and none of the files that the report is about are needed. The exit
    code is that of the check. `--redact` can hide more than the report hides, not less.

    \b
    fencekit render report.json --html report.html
    fencekit render report.json --format markdown
    """
    from fencekit.checks.postprocess.stored_report import load_report
    from fencekit.cli.finish_check import finish
    from fencekit.cli.report_options import targets

    targets(html, out, [report])
    finish(load_report(report), output, html, out, redact)
