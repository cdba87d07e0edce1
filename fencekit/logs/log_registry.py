"""The log formats by name, the one that a log is in, and the way from a path to its records."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import cache
from importlib import import_module
from importlib.metadata import EntryPoint, entry_points
from os import PathLike, fspath
from pathlib import Path
from pkgutil import iter_modules
from typing import cast

from fencekit.logs import format_recognition
from fencekit.logs.container_wrappers import wrapper_of
from fencekit.logs.log_format import LogFormat, NamesTools
from fencekit.logs.record_numbering import number_entries
from fencekit.logs.tool_map import ToolMap
from fencekit.logs.unmask_values import RedactionKey
from fencekit.model.errors import UsageError
from fencekit.model.record import Entry, Record
from fencekit.reading.input_files import MAX_LINE, Source, open_source
from fencekit.reading.timestamps import time_of

PLUGINS = "fencekit.log_formats"
"""The group of entry points by which other packages bring formats of their own."""


@cache
def formats() -> dict[str, LogFormat]:
    """Return every format by its name: those of this folder, and those that packages bring.

    Raises UsageError where a package's format cannot be loaded or takes a name that is taken.
    """
    found: dict[str, LogFormat] = {}
    for module in iter_modules([str(Path(__file__).parent)]):
        log_format = getattr(import_module(f"fencekit.logs.{module.name}"), "FORMAT", None)
        if log_format is not None:
            found[log_format.name] = log_format
    for entry in sorted(entry_points(group=PLUGINS), key=lambda entry: (entry.name, entry.value)):
        log_format = load_entry_point(entry)
        if log_format.name in found:
            hint = f"it comes from `{entry.value}`"
            raise UsageError(f"the log format `{log_format.name}` is there twice", hint=hint)
        found[log_format.name] = log_format
    return dict(sorted(found.items()))


def load_entry_point(entry: EntryPoint) -> LogFormat:
    """Return the format that an entry point names; raise UsageError where it is none."""
    try:
        log_format = entry.load()
    except (ImportError, AttributeError) as error:
        raise UsageError(f"cannot load the log format `{entry.value}`: {error}") from error
    if not all(hasattr(log_format, part) for part in ("name", "recognises", "read")):
        raise UsageError(f"`{entry.value}` is no log format: it needs name, recognises and read")
    return cast("LogFormat", log_format)


@dataclass(frozen=True, slots=True)
class Log:
    """An open log: its path as given, its format, its records. Its digest is known at the end."""

    path: str
    format: LogFormat
    source: Source
    tools: ToolMap = field(default_factory=ToolMap)
    key: RedactionKey | None = None

    def entries(self) -> Iterator[Entry]:
        """Yield every record, valid or not, in order; calls of tools with their capability."""
        entries = number_entries(self.format.read(self.source))
        if isinstance(self.format, NamesTools):
            entries = each(self.tools.over(self.format.tools).apply_to, entries)
        entries = each(with_time_noted, entries)
        return entries if self.key is None else each(self.key.unmask_record, entries)

    def digest(self) -> str:
        """Return the SHA-256 of the file, in hex."""
        return self.source.digest()


NO_TIME = "a time that is no ISO 8601 text"


def with_time_noted(record: Record) -> Record:
    """Return the record, with a note where its time is none: then no period holds it."""
    if not record.time or time_of(record.time) is not None:
        return record
    return replace(record, notes=(*record.notes, NO_TIME))


def each(change: Callable[[Record], Record], entries: Iterator[Entry]) -> Iterator[Entry]:
    """Yield the entries, the records among them changed."""
    return (change(entry) if isinstance(entry, Record) else entry for entry in entries)


@contextmanager
def open_log(
    path: str | PathLike[str],
    log_format: str | None = None,
    tools: ToolMap | None = None,
    key: RedactionKey | None = None,
    *,
    max_line: int = MAX_LINE,
    seen: set[bytes] | None = None,
) -> Iterator[Log]:
    """Open a log for reading, in the format of that name or in the one that it shows.

    `tools` maps the tools that it names to capabilities, over the defaults of its format. With
    `key`, masked values say whether they are a given one. A line may have `max_line` bytes. Logs
    that share `seen` count a call once that stands in several of them. Raises LogError where the
    file cannot be read or is in no known format, UsageError for a name that no format has.
    """
    given = fspath(path)
    wanted = format_named(log_format) if log_format else None
    with open_source(given, max_line=max_line, seen=seen) as source:
        source.unwrap = wrapper_of(source.head())
        yield Log(given, wanted or recognise(source), source, tools or ToolMap(), key)


def read_log(path: str | PathLike[str], *, log_format: str | None = None) -> Iterator[Entry]:
    """Yield every record of a log, in order; one that cannot be read comes as an InvalidRecord.

    The format is recognised from the content unless named; gzip is seen through; the log is never
    written to. Raises LogError where the log as a whole cannot be read.
    """
    with open_log(path, log_format) as log:
        yield from log.entries()


def format_named(name: str) -> LogFormat:
    """Return the format of that name; raise UsageError where there is none."""
    if name not in formats():
        known = ", ".join(f"`{known}`" for known in formats())
        raise UsageError(f"no such log format: `{name}`", hint=f"there is {known}")
    return formats()[name]


def recognise(source: Source) -> LogFormat:
    """Return the one format that recognises the log; raise LogError where it is none."""
    return format_recognition.recognise_among(source, formats())
