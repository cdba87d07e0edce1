"""Several files of a folder changed together: all of them or none, also after a kill.

The new files are staged in a folder of their own beside the old ones. Once a journal stands there
with the digests of all of them, the change is decided: whoever takes the lock of the folder next
carries it out. Without a journal, what is staged is removed.
"""

import fcntl
import os
import shutil
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path

from fencekit.model.errors import PackError, UsageError
from fencekit.model.source import Place
from fencekit.packs.archive.archive_manifest import sha256
from fencekit.packs.pack.pack_names import is_plain
from fencekit.reading import json

STAGE = ".fencekit-install"
JOURNAL = "journal"
FORMAT = "fencekit.install/1"
PATIENCE = 600.0
PAUSE = 0.02


@contextmanager
def exclusive(folder: Path, *, patience: float = PATIENCE) -> Iterator[None]:
    """Hold the lock of a folder, made where it is not there; finish what was begun in it.

    Raises PackError where another process keeps the lock for `patience` seconds, or where what was
    begun cannot be finished; UsageError where the folder cannot be made. Folders that were made for
    it, and are still empty, are removed.
    """
    missing = [each for each in (folder, *folder.parents) if not each.exists()]
    try:
        number = lock_folder(folder, patience)
    except OSError as error:
        said = (error.strerror or str(error)).lower()
        raise UsageError(f"cannot write into `{folder}`: {said}") from error
    try:
        recover(folder)
        yield
    finally:
        with suppress(OSError):
            for each in missing:
                each.rmdir()
        os.close(number)


def lock_folder(folder: Path, patience: float) -> int:
    """Return a folder, made where it is not there, open and locked. Raises OSError, PackError."""
    until = time.monotonic() + patience
    while True:
        folder.mkdir(parents=True, exist_ok=True)
        number = os.open(folder, os.O_RDONLY | getattr(os, "O_CLOEXEC", 0))
        try:
            fcntl.flock(number, fcntl.LOCK_EX | fcntl.LOCK_NB)
            if folder.is_dir() and os.path.samestat(os.fstat(number), folder.stat()):
                return number
        except BlockingIOError as error:
            if time.monotonic() > until:
                os.close(number)
                message = "another install has kept this folder locked for too long"
                place = Place(str(folder))
                raise PackError(message, place=place, hint="is it stopped?") from error
            time.sleep(PAUSE)
        except BaseException:
            os.close(number)
            raise
        os.close(number)


def commit(folder: Path, files: Mapping[str, bytes]) -> None:
    """Change files of a folder that is locked, all of them or none.

    They are moved into place in their order; a link at a place is not followed.
    Raises OSError where nothing is changed, PackError where it is decided and not finished.
    """
    stage = folder / STAGE
    discard(stage)
    digests: dict[str, dict[str, str]] = {}
    try:
        stage.mkdir()
        for name, data in files.items():
            digests[name] = {"before": digest_of(folder / name), "after": sha256(data)}
            keep(stage / name, data)
        journal = json.write({"format": FORMAT, "files": digests}, indent=2) + "\n"
        keep(stage / f".{JOURNAL}", journal.encode())
        sync_folder(stage)
    except BaseException:
        discard(stage)
        raise
    os.replace(stage / f".{JOURNAL}", stage / JOURNAL)  # noqa: PTH105  (the one step that decides)
    try:
        sync_folder(stage)
        roll_forward(folder, digests)
    except OSError as error:
        said = (error.strerror or str(error)).lower()
        message = f"the install is decided and not finished: {said}"
        hint = "the next `packs install` or `packs verify` here finishes it"
        raise PackError(message, place=Place(str(folder)), hint=hint) from error


def recover(folder: Path) -> None:
    """Finish what was begun in a locked folder, or remove it where it was not decided.

    Raises PackError where a file was changed by somebody else meanwhile.
    """
    stage = folder / STAGE
    if stage.is_symlink() or not stage.is_dir():
        return
    if (stage / JOURNAL).is_file():
        roll_forward(folder, read_journal(stage / JOURNAL))
    else:
        discard(stage)


def is_pending(folder: Path) -> bool:
    """Say whether an install was interrupted in a folder, and is still to be finished."""
    return (folder / STAGE / JOURNAL).is_file()


def roll_forward(folder: Path, digests: Mapping[str, Mapping[str, str]]) -> None:
    """Move every staged file into its place, and remove the stage."""
    stage = folder / STAGE
    for name, known in digests.items():
        staged, file = stage / name, folder / name
        if not staged.is_file():
            continue
        if digest_of(file) not in (known["before"], known["after"]):
            hint = (
                f"keep what you need of it, remove it, and install again; the new one is {staged}"
            )
            message = "this was changed while an install was unfinished"
            raise PackError(message, place=Place(str(file)), hint=hint)
        if digest_of(staged) != known["after"]:
            raise PackError("this is not what was to be installed", place=Place(str(staged)))
        os.replace(staged, file)  # noqa: PTH105  (one step, whatever is there)
    sync_folder(folder)
    discard(stage)


def read_journal(file: Path) -> dict[str, dict[str, str]]:
    """Return the digests in a journal; raise PackError where it is none of ours."""
    try:
        value = json.parse_bytes(file.read_bytes())
        files = {
            str(name): {"before": str(one["before"]), "after": str(one["after"])}
            for name, one in value["files"].items()
        }
        if value["format"] != FORMAT or not all(map(is_plain, files)):
            raise ValueError(value["format"])
    except (json.JSONError, TypeError, KeyError, AttributeError, ValueError) as error:
        hint = f"remove the folder `{file.parent}` and install again"
        message = "what was begun to be installed is not in a form of ours"
        raise PackError(message, place=Place(str(file)), hint=hint) from error
    return files


def digest_of(file: Path) -> str:
    """Return the SHA-256 of a file, "" where there is none, `link` for a link."""
    if file.is_symlink():
        return "link"
    return sha256(file.read_bytes()) if file.is_file() else ""


def keep(file: Path, data: bytes) -> None:
    """Write a new file, and wait until the disk has it."""
    with file.open("xb") as opened:
        opened.write(data)
        opened.flush()
        os.fsync(opened.fileno())


def sync_folder(folder: Path) -> None:
    """Wait until the disk has the names in a folder."""
    number = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(number)
    finally:
        os.close(number)


def discard(stage: Path) -> None:
    """Remove what is staged; a link of that name is removed itself."""
    if stage.is_symlink():
        stage.unlink()
    elif stage.exists():
        shutil.rmtree(stage)
