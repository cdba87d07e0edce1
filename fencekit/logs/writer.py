"""Writes our audit log: one record a line, chained, by as many processes at once as there are.

Each record is one `O_APPEND` write under a lock on the file, after a look at its last line: so the
chain stays one line whoever writes. Nothing that stands in the log is ever changed. What a crash
left of a record stays; the next record ends that line and vouches for its bytes.

The file is the truth. What a writer knows of it is one value, which is replaced as a whole and used
only as long as the file has the size that goes with it: an exception that comes from outside (a
signal, a time limit) at any moment leaves either that value or one that is read anew.
"""

import fcntl
import os
import threading
from bisect import bisect_right
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from typing import Any, Self, TypeVar
from weakref import ref

from fencekit.logs.chain.chain_line import seal_line
from fencekit.logs.chain.checkpoints import encode
from fencekit.logs.chain.log_succession import first_record, stands, succeeds
from fencekit.logs.chain.log_tail import Tail, tail_of
from fencekit.logs.disk_sync import (
    Appended,
    LogView,
    Unsynced,
    open_view,
    wait_for_disk,
    write_all,
    write_some,
)
from fencekit.logs.locked_file import (
    BusyError,
    end_of,
    identity,
    is_at,
    lock_of_thread,
    open_file,
    part_from_parent,
    register,
    unwritable,
    writing,
)
from fencekit.logs.record_line import line_of, note_line
from fencekit.logs.redaction import check_key, steps_of
from fencekit.model.chain_verification import Anchor
from fencekit.model.errors import LogError
from fencekit.model.record import Record
from fencekit.model.source import Place
from fencekit.reading.signatures import PrivateKey

Result = TypeVar("Result")


