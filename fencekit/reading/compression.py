"""Packed files seen through by their first bytes: gzip, xz, bzip2; zstd where it is installed."""

import gzip
import zlib
from importlib import import_module
from typing import BinaryIO, cast

from fencekit.model.errors import LogError
from fencekit.model.source import Place

GZIP, XZ, BZIP2, ZSTD = b"\x1f\x8b", b"\xfd7zXZ\x00", b"BZh", b"\x28\xb5\x2f\xfd"
MAGIC_BYTES = 6
"""How many bytes tell what a file is packed with."""


def packed_with(head: bytes) -> str:
    """Return what a file that begins so is packed with; empty where it is not packed."""
    if head.startswith(BZIP2):  # text may begin with these letters: then follows the block size
        return "bzip2" if head[3:4].isdigit() else ""
    names = ((GZIP, "gzip"), (XZ, "xz"), (ZSTD, "zstd"))
    return next((name for magic, name in names if head.startswith(magic)), "")


def unpack(raw: BinaryIO, name: str, path: str) -> BinaryIO:
    """Return what is packed in a stream as one; raise LogError where nothing can unpack it."""
    return cast("BinaryIO", Unpacked(open_library(raw, name, path), name))


def open_library(raw: BinaryIO, name: str, path: str) -> BinaryIO:
    """Return the stream of the library that unpacks; raise LogError where there is none."""
    if name == "gzip":
        return cast("BinaryIO", gzip.GzipFile(fileobj=raw))
    if name == "zstd":
        return unpacked_zstd(raw, path)
    module, kind = {"xz": ("lzma", "LZMAFile"), "bzip2": ("bz2", "BZ2File")}[name]
    try:
        opener = getattr(import_module(module), kind)
    except ImportError as error:
        message = f"the log is packed with {name}, which this Python cannot unpack"
        raise LogError(message, place=Place(path), hint="unpack it first") from error
    return cast("BinaryIO", opener(raw))


def unpacked_zstd(raw: BinaryIO, path: str) -> BinaryIO:
    """Return the stream of what is packed with zstd: by Python 3.14, or the package `zstandard`."""
    try:
        return cast("BinaryIO", import_module("compression.zstd").ZstdFile(raw))
    except ImportError:
        pass
    try:
        library = import_module("zstandard")
    except ImportError as error:
        hint = "install `fencekit[zstd]`, or unpack it with `zstd -d`"
        message = "the log is packed with zstd"
        raise LogError(message, place=Place(path), hint=hint) from error
    reader = library.ZstdDecompressor().stream_reader(raw, read_across_frames=True)
    return cast("BinaryIO", reader)


class PackedDataError(Exception):
    """Packed data that is damaged; the message says what it is packed with, and what is wrong."""


class Unpacked:
    """A stream of what is packed in another; damage raises PackedDataError."""

    def __init__(self, raw: BinaryIO, name: str) -> None:
        self._raw = raw
        self._name = name

    def read(self, size: int = -1) -> bytes:
        """Return the next bytes, fewer than asked for perhaps; none at the end."""
        try:
            return self._raw.read(size)
        except Exception as error:
            is_damage = isinstance(error, gzip.BadGzipFile | zlib.error | EOFError)
            names = {each.__name__ for each in type(error).__mro__}
            if not (is_damage or names & {"LZMAError", "ZstdError"} or is_invalid(error)):
                raise
            said = str(error)[:1].lower() + str(error)[1:].rstrip(".")
            raise PackedDataError(f"the {self._name} data is damaged: {said}") from error


def is_invalid(error: BaseException) -> bool:
    """Say whether an error is what bz2 raises for data that is none of its own."""
    return isinstance(error, OSError) and error.errno is None
