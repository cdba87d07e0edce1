"""`capproxy`: one tool call by a capability token: decided, executed in the workspace, recorded."""

from pathlib import Path
from typing import Any, NoReturn

import click

import fencekit

RAN, NOT_RUN, TROUBLE = 0, 1, 3


@click.command("capproxy", context_settings={"help_option_names": ["-h", "--help"]})
@click.option("--token", type=click.Path(), metavar="T.json", help="The token of the holder.")
@click.option("--call", type=click.Path(), metavar="C.json", help="The call; `-`: standard input.")
@click.option(
    "--audit",
    type=click.Path(),
    default="audit.jsonl",
    show_default=True,
    metavar="LOG",
    help="The audit log that decision and outcome are appended to.",
)
@click.option(
    "--trust",
    type=click.Path(),
    multiple=True,
    metavar="PUB",
    help="Accept tokens of this public key; without one, no signature is required.",
)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@click.option(
    "--example", type=click.Path(), metavar="DIR", help="Write a token, calls and a workspace."
)
@click.version_option(fencekit.__version__, prog_name="capproxy")
def command(
    token: str | None,
    call: str | None,
    audit: str,
    trust: tuple[str, ...],
    *,
    as_json: bool,
    example: str | None,
) -> int:
    """Decide the CALL by the TOKEN, run it if it is allowed, and append both to the audit log.

    The tools are read_file, write_file, list_dir and delete_file, which moves a file into a trash.
    A call is a JSON object with `tool` and `args`. Not a sandbox: it stands in the way of the calls
    that come to it.

    \b
    Exit codes: 0 it ran, 1 it was denied or waits for a person, 2 usage, 3 it failed.

    \b
    capproxy --example demo
    capproxy --token demo/token.json --call demo/calls/read_file.json
    """
    from fencekit.model.errors import UsageError

    if example is not None:
        from fencekit.cli.terminal_output import say
        from fencekit.config.capproxy_example import write_example

        for file in write_example(Path(example)):
            say(f"wrote {file}")
        return RAN
    if token is None or call is None:
        raise UsageError(
            "`--token` and `--call` are required", hint="or pass `--example DIR` for an example"
        )
    return decide_and_run(token, call, audit, trust, as_json=as_json)


def decide_and_run(
    token: str, call: str, audit: str, trust: tuple[str, ...], *, as_json: bool
) -> int:
    """Decide and run one call; print what came of it; return the exit code."""
    from fencekit.cli.token_inputs import open_token, read_call
    from fencekit.dialects.token.token_dialect import DIALECT
    from fencekit.gate.audit import Audit
    from fencekit.gate.files.workspace import Workspace
    from fencekit.gate.gate import Gate
    from fencekit.gate.token_tools import token_tools
    from fencekit.reading.file_trees import DISK

    read = open_token(token, trust)
    proposed = read_call(call)
    policy = DIALECT.load(token, strict=True, root=None, search_paths=(), tree=DISK)
    with Workspace.open(read.workspace) as workspace, Audit(audit) as log:
        gate = Gate(policy, tools=token_tools(read, workspace), audit=log)
        return print_execution(gate.execute(proposed), as_json=as_json)


def print_execution(executed: Any, *, as_json: bool) -> int:
    """Print a decision, its reason, and the result where it ran; return the exit code."""
    from fencekit.cli.terminal_output import put
    from fencekit.reading import json

    decision, outcome = executed.decision, executed.outcome
    said: dict[str, Any] = {"decision": decision.word, "reason": decision.reason}
    if decision.errors:
        said["errors"] = list(decision.errors)
    if outcome is not None:
        said["outcome"] = str(outcome.status)
        said.update({"error": outcome.error} if outcome.error else {"result": outcome.result})
    if executed.trouble:
        said["trouble"] = executed.trouble
    if as_json:
        put(json.write(said) + "\n")
    else:
        shown = {k: v if isinstance(v, str) else json.write(v) for k, v in said.items()}
        put("".join(f"{key}: {escape_controls(value)}\n" for key, value in shown.items()))
    if outcome is None:
        return NOT_RUN
    return RAN if executed.completed and not executed.trouble else TROUBLE


def escape_controls(text: str) -> str:
    """Return a text of the agent's without what a terminal acts on."""
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)


def main(args: list[str] | None = None) -> NoReturn:
    """Run the command line."""
    from fencekit.cli.main import run

    run(command, args, "capproxy")
