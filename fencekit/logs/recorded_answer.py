"""What a log says of a decision, read so that it never costs the call itself.

A word that is not known, a value of another type, a contradiction: the call stands, nothing is
recorded for it, and a note says exactly what was found.
"""

from collections.abc import Callable

from fencekit.model.errors import RecordError
from fencekit.model.record import Recorded


def read_answer(read: Callable[[], Recorded | None]) -> tuple[Recorded | None, tuple[str, ...]]:
    """Return what `read` says was decided; where it raises RecordError, nothing and a note."""
    try:
        return read(), ()
    except RecordError as error:
        return None, (f"the decision is not recorded: {error.message}",)
