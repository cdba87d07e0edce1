"""`fencekit mutate`: the edits of a policy that no case and no log notices."""

from typing import Any

import click

from fencekit.cli.report_options import option, options, report_options, several, targets


@click.command("mutate")
@click.argument("policy", type=click.Path(), metavar="POLICY")
@several("cases", "cases", "C", "A file of cases or a folder of them; may be repeated.")
@several(
    "logs", "log", "L", "An audit log whose calls must stay decided as they are; may be repeated."
)
@click.option(
    "--min-score",
    type=click.FloatRange(0, 100),
    metavar="S",
    help="Fail if the mutation score is lower, in percent.",
)
@options(*(option(key, default="") for key in ("policy_root", "log_format", "tools")))
@options("max_line", "max_invalid", "max_passed_over")
@click.option(
    "--sample",
    type=click.IntRange(min=1),
    metavar="N",
    help="Run N mutants only: some of each operator, always the same ones.",
)
@click.option(
    "--jobs",
    type=click.IntRange(1, 256),
    default=1,
    show_default=True,
    metavar="N",
    help="Run mutants in N processes; the result is the same.",
)
@option("timeout", of="one decision")
@report_options
def command(
    policy: str,
    *,
    output: str,
    html: str | None,
    out: tuple[str, ...],
    redact: str | None,
    max_line: str | None,
    max_invalid: str | None,
    max_passed_over: str | None,
    timeout: float | None,
    **given: Any,
) -> None:
    """Edit POLICY in every small way, and show the edits that no case and no log notices.

    Each mutant has one edit: a rule dropped or moved, a threshold off by one, an anchor lost. It is
    noticed when a case fails, or a recorded call is decided otherwise. Those that are proved to
    decide every call alike are not counted. Survivors are shown with a call that tells them apart.

    \b
    fencekit mutate policy.yaml --cases cases/
    fencekit mutate policy.yaml --cases cases/ --log audit.jsonl --min-score 90 --jobs 4
    """
    from fencekit.checks.replay.replay_records import TIMEOUT, checked_timeout
    from fencekit.cli.finish_check import finish
    from fencekit.cli.terminal_output import counting_bar
    from fencekit.config.byte_sizes import size
    from fencekit.config.project_settings import limit
    from fencekit.model.errors import UsageError
    from fencekit.mutation.mutation_job import MutationJob
    from fencekit.reading.input_files import MAX_LINE

    if not given["cases"] and not given["logs"]:
        hint = "a case or a recorded call kills a mutant; without one nothing can"
        raise UsageError("pass `--cases` or `--log`", hint=hint)
    job = MutationJob(
        policy,
        max_line=size("max_line", max_line, MAX_LINE),
        max_invalid=limit("max_invalid", max_invalid, 0),
        max_passed_over=limit("max_passed_over", max_passed_over, 0),
        timeout=checked_timeout(TIMEOUT if timeout is None else timeout),
        **given,
    )
    targets(html, out, [policy, *job.cases, *job.logs])
    with counting_bar("judging mutants") as progress:
        report = job.run(progress=progress)
    # The calls are mostly made up, and can be tried only as they are.
    finish(report, output, html, out, redact or ("secrets" if job.logs else "none"))
