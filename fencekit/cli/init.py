"""`fencekit init`: a working start in a repository, and nothing written over."""

from pathlib import Path

import click


@click.command("init")
@click.argument("folder", type=click.Path(file_okay=False, exists=True), default=".")
@click.option(
    "--ci",
    type=click.Choice(["github", "gitlab", "none"]),
    help="The build server to write a workflow for.  [default: the one that FOLDER uses]",
)
@click.option("--dry-run", is_flag=True, help="Show what would be written; write nothing.")
def command(folder: str, ci: str | None, *, dry_run: bool) -> None:
    """Write a first policy, its first cases, the configuration and a workflow into FOLDER.

    A file that is there is left as it is. `[tool.fencekit]` is added at the end of a
    `pyproject.toml` that has none.

    \b
    fencekit init --dry-run
    fencekit init
    """
    from fencekit.cli.terminal_output import show
    from fencekit.config.starter_files import Server, StartAction, carry_out, plan, server_of
    from fencekit.reporting.replay_text import Line, inert

    at = Path(folder)
    steps = plan(at, Server(ci) if ci else server_of(at))
    styles = {StartAction.WRITES: "green", StartAction.APPENDS: "green", StartAction.LEAVES: "dim"}
    for step in steps if dry_run else carry_out(at, steps):
        left = " (it is there already)" if step.does is StartAction.LEAVES else ""
        show([Line(f"{step.does} {inert(str(at / step.path), 500)}{left}", styles[step.does])])
        if dry_run:
            show([Line(f"    {line}", "dim") for line in step.text.splitlines()])
    if dry_run:
        show([Line(), Line("nothing was written: this was a dry run")])
        return
    next_up = "next: `fencekit lint policies/agents.yaml`, then `fencekit test policies`"
    show([Line(), Line(next_up)])
