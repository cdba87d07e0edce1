"""The command group; each command is a module of its own, imported when it is called."""

import gc
import os
import sys
from importlib import import_module
from typing import NoReturn

import click

import fencekit
from fencekit.model.errors import COULD_NOT_CHECK, FencekitError

COMMANDS = {
    "replay": "replay recorded calls against a candidate policy",
    "diff": "prove that a policy is nowhere looser than another, or show the call",
    "prove": "prove that a policy keeps to its guardrails, or show the call",
    "test": "run cases: calls, each with what the policy must make of it",
    "mutate": "edit a policy in every small way, and show what no case notices",
    "explain": "explain how a policy decides one request",
    "lint": "look for known bad shapes in policies",
    "logs": "look into audit logs: show, count, verify, convert, list tools",
    "approvals": "answer what waits for a person: list, show, approve, reject, grant",
    "receipt": "print the receipt of one decision of the gate",
    "packs": "packs of policies: list, vet, build, verify, install",
    "waive": "allow one finding of a report for a time, in writing",
    "render": "render a report that was written as JSON in another format",
    "gate": "the gate of tool calls: restore what it deleted",
    "hook": "the gate in the hooks of coding agents: answer, install, uninstall",
    "token": "capability tokens: show, sign, verify, narrow",
    "init": "write a first policy, its cases and a workflow into a repository",
    "demo": "run the main job on a log that ships with fencekit",
}
"""Every command and its short help; the module has the command's name."""

EPILOG = """
\b
Exit codes:
  0  nothing disallowed changed
  1  disallowed findings
  2  usage
  3  could not check: unreadable policy or log, broken checksum, records beyond the
     allowed budget, an engine error, a time limit, zero records checked
"""


class LazyGroup(click.Group):
    """A group that imports a command when it is called, so that `--help` stays quick."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002  (click's signature)
        """Return the names of all commands."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        """Return the command of that name, None where there is none."""
        if cmd_name not in COMMANDS:
            return None
        command: click.Command = import_module(f"fencekit.cli.{cmd_name}").command
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002
        """Write the list of commands without importing them."""
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))


@click.group(
    cls=LazyGroup,
    epilog=EPILOG,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
@click.version_option(fencekit.__version__, prog_name="fencekit")
def group() -> None:
    """Test the policies that gate AI agents, before they ship."""


def main(args: list[str] | None = None) -> NoReturn:
    """Run the command line; every error ends in a message and one of the exit codes.

    Python ends with 1 where nobody catches an exception, which would be taken for findings.
    """
    run(group, args, "fencekit")


def run(command: click.Command, args: list[str] | None, name: str) -> NoReturn:
    """Run a command of ours and exit; `name` is what it is called by."""
    # Few objects of ours are in cycles: to look for those so often takes a tenth of the time.
    gc.set_threshold(100_000, 20, 20)
    if None in (sys.stdin, sys.stdout, sys.stderr):
        import_module("fencekit.cli.standard_streams").replace_closed()
    try:
        code = command.main(args=args, prog_name=name, standalone_mode=False)
    except click.ClickException as error:
        from fencekit.cli.terminal_output import show_usage

        show_usage(error)
        code = error.exit_code
    except FencekitError as error:
        complain(error)
        code = error.exit_code
    except click.Abort:
        complain(FencekitError("interrupted before the end"))
        code = COULD_NOT_CHECK
    except Exception as error:
        if os.environ.get("FENCEKIT_TRACEBACK"):
            raise
        wrong = f"a fault in fencekit: {type(error).__name__}: {error}"
        hint = "please report it, with what `FENCEKIT_TRACEBACK=1` shows"
        complain(FencekitError(wrong, hint=hint))
        code = COULD_NOT_CHECK
    sys.exit(code if isinstance(code, int) else 0)


def complain(error: FencekitError) -> None:
    """Show an error; what that takes is imported only now, when there is one."""
    from fencekit.cli.terminal_output import show_error

    show_error(error)
