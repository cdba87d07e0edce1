"""JSON objects that are written over several lines, one after another: told apart by their lines.

Whoever indents JSON begins an object with `{` and ends it with `}` at the margin, and no line
between is at the margin. So one object that is broken costs no other.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from fencekit.reading.input_files import MAX_LINE

MAX_OBJECT = 8 * MAX_LINE
BEGINNING = re.compile(rb'^\{[ \t]*\r?\n[ \t]+"', re.MULTILINE)


@dataclass(slots=True)
class Chunk:
    """The lines of an object, or what stands between two, from line `number` on.

    `text` is None where it is longer than MAX_OBJECT.
    """

    number: int
    lines: list[bytes] = field(default_factory=list)
    size: int = 0
    is_object: bool = True
    is_whole: bool = True

    def add(self, line: bytes | None) -> None:
        """Take in one line, unless there is too much already; None is a line too long to hold."""
        self.size += MAX_OBJECT if line is None else len(line) + 1
        if line is None or self.size > MAX_OBJECT:
            self.is_whole = False
            self.lines.clear()
        elif self.is_whole:
            self.lines.append(line)

    @property
    def text(self) -> bytes | None:
        """The lines as they are written."""
        return b"\n".join(self.lines) if self.is_whole else None


def is_indented(head: bytes) -> bool:
    """Say whether in a log that begins so, objects are written over several lines."""
    return BEGINNING.search(head) is not None


def chunks(numbered: Iterable[tuple[int, bytes | None]]) -> Iterator[Chunk]:
    """Yield each object, and whatever stands between two; no more than MAX_OBJECT is ever held."""
    chunk: Chunk | None = None
    for number, line in numbered:
        begins = line is not None and line.startswith(b"{")
        if chunk is not None and begins:
            yield chunk
            chunk = None
        if chunk is None:
            if line is not None and not line.strip():
                continue
            chunk = Chunk(number, is_object=begins)
        chunk.add(line)
        if chunk.is_object and ends(line, alone=begins):
            yield chunk
            chunk = None
    if chunk is not None:
        yield chunk


def ends(line: bytes | None, *, alone: bool) -> bool:
    """Say whether an object ends on this line: its own last one, or `alone` a whole object."""
    if line is None:
        return False
    return line.rstrip().endswith(b"}") if alone else line.startswith(b"}")
