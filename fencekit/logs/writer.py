"""Writes our audit log: one record a line, chained, by as many processes at once as there are.

Each record is one `O_APPEND` write under a lock on the file, after a look at its last line: so the
chain stays one line whoever writes. Nothing that stands in the log is ever changed. What a crash
left of a record stays; the next record ends that line and vouches for its bytes.
"""

import fcntl
import os
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Self

from fencekit.logs.chain.checkpoints import encode
from fencekit.logs.chain.line import sealed
from fencekit.logs.chain.tail import Tail, tail_of
from fencekit.logs.jsonl import NOTES, SCHEMA, TEXTS, decode, form_of
from fencekit.logs.redaction import checked, redact, steps_of
from fencekit.model.chain import Anchor
from fencekit.model.errors import FencekitError, LogError, RecordError, UsageError
from fencekit.model.record import Completeness, Record
from fencekit.model.source import Place
from fencekit.reading import json
from fencekit.reading.files import MAX_LINE, located
from fencekit.reading.signatures import PrivateKey

OURS = {"schema", *TEXTS, *NOTES, "request", "decision", "completeness", "chain", "hash"}
FLAGS = os.O_RDWR | os.O_APPEND | os.O_CREAT | getattr(os, "O_CLOEXEC", 0)
OWNER_ONLY = 0o600
ROOM_FOR_LINK = 512


