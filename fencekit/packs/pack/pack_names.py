"""The names that a pack and its files may have: plain ones, that mean the same on every system."""

import re
from collections.abc import Iterable

from fencekit.model.errors import PackError

PACK = re.compile(r"[a-z][a-z0-9]*(?:-[a-z0-9]+)*")
VERSION = re.compile(r"(?:0|[1-9][0-9]{0,8})(?:\.(?:0|[1-9][0-9]{0,8})){2}")
SEGMENT = re.compile(r"[A-Za-z0-9_](?:[A-Za-z0-9_.+-]*[A-Za-z0-9_+-])?")
RESERVED = re.compile(r"(?:con|prn|aux|nul|com[0-9]|lpt[0-9])(?:\..*)?", re.IGNORECASE)
"""What Windows takes for a device, whatever folder it is in."""
LONGEST = 200
DEEPEST = 8


def refuse_unnamed(name: str, version: str) -> None:
    """Raise PackError for a name or a version that could not stand in the name of a file."""
    if not PACK.fullmatch(name) or len(name) > LONGEST:
        raise PackError(
            f"`{name[:LONGEST]}` is no name of a pack",
            hint="lower case letters and digits, in words with `-` between them",
        )
    if RESERVED.fullmatch(name):
        hint = "Windows takes it for a device, whatever folder it is in; choose another"
        raise PackError(f"`{name}` is no name of a pack", hint=hint)
    if not VERSION.fullmatch(version):
        said = f"`{version[:LONGEST]}` is no version of a pack"
        raise PackError(said, hint="write it as 1.2.3")


def refuse_odd(names: Iterable[str]) -> None:
    """Raise PackError where a name is not plain, or two of them could be one file somewhere.

    A plain name is relative, has `/` between its parts, nothing hidden, no `..`, ASCII only.
    """
    seen: dict[str, str] = {}
    folders: dict[str, str] = {}
    for name in names:
        parts = name.split("/")
        if len(name) > LONGEST or len(parts) > DEEPEST or not all(map(is_plain, parts)):
            hint = "letters, digits and `_.+-`, nothing hidden, `/` between folders"
            raise PackError(f"`{name[:LONGEST]}` is no plain name of a file", hint=hint)
        folded = name.lower()
        if folded in seen:
            raise PackError(f"two files are one where case does not count: `{name}`")
        seen[folded] = name
        for count in range(1, len(parts)):
            folder = "/".join(parts[:count])
            if folders.setdefault(folder.lower(), folder) != folder:
                raise PackError(f"two folders are one where case does not count: `{folder}`")
    for folded, folder in folders.items():
        if folded in seen:
            raise PackError(f"`{folder}` is a file and a folder")


def is_plain(part: str) -> bool:
    """Say whether one part of a name is plain."""
    return SEGMENT.fullmatch(part) is not None and RESERVED.fullmatch(part) is None
