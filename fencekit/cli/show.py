"""Puts lines on the terminal: colours where they are wanted, plain text everywhere else."""

import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from io import StringIO
from typing import TYPE_CHECKING, TextIO

from fencekit.model.errors import FencekitError
from fencekit.reporting.terminal import Line, Table, inert

if TYPE_CHECKING:
    from rich.table import Table as RichTable


WIDE = 400
"""The width of what is no terminal: no line is broken there."""


def show(parts: Iterable[Line | Table], stream: TextIO | None = None) -> None:
    """Write lines and tables; a terminal that has colours, and is not told otherwise, gets them."""
    out = stream or sys.stdout
    if not out.isatty():
        write_plain(parts, out)
        return
    from rich.console import Console
    from rich.text import Text

    console = Console(file=out, highlight=False, markup=False, emoji=False)
    for part in parts:
        if isinstance(part, Table):
            console.print(drawn(part))
        else:
            console.print(Text(part.text, style=part.style), soft_wrap=True)


def drawn(table: Table) -> "RichTable":
    """Return the table as rich draws it, without lines."""
    from rich.table import Table as RichTable
    from rich.text import Text

    made = RichTable(box=None, pad_edge=False, show_header=any(table.header))
    for number, title in enumerate(table.header):
        made.add_column(Text(title), justify="right" if number else "left", no_wrap=True)
    for row, style in zip(table.rows, table.styles, strict=True):
        made.add_row(*map(Text, row), style=style)
    return made


def in_lines(parts: Iterable[Line | Table]) -> Iterator[Line]:
    """Yield lines as they are and tables line by line, without colours."""
    for part in parts:
        if isinstance(part, Line):
            yield part
            continue
        from rich.console import Console

        console = Console(file=StringIO(), color_system=None, width=WIDE)
        with console.capture() as captured:
            console.print(drawn(part))
        yield from (Line(line.rstrip()) for line in captured.get().splitlines())


def write_plain(parts: Iterable[Line | Table], out: TextIO) -> None:
    """Write lines and tables without colours; what the stream's encoding lacks is escaped."""
    lines = in_lines(parts)
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
