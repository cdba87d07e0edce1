"""Soft deletion: a file moves into the workspace's trash, with a manifest, and can come back.

The manifest is written, and on disk, before the file moves: after a crash every file in the trash
has its line. `fencekit gate restore` puts one back where nothing is in its place.
"""

import contextlib
import os
import secrets
import stat
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from fencekit.gate.call import Refusal
from fencekit.gate.canonical_paths import excerpt_of
from fencekit.gate.files.open_beneath import FOLDER, open_beneath, refusal_reason
from fencekit.gate.files.workspace import TRASH, Workspace, found_in
from fencekit.model.errors import FencekitError, UsageError
from fencekit.model.source import Place
from fencekit.reading import json

MANIFEST = "manifest.jsonl"
SCHEMA = "fencekit.trash/1"
APPEND = os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC
LONGEST_LINE = 1 << 20


@dataclass(frozen=True, slots=True)
class Trashed:
    """A file in the trash: its id there, where it was, when it went, how long it is."""

    id: str
    path: str
    time: str
    bytes: int


def delete_file(
    workspace: Workspace, path: str, *, clock: Callable[[], float] = time.time
) -> dict[str, Any]:
    """Move a file into the trash; raise Refusal for what is no regular file."""
    *above, name = workspace.parts(path) or ("",)
    trash = trash_of(workspace)
    try:
        with open_beneath(workspace.descriptor, tuple(above), FOLDER, path) as folder:
            known = found_in(folder, name, path)
            if known is None:
                raise Refusal("not_found", f"there is no `{excerpt_of(path)}`")
            ident = secrets.token_hex(16)
            moment = datetime.fromtimestamp(clock(), UTC).isoformat(timespec="seconds")
            relative = path[len(workspace.root) :].lstrip("/")
            line = {"schema": SCHEMA, "id": ident, "path": relative, "bytes": known.st_size}
            note(trash, {**line, "time": moment.replace("+00:00", "Z")})
            try:
                os.rename(name, ident, src_dir_fd=folder, dst_dir_fd=trash)
                if not stat.S_ISREG(os.lstat(ident, dir_fd=trash).st_mode):
                    # It was swapped for something else after it was looked at.
                    os.rename(ident, name, src_dir_fd=trash, dst_dir_fd=folder)
                    raise Refusal("not_a_file", f"`{excerpt_of(path)}` is no regular file any more")
            except OSError as error:
                raise refusal_reason(error, path) from error
            with contextlib.suppress(OSError):  # some file systems cannot
                os.fsync(folder)
                os.fsync(trash)
    finally:
        os.close(trash)
    return {"path": path, "trashed": ident, "bytes": known.st_size}


def trash_of(workspace: Workspace) -> int:
    """Return a descriptor of the trash, which is made where it is not there."""
    with contextlib.suppress(FileExistsError):
        try:
            os.mkdir(TRASH, 0o700, dir_fd=workspace.descriptor)
        except FileExistsError:
            raise
        except OSError as error:
            raise refusal_reason(error, TRASH) from error
    try:
        return os.open(TRASH, FOLDER, dir_fd=workspace.descriptor)
    except OSError as error:
        message = f"the trash `{TRASH}` of the workspace is no folder of its own"
        raise Refusal("path_trash", message) from error


def note(trash: int, line: dict[str, Any]) -> None:
    """Append a line to the manifest, and wait for the disk."""
    try:
        file = os.open(MANIFEST, APPEND, 0o600, dir_fd=trash)
    except OSError as error:
        raise refusal_reason(error, f"{TRASH}/{MANIFEST}") from error
    try:
        data = json.write(line).encode() + b"\n"
        if os.write(file, data) != len(data):
            raise Refusal("io_error", "the manifest of the trash could not be written whole")
        os.fsync(file)
    except OSError as error:
        raise refusal_reason(error, f"{TRASH}/{MANIFEST}") from error
    finally:
        os.close(file)


def list_trash(workspace: Workspace) -> list[Trashed]:
    """Return the files that are in the trash now, the last one that went there first."""
    trash = trash_of(workspace)
    try:
        with os.scandir(trash) as entries:
            there = {entry.name for entry in entries}
        found = {line["id"]: line for line in manifest(workspace, trash) if line["id"] in there}
    finally:
        os.close(trash)
    files = [Trashed(one["id"], one["path"], one["time"], one["bytes"]) for one in found.values()]
    return files[::-1]


def manifest(workspace: Workspace, trash: int) -> list[dict[str, Any]]:
    """Return the lines of the manifest; raise FencekitError, located, for one that is none."""
    try:
        file = os.open(MANIFEST, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC, dir_fd=trash)
    except FileNotFoundError:
        return []
    except OSError as error:
        raise refusal_reason(error, f"{TRASH}/{MANIFEST}") from error
    found: list[dict[str, Any]] = []
    with os.fdopen(file, "rb") as lines:
        for number, line in enumerate(lines, 1):
            try:
                value = json.parse_bytes(line)
                assert isinstance(value["id"], str)
                assert isinstance(value["path"], str)
                found.append({"time": "", "bytes": 0, **value})
            except (json.JSONError, KeyError, TypeError, AssertionError) as error:
                if not line.endswith(b"\n"):
                    continue  # a crash cut it before its file moved
                place = Place(f"{workspace.root}/{TRASH}/{MANIFEST}", number)
                raise FencekitError("the manifest has a line that is none", place=place) from error
    return found


def restore(workspace: Workspace, ident: str) -> Trashed:
    """Put a file back where it was, by its id or a unique beginning of it.

    Raises UsageError where there is no such file, and Refusal where its place is taken or gone.
    """
    files = [one for one in list_trash(workspace) if one.id.startswith(ident)] if ident else []
    if len(files) != 1:
        what = "several files" if files else "no file"
        hint = "`fencekit gate restore --list` has them all"
        raise UsageError(f"the trash has {what} by the id `{ident}`", hint=hint)
    (one,) = files
    path = f"{workspace.root.rstrip('/')}/{one.path}"
    *above, name = workspace.parts(path) or ("",)
    trash = trash_of(workspace)
    try:
        with open_beneath(workspace.descriptor, tuple(above), FOLDER, path) as folder:
            try:
                # A link and not a rename: it fails where something is in the way.
                os.link(one.id, name, src_dir_fd=trash, dst_dir_fd=folder, follow_symlinks=False)
                os.unlink(one.id, dir_fd=trash)
            except OSError as error:
                raise refusal_reason(error, path) from error
    finally:
        os.close(trash)
    return one