class AuditWriter:
    """An audit log that is open for appending; a context manager.

    Threads may share a writer, processes a log. `fsync` waits for the disk after each record. `key`
    signs checkpoints, written into the file `checkpoints` (`<log>.checkpoints` by default) after
    every `checkpoint_every` records and at the end. `follows` is the log that an empty one
    continues. `mask` names values that are masked, with `mask_key`, before they are written.

    `checkpoint_error` is why the last checkpoint is not there yet; it is tried again with the next
    record, and `close` raises it where it still fails.
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
            check_key(mask_key)
            for at in self.mask:
                steps_of(at)
        self._view: LogView | None = None
        self._begin()
        register(WRITERS, self)
        self._hold(lambda view: view)

    def _begin(self) -> None:
        """Start as the only user of what is open, as a process does that was forked."""
        self._lock, self._process = threading.Lock(), os.getpid()
        self._unkept = False
        self.checkpoint_error: LogError | None = None

    def append(
        self,
        record: Record,
        also: Mapping[str, Any] | None = None,
    ) -> Anchor:
        """Append one record; return its number and its hash once it is written.

        `also` holds more to be kept of it, under names of your own. With `fsync` the record is on
        the disk when this returns.
        Raises RecordError for what cannot be written so that it could be read again; LogError for
        a log that cannot be continued or a write that failed: the record is then not in the log.
        UnsyncedError says that it is, but that the disk did not confirm it. Raises UsageError in a
        signal handler that interrupted another append of its thread. An exception that comes from
        outside leaves the record out or in, and the chain whole.
        """
        return self._append([self.line(record, also)]).anchor

    def line(self, record: Record, also: Mapping[str, Any] | None = None) -> str:
        """Return the line that `append` would write, for `extend`; raise RecordError as it does."""
        return line_of(record, also or {}, self.mask, self.mask_key, self.path)

    def append_note(self, note: Mapping[str, Any]) -> Anchor:
        """Append a line that is no call: what became of one (`outcome`), or of none (`refusal`).

        It begins with our schema. Raises UsageError for another form, and what `append` raises.
        """
        return self._append([note_line(note)]).anchor

    def extend(self, lines: Sequence[str]) -> Appended:
        """Append lines, of `line` or of notes, in one write; wait for the disk once.

        Where there is room for the first of them only, those are in the log, and what is returned
        says how many. Raises what `append` raises; after an UnsyncedError all are in the log, or
        the first of them. No line at all is nothing.
        """
        return self._append(lines).appended if lines else Appended(0)

    def _append(self, lines: Sequence[str]) -> Unsynced:
        """Append lines, chained to the one before; wait for the disk where that is asked for."""
        records = self._hold(partial(self._add, lines))
        if self.fsync:
            self._sync(records)
        return records

    def checkpoint(self) -> None:
        """Keep now how many records the log has, and the hash of the last."""
        self._hold(lambda view: self._checkpoint(view.tail))

    def close(self) -> None:
        """Keep a last checkpoint, where checkpoints are asked for, and close the log.

        Raises LogError where the checkpoint cannot be written; every record is.
        """
        try:
            asked = self._unkept and bool(self.checkpoint_every or self.key)
            if asked and self._view is not None and self._process == os.getpid():
                self.checkpoint()
        finally:
            self._view = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _hold(self, act: Callable[[LogView], Result]) -> Result:
        """Do something with the log while no other thread or process writes; return its result.

        Nothing can come between taking a lock and being sure to give it back: `with` takes those
        of threads in one step, and the first call behind `finally` gives back that of the file.
        """
        if self._process != os.getpid():  # forked by something else than Python
            part_all()
        mine = lock_of_thread()
        with mine, self._lock, writing(self.path):
            while True:
                view, busy = open_view(self._view, self.path), None
                number = view.file.fileno()
                try:
                    fcntl.flock(number, fcntl.LOCK_EX)
                    if is_at(number, self.path):
                        self._view = view = self._look(view)
                        return act(view)
                    self._view = self._move_view(view)
                except BusyError as error:
                    busy = error
                finally:
                    fcntl.flock(number, fcntl.LOCK_UN)
                if busy is not None:
                    busy.wait()

    def _move_view(self, view: LogView) -> LogView:
        """Return the view of the file that has the name now, which this one had."""
        try:
            seen, final = self._look(view), True
            tail = seen.tail if os.fstat(view.file.fileno()).st_nlink else seen.carried
        except LogError:
            if view.settled:
                raise
            tail, final = view.tail, view.final
        return LogView(open_file(self.path), tail=tail, settled=False, final=final)

    def _look(self, view: LogView) -> LogView:
        """Return the view of a locked file as it is now; what we wrote ourselves is known.

        A log that lost records which we saw is not continued as if they had never been: the next
        one continues the last that we saw, and shows the gap.
        """
        number, seen = view.file.fileno(), view.tail
        size = os.fstat(number).st_size
        if size == view.size:
            return view
        is_there = seen.seq > 0 and stands(number, size, seen)
        before = view.before
        if seen.seq == 0 and self.follows and first_record(number, size) is None:
            before = end_of(self.follows, number).elsewhere()
        elif not view.settled and not is_there:
            before = succeeds(number, size, self.path, seen, final=view.final)
        tail = tail_of(number, self.path, size, before)
        if view.settled and seen.seq > 0 and not is_there:
            tail = Tail(seen.seq, seen.head, tail.left, tail.open)
        return LogView(view.file, size, tail, before, at=identity(number))

    def _add(self, lines: Sequence[str], view: LogView) -> Unsynced:
        """Append lines to the locked log; say where, as which record, and if it is the first.

        Raises OSError where not even the first is in the log then.
        """
        tail = view.tail
        data, own, torn = bytearray(tail.lead), tail.head, tail.torn
        heads, ends = [], []
        for number, line in enumerate(lines, tail.seq + 1):
            link, own = seal_line(line, number, own, torn)
            data += link
            torn = ""
            heads.append(own)
            ends.append(len(data))
        count, failed = write_some(view.file, bytes(data))
        if view.file.lost:
            message = "this process was forked in the middle of a record, which its parent writes"
            raise LogError(message, place=Place(self.path))
        whole = bisect_right(ends, count + 1)  # without the end of its line, it is in the log
        if not whole and failed is not None:
            raise failed
        self._unkept = True
        last = Anchor(tail.seq + whole, heads[whole - 1])
        if whole < len(lines) and failed is not None:
            made = Appended(whole, unwritable(self.path, failed))
            return Unsynced(view.file, last, view.size == 0, made)
        size = view.size + len(data)
        known = Tail(tail.seq + whole, own, end=size - 1)
        self._view = replace(view, size=size, tail=known)
        every = self.checkpoint_every
        if every and (self.checkpoint_error is not None or known.seq // every > tail.seq // every):
            try:
                self._checkpoint(known)
            except LogError as error:
                self.checkpoint_error = error
        return Unsynced(view.file, last, view.size == 0, Appended(whole))

    def _sync(self, record: Unsynced) -> None:
        """Wait until the disk has a record, and with it what others wrote meanwhile."""
        view = self._view
        is_same = view is not None and view.file is record.file
        last = view.tail.seq if view is not None and is_same else record.anchor.count or 0
        wait_for_disk(record, last, self.path)

    def _checkpoint(self, tail: Tail) -> None:
        """Write a checkpoint; what a crash left of one before is ended first."""
        if tail.seq == 0:
            return
        now = datetime.now(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
        line = encode(tail.seq, tail.head, now, self.key)
        with writing(self.checkpoints), open_file(self.checkpoints) as file:
            size = os.fstat(file.fileno()).st_size
            is_open = size > 0 and os.pread(file.fileno(), 1, size - 1) != b"\n"
            write_all(file, b"\n" + line if is_open else line)
            if self.fsync:
                os.fsync(file.fileno())
        self._unkept, self.checkpoint_error = False, None


WRITERS: "set[ref[AuditWriter]]" = set()


def part_all() -> None:
    """Make every writer the only user of its lock and its file, in a process that was forked."""
    part_from_parent()
    for known in list(WRITERS):
        writer = known()
        if writer is not None:
            writer._begin()  # noqa: SLF001  (ours)


os.register_at_fork(after_in_child=part_all)
