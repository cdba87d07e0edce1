"""What the tests of archives share: keys, a small pack, an archive of it."""

from pathlib import Path

from chain.signed import make_keys

from fencekit.logs.chain.signatures import PrivateKey, read_private
from fencekit.packs.archive import read_archive
from fencekit.packs.building import build
from fencekit.packs.pack import read_pack
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
