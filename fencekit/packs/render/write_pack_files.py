"""Writing the files of a pack: where one cannot be written, the error names it."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from fencekit.model.errors import UsageError
from fencekit.model.source import Place


@contextmanager
def name_write_errors(file: Path) -> Iterator[None]:
    """Turn trouble with writing a file into a UsageError that names it."""
    try:
        yield
    except OSError as error:
        said = (error.strerror or str(error)).lower()
        raise UsageError(f"cannot write `{file}`: {said}", place=Place(str(file))) from error


def write_text(file: Path, text: str) -> None:
    """Write a file of a pack, and the folder that it is in; raise UsageError where it cannot be."""
    with name_write_errors(file):
        file.parent.mkdir(exist_ok=True)
        file.write_text(text, encoding="utf-8", newline="\n")


def refuse_unwritable(file: Path) -> None:
    """Raise UsageError where a file could not be written later, after much work."""
    with name_write_errors(file):
        file.parent.mkdir(exist_ok=True)
        if file.is_dir():
            raise IsADirectoryError(None, "this is a folder")
        if not os.access(file if file.exists() else file.parent, os.W_OK):
            raise PermissionError(None, "permission denied")
