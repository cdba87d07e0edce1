"""`fencekit logs verify`: whether the hash chain of a log holds, and how much it covers."""

from typing import Any

import click

from fencekit.cli.report_options import option, printed_option


@click.command("verify")
@click.argument("logs", nargs=-1, required=True, type=click.Path(), metavar="LOG...")
@click.option("--head", metavar="H", help="The hash of the last record that was kept.")
@click.option(
    "--count",
    type=click.IntRange(min=1),
    metavar="N",
    help="The number of records that was kept.",
)
@click.option("--checkpoint", type=click.Path(), metavar="F", help="A file of checkpoints.")
@click.option(
    "--key",
    "keys",
    multiple=True,
    type=click.Path(),
    metavar="K",
    help="Require signatures by this public Ed25519 key (PEM or base64); may be repeated.",
)
@option("log_format", of="LOG")
@printed_option
def verify(logs: tuple[str, ...], log_format: str | None, output: str, **kept: Any) -> None:
    """Verify the hash chain of LOG: CapFence's database, or a log of our own.

    Several logs of our own are verified as one, each continuing the one before it. Names the first
    record that does not fit, and why. Reads only. Exit code 3 when the chain is broken or there is
    none.

    \b
    fencekit logs verify audit.db
    fencekit logs verify audit.db --count 5000 --head 91c4...
    fencekit logs verify audit.1.jsonl audit.jsonl --checkpoint kept.jsonl --key audit.pub
    """
    import sys

    from fencekit.cli.terminal_output import show
    from fencekit.logs.chain.verify_chain import verify_log
    from fencekit.model.chain_verification import Anchor
    from fencekit.reading.signatures import read_public
    from fencekit.reporting.chain_text import render, verification_lines

    anchor = Anchor(kept["count"], check_head(kept["head"]))
    found = verify_log(
        *logs,
        anchors=[anchor],
        checkpoint=kept["checkpoint"],
        keys=[read_public(key) for key in kept["keys"]],
        log_format=log_format,
    )
    if output == "json":
        click.echo(render(found, logs), nl=False)
    else:
        show(verification_lines(found, logs))
    sys.exit(0 if found.holds else 3)


def check_head(head: str | None) -> str | None:
    """Return the head as it was given; a usage error where it is no hash."""
    import re

    from fencekit.model.errors import UsageError

    if head is None or re.fullmatch("[0-9a-f]{64}", head):
        return head
    raise UsageError("`--head` is no hash", hint="64 hex digits in lower case, as `verify` prints")
