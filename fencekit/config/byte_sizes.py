"""Sizes in bytes, as people write them: `16MiB`, `64K`, or a number."""

import re
from typing import Any

from fencekit.model.errors import UsageError

SIZE = re.compile(r"(\d{1,12})\s*(?:([KMG])(?:i?B)?|B)?", re.IGNORECASE | re.ASCII)
UNITS = {"": 1, "K": 1 << 10, "M": 1 << 20, "G": 1 << 30}


def size(key: str, value: Any, default: int) -> int:
    """Return a number of bytes, as `16MiB` or plain; raise UsageError for anything else.

    K, M and G are powers of 1,024.
    """
    if value is None:
        return default
    found = SIZE.fullmatch(str(value).strip())
    if found is None or not int(found[1]):
        option = f"--{key.replace('_', '-')}"
        hint = "write a number of bytes, or a size as 16MiB"
        raise UsageError(f"`{option}` is `{value}`, which is no size", hint=hint)
    return int(found[1]) * UNITS[(found[2] or "").upper()]
