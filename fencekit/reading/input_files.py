"""Files as they are given: opened for reading only, hashed while read, packing seen through."""

import hashlib
import io
import re
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import BinaryIO

from fencekit.model.errors import FencekitError, LogError
from fencekit.model.source import Place
from fencekit.reading.compression import MAGIC_BYTES, PackedDataError, packed_with, unpack
from fencekit.reading.open_inputs import content, open_file

CHUNK = 1 << 20
HEAD = 1 << 16
MAX_LINE = 8 << 20
BOM = b"\xef\xbb\xbf"
STDIN = "-"
"""The name under which standard input is read as a log."""

Numbered = tuple[int, bytes]
Unwrap = Callable[[Iterable[Numbered]], Iterator[Numbered]]
"""Takes off what a runtime of containers has put around each line; several lines may become one."""


class Hashed(io.RawIOBase):
    """A raw stream that hashes what passes through it."""

    def __init__(self, raw: BinaryIO) -> None:
        self._raw = raw
        self._sha256 = hashlib.sha256()

    def readable(self) -> bool:
        """Say that it can be read."""
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]  # typeshed's Buffer
        """Fill the buffer from the raw stream and return how many bytes there were."""
        chunk = self._raw.read(len(buffer))
        buffer[: len(chunk)] = chunk
        self._sha256.update(chunk)
        return len(chunk)

    def digest_of_all(self) -> str:
        """Read what is left and return the SHA-256 of the whole, in hex."""
        while chunk := self._raw.read(CHUNK):
            self._sha256.update(chunk)
        return self._sha256.hexdigest()


class Rejoined(io.RawIOBase):
    """A raw stream whose first bytes were read already."""

    def __init__(self, first: bytes, rest: BinaryIO) -> None:
        self._first = first
        self._rest = rest

    def readable(self) -> bool:
        """Say that it can be read."""
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]  # typeshed's Buffer
        """Fill the buffer and return how many bytes there were."""
        chunk = self._first[: len(buffer)] or self._rest.read(len(buffer))
        self._first = self._first[len(buffer) :]
        buffer[: len(chunk)] = chunk
        return len(chunk)


class Source:
    """An open log: its name as given, its bytes (decompressed), and its digest when asked.

    `seen` holds the digests of the calls that were read, and is shared by the logs of one run.
    `max_line` is in bytes. `unwrap`, where it is set, is applied to the lines.
    """

    def __init__(
        self,
        path: str,
        raw: BinaryIO,
        *,
        max_line: int = MAX_LINE,
        seen: set[bytes] | None = None,
    ) -> None:
        self.path = path
        self.max_line = max_line
        self.seen: set[bytes] = set() if seen is None else seen
        self.unwrap: Unwrap | None = None
        self._hashed = Hashed(raw)
        buffered = io.BufferedReader(self._hashed, CHUNK)
        packing = packed_with(buffered.peek(MAGIC_BYTES)[:MAGIC_BYTES])
        self.is_compressed = bool(packing)
        opened = unpack(buffered, packing, path) if packing else buffered
        self._head = read_up_to(opened, HEAD)
        joined = Rejoined(self._head, opened)
        self.stream = io.BufferedReader(joined, CHUNK)

    def head(self) -> bytes:
        """Return the first bytes, without taking them, as the lines have them."""
        if self.unwrap is None:
            return self._head
        whole = self._head if len(self._head) < HEAD else self._head[: self._head.rfind(b"\n") + 1]
        numbered = enumerate(whole.removeprefix(BOM).splitlines(), 1)
        return b"".join(line + b"\n" for _, line in self.unwrap(numbered))

    def digest(self) -> str:
        """Return the SHA-256 of the file as it is on disk, in hex."""
        return self._hashed.digest_of_all()


def read_up_to(stream: BinaryIO, size: int) -> bytes:
    """Return the next bytes of a stream, fewer only where it ends."""
    found = b""
    while len(found) < size and (chunk := stream.read(size - len(found))):
        found += chunk
    return found


@contextmanager
def open_source(
    path: str, *, max_line: int = MAX_LINE, seen: set[bytes] | None = None
) -> Iterator[Source]:
    """Open a log for reading, `-` for standard input; trouble is a LogError that names it."""
    with name_read_errors(path):
        if path == STDIN:
            yield Source(path, sys.stdin.buffer, max_line=max_line, seen=seen)
            return
        with open_file(path, LogError) as raw:
            yield Source(path, raw, max_line=max_line, seen=seen)


