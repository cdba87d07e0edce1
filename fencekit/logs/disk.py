"""Writing to a log, and waiting for the disk: records that are in it, and not yet on the disk."""

import os
from collections.abc import Iterable
from dataclasses import dataclass

from fencekit.logs.locked_file import LogFile, sync_folder
from fencekit.model.chain import Anchor
from fencekit.model.errors import UnsyncedError
from fencekit.model.source import Place


def write_all(file: LogFile, data: bytes) -> None:
    """Write all of it, in one call where the system lets it; raise OSError where it does not.

    A record that lacks only the end of its line is in the log: the next one ends the line.
    """
    left = memoryview(data)
    while left:
        try:
            left = left[os.write(file.fileno(), left) :]
        except OSError:
            if len(left) > 1 or len(data) == 1:
                raise
            return


@dataclass(frozen=True, slots=True)
class Unsynced:
    """A record that is in the log, while nobody has waited for the disk yet.

    `is_first` says that the file was empty before: then its name is waited for too.
    """

    file: LogFile
    anchor: Anchor
    is_first: bool


def last_of_each_file(records: Iterable[Unsynced]) -> list[Unsynced]:
    """Return what to wait for, so that the disk has all records: one of each file.

    A log is one file, unless it was replaced between two records.
    """
    last: dict[int, Unsynced] = {}
    for record in records:
        before = last.get(id(record.file))
        first = record.is_first or (before is not None and before.is_first)
        last[id(record.file)] = Unsynced(record.file, record.anchor, first)
    return list(last.values())


def wait_for_disk(record: Unsynced, last: int, path: str) -> None:
    """Wait until the disk has a record of the log at `path`, whose record `last` is written.

    Others write meanwhile, and wait for the same turn of the disk. Raises UnsyncedError.
    """
    number = record.anchor.count or 0
    try:
        record.file.sync(number, last)
        if record.is_first:
            sync_folder(path)
    except OSError as error:
        said = (error.strerror or os.strerror(error.errno or 0)).lower()
        message = f"record {number:,} is in the log, but the disk did not confirm it: "
        hint = "do not append it again; it may be gone after a power cut"
        raise UnsyncedError(message + said, place=Place(path), hint=hint) from error
