"""`fencekit gate`: what stands in the way of calls, and the trash of a workspace."""

import click


@click.group("gate")
def command() -> None:
    """The gate: it decides, holds, runs and records one tool call. Not a sandbox."""


@command.command("restore")
@click.argument("ident", metavar="[ID]", required=False)
@click.option(
    "--workspace",
    type=click.Path(),
    default=".",
    show_default=True,
    metavar="DIR",
    help="The workspace whose trash it is.",
)
@click.option("--list", "listed", is_flag=True, help="List what is in the trash, newest first.")
def restore_file(ident: str | None, workspace: str, *, listed: bool) -> None:
    """Put a file back that the gate's delete_file moved into the trash, by its ID there.

    Where it was must be free: nothing is written over.
    """
    import os

    from fencekit.cli.show import say, show
    from fencekit.gate.files.trash import restore, trashed
    from fencekit.gate.files.workspace import Workspace
    from fencekit.model.errors import UsageError
    from fencekit.reporting.terminal import Line

    if listed == (ident is not None):
        raise UsageError("name the ID of a file, or `--list` to see what is there")
    with Workspace.open(os.path.abspath(workspace)) as opened:  # noqa: PTH100  (links stay)
        if ident is not None:
            back = restore(opened, ident)
            say(f"restored {back.path}")
            return
        files = trashed(opened)
        show([Line(f"{one.id}  {one.time}  {one.bytes:>10,}  {one.path}") for one in files])
        if not files:
            say("the trash is empty")
