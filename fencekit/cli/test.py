"""`fencekit test`: cases, each a call with what the policy must make of it."""

from pathlib import Path
from typing import Any

import click

from fencekit.cli.report_options import fail_on_errors_option, option, report_options, targets


@click.command("test")
@click.argument("paths", nargs=-1, type=click.Path(), metavar="PATH...")
@option(
    "policy",
    default="",
    help="Run the cases on this policy instead of the policies that they name.",
)
@option(
    "policy_root",
    default="",
    help="Where names in `extends` are looked for; as the files say by default.",
)
@click.option("--coverage", is_flag=True, help="Show what no case covers.")
@click.option(
    "--min-coverage",
    type=click.FloatRange(0, 100),
    metavar="N",
    help="Fail if the coverage is lower, in percent.",
)
@fail_on_errors_option
@option("timeout", of="one case")
@report_options
def command(
    paths: tuple[str, ...],
    *,
    output: str,
    html: str | None,
    out: tuple[str, ...],
    redact: str | None,
    timeout: float | None,
    **given: Any,
) -> None:
    """Run cases: calls, each with what the policy must make of it.

    PATH is a file of cases, `*.fence.yaml`, a folder of them, or a fixture suite of CapFence's.
    `docs/cases.md` describes the format. Exit codes: see `fencekit --help`.

    \b
    fencekit test policies/
    fencekit test refunds.fence.yaml --policy candidate.yaml
    fencekit test policies/ --coverage --min-coverage 90
    """
    from fencekit.cases.case_file_formats import find_case_files
    from fencekit.checks.replay.replay_records import TIMEOUT, checked_timeout
    from fencekit.checks.suite.suite_job import SuiteJob
    from fencekit.cli.finish_check import finish
    from fencekit.cli.terminal_output import progress_bar
    from fencekit.config.project_settings import settings_near
    from fencekit.config.proof_settings import fails_on_errors
    from fencekit.model.errors import UsageError

    if not paths or "" in paths:
        hint = "name a file of cases, or a folder that has some"
        raise UsageError("no cases to run", hint=hint)
    settings = settings_near(Path.cwd())
    given["fail_on_errors"] = fails_on_errors(settings, given=given["fail_on_errors"])
    files = find_case_files(paths)
    targets(html, out, [*files, *([given["policy"]] if given["policy"] else [])])
    job = SuiteJob(paths, timeout=checked_timeout(timeout or TIMEOUT), **given)
    with progress_bar("running", "cases") as progress:
        report = job.run(progress=progress)
    # Cases are written to be read, and can be tried only as they are.
    finish(report, output, html, out, redact or "none")
