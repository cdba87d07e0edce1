"""A workspace: the files below one folder, read, written, listed and put into its trash.

Paths come as the gate made them: absolute, normal, below the root. Every file is opened relative to
the descriptor of the root, which is opened once; a symbolic link anywhere below it is refused,
since the rules have seen the path and not where a link leads. Hard links are files like any other.
"""

import base64
import contextlib
import os
import secrets
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Self

from fencekit.gate.call import Refusal
from fencekit.gate.canonical_paths import canonical, excerpt_of, is_below
from fencekit.gate.files.open_beneath import FOLDER, open_beneath, refusal_reason
from fencekit.model.errors import UsageError

TRASH = ".fencekit-trash"
"""The folder below the root that deleted files go to; no tool reads or writes there."""
TEMPORARY = ".fencekit-tmp-"
MAX_BYTES = 10 << 20
MOST_ENTRIES = 10_000
CHUNK = 1 << 16
PERMISSIONS = 0o777
NEW_FILE = 0o644


@dataclass(frozen=True)
class Workspace:
    """One folder, by its descriptor; a context manager, and safe for threads.

    `max_read` and `max_write` bound the bytes of a file, `most_entries` those of a listing.
    """

    root: str
    descriptor: int
    max_read: int = MAX_BYTES
    max_write: int = MAX_BYTES
    most_entries: int = MOST_ENTRIES

    @classmethod
    def open(cls, root: str | os.PathLike[str], **limits: int) -> Self:
        """Open the folder; raise UsageError where there is none."""
        path = os.fspath(root)
        try:
            return cls(path, os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC), **limits)
        except OSError as error:
            said = (error.strerror or str(error)).lower()
            raise UsageError(f"cannot open the workspace `{path}`: {said}") from error

    def close(self) -> None:
        """Close the folder."""
        with contextlib.suppress(OSError):
            os.close(self.descriptor)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def read_file(self, path: str, *, most: int | None = None) -> dict[str, Any]:
        """Return the content of a file: text, or base64 with its `encoding` for other bytes."""
        most = self.max_read if most is None else min(most, self.max_read)
        flags = os.O_RDONLY | os.O_NONBLOCK | os.O_NOCTTY
        with open_beneath(self.descriptor, self.parts(path), flags, path) as file:
            size = regular(file, path).st_size
            if size > most:
                raise too_large(path, most)
            data = bytearray()
            while chunk := os.read(file, CHUNK):
                data += chunk
                if len(data) > most:
                    raise too_large(path, most)
        try:
            content: dict[str, Any] = {"content": data.decode("utf-8")}
        except UnicodeDecodeError:
            content = {"content": base64.b64encode(data).decode(), "encoding": "base64"}
        return {"path": path, "bytes": len(data), **content}

    def write_file(self, path: str, content: str, *, most: int | None = None) -> dict[str, Any]:
        """Write a text file, whole or not at all, in a folder that is there."""
        most = self.max_write if most is None else min(most, self.max_write)
        try:
            data = content.encode("utf-8")
        except (UnicodeEncodeError, AttributeError) as error:
            raise Refusal("invalid_arguments", "the `content` is no text") from error
        if len(data) > most:
            raise too_large(path, most)
        *above, name = self.parts(path) or ("",)
        with open_beneath(self.descriptor, tuple(above), FOLDER, path) as folder:
            before = found_in(folder, name, path)
            mode = NEW_FILE if before is None else stat.S_IMODE(before.st_mode) & PERMISSIONS
            temporary = f"{TEMPORARY}{secrets.token_hex(8)}"
            try:
                write_new(folder, temporary, data, mode)
                os.rename(temporary, name, src_dir_fd=folder, dst_dir_fd=folder)
            except OSError as error:
                raise refusal_reason(error, path) from error
            finally:
                with contextlib.suppress(OSError):
                    os.unlink(temporary, dir_fd=folder)
            with contextlib.suppress(OSError):  # some file systems cannot
                os.fsync(folder)
        return {"path": path, "bytes": len(data), "created": before is None}

    def list_dir(self, path: str) -> dict[str, Any]:
        """Return what is in a folder, by name: files with their sizes, folders, links, others."""
        flags = os.O_RDONLY | os.O_DIRECTORY
        with open_beneath(self.descriptor, self.parts(path), flags, path) as folder:
            try:
                entries = sorted(self._entries(folder, path), key=lambda entry: entry["name"])
            except OSError as error:
                raise refusal_reason(error, path) from error
        left_out = max(0, len(entries) - self.most_entries)
        more = {"left_out": left_out} if left_out else {}
        return {"path": path, "entries": entries[: self.most_entries], **more}

    def _entries(self, folder: int, path: str) -> Iterator[dict[str, Any]]:
        is_root = not self.parts(path)
        with os.scandir(folder) as found:
            for entry in found:
                if (is_root and entry.name == TRASH) or entry.name.startswith(TEMPORARY):
                    continue
                name = os.fsencode(entry.name).decode("utf-8", "replace")
                said: dict[str, Any] = {"name": name, "kind": kind_of(entry)}
                if said["kind"] == "file":
                    with contextlib.suppress(OSError):  # it went away meanwhile
                        said["bytes"] = entry.stat(follow_symlinks=False).st_size
                yield said

    def parts(self, path: str) -> tuple[str, ...]:
        """Return the names on the way from the root to a path; raise Refusal for one outside."""
        if canonical(path, self.root) != path or not is_below(path, self.root):
            raise Refusal(
                "path_outside_root", f"`{excerpt_of(path)}` is no canonical path of a call"
            )
        parts = tuple(name for name in path[len(self.root) :].split("/") if name)
        if any(name.casefold() == TRASH or name.startswith(TEMPORARY) for name in parts):
            raise Refusal(
                "path_trash",
                f"`{excerpt_of(path)}` is the gate's own: its trash, or a file half written",
            )
        return parts


