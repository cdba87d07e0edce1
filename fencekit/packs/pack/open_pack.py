"""A pack by whatever it is named: an installed one, a folder, or an archive that verifies."""

import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from fencekit.model.errors import FencekitError, PackError
from fencekit.model.source import Place
from fencekit.packs.archive.archive_manifest import Manifest, manifest_of
from fencekit.packs.archive.build_archive import Verified, refuse_stale, refuse_unsigned, verify
from fencekit.packs.archive.pack_archive import files_in, load, unpack
from fencekit.packs.pack.pack import DESCRIPTION, Pack, read_pack
from fencekit.packs.pack.pack_discovery import ARCHIVE, FOLDER, find_pack, origin_of
from fencekit.packs.pack.pack_names import PACK
from fencekit.reading.signatures import PublicKey


@dataclass(frozen=True, slots=True)
class Opened:
    """A pack, the manifest of its files, where it comes from, and the id of who signed it."""

    pack: Pack
    manifest: Manifest
    origin: str
    signer: str = ""


@dataclass(frozen=True, slots=True)
class Trust:
    """Whom the user trusts: the keys, and whether archives need none of them."""

    keys: tuple[PublicKey, ...] = ()
    allow_unsigned: bool = False


@contextmanager
def open_pack(named: str, trust: Trust) -> Iterator[Opened]:
    """Open the pack that is named: the name of an installed pack, a folder, or an archive.

    A file is an archive, unless its name alone could be that of a pack. What it has is unpacked
    into a folder for the time being. Raises PackError for an archive that does not verify, and for
    no such pack.
    """
    if is_archive(named):
        with naming(named):
            found = verify(load(named), trust.keys)
            refuse_unsigned(found, allow_unsigned=trust.allow_unsigned)
        with tempfile.TemporaryDirectory() as work, shown_as(named, work):
            yield unpack_archive(found, Path(work))
        return
    pack = find_pack(named)
    manifest = manifest_of(pack.name, pack.version, files_in(pack.folder))
    yield Opened(pack, manifest, origin_of(pack) or FOLDER)


@contextmanager
def looked_at(named: str, trust: Callable[[], Trust]) -> Iterator[Pack]:
    """Open the pack that is named, to be looked at where it is: any file may be in its folder.

    Whom the user trusts is asked for an archive only.
    """
    if is_archive(named):
        with open_pack(named, trust()) as found:
            yield found.pack
    else:
        yield find_pack(named)


def is_archive(named: str) -> bool:
    """Say whether a name is that of a file, or looks like one: the name of a pack does not."""
    if PACK.fullmatch(named):
        return False
    try:
        return Path(named).is_file() or (named.endswith(".zip") and not Path(named).is_dir())
    except ValueError:  # a null character
        return False


def unpack_archive(found: Verified, folder: Path) -> Opened:
    """Return the pack of an archive, unpacked; raise PackError where it is not what it says."""
    unpack(found.files, folder)
    pack = read_pack(folder)
    manifest = found.manifest
    if (pack.name, pack.version) != (manifest.name, manifest.version):
        said = f"the manifest is of {manifest.name} {manifest.version}"
        raise PackError(f"`{DESCRIPTION}` is of another pack: {said}")
    refuse_stale(pack)
    return Opened(pack, manifest, ARCHIVE, found.signer.id if found.signer else "")


@contextmanager
def naming(archive: str) -> Iterator[None]:
    """Name the archive in errors about the whole of it."""
    try:
        yield
    except PackError as error:
        place = error.place or Place(archive)
        raise PackError(error.message, place=place, hint=error.hint) from error


@contextmanager
def shown_as(archive: str, folder: str) -> Iterator[None]:
    """Name the archive in errors about the folder that it is unpacked into."""
    try:
        yield
    except FencekitError as error:
        place = error.place
        if place is None or not place.file.startswith(folder):
            raise
        inner = place.file.removeprefix(folder).strip("/")
        where = Place(f"{archive}:{inner}", place.line, place.column)
        raise PackError(error.message, place=where) from error
