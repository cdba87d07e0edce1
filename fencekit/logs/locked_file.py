"""The open file behind a log that is written: for its owner only, and never shared with a fork.

A lock on a file belongs to what `open` returned. A process that is forked inherits that, and would
keep the lock of its parent for as long as it lives; so it opens the file anew, before anything
else runs in it.
"""

import contextlib
import fcntl
import io
import os
import stat
import threading
from weakref import WeakSet

from fencekit.model.errors import LogError, UsageError
from fencekit.model.source import Place

CREATE = os.O_RDWR | os.O_CREAT | getattr(os, "O_CLOEXEC", 0)
REOPEN = os.O_RDWR | os.O_APPEND | getattr(os, "O_CLOEXEC", 0)
OWNER_ONLY = 0o600
TRIES = 100


class LogFile(io.FileIO):
    """A file that is read and appended to; it closes when nobody uses it any more.

    `lost` says that it leads nowhere, in a process that was forked in the middle of a record.
    """

    lost = False

    def __del__(self) -> None:
        self.close()


class Inside(threading.local):
    """The lock that a thread holds while it appends, whichever the log.

    Only a signal handler, or a finaliser, can find the lock of its own thread taken.
    """

    def __init__(self) -> None:
        self.lock = threading.Lock()


OPEN: "WeakSet[LogFile]" = WeakSet()
INSIDE = Inside()


def open_file(path: str) -> LogFile:
    """Open a log to read and to append, make it where it is not there.

    Raises OSError, and LogError for what is no regular file.
    """
    for _ in range(TRIES):
        with contextlib.suppress(FileNotFoundError):
            file = LogFile(path, "r+")
            OPEN.add(file)
            appending(file)
            if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
                raise LogError("a log is a regular file, this is none", place=Place(path))
            return file
        os.close(os.open(path, CREATE, OWNER_ONLY))
    raise LogError("the log is removed again and again", place=Place(path))


def appending(file: LogFile) -> None:
    """Let every write go to the end, whoever writes: `FileIO` only creates with that mode."""
    number = file.fileno()
    fcntl.fcntl(number, fcntl.F_SETFL, fcntl.fcntl(number, fcntl.F_GETFL) | os.O_APPEND)


def is_at(number: int, path: str) -> bool:
    """Say whether an open file is the one of that name."""
    try:
        named = os.stat(path)  # noqa: PTH116  (beside fstat)
    except FileNotFoundError:
        return False
    held = os.fstat(number)
    return (named.st_dev, named.st_ino) == (held.st_dev, held.st_ino)


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
    for file in list(OPEN):
        with contextlib.suppress(ValueError):
            reopen(file, nowhere=in_the_middle)


def reopen(file: LogFile, *, nowhere: bool) -> None:
    """Put another opening of the same file, or of nothing, in the place of an inherited one."""
    number, fresh = file.fileno(), -1
    if not nowhere:
        with contextlib.suppress(OSError):
            fresh = os.open(f"/proc/self/fd/{number}", REOPEN)
    if fresh < 0:
        file.lost = True
        try:
            fresh = os.open(os.devnull, REOPEN)
        except OSError:
            file.close()
            return
    os.dup2(fresh, number, inheritable=False)
    os.close(fresh)
