"""Packs built into archives, and archives verified: the files, the manifest, the signature."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from fencekit.model.errors import PackError, UsageError
from fencekit.model.source import Place
from fencekit.packs.archive.archive_manifest import (
    Manifest,
    manifest_of,
    read_manifest,
    refuse_other_files,
)
from fencekit.packs.archive.dsse_envelope import seal, signer, statement
from fencekit.packs.archive.pack_archive import Files, files_in, read_archive, write_archive
from fencekit.packs.pack.pack import Pack
from fencekit.packs.render.render_pack import is_written, rendered_files
from fencekit.reading.signatures import PrivateKey, PublicKey

INSIDE = "pack/"
MANIFEST = "manifest.json"
ENVELOPE = "manifest.dsse.json"


@dataclass(frozen=True, slots=True)
class Verified:
    """An archive that is intact: its manifest, its files, and the trusted key that signed it."""

    manifest: Manifest
    files: Files
    signer: PublicKey | None


def build(pack: Pack, key: PrivateKey | None = None) -> bytes:
    """Return the archive of a pack, signed with the key: the same bytes every time.

    Raises PackError for a pack that is not rendered from its source, and for files no pack has.
    """
    refuse_stale(pack)
    files = files_in(pack.folder)
    manifest = manifest_of(pack.name, pack.version, files)
    parts = {INSIDE + name: content for name, content in files.items()}
    parts[MANIFEST] = manifest.text.encode()
    if key is not None:
        parts[ENVELOPE] = seal(statement(manifest, MANIFEST), key)
    return write_archive(parts)


def write_beside(pack: Pack, target: str, data: bytes) -> None:
    """Write an archive; raise UsageError where it would become a part of the pack, or cannot be."""
    file = Path(target)
    if file.resolve().is_relative_to(pack.folder.resolve()):
        hint = "name a file elsewhere with `-o`"
        raise UsageError(f"`{target}` would be in the pack itself", hint=hint)
    try:
        file.write_bytes(data)
    except OSError as error:
        said = (error.strerror or str(error)).lower()
        raise UsageError(f"cannot write `{target}`: {said}") from error


def verify(data: bytes, keys: Iterable[PublicKey] = ()) -> Verified:
    """Return what is in an archive, once all of it verifies; its signer is None if it is unsigned.

    Raises PackError where anything is not as it was built, or none of the keys is the signer's.
    """
    parts = read_archive(data)
    if MANIFEST not in parts:
        raise PackError("the archive has no manifest")
    manifest = read_manifest(parts.pop(MANIFEST))
    sealed = parts.pop(ENVELOPE, None)
    for name in parts:
        if not name.startswith(INSIDE):
            raise PackError(f"`{name}` is in the archive and not in the manifest")
    files = {name.removeprefix(INSIDE): content for name, content in parts.items()}
    refuse_other_files(manifest, files)
    if sealed is None:
        return Verified(manifest, files, None)
    return Verified(manifest, files, signer(sealed, statement(manifest, MANIFEST), keys))


def refuse_unsigned(found: Verified, *, allow_unsigned: bool = False) -> None:
    """Raise PackError for an archive that nobody signed, unless that is allowed."""
    if found.signer is None and not allow_unsigned:
        hint = "sign it, `fencekit packs build --sign KEY`; or pass `--allow-unsigned`"
        raise PackError("nobody signed this archive", hint=hint)


def refuse_stale(pack: Pack) -> None:
    """Raise PackError where a file of a pack is not what its source stands for."""
    for file, text in rendered_files(pack):
        if not is_written(file, text):
            raise PackError(
                "this is not what the source of the pack stands for",
                place=Place(str(file)),
                hint=f"render it: `fencekit packs render {pack.folder}`",
            )
