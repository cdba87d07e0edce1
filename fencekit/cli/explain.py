"""`fencekit explain`: how a policy decides one request, rule by rule."""

from pathlib import Path
from typing import Any

import click

from fencekit.cli.report_options import option, options, printed_option


@click.command("explain")
@click.argument("policy", type=click.Path(), metavar="POLICY")
@click.argument("request", metavar="REQUEST")
@options("policy_root", option("log_format", of="LOG"), "max_line", "tools")
@option("redaction_key", help="The key that values of LOG were masked with.")
@option("timeout", help="The time limit.  [default: 5]")
@printed_option
def command(policy: str, request: str, output: str, **given: Any) -> None:
    """Explain how POLICY decides REQUEST: every rule considered, and each condition of it.

    REQUEST is a JSON or YAML file, `-` for standard input, LOG:LINE for a recorded call, or
    FILE:LINE for a case of a file of cases. POLICY may be one of a git
    revision, `HEAD:policy.yaml`. A request has the keys capability, principal,
    environment, context and args. What is not given here is taken from `[tool.fencekit]` in
    `pyproject.toml`.

    \b
    fencekit explain policy.yaml audit.jsonl:17
    echo '{"capability": "shell.exec.production", "args": {"command": "ls"}}' |
      fencekit explain policy.yaml -
    """
    from fencekit.checks.replay.replay_records import TIMEOUT, checked_timeout
    from fencekit.cli.request_inputs import read_request
    from fencekit.cli.terminal_output import put, show
    from fencekit.config.byte_sizes import size
    from fencekit.config.project_settings import Settings, settings_near
    from fencekit.dialects.dialect_registry import load_policy
    from fencekit.engines.native.explain_decision import explain
    from fencekit.engines.time_limit import time_limit
    from fencekit.logs.redaction import read_key
    from fencekit.logs.tool_map import load_tools
    from fencekit.logs.unmask_values import RedactionKey
    from fencekit.model.errors import TimeLimitError, UsageError
    from fencekit.reading.input_files import MAX_LINE
    from fencekit.reporting.explanation_text import explanation_lines

    try:
        settings = settings_near(Path.cwd())
    except UsageError:
        settings = Settings()  # a request can be explained without any configuration
    chosen = {key: value or settings.get(key) for key, value in given.items()}
    tools = load_tools(chosen["tools"]) if chosen["tools"] else None
    secret = chosen["redaction_key"]
    max_line = size("max_line", chosen["max_line"], MAX_LINE)
    key = RedactionKey(read_key(secret)) if secret else None
    asked = read_request(request, chosen["log_format"], tools, key, max_line)
    path, revision = at_revision(policy)
    loaded = load_policy(path, policy_root=chosen["policy_root"], revision=revision)
    with time_limit(checked_timeout(chosen["timeout"] or TIMEOUT)) as progress:
        progress.deciding = True
        explanation = explain(loaded, asked)
    for outcome in explanation.decision.outcomes:
        if isinstance(outcome.error, TimeLimitError):
            raise outcome.error
    if output == "json":
        from fencekit.reporting.explanation_json import render

        put(render(explanation))
    else:
        show(explanation_lines(explanation))


def at_revision(policy: str) -> tuple[str, str]:
    """Return the file of a policy and its git revision: `HEAD:policy.yaml`, as reports write it.

    The revision is empty for a file; of a name that is there, a colon is part of it.
    """
    revision, colon, path = policy.partition(":")
    if not colon or not revision or not path or Path(policy).exists():
        return policy, ""
    return path, revision
