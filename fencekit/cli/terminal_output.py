"""Puts lines on the terminal: colours where they are wanted, plain text everywhere else."""

import os
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from io import StringIO
from typing import TYPE_CHECKING, TextIO

import click

from fencekit.model.errors import FencekitError
from fencekit.reporting.replay_text import Line, Table, inert

if TYPE_CHECKING:
    from rich.table import Table as RichTable


WIDE = 10_000
"""The width that tables may have: wider than a terminal rather than cut, which cuts numbers."""

LONGEST = 2_000
"""The characters of an error that are shown."""


def show(parts: Iterable[Line | Table], stream: TextIO | None = None) -> None:
    """Write lines and tables; a terminal that has colours, and is not told otherwise, gets them."""
    out = stream or sys.stdout
    if not out.isatty() or os.environ.get("NO_COLOR"):
        put("".join(f"{line.text}\n" for line in in_lines(parts)), out)
        return
    from rich.console import Console
    from rich.text import Text

    console = Console(file=out, highlight=False, markup=False, emoji=False, width=WIDE)
    for part in parts:
        if isinstance(part, Table):
            console.print(draw_table(part))
        else:
            console.print(Text(encodable(part.text, out), style=part.style), soft_wrap=True)


def put(text: str, out: TextIO | None = None) -> None:
    """Write plain text; what the stream's encoding lacks is escaped.

    Where the reader has gone away, as `head` does, the rest is dropped: the check goes on, and its
    exit code stays true.
    """
    out = out or sys.stdout
    try:
        out.write(encodable(text, out))
        out.flush()
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), out.fileno())
    except OSError as error:
        os.dup2(os.open(os.devnull, os.O_WRONLY), out.fileno())
        said = (error.strerror or str(error)).lower()
        raise FencekitError(f"cannot write the output: {said}") from error


def encodable(text: str, out: TextIO) -> str:
    """Return the text with escapes for the characters that the stream's encoding lacks."""
    encoding = getattr(out, "encoding", None) or "utf-8"
    return text.encode(encoding, "backslashreplace").decode(encoding)


def draw_table(table: Table) -> "RichTable":
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
        yield from map(Line, align_columns(part) or draw_plain(part))


def align_columns(table: Table) -> list[str] | None:
    """Return the lines of a table as rich draws it; None where only rich knows how wide it is.

    Most tables are small and plain, and loading rich takes longer than the rest of the output.
    """
    rows = [table.header, *table.rows] if any(table.header) else list(table.rows)
    cells = [cell for row in rows for cell in row]
    if any(len(row) != len(table.header) for row in rows) or not all(map(is_plain, cells)):
        return None
    widths = [max(map(len, column), default=0) for column in zip(*rows, strict=True)]
    if not all(widths) or sum(widths) + 2 * len(widths) > WIDE:
        return None
    return [
        "  ".join(
            cell.rjust(width) if number else cell.ljust(width)
            for number, (cell, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in rows
    ]


def is_plain(text: str) -> bool:
    """Say whether each character takes one place; rich moves spaces at the edges."""
    return text.isascii() and text.isprintable() and text == text.strip()


def draw_plain(table: Table) -> list[str]:
    """Return the lines of a table as rich draws it without colours."""
    from rich.console import Console

    console = Console(file=StringIO(), color_system=None, width=WIDE)
    with console.capture() as captured:
        console.print(draw_table(table))
    return [line.rstrip() for line in captured.get().splitlines()]


def show_error(error: FencekitError) -> None:
    """Write an error to stderr, with those that came together with it; all of it inert."""
    made: list[Line] = []
    for each in (error, *error.also):
        where = f"{each.place}: " if each.place else ""
        made.append(Line(f"error: {inert(where + each.message, LONGEST)}", "bold red"))
        if each.hint:
            made.append(Line(f"  hint: {inert(each.hint, LONGEST)}"))
    show(made, sys.stderr)


def show_usage(error: click.ClickException) -> None:
    """Write what click has to say to stderr, inert: it repeats what was typed."""
    shown = StringIO()
    error.show(file=shown)
    show([Line(inert(line, LONGEST)) for line in shown.getvalue().splitlines()], sys.stderr)


def say(text: str) -> None:
    """Write a line to stderr, inert."""
    show([Line(inert(text, LONGEST))], sys.stderr)


@contextmanager
def progress_bar(what: str, noun: str = "records") -> Iterator[Callable[[int], None] | None]:
    """Show a count on stderr while something goes on; nothing where stderr is no terminal."""
    if not sys.stderr.isatty():
        yield None
        return
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

    columns = (
        TextColumn("{task.description}"),
        BarColumn(),  # how many records there will be, nobody knows: it moves while there are more
        TextColumn(f"{{task.completed:,.0f}} {noun}"),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(what, total=None)
        yield lambda count: bar.advance(task, count)


@contextmanager
def counting_bar(what: str) -> Iterator[Callable[[int, int], None] | None]:
    """Show on stderr how many of how many are done; nothing where stderr is no terminal."""
    if not sys.stderr.isatty():
        yield None
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(what, total=None)
        yield lambda count, total: bar.update(task, advance=count, total=total)
