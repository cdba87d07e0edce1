"""What the tests of archives share: keys, a small pack, an archive of it."""

import hashlib
import re
from pathlib import Path

import pytest
from chain.signed import make_keys

from fencekit.model.errors import PackError
from fencekit.packs.archive.build_archive import build
from fencekit.packs.archive.pack_archive import read_archive
from fencekit.packs.install.install_pack import carry_out, plan
from fencekit.packs.pack.open_pack import Trust, open_pack
from fencekit.packs.pack.pack import read_pack
from fencekit.packs.pack.pack_variants import Variant
from fencekit.reading.signatures import PrivateKey, read_private
from packs.tampering import Built

ROOT = Path(__file__).parents[2] / "packs"


def key_in(folder: Path, name: str) -> PrivateKey:
    """Write a key pair `NAME.key` and `NAME.pub`; return the private one."""
    return read_private(make_keys(folder, name)[0])


def built_in(folder: Path) -> Built:
    """Return an archive of a pack that ships, signed by `team.key`, which is written there."""
    key, stranger = key_in(folder, "team"), key_in(folder, "stranger")
    data = build(read_pack(ROOT / "mail-and-messages"), key)
    other = build(read_pack(ROOT / "http"), key)
    return Built(data, read_archive(data), key, stranger, read_archive(other))


def install(archive: Path, target: Path, trust: Trust) -> None:
    """Install what an archive has, as the command does."""
    with open_pack(str(archive), trust) as found:
        samples = {one.name: one.default for one in found.pack.parameters}
        carry_out(plan(found, Variant.BASELINE, samples, target))


def refusal(data: bytes, built: Built, folder: Path) -> str:
    """Return why an archive is not installed, in the words for everybody.

    Fails where it is, where it is refused by anything but an error of ours, and where a file was
    written: into the target, beside it or above it.
    """
    work = folder / "work"
    (work / "deep/er").mkdir(parents=True, exist_ok=True)
    archive, target = work / "deep/er/archive.zip", work / "deep/er/target"
    archive.write_bytes(data)
    before = seen(folder)
    with pytest.raises(PackError) as caught:
        install(archive, target, Trust((built.key.public,)))
    assert seen(folder) == before
    return re.sub("`[^`]*`", "`...`", caught.value.message)


def seen(folder: Path) -> dict[str, str]:
    """Return every file and folder below one, each with what is in it."""
    return {
        str(path): hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else ""
        for path in sorted(folder.rglob("*"))
    }