def regular(file: int, path: str) -> os.stat_result:
    """Return what is known of an open file; raise Refusal where it is no regular one."""
    known = os.fstat(file)
    if not stat.S_ISREG(known.st_mode):
        what = "a folder" if stat.S_ISDIR(known.st_mode) else "no regular file"
        raise Refusal("not_a_file", f"`{excerpt_of(path)}` is {what}")
    return known


def found_in(folder: int, name: str, path: str) -> os.stat_result | None:
    """Return what is known of a name in a folder: a regular file, or None where there is none."""
    if not name:
        raise Refusal("not_a_file", f"`{excerpt_of(path)}` is the workspace itself")
    try:
        known = os.lstat(name, dir_fd=folder)
    except FileNotFoundError:
        return None
    except OSError as error:
        raise refusal_reason(error, path) from error
    if stat.S_ISLNK(known.st_mode):
        raise Refusal("path_symlink", f"`{excerpt_of(path)}` is a symbolic link")
    if not stat.S_ISREG(known.st_mode):
        what = "a folder" if stat.S_ISDIR(known.st_mode) else "no regular file"
        raise Refusal("not_a_file", f"`{excerpt_of(path)}` is {what}")
    return known


def write_new(folder: int, name: str, data: bytes, mode: int) -> None:
    """Write a file that was not there, and wait for the disk."""
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
    file = os.open(name, flags, mode, dir_fd=folder)
    try:
        view = memoryview(data)
        while view:
            view = view[os.write(file, view) :]
        os.fchmod(file, mode)
        os.fsync(file)
    finally:
        os.close(file)


def kind_of(entry: os.DirEntry[str]) -> str:
    """Return what an entry is, without following it."""
    if entry.is_symlink():
        return "link"
    if entry.is_dir(follow_symlinks=False):
        return "folder"
    return "file" if entry.is_file(follow_symlinks=False) else "other"


def too_large(path: str, most: int) -> Refusal:
    """Return the refusal of more bytes than may be."""
    return Refusal("too_large", f"`{excerpt_of(path)}` has more than {most:,} bytes")
