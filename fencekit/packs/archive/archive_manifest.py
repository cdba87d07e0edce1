"""The manifest of an archive: the pack's name and version, and a digest of every file."""

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from fencekit.model.errors import PackError
from fencekit.packs.archive.pack_archive import Files
from fencekit.packs.pack.pack_names import refuse_unnamed
from fencekit.reading import json

FORMAT = "fencekit.pack/1"
SHA256 = re.compile(r"[0-9a-f]{64}")
KEYS = ("format", "name", "version", "files")


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a pack is called, and the SHA-256 of each of its files, in hex, by name."""

    name: str
    version: str
    files: Mapping[str, str]

    @property
    def text(self) -> str:
        """The one spelling of it."""
        values = (FORMAT, self.name, self.version, dict(sorted(self.files.items())))
        return json.write(dict(zip(KEYS, values, strict=True)), indent=2) + "\n"

    @property
    def digest(self) -> str:
        """The SHA-256 of its text, in hex: it stands for the whole pack."""
        return sha256(self.text.encode())


def manifest_of(name: str, version: str, files: Files) -> Manifest:
    """Return the manifest of a pack with these files."""
    refuse_unnamed(name, version)
    return Manifest(name, version, {path: sha256(content) for path, content in files.items()})


def read_manifest(data: bytes) -> Manifest:
    """Return the manifest that the bytes spell; raise PackError for any other spelling."""
    document = document_of(data, "the manifest")
    if not isinstance(document, dict) or tuple(document) != KEYS:
        raise PackError("the manifest is not one of ours")
    form, name, version, files = document.values()
    if form != FORMAT:
        raise PackError(f"the manifest is not in the format `{FORMAT}`")
    texts = isinstance(name, str) and isinstance(version, str) and isinstance(files, dict)
    if not texts or not all(isinstance(it, str) and SHA256.fullmatch(it) for it in files.values()):
        raise PackError("the manifest lacks a name, a version or digests")
    refuse_unnamed(name, version)
    made = Manifest(name, version, files)
    if made.text.encode("utf-8", "surrogatepass") != data:
        raise PackError("the manifest is not spelled as `fencekit packs build` spells it")
    return made


def refuse_other_files(manifest: Manifest, files: Files) -> None:
    """Raise PackError where the files are not exactly those of the manifest."""
    for path in sorted({*manifest.files, *files}):
        if path not in files:
            raise PackError(f"`{path}` is in the manifest and not in the archive")
        if path not in manifest.files:
            raise PackError(f"`{path}` is in the archive and not in the manifest")
        if sha256(files[path]) != manifest.files[path]:
            raise PackError(f"`{path}` is not what the manifest says: its digest is another")


def document_of(data: bytes, what: str) -> Any:
    """Return the strict JSON that bytes spell; raise PackError, naming it, where it is none."""
    try:
        return json.parse_bytes(data)
    except json.JSONError as error:
        raise PackError(f"{what} cannot be read: {error.message}") from error


def sha256(content: bytes) -> str:
    """Return the SHA-256, in hex."""
    return hashlib.sha256(content).hexdigest()
