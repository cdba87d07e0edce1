"""Files that a check writes: never one that it reads."""

import os
from collections.abc import Iterable
from pathlib import Path

from fencekit.model.errors import UsageError

BESIDE_A_DATABASE = ("-wal", "-shm", "-journal")


def refuse_overwriting(target: str, inputs: Iterable[str]) -> None:
    """Raise UsageError where the file to write is one of the inputs, by whatever name."""
    for given in inputs:
        if is_same(target, given) or any(is_same(target, given + end) for end in BESIDE_A_DATABASE):
            hint = "name another file for the report"
            raise UsageError(f"`{target}` is what is read: it is not written over", hint=hint)


def write_report(target: str, text: str) -> None:
    """Write a report into its file; raise UsageError where that cannot be."""
    try:
        Path(target).write_text(text, encoding="utf-8", errors="backslashreplace")
    except (OSError, ValueError) as error:
        said = (getattr(error, "strerror", None) or str(error)).lower()
        raise UsageError(f"cannot write `{target}`: {said}") from error


def is_same(one: str, other: str) -> bool:
    """Say whether two names are of one file that exists."""
    try:
        return os.path.samefile(one, other)  # noqa: PTH121  (either may be no path at all)
    except (OSError, ValueError):
        return False
