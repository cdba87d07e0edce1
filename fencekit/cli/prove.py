"""`fencekit prove`: does a policy keep to its guardrails, for every possible call."""

from pathlib import Path
from typing import Any

import click

from fencekit.cli.report_options import fail_on_errors_option, option, options, report_options


@click.command("prove")
@click.argument("policies", nargs=-1, type=click.Path(), metavar="[POLICY]...")
@option("guardrails", help="A policy whose rules POLICY must be at least as strict as.")
@click.option(
    "--certificate",
    type=click.Path(),
    metavar="F",
    help="Write a certificate of the proof that all guardrails hold.",
)
@click.option(
    "--check",
    "written",
    type=click.Path(),
    metavar="F",
    help="Check a certificate that `--certificate F` wrote, here or in `fencekit diff`.",
)
@options(option("policy_root", default=""), option("domain", default=""), "proof_memory")
@options(fail_on_errors_option, "allow_unknown")
@click.option("--explain", "explained", is_flag=True, help="Show the proof steps of each answer.")
@report_options
def command(
    policies: tuple[str, ...],
    *,
    guardrails: str | None,
    certificate: str | None,
    written: str | None,
    output: str,
    html: str | None,
    out: tuple[str, ...],
    redact: str | None,
    proof_memory: str | None,
    **given: Any,
) -> None:
    """Prove that POLICY keeps to guardrails, or show the call for which it does not.

    Where a rule of the guardrails decides a call, POLICY must not decide it looser. Where none of
    their rules decides, they ask for nothing. Not known is exit code 3.

    With --check, a certificate is followed by a program of its own; the policies are those that it
    names unless others are given.

    \b
    fencekit prove policy.yaml --guardrails guardrails.yaml
    fencekit prove policy.yaml --guardrails guardrails.yaml --certificate certificate.json
    fencekit prove --check certificate.json
    """
    from fencekit.checks.postprocess.output_files import refuse_overwriting
    from fencekit.checks.proofs.certificate_files import certify
    from fencekit.checks.proofs.guardrails_check import GuardrailsJob
    from fencekit.checks.proofs.proof_memory import bound_memory
    from fencekit.cli.finish_check import finish
    from fencekit.cli.report_options import targets
    from fencekit.cli.terminal_output import say
    from fencekit.config.project_settings import settings_near
    from fencekit.config.proof_settings import fails_on_errors
    from fencekit.model.errors import UsageError

    if proof_memory is not None:
        bound_memory(proof_memory)
    if written:
        if guardrails or certificate:
            hint = "leave out `--guardrails` and `--certificate`, which are about a policy"
            raise UsageError("`--check` is about a certificate that was written", hint=hint)
        check_certificate(written, policies, given["policy_root"], given["domain"])
        return
    if not guardrails or len(policies) != 1:
        hint = "write `fencekit prove POLICY --guardrails G`, or `fencekit prove --check F`"
        raise UsageError("`--guardrails` is required, with one policy", hint=hint)
    settings = settings_near(Path.cwd())
    given["fail_on_errors"] = fails_on_errors(settings, given=given["fail_on_errors"])
    job = GuardrailsJob(policies[0], guardrails, **given)
    targets(html, out, job.read_files())
    if certificate:
        refuse_overwriting(certificate, job.read_files())
    report = job.run()
    if certificate:
        say(certify(job, certificate))
    # The calls are made up, and can be tried only as they are.
    finish(report, output, html, out, redact or "none")


def check_certificate(path: str, policies: tuple[str, ...], root: str, domain: str) -> None:
    """Check a certificate and say what it shows; raise CertificateError where it shows nothing."""
    from fencekit.checks.proofs.certificate_files import check_file
    from fencekit.cli.terminal_output import show
    from fencekit.reporting.replay_text import Line, inert

    found = check_file(path, policies, policy_root=root, domain=domain)
    show([Line(inert(str(found), 2_000), "bold green")])
