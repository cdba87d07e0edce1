"""`fencekit logs`: look into audit logs, convert them, and see what their tools map to."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from fencekit.cli.logs_shadow import shadow
from fencekit.cli.logs_verify import verify
from fencekit.cli.report_options import option, options, printed_option

if TYPE_CHECKING:
    from fencekit.logs.log_registry import Log
    from fencekit.model.log_survey import Survey
    from fencekit.model.record import InvalidRecord, Record

Command = Callable[..., None]


def reading(command: Command) -> Command:
    """Add the options that every command has which reads a log."""
    of_log = options(option("log_format", of="LOG"), "max_line", "tools")
    command = of_log(options("max_invalid", "max_passed_over")(command))
    return click.argument("log", type=click.Path(), metavar="LOG")(command)


@click.group("logs")
def command() -> None:
    """Look into audit logs: show, count, convert, verify, and see what their tools map to."""


@command.command("show")
@reading
@printed_option
@click.option("--since", metavar="TIME", help="Only records from this time on (ISO 8601).")
@click.option("--until", metavar="TIME", help="Only records before this time (ISO 8601).")
@click.option("--capability", metavar="GLOB", help="Only records of these capabilities.")
@click.option("--principal", metavar="GLOB", help="Only records of these principals.")
@click.option(
    "--verdict",
    type=click.Choice(["ALLOW", "ESCALATE", "DENY"], case_sensitive=False),
    help="Only records that may have this verdict.",
)
def show_records(log: str, output: str, **given: Any) -> None:
    """Show the records of LOG, one a line; as JSON, in fencekit's own format."""
    from fencekit.checks.replay.record_selection import Selection, given_time
    from fencekit.cli.terminal_output import put, say, show
    from fencekit.logs.jsonl import encode
    from fencekit.model.verdict import Verdict
    from fencekit.reporting.json_report import inert
    from fencekit.reporting.replay_text import Line, listed_record

    selection = Selection(
        since=given_time("--since", given["since"]),
        until=given_time("--until", given["until"]),
        capability=given["capability"],
        principal=given["principal"],
        verdict=Verdict[given["verdict"].upper()] if given["verdict"] else None,
    )
    shown = 0
    with open_log_or_exit(log, given) as (source, faults):
        for record in faults.valid(source):
            if selection.holds(record):
                shown += 1
                if output == "json":
                    put(inert(encode(record)) + "\n")
                else:
                    show([Line(listed_record(record))])
        if faults.seen and not shown:
            say(f"none of the {faults.seen:,} records is asked for")


@command.command("stats")
@reading
@printed_option
def stats(log: str, output: str, **given: Any) -> None:
    """Count what LOG holds: by verdict, capability, principal, completeness and tool."""
    import json

    from fencekit.cli.terminal_output import put, show
    from fencekit.model.log_survey import to_json
    from fencekit.reporting.json_report import inert
    from fencekit.reporting.survey_text import survey_parts

    with open_log_or_exit(log, given) as (source, faults):
        survey = survey_log(source, faults)
        if output == "json":
            put(inert(json.dumps(to_json(survey), indent=2)) + "\n")
        else:
            show(survey_parts(log, source.format.name, survey))


@command.command("tools")
@reading
@printed_option
def tools_of(log: str, output: str, **given: Any) -> None:
    """List the tools that LOG names, what each maps to, and those that nothing maps."""
    import json

    from fencekit.cli.terminal_output import put, show
    from fencekit.model.log_survey import to_json
    from fencekit.reporting.json_report import inert
    from fencekit.reporting.survey_text import tool_parts

    with open_log_or_exit(log, given) as (source, faults):
        survey = survey_log(source, faults)
        if output == "json":
            put(inert(json.dumps(to_json(survey)["tools"], indent=2)) + "\n")
        else:
            show(tool_parts(survey))


