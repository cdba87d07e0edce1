"""`fencekit hook`: the gate in the hooks of coding agents, and their settings."""

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from fencekit.adapters.hooks.answering import HookSettings

HOSTS = ("claude-code", "codex", "gemini", "qwen", "openhands", "copilot")
LONGEST_LINE = 10_000
DEADLINE = 15.0
"""After so many seconds without an answer the call is blocked: hosts wait 30, and let it run."""


@click.group("hook")
def command() -> None:
    """Decide the calls of a coding agent: the command that its hooks run before each call.

    \b
    fencekit hook install claude-code --policy policy.yaml
    fencekit hook uninstall claude-code

    The hosts are claude-code, codex, gemini, qwen, openhands and copilot. Not a sandbox: see
    docs/hooks.md for what each host does not show to its hooks.
    """


def decision_options(added: Any) -> Any:
    """Add how calls are decided and recorded."""
    for option in reversed(
        [
            click.option(
                "--policy", required=True, type=click.Path(), metavar="P", help="What is allowed."
            ),
            click.option(
                "--policy-root",
                type=click.Path(),
                metavar="DIR",
                help="Where names in `extends` are.",
            ),
            click.option("--audit", metavar="LOG", help="The audit log.  [default: one a host]"),
            click.option("--no-audit", is_flag=True, help="Record nothing."),
            click.option(
                "--tools",
                type=click.Path(),
                metavar="FILE",
                help="Which capability each tool takes, over ours.",
            ),
            click.option("--principal", metavar="NAME", help="Who calls.  [default: the host]"),
            click.option("--environment", metavar="NAME", help="Where."),
            click.option(
                "--approvals", metavar="WHERE", help="Where approvals are asked for, and kept."
            ),
            click.option("--keys", metavar="DIR", help="The keys that may sign approvals."),
            click.option("--no-resident", is_flag=True, help="Keep no gate in memory in between."),
        ]
    ):
        added = option(added)
    return added


def host_command(host: str) -> click.Command:
    """Return `fencekit hook HOST`, which answers one event of that host."""

    @click.command(host, help=f"Answer an event of {host} from the standard input.")
    @decision_options
    @click.option("--resident", is_flag=True, hidden=True, help="Be the resident.")
    def answer(resident: bool, no_resident: bool, **given: Any) -> None:  # noqa: FBT001
        from fencekit.adapters.hooks.quick import read_event, write_all
        from fencekit.adapters.hooks.resident import run_resident, start_resident

        settings = settings_of(host, **given)
        args = [one for one in sys.argv[2:] if one != "--resident"]
        if resident:
            run_resident(settings, args)
            return
        guard = block_after(DEADLINE, host)
        from fencekit.adapters.hooks.answering import answer_once

        made = answer_once(settings, read_event())
        guard.cancel()
        write_all(1, made.out.encode())
        write_all(2, made.err.encode())
        if not no_resident:
            start_resident(args)
        sys.exit(made.code)

    return answer


for name in HOSTS:
    command.add_command(host_command(name))


def settings_of(host: str, *, no_audit: bool, **given: Any) -> "HookSettings":
    """Return how a hook decides; the log is in the user's folder of states where none is named."""
    from fencekit.adapters.hooks.answering import HookSettings
    from fencekit.model.errors import UsageError

    named = {key: value or "" for key, value in given.items()}
    if named["approvals"] and not named["keys"]:
        raise UsageError("`--approvals` needs `--keys`", hint="see `fencekit approvals keys`")
    if not named["audit"] and not no_audit:
        state = os.environ.get("XDG_STATE_HOME") or str(Path.home() / ".local/state")
        folder = Path(state) / "fencekit"
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        named["audit"] = str(folder / f"{host}.jsonl")
    return HookSettings(host, **{**named, "audit": "" if no_audit else named["audit"]})


def block_after(seconds: float, host: str) -> Any:
    """Block the call and end this process after so many seconds; return what calls that off."""
    import threading

    from fencekit.adapters.hooks.quick import write_all

    def end_blocked() -> None:
        from fencekit.adapters.hooks.answering import blocked_by
        from fencekit.adapters.hooks.forms import FORMS
        from fencekit.model.errors import UsageError

        made = blocked_by(UsageError(f"no decision within {seconds:g} seconds"), FORMS[host])
        write_all(1, made.out.encode())
        write_all(2, made.err.encode())
        os._exit(made.code)

    timer = threading.Timer(seconds, end_blocked)
    timer.daemon = True
    timer.start()
    return timer


PROJECT = click.option(
    "--project", metavar="DIR", help="The settings of a project.  [default: the user's own]"
)
YES = click.option("--yes", is_flag=True, help="Write without asking.")
DRY = click.option("--dry-run", is_flag=True, help="Show the change, and write nothing.")
HOST = click.argument("host", type=click.Choice(HOSTS), metavar="HOST")


@command.command("install")
@HOST
@decision_options
@PROJECT
@YES
@DRY
def install(
    host: str, project: str | None, *, yes: bool, dry_run: bool, no_resident: bool, **given: Any
) -> None:
    """Let HOST ask the gate before each call; the change is shown before it is written."""
    from fencekit.adapters.hooks.answering import HookGate
    from fencekit.adapters.hooks.install import PLACES, plan_install, settings_file
    from fencekit.cli.terminal_output import say

    for key in ("policy", "policy_root", "audit", "tools", "approvals", "keys"):
        if given[key] and "://" not in given[key]:
            given[key] = str(Path(given[key]).absolute())
    settings = settings_of(host, **given)
    HookGate(settings).close()  # what does not load would block every call
    options = []
    for key in ("policy", "policy_root", "audit", "tools", "principal", "environment"):
        if getattr(settings, key):
            options += [f"--{key.replace('_', '-')}", getattr(settings, key)]
    for key in ("approvals", "keys"):
        if getattr(settings, key):
            options += [f"--{key}", getattr(settings, key)]
    options += ["--no-audit"] if given["no_audit"] else []
    options += ["--no-resident"] if no_resident else []
    apply_change(plan_install(host, settings_file(host, project), options), yes, dry_run)
    if PLACES[host].note:
        say(f"note: {PLACES[host].note}")


@command.command("uninstall")
@HOST
@PROJECT
@YES
@DRY
def uninstall(host: str, project: str | None, *, yes: bool, dry_run: bool) -> None:
    """Take the gate out of the settings of HOST; what else is there stays."""
    from fencekit.adapters.hooks.install import plan_uninstall, settings_file

    apply_change(plan_uninstall(host, settings_file(host, project)), yes, dry_run)


def apply_change(change: Any, yes: bool, dry_run: bool) -> None:  # noqa: FBT001
    """Show a change, ask, and write it."""
    from fencekit.cli.terminal_output import put, say
    from fencekit.model.errors import UsageError
    from fencekit.reporting.replay_text import inert

    if change.before == change.after:
        say(f"nothing to change in {change.path}")
        return
    put("".join(f"{inert(line, LONGEST_LINE)}\n" for line in change.diff.splitlines()))
    if dry_run:
        return
    if not yes:
        if not sys.stdin.isatty():
            raise UsageError("nothing is written without a yes", hint="give `--yes`")
        click.confirm("write this?", abort=True, err=True)
    change.write()
    say(f"wrote {change.path}" if change.after else f"removed {change.path}")
