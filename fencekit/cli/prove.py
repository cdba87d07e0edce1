"""`fencekit prove`: does a policy keep to its guardrails, for every possible call."""

from typing import Any

import click

from fencekit.cli.options import report_options


@click.command("prove")
@click.argument("policy", type=click.Path(), metavar="POLICY")
@click.option(
    "--guardrails",
    type=click.Path(),
    required=True,
    metavar="G",
    help="A policy whose rules POLICY must be at least as strict as.",
)
@click.option(
    "--policy-root",
    type=click.Path(),
    default="",
    metavar="DIR",
    help="Where names in `extends` are looked for; the working directory by default.",
)
@click.option(
    "--domain",
    type=click.Path(),
    default="",
    metavar="FILE",
    help="A JSON Schema of the arguments; by default they are any JSON object.",
)
@click.option("--allow-unknown", is_flag=True, help="Let pass what could not be settled.")
@click.option("--explain", "explained", is_flag=True, help="Show how each answer was come to.")
@report_options
def command(
    policy: str,
    *,
    output: str,
    html: str | None,
    out: tuple[str, ...],
    redact: str | None,
    **given: Any,
) -> None:
    """Prove that POLICY keeps to guardrails, or show the call for which it does not.

    Where a rule of the guardrails decides a call, POLICY must not decide it looser. Where none of
    their rules decides, they ask for nothing. Not known is exit code 3.

    \b
    fencekit prove policy.yaml --guardrails guardrails.yaml
    """
    from fencekit.checks.guardrails import GuardrailsJob
    from fencekit.cli.finish import finish
    from fencekit.cli.options import targets

    job = GuardrailsJob(policy, **given)
    targets(html, out, job.read_files())
    # The calls are made up, and can be tried only as they are.
    finish(job.run(), output, html, out, redact or "none")
