"""Files that a check writes: never one that it reads."""

import errno
import os
from collections.abc import Iterable

from fencekit.model.errors import UsageError

WRITE = os.O_WRONLY | os.O_CREAT | os.O_TRUNC | getattr(os, "O_NONBLOCK", 0)
BESIDE_A_DATABASE = ("-wal", "-shm", "-journal")


def refuse_overwriting(target: str, inputs: Iterable[str]) -> None:
    """Raise UsageError where the file to write is one of the inputs, by whatever name."""
    for given in inputs:
        if is_same(target, given) or any(is_same(target, given + end) for end in BESIDE_A_DATABASE):
            hint = "name another file for the report"
            raise UsageError(f"`{target}` is what is read: it is not written over", hint=hint)


def write_report(target: str, text: str | Iterable[str]) -> None:
    """Write a report into its file, or into a pipe that somebody reads.

    Raises UsageError where that cannot be: a pipe that nobody reads would be waited for for ever.
    """
    try:
        file = os.open(target, WRITE, 0o666)
        os.set_blocking(file, True)
        with os.fdopen(file, "w", encoding="utf-8", errors="backslashreplace") as out:
            out.writelines([text] if isinstance(text, str) else text)
    except (OSError, ValueError) as error:
        said = (getattr(error, "strerror", None) or str(error)).lower()
        if getattr(error, "errno", 0) == errno.ENXIO:
            said = "it is a pipe, and nobody reads it"
        raise UsageError(f"cannot write `{target}`: {said}") from error


def is_same(one: str, other: str) -> bool:
    """Say whether two names are of one file that exists."""
    try:
        return os.path.samefile(one, other)  # noqa: PTH121  (either may be no path at all)
    except (OSError, ValueError):
        return False
