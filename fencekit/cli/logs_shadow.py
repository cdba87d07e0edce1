"""`fencekit logs shadow`: what enforcing the policy in the shadow would have changed."""

import sys

import click

from fencekit.cli.report_options import printed_option


@click.command("shadow")
@click.argument("log", type=click.Path(), metavar="LOG")
@printed_option
def shadow(log: str, output: str) -> None:
    """Say what enforcing the shadow policy would have changed, from a LOG that the gate recorded.

    A gate with a shadow policy records what both decide. Exit code 1 where the shadow is looser
    for a call, 3 where no record has a shadow or a line cannot be read.
    """
    from fencekit.cli.terminal_output import put, show
    from fencekit.gate.shadow_policy import shadow_survey
    from fencekit.model.change import Change
    from fencekit.reading import json
    from fencekit.reporting.json_report import inert
    from fencekit.reporting.shadow_text import shadow_form, shadow_parts

    survey = shadow_survey(log)
    form = shadow_form(survey)
    if output == "json":
        put(inert(json.write(form, indent=2)) + "\n")
    else:
        show(shadow_parts(form))
    if survey.counts[Change.LOOSER]:
        sys.exit(1)
    sys.exit(3 if survey.invalid or not survey.decided else 0)
