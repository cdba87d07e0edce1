"""The end of a log that is being written: its last record, and what a crash left after it."""

import hashlib
import os
from dataclasses import dataclass

from fencekit.logs.chain.chain_line import GENESIS, read_link
from fencekit.model.errors import LogError
from fencekit.model.source import Place
from fencekit.reading import json

BLOCK = 1 << 14
OPENING = b'{"schema":"fencekit.record/1"'
"""How every line begins that we write; what is torn begins so, as far as it goes."""


@dataclass(frozen=True, slots=True)
class Tail:
    """What the next record continues from: the last one's number and hash, and what follows it.

    `left` is what a crash left after the last record; `open` says that the last line has no end.
    `end` is the offset behind the last record, before the end of its line; 0 where it does not
    stand in this file.
    """

    seq: int = 0
    head: str = GENESIS
    left: bytes = b""
    open: bool = False
    end: int = 0

    @property
    def lead(self) -> bytes:
        """What the next record is preceded by."""
        return b"\n" if self.open else b""

    @property
    def torn(self) -> str:
        """The hash of all between the last record and the next one, "" where that is nothing."""
        return hashlib.sha256(self.left + self.lead).hexdigest() if self.left else ""

    def elsewhere(self) -> "Tail":
        """Return what a record continues from that is the first of another file."""
        return Tail(self.seq, self.head, self.left)


def tail_of(descriptor: int, path: str, size: int, before: Tail | None = None) -> Tail:
    """Return the tail of an open log; `before` is that of the log which this one continues.

    Raises LogError where the log does not end as ours do: its records have no chain, its last one
    was changed, or it is something else.
    """
    reach = BLOCK
    while True:
        start = max(0, size - reach)
        data = os.pread(descriptor, size - start, start)
        parts = data.split(b"\n")
        for number in range(len(parts) - 1, -1 if start == 0 else 0, -1):
            chained = read_link(parts[number])
            if chained is None:
                refuse(parts[number], path)
                continue
            if not chained.sound:
                message = "the last record was changed, so nothing can continue from it"
                raise LogError(message, place=Place(path))
            rest = b"\n".join(parts[number + 1 :])
            is_ended = number + 1 < len(parts)
            end = start + len(data) - len(rest) - is_ended
            return Tail(chained.seq, chained.own, rest, not data.endswith(b"\n"), end)
        if start == 0:
            known = before or Tail()
            is_open = bool(data) and not data.endswith(b"\n")
            return Tail(known.seq, known.head, known.left + data, is_open)
        reach *= 8


def refuse(line: bytes, path: str) -> None:
    """Raise LogError for a line that is no link of a chain, and that no crash can have left."""
    left = line.lstrip(b"\0")
    if is_value(line):
        message = "the log has records without a chain"
        raise LogError(message, place=Place(path), hint="write into a file of its own")
    if not (left.startswith(OPENING) or OPENING.startswith(left)):
        raise LogError("the file is no audit log of ours", place=Place(path))


def is_value(line: bytes) -> bool:
    """Say whether a line is JSON."""
    try:
        json.parse_bytes(line)
    except json.JSONError:
        return False
    return True
