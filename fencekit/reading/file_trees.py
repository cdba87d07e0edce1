"""Where files are read from: the disk, or a commit of a repository as it was then."""

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from fencekit.model.errors import FencekitError
from fencekit.reading.input_files import read_text


class FileTree(Protocol):
    """A place that has files by the paths that the user names."""

    def read(self, path: str, kind: type[FencekitError]) -> tuple[str, str]:
        """Return the text of a UTF-8 file and its SHA-256 in hex; trouble is an error of `kind`."""
        ...

    def exists(self, path: str | Path) -> bool:
        """Say whether there is something at the path."""
        ...

    def display_name(self, path: str) -> str:
        """Return how messages and reports name the file."""
        ...

    def real(self, path: str) -> str:
        """Return the one name of the file, by whatever path it is reached."""
        ...


@dataclass(frozen=True, slots=True)
class Disk:
    """The files as they are now."""

    def read(self, path: str, kind: type[FencekitError]) -> tuple[str, str]:
        """Return the text of a UTF-8 file and its SHA-256 in hex; trouble is an error of `kind`."""
        return read_text(path, kind)

    def exists(self, path: str | Path) -> bool:
        """Say whether there is something at the path; at one that cannot be there is nothing."""
        try:
            return Path(path).exists()
        except (OSError, ValueError):  # a name too long, a folder that may not be searched
            return False

    def display_name(self, path: str) -> str:
        """Return the path as it is given."""
        return path

    def real(self, path: str) -> str:
        """Return the path with all links followed."""
        return os.path.realpath(path)


DISK = Disk()
