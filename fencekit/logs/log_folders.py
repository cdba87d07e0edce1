"""A folder of logs: every file in it that is a log, and what the others are.

A file in no known format is looked through for what looks like a call: one that has none is no
log, and noticed; one that has some is passed over, and counted.
"""

import os
from pathlib import Path

from fencekit.logs.call_shapes import MARK
from fencekit.model.errors import LogError
from fencekit.model.record import Notice, PassedOver
from fencekit.model.source import Place
from fencekit.reading.input_files import CHUNK, Source, name_read_errors, open_source

NO_LOG = "a file in a folder that is no log"
UNKNOWN = "a call in a file of no known format"
OVERLAP = 512


class NoFormatError(LogError):
    """A file that is in no format that is known here, or empty."""


def files_in(folder: str) -> list[str]:
    """Return the files in a folder and in the folders inside it, sorted by their paths.

    Links to folders are not followed. Raises LogError where it cannot be read, or holds no file.
    """
    found: list[str] = []
    with name_read_errors(folder):
        for at, folders, names in os.walk(folder, onerror=raise_walk_error):
            folders.sort()
            found.extend(os.path.join(at, name) for name in names)  # noqa: PTH118
    files = sorted(path for path in found if Path(path).is_file())
    if not files:
        raise LogError("there is no file in the folder", place=Place(folder))
    return files


def raise_walk_error(error: OSError) -> None:
    """Raise the error that a walk came across."""
    raise error


def passed_over_in(path: str) -> PassedOver | Notice:
    """Return what is lost with a file that is in no known format."""
    with open_source(path) as source, name_read_errors(path):
        calls = marks_in(source)
    return PassedOver(UNKNOWN, Place(path), calls) if calls else Notice(NO_LOG, Place(path))


def marks_in(source: Source) -> int:
    """Return how many calls there seem to be in a file, piece by piece."""
    count, kept = 0, b""
    while chunk := source.stream.read(CHUNK):
        data = kept + chunk
        end = max(0, len(data) - OVERLAP)
        last = end
        for found in MARK.finditer(data):
            if found.start() >= end:
                break
            count, last = count + 1, max(end, found.end())
        kept = data[last:]
    return count + sum(1 for _ in MARK.finditer(kept))
