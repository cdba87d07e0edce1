"""`fencekit packs diff`: whether a version of a pack is anywhere looser than another."""

import sys
from pathlib import Path

import click

from fencekit.cli.packs_options import into_option, set_option, trust_options
from fencekit.cli.report_options import option, report_options


@click.command("diff")
@click.argument("pack", metavar="PACK")
@click.option("--from", "old", required=True, metavar="V1", help="The older version.")
@click.option("--to", "new", required=True, metavar="V2", help="The newer version.")
@click.option(
    "--variant",
    type=click.Choice(["strict", "baseline", "permissive", "guardrails"]),
    help="Compare this variant only, or `guardrails`.  [default: all]",
)
@set_option
@into_option("The folder whose `fencekit.lock` says what is locked.")
@option("allow_unknown")
@trust_options
@report_options
def diff(
    pack: str,
    *,
    old: str,
    new: str,
    variant: str | None,
    values: tuple[str, ...],
    into: str,
    allow_unknown: bool,
    keys: tuple[str, ...],
    allow_unsigned: bool,
    output: str,
    html: str | None,
    out: tuple[str, ...],
    redact: str | None,
) -> None:
    """Compare two versions of PACK, each variant and the guardrails, for every possible call.

    A version is an archive, a folder, `installed` (what PACK stands for) or `locked` (what is
    installed in DIR, with its variant and its parameters). Exit code 1 where V2 is looser.

    \b
    fencekit packs diff shell --from locked --to installed
    fencekit packs diff our-pack --from our-pack-1.0.0.zip --to ./our-pack --key team.pub
    """
    from fencekit.cli.finish_check import finish
    from fencekit.cli.packs_options import parse_values, trust
    from fencekit.cli.terminal_output import show
    from fencekit.model.errors import UsageError
    from fencekit.packs.install.compare_pack_versions import PARTS, Versions
    from fencekit.reporting.check_texts import lines
    from fencekit.reporting.replay_text import Line

    trusted = trust(keys, allow_unsigned=allow_unsigned)
    versions = Versions(pack, Path(into), trusted, parse_values(values))
    asked = [variant] if variant else PARTS
    reports = dict(versions.compare_versions(old, new, asked, allow_unknown=allow_unknown))
    if variant:
        finish(reports[variant], output, html, out, redact or "none")
    if output != "text" or html or out:
        raise UsageError("a report is about one variant", hint="name one with `--variant`")
    for name, report in reports.items():
        show([Line(name, "bold"), *lines(report), Line()])
    sys.exit(max(report.exit_code for report in reports.values()))
