"""The log formats by name, the one that a log is in, and the way from a path to its records."""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from importlib import import_module
from importlib.metadata import EntryPoint, entry_points
from itertools import islice
from os import PathLike, fspath
from pathlib import Path
from pkgutil import iter_modules
from typing import Any, cast

from fencekit.logs.base import Entry, LogFormat, LogLayout, LogSample, NamesTools
from fencekit.logs.indented import chunks, is_indented
from fencekit.logs.mapping import ToolMap
from fencekit.logs.objects import SAMPLED, is_array
from fencekit.logs.unmasking import RedactionKey
from fencekit.model.errors import LogError, UsageError
from fencekit.model.record import Record
from fencekit.model.source import Place
from fencekit.reading import json
from fencekit.reading.files import BOM, Source, open_source

SQLITE_MAGIC = b"SQLite format 3\x00"
OPENING = re.compile(r'\s*\{\s*"([^"\\]+)"\s*:\s*\[\s*')
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
        log_format = loaded(entry)
        if log_format.name in found:
            hint = f"it comes from `{entry.value}`"
            raise UsageError(f"the log format `{log_format.name}` is there twice", hint=hint)
        found[log_format.name] = log_format
    return dict(sorted(found.items()))


def loaded(entry: EntryPoint) -> LogFormat:
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
        entries = self.format.read(self.source)
        if isinstance(self.format, NamesTools):
            entries = each(self.tools.over(self.format.tools).applied, entries)
        return entries if self.key is None else each(self.key.opened, entries)

    def digest(self) -> str:
        """Return the SHA-256 of the file, in hex."""
        return self.source.digest()


def each(change: Callable[[Record], Record], entries: Iterator[Entry]) -> Iterator[Entry]:
    """Yield the entries, the records among them changed."""
    return (change(entry) if isinstance(entry, Record) else entry for entry in entries)


@contextmanager
def open_log(
    path: str | PathLike[str],
    log_format: str | None = None,
    tools: ToolMap | None = None,
    key: RedactionKey | None = None,
) -> Iterator[Log]:
    """Open a log for reading, in the format of that name or in the one that it shows.

    `tools` maps the tools that it names to capabilities, over the defaults of its format. With
    `key`, masked values say whether they are a given one. Raises LogError where the file cannot be
    read or is in no known format, UsageError for a name that no format has.
    """
    given = fspath(path)
    wanted = named(log_format) if log_format else None
    with open_source(given) as source:
        yield Log(given, wanted or recognised(source), source, tools or ToolMap(), key)


def read_log(path: str | PathLike[str], *, log_format: str | None = None) -> Iterator[Entry]:
    """Yield every record of a log, in order; one that cannot be read comes as an InvalidRecord.

    The format is recognised from the content unless named; gzip is seen through; the log is never
    written to. Raises LogError where the log as a whole cannot be read.
    """
    with open_log(path, log_format) as log:
        yield from log.entries()


def named(name: str) -> LogFormat:
    """Return the format of that name; raise UsageError where there is none."""
    if name not in formats():
        known = ", ".join(f"`{known}`" for known in formats())
        raise UsageError(f"no such log format: `{name}`", hint=f"there is {known}")
    return formats()[name]


def recognised(source: Source) -> LogFormat:
    """Return the one format that recognises the log; raise LogError where it is none."""
    sample = sample_of(source)
    fits = [log_format for log_format in formats().values() if log_format.recognises(sample)]
    if len(fits) == 1:
        return fits[0]
    known = ", ".join(f"`{known}`" for known in formats())
    raise LogError(
        "the log is in no format that is known here",
        place=Place(source.path),
        hint=f"name its format with `--log-format`, if it is one of {known}",
    )


def sample_of(source: Source) -> LogSample:
    """Return the beginning of a log; raise LogError where it is empty."""
    head = source.head()
    if not head.removeprefix(BOM).strip():
        raise LogError("the log is empty", place=Place(source.path))
    if head.startswith(SQLITE_MAGIC):
        return LogSample(LogLayout.SQLITE)
    if is_array(head):
        return LogSample(LogLayout.ARRAY, tuple(first_of_array(head)))
    first = first_chunks(head) if is_indented(head) else first_lines(head)
    text = head.removeprefix(BOM).partition(b"\n")[0].decode("utf-8", "replace")
    return LogSample(LogLayout.LINES, tuple(first) or tuple(opening(head)), text)


def first_lines(head: bytes) -> Iterator[dict[str, object]]:
    """Yield the first objects that stand on lines of their own; what is none is passed over.

    A capture may put a word before each object, as in `C> {…}`, and several in a batch.
    """
    for line in head.removeprefix(BOM).splitlines()[:SAMPLED]:
        before, brace, rest = line.partition(b"{")
        is_all = b'"' in before or before.strip() == b"["
        try:
            value = json.parse_bytes(line if is_all else brace + rest)
        except json.JSONError:
            continue
        yield from (item for item in listed(value) if isinstance(item, dict))


def listed(value: Any) -> list[Any]:
    """Return what stands in a list, and anything else as a list of one."""
    return value if isinstance(value, list) else [value]


def first_chunks(head: bytes) -> Iterator[dict[str, object]]:
    """Yield the first objects of a log that writes each over several lines."""
    numbered = enumerate(head.removeprefix(BOM).splitlines(), 1)
    for chunk in islice(chunks(numbered), SAMPLED):
        try:
            value = json.parse_bytes(chunk.text or b"")
        except json.JSONError:
            continue
        if isinstance(value, dict):
            yield value


def opening(head: bytes) -> Iterator[dict[str, object]]:
    """Yield an object that the head does not hold whole, if its first value is a list.

    Of the list there is the first element, as far as the head holds that.
    """
    text = head.removeprefix(BOM).decode("utf-8", "replace")
    if begun := OPENING.match(text):
        element = json.first_value(text[begun.end() :])
        yield {begun[1]: [] if element is None else [element]}


def first_of_array(head: bytes) -> Iterator[dict[str, object]]:
    """Yield the first object of an array, as far as the head holds it."""
    text = head.removeprefix(BOM).decode("utf-8", "replace").lstrip()[1:].lstrip()
    value = json.first_value(text)
    if isinstance(value, dict):
        yield value
