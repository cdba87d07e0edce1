"""`fencekit gate`: what stands in the way of calls, and the trash of a workspace."""

from typing import Any

import click

from fencekit.cli.gate_mcp import mcp


@click.group("gate")
def command() -> None:
    """The gate: it decides, holds, runs and records one tool call. Not a sandbox."""


command.add_command(mcp)


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

    from fencekit.cli.terminal_output import say, show
    from fencekit.gate.files.trash import list_trash, restore
    from fencekit.gate.files.workspace import Workspace
    from fencekit.model.errors import UsageError
    from fencekit.reporting.replay_text import Line

    if listed == (ident is not None):
        raise UsageError("name the ID of a file, or `--list` to see what is there")
    with Workspace.open(os.path.abspath(workspace)) as opened:  # noqa: PTH100  (links stay)
        if ident is not None:
            back = restore(opened, ident)
            say(f"restored {back.path}")
            return
        files = list_trash(opened)
        show([Line(f"{one.id}  {one.time}  {one.bytes:>10,}  {one.path}") for one in files])
        if not files:
            say("the trash is empty")


@command.command("serve")
@click.argument("policy", type=click.Path(), metavar="POLICY")
@click.option(
    "--host",
    default="127.0.0.1",
    show_default=True,
    metavar="HOST",
    help="The address to listen on.",
)
@click.option(
    "--port", type=click.IntRange(0, 65535), default=8787, show_default=True, help="The port."
)
@click.option("--cert", type=click.Path(), metavar="FILE", help="The certificate, for TLS.")
@click.option("--key", type=click.Path(), metavar="FILE", help="The key of the certificate.")
@click.option("--base-url", default="", metavar="URL", help="The public base URL of the service.")
@click.option(
    "--token-file",
    type=click.Path(),
    default="gate-token",
    show_default=True,
    metavar="FILE",
    help="The file of the callers' bearer token; created if missing.",
)
@click.option(
    "--audit",
    type=click.Path(),
    default="audit.jsonl",
    show_default=True,
    metavar="LOG",
    help="The audit log.",
)
@click.option("--no-audit", is_flag=True, help="Write no audit log: there is no replay then.")
@click.option(
    "--keep",
    type=click.Choice(["whole", "masked", "digests"]),
    default="whole",
    show_default=True,
    help="How much of the arguments the audit log keeps.",
)
@click.option("--redaction-key", type=click.Path(), metavar="FILE", help="The key of kept digests.")
@click.option(
    "--approvals",
    default="",
    metavar="WHERE",
    help="The store of approvals: a file, or postgresql://…",
)
@click.option(
    "--keys", type=click.Path(), default="", metavar="DIR", help="The keys that sign approvals."
)
@click.option(
    "--signing-key",
    type=click.Path(),
    default="",
    metavar="FILE",
    help="The key, of the approver `*`, by which the page signs for who has signed in.",
)
@click.option(
    "--approvers",
    type=click.Path(),
    default="",
    metavar="FILE",
    help="Who may sign in: see `fencekit gate approver`.",
)
@click.option(
    "--approver-header",
    default="",
    metavar="NAME",
    help="The header by which a reverse proxy names who signed in; only it may reach us.",
)
@click.option(
    "--subjects",
    type=click.Path(),
    default="",
    metavar="FILE",
    help="A file with the attributes of subjects.",
)
@click.option(
    "--webhook", default="", metavar="URL", help="The URL to notify of each pending request."
)
@click.option(
    "--webhook-secret", type=click.Path(), default="", metavar="FILE", help="Signs the webhook."
)
@click.option(
    "--shadow",
    type=click.Path(),
    default="",
    metavar="POLICY",
    help="A second policy whose decisions are recorded too.",
)
@click.option(
    "--policy-root", type=click.Path(), metavar="DIR", help="Where names in `extends` are."
)
@click.option(
    "--require-no-looser",
    is_flag=True,
    help="Reload only a policy that is proved no looser than the one in force.",
)
@click.option(
    "--waivers",
    type=click.Path(),
    default="",
    metavar="FILE",
    help="A file of waivers for loosenings.",
)
def serve(policy: str, **given: Any) -> None:
    """Serve the gate of POLICY: OpenID AuthZEN for callers, a page for who approves.

    It listens on the loopback and asks callers for the bearer token of `--token-file`. SIGHUP and
    `POST /gate/v1/reload` read the policy again. Not a sandbox: whoever asks has to obey.
    """
    from fencekit.cli.serve_gate import run_service

    run_service(policy, **given)


@command.command("approver")
@click.argument("file", type=click.Path(), metavar="FILE")
@click.argument("name", metavar="NAME")
def add_approver_command(file: str, name: str) -> None:
    """Let NAME sign in to the page of approvals, and print the token, which FILE has not.

    An earlier token of NAME is void from then on.
    """
    from fencekit.cli.terminal_output import put
    from fencekit.gate.service.service_settings import add_approver

    put(add_approver(file, name) + "\n")
