"""Which file continues which: what a writer looks at when its log is another file than it was.

A log that was rotated is continued by the file that took its name, perhaps over others between
them. A file that neither has the record which the writer saw last, nor continues from it, is
another log.
"""

import contextlib
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from fencekit.logs.chain.chain_line import Chained, read_link
from fencekit.logs.chain.log_tail import Tail, tail_of
from fencekit.logs.locked_file import LockedLogFile, lock_beside
from fencekit.model.errors import LogError
from fencekit.model.source import Place
from fencekit.reading.input_files import CHUNK

LINES_BEFORE = 64
"""How many lines of a file may stand before its first record: a crash left them."""


@dataclass(frozen=True, slots=True)
class Neighbour:
    """A file beside the log: its first record, and its end."""

    first: Chained
    tail: Tail
    path: str

    def continues(self, known: Tail) -> bool:
        """Say whether there are records here that come after the one which a tail names."""
        if not self.first.seq - 1 <= known.seq < self.tail.seq:
            return False
        with Path(self.path).open("rb") as file:
            return stands(file.fileno(), os.fstat(file.fileno()).st_size, known)


def stands(number: int, size: int, tail: Tail) -> bool:
    """Say whether an open file has the last record of a tail, or one that continues from it.

    It is looked for where it was, as the one before the first, and then anywhere.
    """
    own = f'"hash":"{tail.head}"}}'.encode()
    if tail.end and os.pread(number, len(own), tail.end - len(own)) == own:
        return True
    first = first_record(number, size)
    if first is None or first.seq > tail.seq + 1:
        return False
    head = tail.head.encode()
    links = (read_link(line) for line in lines_of(number, size) if head in line)
    return any(
        link is not None
        and (
            (link.seq, link.own) == (tail.seq, tail.head)
            or (link.seq, link.prev) == (tail.seq + 1, tail.head)
        )
        for link in links
    )


def lines_of(number: int, size: int) -> Iterator[bytes]:
    """Yield the lines of an open file, without their ends, wherever it is being read."""
    left, at = b"", 0
    while at < size and (data := os.pread(number, CHUNK, at)):
        at += len(data)
        *whole, left = (left + data).split(b"\n")
        yield from whole
    if left:
        yield left


def first_record(number: int, size: int) -> Chained | None:
    """Return the first record of an open file; None where it has none, or is no log of ours."""
    for _, line in zip(range(LINES_BEFORE), lines_of(number, size), strict=False):
        found = read_link(line)
        if found is not None:
            return found
    return None


def succeeds(number: int, size: int, path: str, known: Tail, *, final: bool) -> Tail:
    """Return the tail that a file of this name continues; raise LogError for another log.

    `known` is what the writer saw last; `final` says that nothing came after it in its file. The
    tail is that of the file which this one continues, to be used where it has no record yet.
    """
    if known.seq == 0:
        return known.elsewhere()
    beside = neighbours(number, path)
    first = first_record(number, size)
    is_there = final
    while first is None or first.prev != known.head:
        later = [one for one in beside if one.continues(known)]
        if not later:
            is_there = is_there or any(one.tail.head == known.head for one in beside)
            if first is None and is_there:
                break
            message = f"the log was replaced: its record {known.seq:,} is not in this file"
            hint = "open the log anew; an empty one is told what it continues by `follows`"
            raise LogError(message, place=Place(path), hint=hint)
        known, is_there = max(later, key=lambda one: one.tail.seq).tail, True
    return known.elsewhere()


def neighbours(number: int, path: str) -> list[Neighbour]:
    """Return the logs of ours beside one, which its name says may be earlier parts of it.

    Each is looked at under its lock: a writer that took it before the file was renamed may still
    be writing its last record there. Raises BusyError where one is locked.
    """
    held, found = os.fstat(number), []
    at = Path(path)
    for other in sorted(Path(os.path.realpath(at)).parent.iterdir()):
        if not other.name.startswith(at.name.partition(".")[0]) or not other.is_file():
            continue
        with contextlib.suppress(OSError, LogError), LockedLogFile(str(other), "r") as file:
            if os.path.samestat(os.fstat(file.fileno()), held):
                continue
            lock_beside(file, str(other))
            size = os.fstat(file.fileno()).st_size
            first = first_record(file.fileno(), size)
            if first is not None:
                tail = tail_of(file.fileno(), str(other), size)
                found.append(Neighbour(first, tail, str(other)))
    return found
