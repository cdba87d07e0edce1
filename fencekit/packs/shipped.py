"""The packs that are at hand: those that ship with fencekit, those of other packages, folders."""

from collections.abc import Iterator
from importlib.metadata import entry_points
from importlib.resources import files
from importlib.util import find_spec
from pathlib import Path

import fencekit
from fencekit.model.errors import PackError
from fencekit.packs.pack import MANIFEST, Pack, packs_in, read_pack

GROUP = "fencekit.packs"
"""The entry point of packages that bring packs: the value is a package whose folder has them."""
OURS = "fencekit"
"""Where the packs come from that ship with fencekit."""


def shipped_folder() -> Path:
    """Return the folder of the packs that ship with fencekit, in a wheel or in a checkout."""
    inside = Path(str(files("fencekit"))) / "_packs"
    found = inside if inside.is_dir() else Path(fencekit.__file__).parent.parent / "packs"
    return found.relative_to(Path.cwd()) if found.is_relative_to(Path.cwd()) else found


def brought() -> Iterator[tuple[str, Path | PackError]]:
    """Yield the folders of packs that other packages bring, or what is wrong with the package.

    Each comes with the name of its entry point. Nothing of a package is run for this.
    """
    for entry in sorted(entry_points(group=GROUP), key=lambda entry: entry.name):
        try:
            spec = find_spec(entry.module)
        except (ImportError, ValueError):
            spec = None
        places = list(spec.submodule_search_locations or ()) if spec is not None else []
        if places:
            yield entry.name, Path(places[0])
        else:
            said = f"the entry point `{entry.name}` names no package that is there"
            hint = f"install the package that has `{entry.module}` again, or take it out"
            yield entry.name, PackError(said, hint=hint)


def packs() -> Iterator[tuple[str, Pack | PackError]]:
    """Yield every pack that is installed, ours first, with where it comes from.

    What is no pack, in a package of others, is yielded as the error that says so.
    """
    for pack in packs_in(shipped_folder()):
        yield OURS, pack
    for origin, folder in brought():
        if isinstance(folder, PackError):
            yield origin, folder
            continue
        for manifest in sorted(folder.glob(f"*/{MANIFEST}")):
            try:
                yield origin, read_pack(manifest.parent)
            except PackError as error:
                yield origin, error


def find_pack(named: str) -> Pack:
    """Return the pack in a folder, or the installed one of that name: ours before those of others.

    Raises PackError where there is neither.
    """
    if (Path(named) / MANIFEST).is_file():
        return read_pack(Path(named))
    known: list[str] = []
    for _, pack in packs():
        if isinstance(pack, PackError):
            continue
        if pack.name == named:
            return pack
        known.append(f"`{pack.name}`")
    hint = f"name a folder with a `{MANIFEST}`, or one of {', '.join(known)}"
    raise PackError(f"there is no pack `{named}`", hint=hint)


def origin_of(pack: Pack) -> str | None:
    """Return which package an installed pack comes from; None for a folder of the user's."""
    folder = pack.folder.resolve().parent
    if folder == shipped_folder().resolve():
        return OURS
    there = ((name, place) for name, place in brought() if isinstance(place, Path))
    return next((name for name, place in there if place.resolve() == folder), None)
