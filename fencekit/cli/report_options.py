"""The options that every check has: what to print, and which files to write."""

from collections.abc import Callable, Iterable
from typing import Any, TypeVar

import click

from fencekit.config.options import OPTIONS, Kind
from fencekit.reporting.report_formats import formats

Command = TypeVar("Command", bound=Callable[..., Any])

Decorator = Callable[[Command], Command]

HTML = "html"

printed_option = click.option(
    "--format",
    "output",
    type=click.Choice(["text", "json"]),
    default="text",
    show_default=True,
    help="What to print.",
)
"""For commands that show something and make no report."""

KINDS: dict[Kind, dict[str, Any]] = {
    Kind.PATH: {"type": click.Path()},
    Kind.SECONDS: {"type": float},
    Kind.COUNT: {"type": int},
    Kind.SWITCH: {"is_flag": True},
}
"""How click reads a kind of option; what is not here is text."""


def option(key: str, *names: str, of: str = "", **changed: Any) -> Decorator[Any]:
    """Return an option of the table in `fencekit.config.options`.

    `of` is what its help speaks of instead of the logs or of one record; `changed` are parameters
    of `click.option` that a command has otherwise.
    """
    row = OPTIONS[key]
    told = row.help[0].upper() + row.help[1:] + "."
    if of:
        told = told.replace("the logs", of).replace("one record", of)
    if row.default and not changed.get("show_default"):
        told += f"  [default: {row.default}]"
    parsed = {"metavar": row.metavar or None, "help": told, **KINDS.get(row.kind, {})}
    if row.choices:
        parsed["type"] = click.Choice(row.choices)
    if names and "/" in names[0]:
        del parsed["is_flag"]
    return click.option(*(names or (f"--{row.name}",)), **{**parsed, **changed})


def options(*keys: str | Decorator[Any]) -> Decorator[Any]:
    """Return a decorator that adds options in this order: keys of the table, or others."""

    def add(command: Any) -> Any:
        for key in reversed(keys):
            command = (option(key) if isinstance(key, str) else key)(command)
        return command

    return add


def several(key: str, name: str, metavar: str, told: str) -> Decorator[Any]:
    """Return an option for paths that may be given several times."""
    return click.option(
        f"--{name}", key, multiple=True, type=click.Path(), metavar=metavar, help=told
    )


fail_on_errors_option = option(
    "fail_on_errors", "--fail-on-errors/--no-fail-on-errors", default=None
)
authors_option = option("authors", "--authors/--no-authors", default=None)
waiver_options = options("waivers", "today")
OF_LOG = ("log_format", "max_line", "tools")
LIMITS = ("max_invalid", "max_undecided", "max_passed_over")


report_options = options(
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
    option("redact"),
)
"""`--format` (given as `output`), `--html`, `--out` and `--redact`."""


def targets(html: str | None, out: Iterable[str], inputs: Iterable[str]) -> list[tuple[str, str]]:
    """Return the files to write, each with its format, in the order in which they were named.

    Raises UsageError for a format that there is none of, for a file that is named twice, and for
    one that is among the inputs.
    """
    from fencekit.checks.postprocess.output_files import is_same, refuse_overwriting
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
