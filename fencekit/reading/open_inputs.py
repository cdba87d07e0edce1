"""Opens what is read: a file at once, and a pipe as long as somebody writes into it.

`<(command)` of a shell is a pipe that is read like a file. A named pipe without a writer would be
waited for for ever, and so would one whose writer says nothing.
"""

import io
import os
import select
import stat
import time
from typing import BinaryIO, cast

from fencekit.model.errors import FencekitError
from fencekit.model.source import Place

WRITER = 5.0
"""Seconds to wait until somebody writes into a pipe that nobody has opened for writing."""
SILENCE = 60.0
"""Seconds to wait for the next byte of a pipe that somebody has opened for writing."""
PAUSE = 0.01
READ = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_CLOEXEC", 0)


class Pipe(io.RawIOBase):
    """A pipe that is read; it waits for its writer, and for each byte, only so long."""

    def __init__(self, number: int, path: str, kind: type[FencekitError]) -> None:
        self._number, self._path, self._kind = number, path, kind
        self._has_begun = False

    def readable(self) -> bool:
        """Say that it can be read."""
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]  # typeshed's Buffer
        """Fill the buffer with what is there; raise the error of the reader where nothing comes."""
        until = time.monotonic() + WRITER
        while True:
            try:
                data = os.read(self._number, len(buffer))
            except BlockingIOError:
                self._has_begun = True
                if not select.select([self._number], [], [], SILENCE)[0]:
                    self._refuse(f"no byte came for {SILENCE:g} s")
                continue
            if data or self._has_begun:
                self._has_begun = True
                buffer[: len(data)] = data
                return len(data)
            if time.monotonic() > until:
                self._refuse("nobody writes into it")
            time.sleep(PAUSE)

    def close(self) -> None:
        """Close the descriptor, once; closing again does nothing."""
        if not self.closed:
            os.close(self._number)
        super().close()

    def _refuse(self, said: str) -> None:
        message = f"cannot read `{self._path}`: it is a pipe, and {said}"
        raise self._kind(message, place=Place(self._path), hint="write into a file first")


def open_file(path: str, kind: type[FencekitError]) -> BinaryIO:
    """Open a file, or a pipe, for reading. Raises OSError, and an error of `kind` for what is none.

    A device or a socket is refused: it may have no end.
    """
    number = os.open(path, READ)
    try:
        mode = os.fstat(number).st_mode
        if stat.S_ISFIFO(mode):
            return cast("BinaryIO", Pipe(number, path, kind))
        if not stat.S_ISREG(mode) and not stat.S_ISDIR(mode) and not is_terminal(number, mode):
            message = f"cannot read `{path}`: it is a device, not a file"
            raise kind(message, place=Place(path))
        os.set_blocking(number, True)
        return io.FileIO(number)
    except BaseException:
        os.close(number)
        raise


def is_terminal(number: int, mode: int) -> bool:
    """Say whether it is a device that ends: a terminal, or the one that is empty."""
    if not stat.S_ISCHR(mode):
        return False
    return os.isatty(number) or os.path.samestat(os.fstat(number), os.stat(os.devnull))  # noqa: PTH116


def content(path: str, kind: type[FencekitError]) -> bytes:
    """Return all bytes of a file or a pipe. Raises OSError, and an error of `kind`."""
    with open_file(path, kind) as file:
        return file.read()
