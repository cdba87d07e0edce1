"""`fencekit diff`: is a policy anywhere looser than another, for every possible call."""

from typing import Any

import click

from fencekit.cli.report_options import (
    LIMITS,
    OF_LOG,
    authors_option,
    fail_on_errors_option,
    option,
    options,
    report_options,
    several,
    waiver_options,
)


@click.command("diff")
@click.argument("policies", nargs=-1, type=click.Path(), metavar="OLD NEW")
@click.option("--from", "old_at", metavar="REV", help="Take OLD from this git revision of NEW.")
@click.option(
    "--to", "new_at", metavar="REV", help="Take NEW from a git revision too.  [default: WORKTREE]"
)
@several("logs", "log", "LOG", "Replay this log by both policies; may be given several times.")
@several(
    "cases",
    "cases",
    "C",
    "Run these cases on both policies: a file or a folder; may be given several times.",
)
@options(*OF_LOG, option("policy_root", default=""))
@option("baseline_root", default="", help="The same for OLD; as for NEW by default.")
@options(option("domain", default=""), "proof_memory")
@option("fail_on", default="looser", show_default=True, help="Which answers end in exit code 1.")
@options(fail_on_errors_option, "allow_unknown", *LIMITS, "timeout", "keep_records")
@click.option(
    "--certificate",
    type=click.Path(),
    metavar="F",
    help="Write a certificate of the proof that NEW is not looser.",
)
@click.option(
    "--how-much",
    "measured",
    is_flag=True,
    help="Count the calls like each witness, where that is possible.",
)
@click.option("--explain", "explained", is_flag=True, help="Show the proof steps of each answer.")
@authors_option
@waiver_options
@report_options
def command(
    policies: tuple[str, ...],
    *,
    output: str,
    html: str | None,
    out: tuple[str, ...],
    redact: str | None,
    old_at: str | None,
    new_at: str | None,
    certificate: str | None,
    **given: Any,
) -> None:
    """Prove that NEW is nowhere looser than OLD, or show the call for which it is.

    Not only recorded calls: every call that there can be is decided on. The answer is proved, or a
    call that both policies have been run on, or not known, which is exit code 3. Recorded calls,
    with `--log`, say how often it matters, and to whom. With `--from REV` there is one path: OLD is
    that file, and all that it extends, as it was in the revision.

    \b
    fencekit diff policy.yaml candidate.yaml
    fencekit diff policy.yaml candidate.yaml --log audit.jsonl --html report.html
    fencekit diff policies/agents.yaml --from origin/main
    """
    from fencekit.checks.postprocess.output_files import refuse_overwriting
    from fencekit.checks.proofs.certificate_files import certify
    from fencekit.cli.diff_options import job_of
    from fencekit.cli.finish_check import finish
    from fencekit.cli.report_options import targets
    from fencekit.cli.terminal_output import progress_bar, say

    job = job_of(policies, old_at or "", new_at or "", redact, given)
    targets(html, out, job.read_files())
    if certificate:
        refuse_overwriting(certificate, job.read_files())
    with progress_bar("replaying") as progress:
        report = job.run(progress=progress)
    if certificate:
        say(certify(job.comparison, certificate))
    # Calls that proof makes up can be tried only as they are; recorded ones may hold secrets.
    finish(report, output, html, out, redact or (job.replay.redact if job.replay else "none"))
