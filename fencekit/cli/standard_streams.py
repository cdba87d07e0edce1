"""What stands in for standard streams that are closed, as `>&-` leaves them.

A closed number is the one that the next file gets: a report would stand where errors go. So each
is taken by the empty device first.
"""

import io
import os
import sys
from typing import NoReturn

from fencekit.model.errors import FencekitError


class ClosedOutput(io.TextIOBase):
    """Standard output that is closed: nothing can be said, and that is no success."""

    encoding = "utf-8"

    def write(self, text: str) -> NoReturn:  # noqa: ARG002  (what a stream takes)
        """Raise the error that says so."""
        raise FencekitError(
            "cannot write the output: standard output is closed",
            hint="`>/dev/null` drops it; the exit code stays",
        )

    def fileno(self) -> int:
        """Return the number of standard output."""
        return 1


def replace_closed() -> None:
    """Put something in the place of each standard stream that is closed."""
    for number in (0, 1, 2):
        try:
            os.fstat(number)
        except OSError:
            os.open(os.devnull, os.O_RDWR)
    if sys.stdin is None:
        sys.stdin = open(os.devnull, encoding="utf-8")  # noqa: PTH123, SIM115  (to the end)
    if sys.stderr is None:
        sys.stderr = open(os.devnull, "w", encoding="utf-8")  # noqa: PTH123, SIM115  (to the end)
    if sys.stdout is None:
        sys.stdout = ClosedOutput()
