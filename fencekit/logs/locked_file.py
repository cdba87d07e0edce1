"""The open file behind a log that is written: for its owner only, and never shared with a fork.

A lock on a file belongs to what `open` returned. A process that is forked inherits that, and would
keep the lock of its parent for as long as it lives; so it opens the file anew, before anything
else runs in it.
"""

import contextlib
import errno
import fcntl
import io
import os
import stat
import threading
from collections.abc import Iterator
from typing import TypeVar
from weakref import ref

from fencekit.logs.chain.log_tail import Tail, tail_of
from fencekit.model.errors import LogError, UsageError
from fencekit.model.source import Place
from fencekit.reading.input_files import name_read_errors

CREATE = os.O_RDWR | os.O_CREAT | getattr(os, "O_CLOEXEC", 0)
REOPEN = os.O_RDWR | os.O_APPEND | getattr(os, "O_CLOEXEC", 0)
OWNER_ONLY = 0o600
Thing = TypeVar("Thing")
TRIES = 100


class LockedLogFile(io.FileIO):
    """A file that is read and appended to; it closes when nobody uses it any more.

    `lost` says that it leads nowhere, in a process that was forked in the middle of a record. Up to
    the record `synced` the disk has it, up to `unsynced` it failed to say so.
    """

    def __init__(self, path: str, mode: str = "r+") -> None:
        super().__init__(path, mode)
        self.lost = False
        self.synced = self.unsynced = 0
        self.syncing = threading.Lock()
        register(OPEN, self)

    # No function of ours: an exception that a signal raises in one would be swallowed there.
    __del__ = io.FileIO.close

    def sync(self, record: int, last: int) -> None:
        """Wait until the disk has a record; `last` is written already. Raises OSError.

        Threads that wait meanwhile are served by one turn of the disk. The system tells of a
        failure once, so all of whom it may be true are told here.
        """
        with self.syncing:
            if self.synced >= record:
                return
            if self.unsynced >= record:
                raise OSError(errno.EIO, os.strerror(errno.EIO))
            try:
                getattr(os, "fdatasync", os.fsync)(self.fileno())
            except OSError:
                self.unsynced = last
                raise
            self.synced = last


class BusyError(Exception):
    """Another file of a log is locked: nobody waits for that while holding a lock of their own.

    Two writers that hold one file each, and want that of the other, would wait for ever.
    """

    def __init__(self, path: str) -> None:
        super().__init__(path)
        self.path = path

    def wait(self) -> None:
        """Wait until the file is free, or gone; to be called without a lock."""
        with contextlib.suppress(OSError), LockedLogFile(self.path, "r") as file:
            fcntl.flock(file, fcntl.LOCK_SH)


class Inside(threading.local):
    """The lock that a thread holds while it appends, whichever the log.

    Only a signal handler, or a finaliser, can find the lock of its own thread taken.
    """

    def __init__(self) -> None:
        self.lock = threading.Lock()


OPEN: "set[ref[LockedLogFile]]" = set()
"""Every open file. A `WeakSet` would run Python as one closes, and swallow what a signal raises."""
INSIDE = Inside()


def register(known: "set[ref[Thing]]", thing: Thing) -> None:
    """Add a thing to those that are known for as long as they live; forget those that are gone."""
    for gone in [one for one in list(known) if one() is None]:
        known.discard(gone)
    known.add(ref(thing))


def open_file(path: str) -> LockedLogFile:
    """Open a log to read and to append, make it where it is not there.

    Raises OSError, and LogError for what is no regular file.
    """
    for _ in range(TRIES):
        with contextlib.suppress(FileNotFoundError):
            file = LockedLogFile(path)
            appending(file)
            if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
                raise LogError("a log is a regular file, this is none", place=Place(path))
            return file
        os.close(os.open(path, CREATE, OWNER_ONLY))
    raise LogError("the log is removed again and again", place=Place(path))


