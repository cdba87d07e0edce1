"""Files as they are given: opened for reading only, hashed while read, gzip seen through."""

import gzip
import hashlib
import io
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, cast

from fencekit.model.errors import FencekitError, LogError
from fencekit.model.source import Place

CHUNK = 1 << 20
GZIP_MAGIC = b"\x1f\x8b"
MAX_LINE = 8 << 20
BOM = b"\xef\xbb\xbf"


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


class Source:
    """An open log: its name as given, its bytes (decompressed), and its digest when asked."""

    def __init__(self, path: str, raw: BinaryIO) -> None:
        self.path = path
        self._hashed = Hashed(raw)
        buffered = io.BufferedReader(self._hashed, CHUNK)
        self.is_compressed = buffered.peek(2)[:2] == GZIP_MAGIC
        opened = gzip.GzipFile(fileobj=buffered) if self.is_compressed else buffered
        self.stream = io.BufferedReader(cast("io.RawIOBase", opened), CHUNK)

    def head(self) -> bytes:
        """Return the first bytes, without taking them."""
        with located(self.path):
            return self.stream.peek(1 << 16)

    def digest(self) -> str:
        """Return the SHA-256 of the file as it is on disk, in hex."""
        return self._hashed.digest_of_all()


@contextmanager
def open_source(path: str) -> Iterator[Source]:
    """Open a log for reading; trouble with the file is a LogError that names it."""
    with located(path), Path(path).open("rb") as raw:
        yield Source(path, cast("BinaryIO", raw))


@contextmanager
def located(path: str, kind: type[FencekitError] = LogError) -> Iterator[None]:
    """Turn trouble with reading a file into an error of ours that names the file as given."""
    try:
        yield
    except (IsADirectoryError, PermissionError, FileNotFoundError, NotADirectoryError) as error:
        said = (error.strerror or str(error)).lower()
        raise kind(f"cannot read `{path}`: {said}", place=Place(path)) from error
    except (gzip.BadGzipFile, EOFError, zlib.error) as error:
        said = str(error)[:1].lower() + str(error)[1:].rstrip(".")
        raise kind(f"the gzip data is damaged: {said}", place=Place(path)) from error
    except OSError as error:
        said = (error.strerror or str(error)).lower()
        raise kind(f"cannot read `{path}`: {said}", place=Place(path)) from error
    except ValueError as error:
        if "null byte" not in str(error) and "null character" not in str(error):
            raise
        raise kind(f"cannot read `{path!r}`: a path holds no null character") from error


def lines(source: Source) -> Iterator[tuple[int, bytes | None]]:
    """Yield each line with its number from 1, without its end; None for one that is too long.

    A line ends with LF, or CR LF; a byte order mark before the first one is dropped. No more of a
    line than MAX_LINE bytes is ever held.
    """
    number = 0
    with located(source.path):
        while line := source.stream.readline(MAX_LINE + 1):
            number += 1
            if len(line) > MAX_LINE:
                while len(line) > 0 and not line.endswith(b"\n"):
                    line = source.stream.readline(MAX_LINE)
                yield number, None
                continue
            if number == 1:
                line = line.removeprefix(BOM)
            yield number, line.rstrip(b"\r\n")


def sha256_of(path: str) -> str:
    """Return the SHA-256 of a file, in hex."""
    with located(path), Path(path).open("rb") as raw:
        return hashlib.file_digest(raw, "sha256").hexdigest()


def read_bytes(path: str, kind: type[FencekitError]) -> bytes:
    """Return the bytes of a file; trouble is an error of `kind`."""
    with located(path, kind):
        return Path(path).read_bytes()


def read_text(path: str, kind: type[FencekitError]) -> tuple[str, str]:
    """Return the text of a UTF-8 file and its SHA-256 in hex; trouble is an error of `kind`."""
    data = read_bytes(path, kind)
    return decoded(data, path, kind), hashlib.sha256(data).hexdigest()


def decoded(data: bytes, path: str, kind: type[FencekitError]) -> str:
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
