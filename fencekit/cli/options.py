"""The options that every check has: what to print, and which files to write."""

from collections.abc import Callable, Iterable
from typing import Any, TypeVar

import click

from fencekit.reporting.registry import formats

Command = TypeVar("Command", bound=Callable[..., Any])

Decorator = Callable[[Command], Command]

HTML = "html"

domain_option = click.option(
    "--domain",
    type=click.Path(),
    default="",
    metavar="FILE",
    help="A JSON Schema of the arguments; by default they are any JSON object.",
)


def _proof_memory(_: click.Context, __: click.Parameter, said: str | None) -> None:
    if said is not None:
        from fencekit.checks.proofs.memory import bound_memory

        bound_memory(said)


proof_memory_option = click.option(
    "--proof-memory",
    metavar="SIZE",
    expose_value=False,
    callback=_proof_memory,
    help="The memory that one question to the prover may take.  [default: 512MB]",
)
printed_option = click.option(
    "--format",
    "output",
    type=click.Choice(["text", "json"]),
    default="text",
    show_default=True,
    help="What to print.",
)
"""For commands that show something and make no report."""


fail_on_errors_option = click.option(
    "--fail-on-errors/--no-fail-on-errors",
    default=None,
    help="Fail on what is looser only where the policy in force raises, too.",
)
"""For proofs: there, a call on which deciding raises is denied, and nobody meant it so."""


def policy_root_option(
    *, default: str | None = None, otherwise: str = "the working directory"
) -> Decorator[Any]:
    """Return `--policy-root`."""
    return click.option(
        "--policy-root",
        type=click.Path(),
        default=default,
        metavar="DIR",
        help=f"Where names in `extends` are looked for; {otherwise} by default.",
    )


def log_format_option(*, default: str | None = None, of: str = "the logs") -> Decorator[Any]:
    """Return `--log-format`."""
    told = f"Read {of} in this format, not the one seen."
    return click.option("--log-format", default=default, metavar="F", help=told)


def max_line_option() -> Decorator[Any]:
    """Return `--max-line`."""
    said = "The longest line of a log that is read, as 16MiB.  [default: 8MiB]"
    return click.option("--max-line", metavar="SIZE", help=said)


def tools_option(*, default: str | None = None) -> Decorator[Any]:
    """Return `--tools`."""
    return click.option(
        "--tools",
        type=click.Path(),
        default=default,
        metavar="FILE",
        help="A mapping from tools to capabilities.",
    )


def timeout_option(of: str = "", *, default: int = 5) -> Decorator[Any]:
    """Return `--timeout`, in seconds; `of` is what it limits the time of."""
    told = f"The time limit{of and f' for {of}'}.  [default: {default}]"
    return click.option("--timeout", type=float, metavar="SECONDS", help=told)


def report_options(command: Command) -> Command:
    """Add `--format` (given as `output`), `--html`, `--out` and `--redact`."""
    options = (
        click.option(
            "--format",
            "output",
            type=click.Choice(list(formats())),
            default="text",
            show_default=True,
            help="What to print.",
        ),
        click.option(
            "--html", type=click.Path(), metavar="FILE", help="Also write the report as HTML."
        ),
        click.option(
            "--out",
            multiple=True,
            metavar="FORMAT=FILE",
            help="Also write the report in this format, `html` too; may be repeated.",
        ),
        click.option(
            "--redact",
            type=click.Choice(["secrets", "all", "none"]),
            help="What the report hides of the calls that it shows.  [default: secrets]",
        ),
    )
    for option in reversed(options):
        command = option(command)
    return command


def waiver_options(command: Command) -> Command:
    """Add `--waivers` and `--today`."""
    options = (
        click.option(
            "--waivers",
            type=click.Path(),
            metavar="FILE",
            help="What is allowed for a time.  [default: fencekit.waivers.yaml, where it is there]",
        ),
        click.option(
            "--today", metavar="DATE", help="The day on which waivers have to hold.  [default: now]"
        ),
    )
    for option in reversed(options):
        command = option(command)
    return command


def authors_option(command: Command) -> Command:
    """Add `--authors/--no-authors`."""
    return click.option(
        "--authors/--no-authors",
        default=True,
        show_default=True,
        help="Name who wrote, by git, the lines to blame, where there is a repository.",
    )(command)


def targets(html: str | None, out: Iterable[str], inputs: Iterable[str]) -> list[tuple[str, str]]:
    """Return the files to write, each with its format, in the order in which they were named.

    Raises UsageError for a format that there is none of, for a file that is named twice, and for
    one that is among the inputs.
    """
    from fencekit.checks.postprocess.outputs import is_same, refuse_overwriting
    from fencekit.model.errors import UsageError

    if html == "":
        raise UsageError("`html` is empty", hint="leave it out, or give it a value")
    known = [HTML, *formats()]
    made = [(HTML, html)] if html else []
    read = list(inputs)
    for given in out:
        form, _, file = given.partition("=")
        if form not in known or not file:
            hint = f"write FORMAT=FILE, where FORMAT is one of {', '.join(known)}"
            raise UsageError(f"`--out {given}` names no format and file", hint=hint)
        made.append((form, file))
    for number, (_, file) in enumerate(made):
        refuse_overwriting(file, read)
        if any(file == other or is_same(file, other) for _, other in made[:number]):
            raise UsageError(f"`{file}` is named for two reports", hint="name another file")
    return made
