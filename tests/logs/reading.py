"""Reads a log as the tests of formats look at it: its calls and what is wrong, without notices."""

from collections.abc import Iterator
from os import PathLike

from fencekit.logs.log_registry import read_log
from fencekit.model.record import InvalidRecord, Notice, PassedOver, Record


def read_calls(
    path: str | PathLike[str], *, log_format: str | None = None
) -> Iterator[Record | InvalidRecord | PassedOver]:
    """Yield what costs or is a call."""
    for entry in read_log(path, log_format=log_format):
        if not isinstance(entry, Notice):
            yield entry
