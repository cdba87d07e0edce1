"""What changes about a locked pack besides its policies: who vouches for it, and its version."""

from collections.abc import Iterator
from dataclasses import dataclass

from fencekit.packs.install.pack_lock import Locked
from fencekit.packs.pack.pack_discovery import ARCHIVE, FOLDER

LOOSER, SIGNER, OLDER = "--accept-looser", "--accept-signer", "--accept-older"
"""The options that accept what changes."""


@dataclass(frozen=True, slots=True)
class UpgradeChange:
    """A change, in words, and the option that accepts it; it is empty where none is needed."""

    said: str
    option: str = ""


def moves(before: Locked, after: Locked) -> Iterator[UpgradeChange]:
    """Yield what the user is to know before a pack takes the place of a locked one."""
    accept = SIGNER if is_vouched_for(before) else ""
    if before.signer != after.signer:
        yield UpgradeChange(f"signer changes: {signer_of(before)} -> {signer_of(after)}", accept)
    elif before.origin != after.origin:
        yield UpgradeChange(f"origin changes: {before.origin} -> {after.origin}", accept)
    if number(after) < number(before):
        said = f"older than what is locked: {before.version} -> {after.version}"
        yield UpgradeChange(said, OLDER)


def is_vouched_for(locked: Locked) -> bool:
    """Say whether a key, or a package that is installed, vouches for a pack."""
    return bool(locked.signer) or locked.origin not in (ARCHIVE, FOLDER)


def signer_of(locked: Locked) -> str:
    """Return whose key signed a pack, in words; where none did, where it is from."""
    return f"the key `{locked.signer}`" if locked.signer else f"none (from {locked.origin})"


def number(locked: Locked) -> tuple[int, ...]:
    """Return the version of a pack, to be compared with another."""
    return tuple(map(int, locked.version.split(".")))
