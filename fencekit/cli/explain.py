"""`fencekit explain`: how a policy decides one request, rule by rule."""

import click


@click.command("explain")
@click.argument("policy", type=click.Path(), metavar="POLICY")
@click.argument("request", metavar="REQUEST")
@click.option(
    "--policy-root",
    type=click.Path(),
    metavar="DIR",
    help="Where names in `extends` are looked for; the working directory by default.",
)
@click.option("--log-format", metavar="F", help="Read LOG in this format, not the one seen.")
@click.option(
    "--format",
    "output",
    type=click.Choice(["text", "json"]),
    default="text",
    show_default=True,
    help="What to print.",
)
def command(
    policy: str, request: str, policy_root: str | None, log_format: str | None, output: str
) -> None:
    """Explain how POLICY decides REQUEST: every rule considered, and each condition of it.

    REQUEST is a JSON or YAML file, `-` for standard input, or LOG:LINE for a recorded call. A
    request has the keys capability, principal, environment, context and args.

    \b
    fencekit explain policy.yaml audit.jsonl:17
    echo '{"capability": "shell.exec.production", "args": {"command": "ls"}}' |
      fencekit explain policy.yaml -
    """
    from fencekit.cli.requests import read_request
    from fencekit.cli.show import put, show
    from fencekit.dialects.registry import load_policy
    from fencekit.engines.native.explain import explain
    from fencekit.reporting.explanation_text import explanation_lines

    loaded = load_policy(policy, policy_root=policy_root)
    explanation = explain(loaded, read_request(request, log_format))
    if output == "json":
        from fencekit.reporting.explanation_json import render

        put(render(explanation))
    else:
        show(explanation_lines(explanation))
