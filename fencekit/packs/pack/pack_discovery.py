"""The packs that are at hand: those that ship with fencekit, those of other packages, folders."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from importlib.metadata import entry_points
from importlib.resources import files
from importlib.util import find_spec
from pathlib import Path

import fencekit
from fencekit.model.errors import PackError, UsageError
from fencekit.packs.pack.pack import DESCRIPTION, Pack, packs_in, read_pack

GROUP = "fencekit.packs"
"""The entry point of packages that bring packs: the value is a package whose folder has them."""
OURS = "fencekit"
"""Where the packs come from that ship with fencekit."""
ARCHIVE, FOLDER = "archive", "folder"
"""Where other packs come from that no package brings."""


def shipped_folder() -> Path:
    """Return the folder of the packs that ship with fencekit, in a wheel or in a checkout."""
    inside = Path(str(files("fencekit"))) / "_packs"
    found = inside if inside.is_dir() else Path(fencekit.__file__).parent.parent / "packs"
    return found.relative_to(Path.cwd()) if found.is_relative_to(Path.cwd()) else found


@dataclass(frozen=True, slots=True)
class Brought:
    """The folder of packs that a package brings, or what is wrong with the package.

    `origin` is the name of its entry point, `distribution` that of what was installed.
    """

    origin: str
    distribution: str
    folder: Path | PackError

    def __str__(self) -> str:
        return f"`{self.origin}` of the package `{self.distribution}`"


def packs_of_packages() -> list[Brought]:
    """Return what other packages bring. Nothing of a package is run for this."""
    found = []
    for entry in entry_points(group=GROUP):
        folder: Path | PackError | None = folder_of(entry.value)
        if entry.name in (OURS, ARCHIVE, FOLDER):
            said = f"the entry point `{entry.name}` has a name that says where other packs are from"
            folder = PackError(said, hint="give it another name")
        if folder is None:
            said = f"the entry point `{entry.name}` names no package that is there"
            hint = f"install the package that has `{entry.value}` again, or take it out"
            folder = PackError(said, hint=hint)
        found.append(Brought(entry.name, entry.dist.name if entry.dist else "", folder))
    return sorted(found, key=lambda one: (one.origin, one.distribution))


def folder_of(package: str) -> Path | None:
    """Return the folder of a package that is installed, by its dotted name.

    Only the first part is looked up: to look up the whole imports the packages that it is in.
    """
    parts = package.strip().split(".")
    if not all(part.isidentifier() for part in parts):
        return None
    try:
        spec = find_spec(parts[0])
    except (ImportError, ValueError):
        return None
    places = (spec.submodule_search_locations or ()) if spec is not None else ()
    inside = (Path(place, *parts[1:]) for place in places)
    return next((folder for folder in inside if folder.is_dir()), None)


def packs() -> Iterator[tuple[str, Pack | PackError]]:
    """Yield every pack that is installed, ours first, with where it comes from.

    What is no pack, in a package of others, is yielded as the error that says so.
    """
    for pack in packs_in(shipped_folder()):
        yield OURS, pack
    for one in packs_of_packages():
        if isinstance(one.folder, PackError):
            yield one.origin, one.folder
            continue
        for manifest in sorted(one.folder.glob(f"*/{DESCRIPTION}")):
            try:
                yield one.origin, read_pack(manifest.parent)
            except PackError as error:
                yield one.origin, error


def find_pack(named: str) -> Pack:
    """Return the installed pack of that name, or else the one in the folder of that name.

    `ORIGIN:NAME` is the one that a certain package brings; a name alone is ours before those of
    others. Raises UsageError where several are meant, and PackError where there is none.
    """
    origin, _, name = named.rpartition(":")
    known = [(at, pack) for at, pack in packs() if isinstance(pack, Pack)]
    found = [(at, pack) for at, pack in known if pack.name == name and origin in ("", at)]
    found = [(at, pack) for at, pack in found if at == OURS] or found
    here = Path(named)
    if (here / DESCRIPTION).is_file():
        refuse_shadow(here, found)
        return read_pack(here)
    refuse_rivals(name, [pack for _, pack in found])
    if found:
        return found[0][1]
    names = ", ".join(dict.fromkeys(f"`{pack.name}`" for _, pack in known))
    hint = f"name a folder with a `{DESCRIPTION}`, or one of {names}"
    if here.is_file():
        hint = f"the file of that name is `./{named}`; {hint}"
    raise PackError(f"there is no pack `{named}`", hint=hint)


def refuse_shadow(here: Path, found: Sequence[tuple[str, Pack]]) -> None:
    """Raise UsageError where a folder has the name of an installed pack, and is another one.

    Whoever can write where we stand could put it there.
    """
    for origin, pack in found:
        if pack.folder.resolve() != here.resolve():
            said = f"`{pack.name}` is a pack of `{origin}`, and a folder here"
            hint = f"`{origin}:{pack.name}` is the pack, `./{here}` the folder"
            raise UsageError(said, hint=hint)


def refuse_rivals(name: str, found: Sequence[Pack]) -> None:
    """Raise UsageError for several packs of one name that other packages bring."""
    if len({pack.folder.resolve() for pack in found}) < 2:
        return
    rivals = [one for pack in found if (one := bringer(pack))]
    names = ", ".join(f"`{one.origin}:{name}`" for one in rivals)
    said = f"`{name}` is brought by {' and by '.join(map(str, rivals))}"
    raise UsageError(said, hint=f"name one of {names}, or take one out")


def bringer(pack: Pack) -> Brought | None:
    """Return who brings an installed pack, None where it is not another package."""
    folder = pack.folder.resolve().parent
    there = ((one, one.folder) for one in packs_of_packages())
    return next((one for one, at in there if isinstance(at, Path) and at.resolve() == folder), None)


def origin_of(pack: Pack) -> str | None:
    """Return which package an installed pack comes from; None for a folder of the user's."""
    if pack.folder.resolve().parent == shipped_folder().resolve():
        return OURS
    found = bringer(pack)
    return found.origin if found else None
