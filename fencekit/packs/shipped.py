"""The packs that are at hand: those that ship with fencekit, those of other packages, folders."""

from collections.abc import Iterator
from importlib.metadata import entry_points
from importlib.resources import files
from pathlib import Path

import fencekit
from fencekit.model.errors import PackError
from fencekit.packs.pack import MANIFEST, Pack, packs_in, read_pack

GROUP = "fencekit.packs"
"""The entry point of packages that bring packs: the value is a module whose folder has them."""


def shipped_folder() -> Path:
    """Return the folder of the packs that ship with fencekit, in a wheel or in a checkout."""
    inside = Path(str(files("fencekit"))) / "_packs"
    found = inside if inside.is_dir() else Path(fencekit.__file__).parent.parent / "packs"
    return found.relative_to(Path.cwd()) if found.is_relative_to(Path.cwd()) else found


def folders() -> Iterator[tuple[str, Path]]:
    """Yield the folders in which there are packs, each with where it comes from."""
    yield "fencekit", shipped_folder()
    for entry in sorted(entry_points(group=GROUP), key=lambda entry: entry.name):
        yield entry.name, Path(str(files(entry.value)))


def packs() -> Iterator[tuple[str, Pack]]:
    """Yield every pack that is installed, with where it comes from."""
    for origin, folder in folders():
        for pack in packs_in(folder):
            yield origin, pack


def find_pack(named: str) -> Pack:
    """Return the pack in a folder, or the installed one of that name.

    Raises PackError where there is neither.
    """
    if (Path(named) / MANIFEST).is_file():
        return read_pack(Path(named))
    known = [pack for _, pack in packs()]
    for pack in known:
        if pack.name == named:
            return pack
    listed = ", ".join(f"`{pack.name}`" for pack in known)
    hint = f"name a folder with a `{MANIFEST}`, or one of {listed}"
    raise PackError(f"there is no pack `{named}`", hint=hint)
