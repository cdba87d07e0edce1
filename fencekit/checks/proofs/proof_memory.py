"""The memory that one question to the prover may take, as people write it."""

import re

from fencekit.model.errors import UsageError

LEAST = 1 << 20
UNITS = {"": 1, "k": 1 << 10, "m": 1 << 20, "g": 1 << 30}
SIZE = re.compile(r"(\d{1,12}) ?([kmg]?)(?:i?b)?", re.IGNORECASE)


def bound_memory(text: str) -> None:
    """Let each question to the prover take so much from now on; raise UsageError for no size.

    Settings are read by commands that prove nothing, so the prover's part is imported here.
    """
    size = read_size(text)
    from fencekit.regex.memory_budget import MEMORY

    MEMORY.most = size


def read_size(text: str) -> int:
    """Return the bytes that a size says, such as `512MB` or `64 MiB`; raise UsageError for none."""
    found = SIZE.fullmatch(text.strip())
    if found is None:
        hint = "write a number of bytes, or one with KB, MB or GB, such as `512MB`"
        raise UsageError(f"`{text}` is no size of memory", hint=hint)
    size = int(found[1]) * UNITS[found[2].lower()]
    if size < LEAST:
        raise UsageError(f"`{text}` is less than a proof can do with", hint="write at least `1MB`")
    return size
