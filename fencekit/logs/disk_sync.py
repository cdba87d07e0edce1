"""A log as its writer sees it, writing to it, and waiting for the disk."""

import os
from dataclasses import dataclass, field, replace

from fencekit.logs.chain.log_tail import Tail
from fencekit.logs.locked_file import LockedLogFile, identity, is_beside, open_file, sync_folder
from fencekit.model.chain_verification import Anchor
from fencekit.model.errors import LogError, UnsyncedError
from fencekit.model.source import Place


def write_all(file: LockedLogFile, data: bytes) -> None:
    """Write all of it; raise OSError where the system does not let it.

    A record that lacks only the end of its line is in the log: the next one ends the line.
    """
    count, error = write_some(file, data)
    if error is not None and (count < len(data) - 1 or len(data) == 1):
        raise error


def write_some(file: LockedLogFile, data: bytes) -> tuple[int, OSError | None]:
    """Write as much as the system lets, in one call if it can; return how much, and what failed."""
    left = memoryview(data)
    while left:
        try:
            left = left[os.write(file.fileno(), left) :]
        except OSError as error:
            return len(data) - len(left), error
    return len(data), None


@dataclass(frozen=True, slots=True)
class LogView:
    """A log as its writer saw it last: the open file, its size then, and how it ended.

    `tail` stands in this file once the view is `settled`; before that it is that of the file which
    had this name. `final` says that nothing can have come after it there. `before` is what the
    first record of this file continues, `at` which file it is, once it was looked at.
    """

    file: LockedLogFile
    size: int = -1
    tail: Tail = field(default_factory=Tail)
    before: Tail = field(default_factory=Tail)
    settled: bool = True
    final: bool = True
    at: tuple[int, int] | None = None

    @property
    def carried(self) -> Tail:
        """What is continued in place of this file, where it is gone: nothing that only it had.

        A copy that took its place has what a crash left in it once more.
        """
        if not self.tail.end and self.before.head == self.tail.head:
            return self.before
        return replace(self.tail, left=b"", open=False)


def open_view(view: LogView | None, path: str) -> LogView:
    """Return the view of a log; open it where it is not, or where a fork took it away."""
    if view is None:
        return LogView(open_file(path))
    if not view.file.closed and not view.file.lost:
        return view
    file = open_file(path)
    if view.at is not None and view.at == identity(file.fileno()):
        return LogView(file, tail=view.tail, before=view.before)
    is_there = view.at is None or is_beside(path, view.at)
    tail = view.tail if is_there else view.carried
    return LogView(file, tail=tail, settled=False, final=False)


@dataclass(frozen=True, slots=True)
class Appended:
    """How many of some records are in the log now, and what kept the others out of it."""

    count: int
    error: LogError | None = None


@dataclass(frozen=True, slots=True)
class Unsynced:
    """Records that are in the log, while nobody has waited for the disk yet: `anchor` is the last.

    `is_first` says that the file was empty before: then its name is waited for too.
    """

    file: LockedLogFile
    anchor: Anchor
    is_first: bool
    appended: Appended


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