@command.command("convert")
@reading
@click.option(
    "-o",
    "--output",
    "target",
    type=click.Path(dir_okay=False),
    metavar="FILE",
    required=True,
    help="The file to write; it must not exist.",
)
def convert(log: str, target: str, **given: Any) -> None:
    """Write the records of LOG in fencekit's own format, one a line.

    What LOG does not hold stays unknown. Records that cannot be read are counted, and end in exit
    code 3 beyond `--max-invalid`; the others are written.
    """
    from fencekit.cli.terminal_output import say
    from fencekit.logs.jsonl import encode
    from fencekit.model.errors import FencekitError, UsageError

    path, written = Path(target), 0
    with open_log_or_exit(log, given) as (source, faults):
        try:
            out = path.open("x", encoding="utf-8", newline="\n")
        except OSError as error:
            said = (error.strerror or str(error)).lower()
            raise UsageError(f"cannot write `{target}`: {said}") from error
        try:
            with out:
                for record in faults.valid(source):
                    out.write(encode(record) + "\n")
                    written += 1
        except FencekitError:
            path.unlink()  # a log that fails as a whole is not to be trusted in part
            raise
    say(f"{written} records written to {target}")


command.add_command(shadow)
command.add_command(verify)


class Faults:
    """What of a log could not be read: shown on stderr as it comes, and counted.

    That is invalid records, and what looks like a call and was passed over.
    """

    shown = 20

    def __init__(self) -> None:
        from fencekit.model.tally import Tallies

        self.invalid = 0
        self.seen = 0
        self.is_surveyed = False
        self.passed_over = Tallies()
        self.notices = Tallies()

    def valid(self, source: "Log") -> "Iterator[Record]":
        """Yield the records that could be read."""
        from fencekit.model.record import InvalidRecord, PassedOver, Record

        for entry in source.entries():
            if isinstance(entry, Record):
                self.seen += 1
                for note in entry.notes:
                    self.notices.add(note, entry.place)
                yield entry
            elif isinstance(entry, InvalidRecord):
                self.add(entry)
            else:
                tallies = self.passed_over if isinstance(entry, PassedOver) else self.notices
                tallies.add(entry.kind, entry.place, entry.count)

    def add(self, entry: "InvalidRecord") -> None:
        """Count a record that could not be read, and show it."""
        from fencekit.cli.terminal_output import show
        from fencekit.reporting.replay_text import Line, at, inert

        is_shown = self.invalid < self.shown
        self.invalid += entry.count
        if is_shown:
            excerpt = f"  {inert(entry.excerpt)}" if entry.excerpt else ""
            message = f"invalid: {at(entry.error.place or entry.place)}: "
            show([Line(f"{message}{inert(entry.error.message)}{excerpt}", "yellow")], sys.stderr)


@contextmanager
def open_log_or_exit(log: str, given: dict[str, Any]) -> "Iterator[tuple[Log, Faults]]":
    """Open a log; at the end, leave with exit code 3 where too much of it could not be read."""
    from fencekit.cli.terminal_output import say
    from fencekit.config.byte_sizes import size
    from fencekit.config.project_settings import limit
    from fencekit.logs.log_registry import open_log
    from fencekit.logs.tool_map import load_tools
    from fencekit.reading.input_files import MAX_LINE
    from fencekit.reporting.log_notes import kinds

    allowed = limit("max_invalid", given["max_invalid"], 0)
    most_passed_over = limit("max_passed_over", given["max_passed_over"], 0)
    max_line = size("max_line", given["max_line"], MAX_LINE)
    tools = load_tools(given["tools"]) if given["tools"] else None
    faults = Faults()
    with open_log(log, given["log_format"] or None, tools, max_line=max_line) as source:
        yield source, faults
    if not faults.is_surveyed:  # else they are in what was printed
        for said in kinds(faults.notices.rows()):
            say(f"notice: {said}")
        for said in kinds(faults.passed_over.rows()):
            say(f"passed over: {said}")
    is_over = most_passed_over is not None and faults.passed_over.total > most_passed_over
    if allowed is not None and faults.invalid > allowed:
        say(f"{faults.invalid} records of {log} could not be read")
        sys.exit(3)
    if is_over:
        parts = f"{faults.passed_over.total} parts of {log} look like calls and were passed over"
        say(f"{parts} (`--max-passed-over` allows {most_passed_over})")
        sys.exit(3)
    if not faults.seen:
        say(f"{log} holds no record")
        sys.exit(3)


def survey_log(source: "Log", faults: Faults) -> "Survey":
    """Return the counts of a log."""
    from fencekit.model.log_survey import Survey

    survey = Survey()
    for record in faults.valid(source):
        survey.add(record)
    faults.is_surveyed = True
    survey.invalid = faults.invalid
    survey.passed_over, survey.notices = faults.passed_over, faults.notices
    return survey
