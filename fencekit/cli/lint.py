"""`fencekit lint`: known bad shapes of policies, each with calls that show it."""

import sys
from pathlib import Path
from typing import Any

import click

from fencekit.cli.report_options import option, options, report_options, several, targets


@click.command("lint")
@click.argument("policies", nargs=-1, type=click.Path(), metavar="[POLICY]...")
@option("policy_root")
@several(
    "logs",
    "log",
    "LOG",
    "A log that says which fields and capabilities occur; may be given several times.",
)
@options("log_format", "tools", "max_line")
@click.option("--select", multiple=True, metavar="SLUG", help="Run these rules only.")
@click.option("--ignore", multiple=True, metavar="SLUG", help="Skip these rules.")
@option(
    "fail_on",
    type=click.Choice(["error", "warning", "note", "never"]),
    help="The lowest level that ends in exit code 1.  [default: error]",
)
@option("timeout", help="The time limit.  [default: 2]")
@click.option("--list", "listing", is_flag=True, help="List every rule and exit.")
@click.option("--explain", metavar="SLUG", help="Explain a rule and exit.")
@report_options
def command(  # the options of click come by keyword
    output: str,
    html: str | None,
    out: tuple[str, ...],
    listing: bool,  # noqa: FBT001
    explain: str | None,
    **given: Any,
) -> None:
    """Look for known bad shapes in policies, and show each with a call.

    A slug names a shape: a deny rule that two spaces evade, an allow regex without an end, a rule
    that can never decide. What is not given here is taken from `[tool.fencekit]` and
    `[tool.fencekit.lint]` in `pyproject.toml`. A comment `# fencekit: ignore[slug] reason` in the
    policy, on the line or above it, silences a finding.

    \b
    fencekit lint policy.yaml
    fencekit lint policies/*.yaml --log audit.jsonl --fail-on warning
    fencekit lint --explain evadable-spacing
    """
    from fencekit.cli.finish_check import finish
    from fencekit.cli.terminal_output import put, show
    from fencekit.config.lint_settings import lint_job
    from fencekit.linter.lint_registry import explanation, rules
    from fencekit.reporting.lint_text import slug_table

    if explain is not None:
        put(f"{explanation(explain)}\n\nlevel: {rules()[explain].level}\n")
        sys.exit(0)
    if listing:
        show([slug_table([(s.slug, s.level, s.said) for s in rules().values()])])
        sys.exit(0)
    job = lint_job(Path.cwd(), **given)
    targets(html, out, [*job.policies, *job.logs])
    finish(job.run(), output, html, out)
