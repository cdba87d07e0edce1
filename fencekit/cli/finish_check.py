"""The end of every check: its report is printed and written, and its exit code is the command's."""

import sys
from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import NoReturn

from fencekit.checks.postprocess.finalise_report import finalise
from fencekit.cli.report_options import HTML, targets
from fencekit.model.report import Report
from fencekit.reading.repository_paths import paths_from_root

PIECE = 1 << 16
"""The characters of a report that are written at once."""


def finish(
    report: Report,
    output: str = "text",
    html: str | None = None,
    out: Iterable[str] = (),
    redact: str | None = None,
) -> NoReturn:
    """Show the report in the format that is asked for, write the files, and exit."""
    report = replace(finalise(report, redact), paths=paths_from_root(files_of(report)))
    if output == "text":
        from fencekit.cli.terminal_output import show
        from fencekit.reporting.check_texts import lines

        show(lines(report))
    write_reports(report, output, html, out)
    sys.exit(report.exit_code)


def files_of(report: Report) -> list[str]:
    """Return the files that a report speaks of: its inputs, and where findings are."""
    places = [found.place for found in report.findings]
    places += [edit.place for f in report.findings for blame, _ in f.blames for edit in blame.edits]
    places += [rule.place for f in report.findings for rule in (f.rule, f.baseline_rule) if rule]
    files = [given.path for given in report.inputs]
    files += [source.path for source in report.sources]
    return [*files, *(place.file for place in places if place is not None)]


def write_reports(report: Report, output: str, html: str | None, out: Iterable[str] = ()) -> None:
    """Print the report in a format other than text, and write it into each file that is named."""
    from fencekit.checks.postprocess.output_files import write_report
    from fencekit.cli.terminal_output import put, say

    if output != "text":
        from fencekit.reporting.report_formats import pieces

        for piece in join_pieces(pieces(report, output)):
            put(piece)
    for form, file in targets(html, out, [given.path for given in report.inputs]):
        write_report(file, file_pieces(report, form))
        say(f"report: {file}")


def join_pieces(pieces: Iterable[str]) -> Iterator[str]:
    """Yield the same text in pieces that are worth a write each."""
    kept: list[str] = []
    size = 0
    for piece in pieces:
        kept.append(piece)
        size += len(piece)
        if size >= PIECE:
            yield "".join(kept)
            kept, size = [], 0
    yield "".join(kept)


def render_report(report: Report, form: str) -> str:
    """Return the report in a format, as a file holds it."""
    return "".join(file_pieces(report, form))


def file_pieces(report: Report, form: str) -> Iterator[str]:
    """Yield the report in a format, as a file holds it."""
    if form == HTML:
        from fencekit.reporting.html.html_page import render as render_html

        yield render_html(report)
        return
    if form == "text":
        from fencekit.cli.terminal_output import in_lines
        from fencekit.reporting.check_texts import lines

        yield from (f"{line.text}\n" for line in in_lines(lines(report)))
        return
    from fencekit.reporting.report_formats import pieces

    yield from pieces(report, form)
