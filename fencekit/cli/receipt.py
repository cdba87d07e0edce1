"""`fencekit receipt`: one decision of the gate, for people."""

from typing import Any

import click

from fencekit.cli.report_options import printed_option


@click.command("receipt")
@click.argument("record", metavar="RECORD")
@printed_option
def command(record: str, output: str) -> None:
    """Print the receipt of a decision: RECORD is `LOG:LINE`, `LOG#ID`, or LOG for the last one.

    \b
    fencekit receipt audit.jsonl
    fencekit receipt audit.jsonl:12
    fencekit receipt audit.jsonl#3f2a

    It says what the record says: `fencekit logs verify` tells whether the log was changed.
    """
    from dataclasses import asdict

    from fencekit.cli.terminal_output import put, show
    from fencekit.gate.receipt import receipt_of
    from fencekit.reading import json
    from fencekit.reporting.json_report import inert
    from fencekit.reporting.receipt_text import receipt_lines

    form: dict[str, Any] = asdict(receipt_of(record))
    place = form.pop("place")
    form["record"] = f"{place['file']}:{place['line']}"
    if output == "json":
        put(inert(json.write(form, indent=2)) + "\n")
    else:
        show(receipt_lines(form, place["file"]))
