"""`fencekit diff`: is a policy anywhere looser than another, for every possible call."""

from typing import Any

import click

from fencekit.cli.options import report_options


@click.command("diff")
@click.argument("old", type=click.Path(), metavar="OLD")
@click.argument("new", type=click.Path(), metavar="NEW")
@click.option(
    "--policy-root",
    type=click.Path(),
    default="",
    metavar="DIR",
    help="Where names in `extends` are looked for; the working directory by default.",
)
@click.option(
    "--baseline-root",
    type=click.Path(),
    default="",
    metavar="DIR",
    help="The same for OLD; as for NEW by default.",
)
@click.option(
    "--domain",
    type=click.Path(),
    default="",
    metavar="FILE",
    help="A JSON Schema of the arguments; by default they are any JSON object.",
)
@click.option(
    "--fail-on",
    type=click.Choice(["looser", "changed", "never"]),
    default="looser",
    show_default=True,
    help="Which answers end in exit code 1.",
)
@click.option("--allow-unknown", is_flag=True, help="Let pass what could not be settled.")
@click.option("--explain", "explained", is_flag=True, help="Show how each answer was come to.")
@report_options
def command(
    old: str,
    new: str,
    *,
    output: str,
    html: str | None,
    out: tuple[str, ...],
    redact: str | None,
    **given: Any,
) -> None:
    """Prove that NEW is nowhere looser than OLD, or show the call for which it is.

    Not only recorded calls: every call that there can be is decided on. The answer is proved, or a
    call that both policies have been run on, or not known, which is exit code 3.

    \b
    fencekit diff policy.yaml candidate.yaml
    fencekit diff policy.yaml candidate.yaml --explain --fail-on changed
    """
    from fencekit.checks.comparison import ComparisonJob
    from fencekit.cli.finish import finish
    from fencekit.cli.options import targets
    from fencekit.model.report import FailOn

    job = ComparisonJob(old, new, **{**given, "fail_on": FailOn(given["fail_on"])})
    targets(html, out, job.read_files())
    # The calls are made up, and can be tried only as they are.
    finish(job.run(), output, html, out, redact or "none")
