"""`fencekit replay`: recorded calls, decided again by a candidate policy."""

from pathlib import Path
from typing import Any

import click

from fencekit.cli.options import (
    authors_option,
    log_format_option,
    max_line_option,
    policy_root_option,
    proof_memory_option,
    report_options,
    targets,
    timeout_option,
    tools_option,
    waiver_options,
)

LIMIT_HELP = "a number, or `all` to lift the limit"


@click.command("replay")
@click.argument("logs", nargs=-1, type=click.Path(), metavar="[LOG]...")
@click.option("--policy", type=click.Path(), metavar="P", help="The candidate policy.")
@click.option(
    "--baseline",
    type=click.Path(),
    metavar="B",
    help="The policy in force, to compare with instead of the recorded decisions.",
)
@click.option(
    "--no-baseline",
    is_flag=True,
    help="Compare with the recorded decisions, whatever the configuration says.",
)
@policy_root_option()
@click.option(
    "--baseline-root",
    type=click.Path(),
    metavar="DIR",
    help="The same for the baseline; as for the policy by default.",
)
@log_format_option()
@max_line_option()
@tools_option()
@click.option(
    "--redaction-key",
    type=click.Path(),
    metavar="FILE",
    help="The key that values of the logs were masked with: decides equality with them.",
)
@authors_option
@report_options
@waiver_options
@click.option(
    "--fail-on",
    type=click.Choice(["looser", "changed", "never"]),
    help="Which findings end in exit code 1.  [default: looser]",
)
@click.option(
    "--max-invalid",
    metavar="N",
    help=f"Records that may be unreadable: {LIMIT_HELP}.  [default: 0]",
)
@click.option(
    "--max-undecided",
    metavar="N",
    help=f"Records whose change may stay open: {LIMIT_HELP}.  [default: 0]",
)
@click.option(
    "--max-passed-over",
    metavar="N",
    help=f"Parts of logs that look like calls and are not read: {LIMIT_HELP}.  [default: 0]",
)
@proof_memory_option
@timeout_option("one record")
@click.option(
    "--require-chain/--no-require-chain",
    default=None,
    help="Refuse records that no verified chain covers.",
)
@click.option("--records", is_flag=True, help="Print every record in four lines.")
@click.option(
    "--keep-records",
    type=int,
    metavar="N",
    help="Changed records that the report holds one by one.  [default: 100000]",
)
def command(
    output: str,
    html: str | None,
    out: tuple[str, ...],
    records: bool,  # noqa: FBT001  (click gives it by name)
    **given: Any,
) -> None:
    """Replay recorded calls against a candidate policy, and fail on a loosening.

    Reads audit logs (CapFence's, fencekit's own, and those of agents, gateways and traces), decides
    each call by the policy, and compares with what was recorded. What is not given here is taken
    from `[tool.fencekit]` in `pyproject.toml`. Exit codes: see `fencekit --help`.

    \b
    fencekit replay audit.jsonl --policy candidate.yaml
    fencekit replay audit.db --policy candidate.yaml --baseline policy.yaml --html report.html
    """
    from fencekit.checks.postprocess.finalise import finalise
    from fencekit.checks.replay.job import report_of_failure
    from fencekit.cli.finish import finish, write_reports
    from fencekit.cli.show import progress_bar, show
    from fencekit.config.settings import settings_near
    from fencekit.model.errors import COULD_NOT_CHECK, FencekitError
    from fencekit.model.finding import ChangedRecord
    from fencekit.reporting.four_lines import four_lines
    from fencekit.reporting.terminal import Line

    settings = settings_near(Path.cwd())
    job = settings.job(**given)
    html = settings.report if html is None else html
    targets(html, out, job.read_files())
    seen: list[ChangedRecord] = []

    def watch(changed: ChangedRecord) -> None:
        if records and output == "text":
            show([*four_lines(changed), Line()])
        elif len(seen) < 2:
            seen.append(changed)

    try:
        with progress_bar("replaying") as progress:
            report = job.run(watch=watch, progress=progress)
    except FencekitError as error:
        if error.exit_code != COULD_NOT_CHECK:
            raise
        failed = finalise(report_of_failure("replay", error, job), job.redact)
        write_reports(failed, output, html, out)
        raise
    if output == "text" and len(seen) == 1 and report.replay and report.replay.is_one_record:
        show([*four_lines(seen[0]), Line()])
    finish(report, output, html, out, job.redact)
