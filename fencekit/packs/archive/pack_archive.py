"""Archives of packs: zip files without compression, of which the same files have one spelling.

What is read is written again and compared, byte by byte. So nothing hides in an archive: no second
directory, no extra field, no comment, nothing before or behind; a link or a device cannot be said
in it. Nothing is ever expanded, so that what is read is never larger than the file. And the bytes
do not depend on the version of a compressor.
"""

import io
import os
import stat
import struct
from collections.abc import Iterator, Mapping
from pathlib import Path
from zipfile import ZIP_STORED, ZipFile, ZipInfo

from fencekit.model.errors import PackError
from fencekit.model.source import Place
from fencekit.packs.pack.pack_names import refuse_odd
from fencekit.reading.input_files import name_read_errors

MAX_BYTES = 16 << 20
MAX_FILES = 1000
MODE = stat.S_IFREG | 0o644
UNIX = 3
BEGINS = b"PK\x03\x04"
HEADER = struct.Struct("<4s5H3I2H")
"""The header of a file in a zip: its mark, five fields, checksum, two sizes, two lengths."""

Files = Mapping[str, bytes]
"""What is in an archive: names, with `/` between folders, and contents."""


def write_archive(files: Files) -> bytes:
    """Return the bytes of the archive; raise PackError for names that are not plain."""
    refuse_odd(files)
    refuse_large(len(files), sum(map(len, files.values())))
    made = io.BytesIO()
    with ZipFile(made, "w", ZIP_STORED) as archive:
        for name in sorted(files):
            member = ZipInfo(name)  # its date is that of the beginning of zip, 1 January 1980
            member.create_system = UNIX
            member.external_attr = MODE << 16
            archive.writestr(member, files[name])
    return made.getvalue()


def read_archive(data: bytes) -> dict[str, bytes]:
    """Return the files in an archive; raise PackError for every byte that `build` would not write.

    Names are plain ones (`refuse_odd`).
    """
    if not data.startswith(BEGINS):
        raise PackError("not an archive of a pack", hint="`fencekit packs build` writes them")
    files: dict[str, bytes] = {}
    for count, (name, content) in enumerate(members(data), 1):
        refuse_large(count, len(data))
        if name in files:
            raise PackError(f"`{name}` is there twice")
        files[name] = content
    if write_archive(files) != data:
        raise PackError(
            "these are not the bytes that `fencekit packs build` writes",
            hint="it was changed, or another program wrote it",
        )
    return files


def members(data: bytes) -> Iterator[tuple[str, bytes]]:
    """Yield the name and content of each file, as the headers one after another have them."""
    at = 0
    while data.startswith(BEGINS, at):
        if at + HEADER.size > len(data):
            raise PackError("the archive is cut off")
        *_, size, given, length, extra = HEADER.unpack_from(data, at)
        begin = at + HEADER.size + length + extra
        at = begin + size
        if size != given:
            raise PackError("the archive is compressed", hint="`fencekit packs build` does not")
        if at > len(data):
            raise PackError("the archive is cut off")
        name = data[begin - extra - length : begin - extra]
        yield name.decode("ascii", "backslashreplace"), data[begin:at]


def refuse_large(files: int, size: int) -> None:
    """Raise PackError for more files, or more bytes, than a pack may have."""
    if files > MAX_FILES:
        raise PackError(f"a pack has at most {MAX_FILES:,} files")
    if size > MAX_BYTES:
        raise PackError(f"a pack is at most {MAX_BYTES >> 20} MiB")


def load(path: str) -> bytes:
    """Return the bytes of an archive; raise PackError where it cannot be read or is too large."""
    with name_read_errors(path, PackError):
        if not Path(path).is_file():
            Path(path).stat()
            raise PackError("this is no file", place=Place(path))
        with Path(path).open("rb") as file:
            data = file.read(MAX_BYTES + 1)
    refuse_large(0, len(data))
    return data


def files_in(folder: Path) -> dict[str, bytes]:
    """Return every file of a pack's folder; raise PackError for links and for names not plain."""
    files: dict[str, bytes] = {}
    size = 0
    with name_read_errors(str(folder), PackError):
        for at, folders, names in os.walk(folder, onerror=refuse):
            for name in sorted((*folders, *names)):
                path = Path(at, name)
                mode = path.lstat().st_mode
                if stat.S_ISDIR(mode):
                    continue
                if not stat.S_ISREG(mode):
                    raise PackError("a pack has files and folders only", place=Place(str(path)))
                size += path.lstat().st_size
                refuse_large(len(files) + 1, size)
                files[path.relative_to(folder).as_posix()] = path.read_bytes()
    refuse_odd(files)
    return files


def refuse(error: OSError) -> None:
    """Raise the error of a folder that cannot be listed, which `os.walk` passes over."""
    raise error


def unpack(files: Files, folder: Path) -> None:
    """Write files into a new folder of ours; the names are plain ones, or PackError is raised."""
    refuse_odd(files)
    for name, content in files.items():
        file = folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content)
