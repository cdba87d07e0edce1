"""Puts lines on the terminal: colours where they are wanted, plain text everywhere else."""

import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import TextIO

from fencekit.model.errors import FencekitError
from fencekit.reporting.terminal import Line, inert


def show(lines: Iterable[Line], stream: TextIO | None = None) -> None:
    """Write the lines; a terminal that has colours, and is not told otherwise, gets them."""
    out = stream or sys.stdout
    if not out.isatty():
        write_plain(lines, out)
        return
    from rich.console import Console
    from rich.text import Text

    console = Console(file=out, highlight=False, markup=False, emoji=False)
    for line in lines:
        console.print(Text(line.text, style=line.style), soft_wrap=True)


def write_plain(lines: Iterable[Line], out: TextIO) -> None:
    """Write the lines without colours; what the stream's encoding lacks is escaped."""
    encoding = getattr(out, "encoding", None) or "utf-8"
    out.writelines(
        line.text.encode(encoding, "backslashreplace").decode(encoding) + "\n" for line in lines
    )
    out.flush()


def show_error(error: FencekitError) -> None:
    """Write an error to stderr: each part of it on a line of its own, all inert."""
    parts = [inert(part, 1_000) for part in str(error).splitlines()]
    show([Line(f"error: {parts[0]}", "bold red"), *map(Line, parts[1:])], sys.stderr)


@contextmanager
def progress_bar(what: str) -> Iterator[Callable[[int], None] | None]:
    """Show a count on stderr while something goes on; nothing where stderr is no terminal."""
    if not sys.stderr.isatty():
        yield None
        return
    from rich.console import Console
    from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

    columns = (
        SpinnerColumn(),
        TextColumn("{task.description}"),
        TextColumn("{task.completed:,.0f} records"),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(what, total=None)
        yield lambda count: bar.advance(task, count)


def write_file(path: str, text: str) -> None:
    """Write a report; trouble is a usage error that names the file."""
    from pathlib import Path

    from fencekit.model.errors import UsageError

    try:
        Path(path).write_text(text, encoding="utf-8", errors="backslashreplace")
    except OSError as error:
        said = (error.strerror or str(error)).lower()
        raise UsageError(f"cannot write `{path}`: {said}") from error