def appending(file: LockedLogFile) -> None:
    """Let every write go to the end, whoever writes: `FileIO` only creates with that mode."""
    number = file.fileno()
    fcntl.fcntl(number, fcntl.F_SETFL, fcntl.fcntl(number, fcntl.F_GETFL) | os.O_APPEND)


def sync_folder(path: str) -> None:
    """Wait until the disk has the name of a new file. Raises OSError."""
    folder = os.open(os.path.dirname(os.path.realpath(path)), os.O_RDONLY)  # noqa: PTH120
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def is_at(number: int, path: str) -> bool:
    """Say whether an open file is the one of that name."""
    try:
        named = os.stat(path)  # noqa: PTH116  (beside fstat)
    except FileNotFoundError:
        return False
    held = os.fstat(number)
    return (named.st_dev, named.st_ino) == (held.st_dev, held.st_ino)


def identity(number: int) -> tuple[int, int]:
    """Return what tells an open file from others, whatever its name."""
    held = os.fstat(number)
    return held.st_dev, held.st_ino


def is_beside(path: str, file: tuple[int, int]) -> bool:
    """Say whether a file still has a name in the folder of a log."""
    with os.scandir(os.path.dirname(os.path.realpath(path))) as entries:  # noqa: PTH120
        return any(entry.inode() == file[1] for entry in entries)


def lock_of_thread() -> threading.Lock:
    """Return the lock to hold while appending; raise UsageError in the middle of another append.

    The lock is looked at, and taken with `with`, so that no exception comes between taking it and
    being sure to give it back.
    """
    lock = INSIDE.lock
    if lock.locked():
        message = "a record is appended in the middle of another one, by a signal handler"
        raise UsageError(message, hint="let the handler set a flag, and append later")
    return lock


def part_from_parent() -> None:
    """Give up, in a process that was forked, every file that it shares with its parent.

    The file is opened anew under the same number. Where the fork came in the middle of a record of
    this very thread, the record is the parent's to write: the number then leads nowhere.
    """
    in_the_middle = INSIDE.lock.locked()
    INSIDE.lock = threading.Lock()
    for known in list(OPEN):
        file = known()
        if file is not None and not file.closed:
            reopen(file, nowhere=in_the_middle)


def reopen(file: LockedLogFile, *, nowhere: bool) -> None:
    """Put another opening of the same file, or of nothing, in the place of an inherited one."""
    number, fresh = file.fileno(), -1
    file.syncing = threading.Lock()
    if not nowhere:
        with contextlib.suppress(OSError):
            fresh = os.open(f"/proc/self/fd/{number}", REOPEN if file.writable() else os.O_RDONLY)
    if fresh < 0:
        file.lost = True
        try:
            fresh = os.open(os.devnull, REOPEN)
        except OSError:
            file.close()
            return
    os.dup2(fresh, number, inheritable=False)
    os.close(fresh)


def lock_beside(file: LockedLogFile, path: str) -> None:
    """Lock a file to read it, beside the log that is locked; raise BusyError where it is taken."""
    try:
        fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError as error:
        raise BusyError(path) from error


def end_of(path: str, follower: int) -> Tail:
    """Return the tail of a log that another one, which is open and locked, continues."""
    with name_read_errors(path), LockedLogFile(path, "r") as log:
        if is_at(follower, path):
            raise LogError("a log cannot follow itself", place=Place(path))
        lock_beside(log, path)
        tail = tail_of(log.fileno(), path, os.fstat(log.fileno()).st_size)
    if tail.seq == 0:
        raise LogError("the log to follow holds no record", place=Place(path))
    return tail


@contextlib.contextmanager
def writing(path: str) -> Iterator[None]:
    """Turn trouble with writing a file into an error of ours that names the file as given."""
    try:
        yield
    except OSError as error:
        raise unwritable(path, error) from error


def unwritable(path: str, error: OSError) -> LogError:
    """Return the error of a file that cannot be written, by its name as given."""
    said = (error.strerror or str(error)).lower()
    return LogError(f"cannot write `{path}`: {said}", place=Place(path))