class AuditWriter:
    """An audit log that is open for appending; a context manager.

    `fsync` waits for the disk after each record. `key` signs checkpoints, written into the file
    `checkpoints` (`<log>.checkpoints` by default) after every `checkpoint_every` records and at the
    end. `follows` is the log that an empty one continues. `mask` names values that are masked, with
    `mask_key`, before they are written.
    """

    def __init__(
        self,
        path: str | os.PathLike[str],
        *,
        fsync: bool = False,
        key: PrivateKey | None = None,
        checkpoint_every: int = 0,
        checkpoints: str | os.PathLike[str] | None = None,
        follows: str | os.PathLike[str] | None = None,
        mask: Sequence[str] = (),
        mask_key: bytes = b"",
    ) -> None:
        self.path = os.fspath(path)
        self.follows = None if follows is None else os.fspath(follows)
        self.checkpoints = os.fspath(checkpoints or f"{self.path}.checkpoints")
        self.checkpoint_every = checkpoint_every
        self.fsync, self.key = fsync, key
        self.mask, self.mask_key = tuple(mask), mask_key
        if self.mask:
            checked(mask_key)
            for at in self.mask:
                steps_of(at)
        self._begin()
        with self._locked() as file:
            self._tail_of(file)

    def _begin(self) -> None:
        """Start without anything open, as a process does that was forked."""
        self._process, self._lock = os.getpid(), threading.Lock()
        self._file = -1
        self._tail, self._size = Tail(), -1
        self._before: Tail | None = None
        self._unkept = False

    def append(self, record: Record, also: Mapping[str, Any] | None = None) -> Anchor:
        """Append one record; return its number and its hash once it is written.

        `also` holds more to be kept of it, under names of your own.
        Raises RecordError for what cannot be written so that it could be read again, LogError for
        a log that cannot be continued or a write that failed.
        """
        return self._append(self._line(record, dict(also or {})))

    def append_note(self, note: Mapping[str, Any]) -> Anchor:
        """Append a line that is no call: what became of one, or why one was refused.

        It begins with our schema and has a key of NOTES; a reader of records passes over it.
        Raises as `append` does.
        """
        if (
            next(iter(note)) != "schema"
            or note["schema"] != SCHEMA
            or len(NOTES & note.keys()) != 1
        ):
            raise UsageError("a note has our schema, and one of " + ", ".join(sorted(NOTES)))
        taken = {"request", "decision", "chain", "hash"} & note.keys()
        if taken:
            raise UsageError(f"a note has no `{min(taken)}` of its own")
        return self._append(written(dict(note)))

    def _append(self, line: str) -> Anchor:
        """Append a line, chained to the one before."""
        with self._locked() as file:
            tail = self._tail_of(file)
            data, own = sealed(line, tail.seq + 1, tail.head, tail.torn)
            self._write(file, tail.lead + data)
            self._tail, self._unkept = Tail(tail.seq + 1, own), True
            if self.checkpoint_every and self._tail.seq % self.checkpoint_every == 0:
                self._checkpoint(self._tail)
        return Anchor(tail.seq + 1, own)

    def checkpoint(self) -> None:
        """Keep now how many records the log has, and the hash of the last."""
        with self._locked() as file:
            self._checkpoint(self._tail_of(file))

    def close(self) -> None:
        """Keep a last checkpoint, where checkpoints are asked for, and close the log."""
        if self._file >= 0 and self._process == os.getpid():
            if self._unkept and (self.checkpoint_every or self.key):
                self.checkpoint()
            os.close(self._file)
            self._file = -1

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _line(self, record: Record, also: dict[str, Any]) -> str:
        """Return the record as JSON, checked to be readable again."""
        taken = OURS & also.keys()
        if taken:
            raise UsageError(f"a record has a `{min(taken)}` of its own")
        form = form_of(record)
        if self.mask:
            request = redact(form["request"], self.mask, self.mask_key)
            if request != form["request"]:
                form |= {"request": request, "completeness": str(Completeness.MASKED)}
        return written({**form, **also}, Place(self.path))

    @contextmanager
    def _locked(self) -> Iterator[int]:
        """Hold the log: no other thread, and no other process that asks, writes meanwhile."""
        if self._process != os.getpid():
            self._begin()
        with self._lock, writing(self.path):
            try:
                yield self._hold()
            finally:
                if self._file >= 0:
                    fcntl.flock(self._file, fcntl.LOCK_UN)

    def _hold(self) -> int:
        """Lock the file that has the name of the log now, and return it.

        One that was renamed, to rotate it, is continued by the one that took its place.
        """
        if self._file < 0:
            self._file = os.open(self.path, FLAGS, OWNER_ONLY)
        fcntl.flock(self._file, fcntl.LOCK_EX)
        while not is_at(self._file, self.path):
            self._before, renamed = self._tail_of(self._file), self._file
            self._file = os.open(self.path, FLAGS, OWNER_ONLY)
            fcntl.flock(self._file, fcntl.LOCK_EX)
            os.close(renamed)
            self._tail, self._size = Tail(), -1
        return self._file

    def _tail_of(self, file: int) -> Tail:
        """Return what the next record continues from; what we wrote ourselves is known."""
        size = os.fstat(file).st_size
        if size != self._size:
            if size == 0 and self._before is None and self.follows is not None:
                self._before = end_of(self.follows)
            before = self._before.elsewhere() if self._before else None
            tail = tail_of(file, self.path, size, before)
            # A log that lost records which we saw is not continued as if they had never been.
            known = Tail(self._tail.seq, self._tail.head, tail.left, tail.open)
            self._tail, self._size = (known if tail.seq < known.seq else tail), size
        return self._tail

    def _write(self, file: int, data: bytes) -> None:
        """Write all of it, in one call where the system lets it."""
        size, self._size = self._size, -1
        left = memoryview(data)
        while left:
            left = left[os.write(file, left) :]
        if self.fsync:
            os.fsync(file)
        self._size = size + len(data)

    def _checkpoint(self, tail: Tail) -> None:
        """Write a checkpoint; what a crash left of one before is ended first."""
        if tail.seq == 0:
            return
        now = datetime.now(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
        line = encode(tail.seq, tail.head, now, self.key)
        with writing(self.checkpoints):
            file = os.open(self.checkpoints, FLAGS, OWNER_ONLY)
            try:
                size = os.fstat(file).st_size
                is_open = size > 0 and os.pread(file, 1, size - 1) != b"\n"
                os.write(file, b"\n" + line if is_open else line)
                if self.fsync:
                    os.fsync(file)
            finally:
                os.close(file)
        self._unkept = False


def written(form: dict[str, Any], place: Place | None = None) -> str:
    """Return a line as JSON that can be read again, as a record where it has a place."""
    try:
        line = json.write(form)
        value = json.parse_bytes(line.encode())
        if place is not None:
            decode(value, place)
    except FencekitError as error:
        message = f"the record cannot be written: {error.message}"
        raise RecordError(message, hint=error.hint) from error
    except (TypeError, ValueError, RecursionError) as error:
        raise RecordError(f"the record cannot be written: {error}") from error
    if len(line.encode()) > MAX_LINE - ROOM_FOR_LINK:
        raise RecordError(f"the record is longer than {MAX_LINE >> 20} MiB")
    return line


def end_of(path: str) -> Tail:
    """Return the tail of a log that another one continues."""
    with located(path), Path(path).open("rb") as log:
        fcntl.flock(log, fcntl.LOCK_EX)
        tail = tail_of(log.fileno(), path, os.fstat(log.fileno()).st_size)
    if tail.seq == 0:
        raise LogError("the log to follow holds no record", place=Place(path))
    return tail


def is_at(file: int, path: str) -> bool:
    """Say whether an open file is the one of that name."""
    try:
        named = os.stat(path)  # noqa: PTH116  (beside fstat)
    except FileNotFoundError:
        return False
    held = os.fstat(file)
    return (named.st_dev, named.st_ino) == (held.st_dev, held.st_ino)


@contextmanager
def writing(path: str) -> Iterator[None]:
    """Turn trouble with writing a file into an error of ours that names the file as given."""
    try:
        yield
    except OSError as error:
        said = (error.strerror or str(error)).lower()
        raise LogError(f"cannot write `{path}`: {said}", place=Place(path)) from error