@contextmanager
def name_read_errors(path: str, kind: type[FencekitError] = LogError) -> Iterator[None]:
    """Turn trouble with reading a file into an error of ours that names the file as given."""
    try:
        yield
    except (IsADirectoryError, PermissionError, FileNotFoundError, NotADirectoryError) as error:
        said = (error.strerror or str(error)).lower()
        raise kind(f"cannot read `{path}`: {said}", place=Place(path)) from error
    except FencekitError:
        raise
    except OSError as error:
        said = (error.strerror or str(error)).lower()
        raise kind(f"cannot read `{path}`: {said}", place=Place(path)) from error
    except ValueError as error:
        if "null byte" not in str(error) and "null character" not in str(error):
            raise
        raise kind(f"cannot read `{path!r}`: a path holds no null character") from error
    except PackedDataError as error:
        raise kind(str(error), place=Place(path)) from error


@dataclass(frozen=True, slots=True)
class Overlong:
    """A line that is longer than the limit: its bytes in number, and how often a mark is in it."""

    size: int
    marks: int


def lines(source: Source) -> Iterator[tuple[int, bytes | None]]:
    """Yield each line with its number from 1, without its end; None for one that is too long.

    A line ends with LF, or CR LF; a byte order mark before the first one is dropped. No more of a
    line than the limit of the source is ever held.
    """
    for number, line in bounded_lines(source):
        yield number, None if isinstance(line, Overlong) else line


def bounded_lines(
    source: Source, mark: re.Pattern[bytes] | None = None
) -> Iterator[tuple[int, bytes | Overlong]]:
    """Yield each line as `lines` does, one that is too long with how often `mark` is found in it.

    Lines are as whoever wrote them meant them: out of what a runtime of containers puts around.
    """
    with name_read_errors(source.path):
        if source.unwrap is None:
            yield from physical_lines(source, mark)
            return
        held: list[tuple[int, Overlong]] = []
        whole = short_lines(physical_lines(source, mark), held)
        for number, line in source.unwrap(whole):
            yield from held
            held.clear()
            is_long = len(line) > source.max_line
            yield number, Overlong(len(line), occurrences(mark, line)) if is_long else line
        yield from held


def short_lines(
    numbered: Iterable[tuple[int, bytes | Overlong]], held: list[tuple[int, Overlong]]
) -> Iterator[Numbered]:
    """Yield the lines that are not too long, and put aside those that are."""
    for number, line in numbered:
        if isinstance(line, Overlong):
            held.append((number, line))
        else:
            yield number, line


def physical_lines(
    source: Source, mark: re.Pattern[bytes] | None
) -> Iterator[tuple[int, bytes | Overlong]]:
    """Yield the lines of the file."""
    number, most = 0, source.max_line
    while line := source.stream.readline(most + 2):
        number += 1
        if number == 1:
            line = line.removeprefix(BOM)
        text = line.rstrip(b"\r\n")
        if len(text) > most or (len(line) > most and not line.endswith(b"\n")):
            yield number, overlong(source, line, mark)
        else:
            yield number, text


OVERLAP = 512
"""The bytes of a chunk that are looked at again with the next one: no mark is longer."""


def overlong(source: Source, begun: bytes, mark: re.Pattern[bytes] | None) -> Overlong:
    """Take in the rest of a line that is too long, and return what it was."""
    size, found, kept = len(begun), 0, begun
    while True:
        is_last = kept.endswith(b"\n")
        if mark is not None:
            end = len(kept) if is_last else max(len(kept) - OVERLAP, 0)
            last = 0
            for match in mark.finditer(kept):
                if match.start() < end:
                    found, last = found + 1, match.end()
            kept = kept[max(end, last) :]
        else:
            kept = b""
        if is_last:
            return Overlong(size, found)
        more = source.stream.readline(CHUNK)
        if not more:
            return Overlong(size, found + occurrences(mark, kept))
        size += len(more)
        kept += more


def occurrences(mark: re.Pattern[bytes] | None, data: bytes) -> int:
    """Return how often a mark is found."""
    return 0 if mark is None else sum(1 for _ in mark.finditer(data))


def sha256_of(path: str) -> str:
    """Return the SHA-256 of a file, in hex."""
    with name_read_errors(path), open_file(path, LogError) as raw:
        return hashlib.file_digest(raw, "sha256").hexdigest()  # type: ignore[arg-type]


def read_bytes(path: str, kind: type[FencekitError]) -> bytes:
    """Return the bytes of a file; trouble is an error of `kind`."""
    with name_read_errors(path, kind):
        return content(path, kind)


def read_text(path: str, kind: type[FencekitError]) -> tuple[str, str]:
    """Return the text of a UTF-8 file and its SHA-256 in hex; trouble is an error of `kind`."""
    data = read_bytes(path, kind)
    return decode_text(data, path, kind), hashlib.sha256(data).hexdigest()


def decode_text(data: bytes, path: str, kind: type[FencekitError]) -> str:
    """Return the text that UTF-8 bytes spell; raise an error of `kind` where they spell none."""
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        column = error.start - (data.rfind(b"\n", 0, error.start) + 1) + 1
        raise kind(
            f"not UTF-8: byte 0x{data[error.start]:02x} cannot be decoded",
            place=Place(path, line, column),
            hint="save the file as UTF-8",
        ) from error
