"""`fencekit replay`: recorded calls, decided again by a candidate policy."""

from pathlib import Path
from typing import Any

import click

from fencekit.cli.report_options import (
    LIMITS,
    OF_LOG,
    authors_option,
    option,
    options,
    report_options,
    targets,
    waiver_options,
)


@click.command("replay")
@click.argument("logs", nargs=-1, type=click.Path(), metavar="[LOG]...")
@options("policy", "baseline", "no_baseline", "policy_root", "baseline_root", *OF_LOG)
@options("redaction_key", authors_option, report_options, waiver_options, "fail_on", *LIMITS)
@options("proof_memory", "timeout")
@option("require_chain", "--require-chain/--no-require-chain", default=None)
@click.option("--records", is_flag=True, help="Print four lines for each record.")
@option("keep_records")
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
    from fencekit.checks.postprocess.finalise_report import finalise
    from fencekit.checks.replay.replay_job import report_of_failure
    from fencekit.cli.finish_check import finish, write_reports
    from fencekit.cli.terminal_output import progress_bar, show
    from fencekit.config.project_settings import settings_near
    from fencekit.model.errors import COULD_NOT_CHECK, FencekitError
    from fencekit.model.finding import ChangedRecord
    from fencekit.reporting.capfence_four_lines import four_lines
    from fencekit.reporting.replay_text import Line

    settings = settings_near(Path.cwd())
    job = settings.job(**{**given, "authors": settings.authors(given["authors"])})
    html = settings.get("report") if html is None else html
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
