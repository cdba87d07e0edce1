"""`fencekit.lock`: which packs are installed in a folder, from where, and with which parameters."""

from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from fencekit.model.errors import FencekitError, PackError
from fencekit.model.source import Place
from fencekit.packs.archive.archive_manifest import SHA256, sha256
from fencekit.packs.archive.dsse_envelope import HINT
from fencekit.packs.install.folder_transaction import is_pending
from fencekit.packs.pack.pack_names import is_plain, refuse_unnamed
from fencekit.packs.pack.pack_variants import VARIANTS, Variant
from fencekit.reading import json
from fencekit.reading.input_files import read_text

FILE = "fencekit.lock"
FORMAT = "fencekit.lock/1"
KEYS = ("version", "variant", "origin", "signer", "manifest", "parameters", "files")


@dataclass(frozen=True, slots=True)
class Locked:
    """A pack as it was installed.

    `manifest` is the digest of its manifest, `signer` the id of the key that signed its archive,
    empty for none. `files` has the digest of each file that was written, by its name.
    """

    version: str
    variant: Variant
    origin: str
    signer: str
    manifest: str
    parameters: Mapping[str, tuple[Any, ...]]
    files: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Lock:
    """The packs that are installed, by name."""

    packs: Mapping[str, Locked] = field(default_factory=dict)

    @property
    def text(self) -> str:
        """The lock as the file has it: sorted, without a clock."""
        packs = {
            name: {
                "version": one.version,
                "variant": str(one.variant),
                "origin": one.origin,
                "signer": one.signer,
                "manifest": one.manifest,
                "parameters": {key: list(one.parameters[key]) for key in sorted(one.parameters)},
                "files": dict(sorted(one.files.items())),
            }
            for name, one in sorted(self.packs.items())
        }
        return json.write({"format": FORMAT, "packs": packs}, indent=2) + "\n"


def read_lock(folder: Path) -> Lock:
    """Return the lock in a folder, an empty one where there is none.

    Raises PackError where the file is none: nothing is guessed about what was installed.
    """
    if is_pending(folder):
        hint = "`fencekit packs verify` finishes it"
        raise PackError("an install is unfinished here", place=Place(str(folder)), hint=hint)
    file = folder / FILE
    if not file.exists():
        return Lock()
    text, _ = read_text(str(file), PackError)
    place = Place(str(file))
    try:
        document = json.parse(text)
    except json.JSONError as error:
        place = Place(str(file), error.line, error.column)
        raise PackError(f"the lock cannot be read: {error.message}", place=place) from error
    if not isinstance(document, dict) or document.get("format") != FORMAT:
        raise PackError(f"the lock is not in the format `{FORMAT}`", place=place)
    try:
        lock = Lock({name: read_locked_pack(name, one) for name, one in document["packs"].items()})
    except (TypeError, KeyError, AttributeError, ValueError) as error:
        raise PackError("the lock is not one of ours", place=place) from error
    if lock.text != text:
        hint = "take it back from version control, or remove it and install again"
        raise PackError("the lock was edited", place=place, hint=hint)
    return lock


def read_locked_pack(name: str, given: dict[str, Any]) -> Locked:
    """Return a pack of the lock; raise one of several errors where it is none."""
    version, variant, origin, signer, manifest, parameters, files = (given[key] for key in KEYS)
    refuse_unnamed(name, version)
    if not all(is_plain(file) and SHA256.fullmatch(digest) for file, digest in files.items()):
        raise ValueError(name)
    values = {key: tuple(value) for key, value in parameters.items()}
    return Locked(version, VARIANTS[variant], origin, signer, manifest, values, files)


def content(file: Path) -> bytes | None:
    """Return what stands in a file of a target, None for no file; raise PackError for a link."""
    if file.is_symlink() or (file.exists() and not file.is_file()):
        hint = "remove it, or install into another folder"
        raise PackError(
            "this is no plain file, and is not written to", place=Place(str(file)), hint=hint
        )
    return file.read_bytes() if file.exists() else None


def edited_files(folder: Path, lock: Lock) -> list[Path]:
    """Return the files of the lock that are not there as they were installed."""
    return [
        folder / name
        for one in lock.packs.values()
        for name, digest in one.files.items()
        if (found := content(folder / name)) is None or sha256(found) != digest
    ]


def refuse_edited(folder: Path) -> Lock:
    """Return the lock in a folder; raise PackError where there is none, or a file was edited."""
    if not (folder / FILE).is_file():
        raise PackError("there is no lock", place=Place(str(folder / FILE)))
    lock = read_lock(folder)
    errors: list[FencekitError] = [
        PackError("this is not what was installed", place=Place(str(file)))
        for file in edited_files(folder, lock)
    ]
    if errors:
        raise PackError.together(errors)
    return lock


def refuse_untrusted(
    packs: Mapping[str, Locked], ids: AbstractSet[str], file: Path, *, allow_unsigned: bool = False
) -> None:
    """Raise PackError for archives that, as the lock says, none of the trusted keys signed.

    Where no key is trusted, nothing is asked: the signature itself is not there any more.
    """
    errors: list[FencekitError] = []
    for name, one in packs.items():
        place = Place(str(file))
        if one.signer and one.signer not in ids:
            said = f"`{name}` is locked as signed by the key `{one.signer}`, which is not trusted"
            errors.append(PackError(said, place=place, hint=HINT))
        if not one.signer and not allow_unsigned:
            said = f"`{name}` is locked as an archive that nobody signed"
            errors.append(PackError(said, place=place, hint="pass `--allow-unsigned`"))
    if errors and ids:
        raise PackError.together(errors)
