"""The report of each check as text: every check has lines of its own, or those of a replay."""

from collections.abc import Iterator
from importlib import import_module
from typing import cast

from fencekit.model.report import Report
from fencekit.reporting.terminal import Line, Table

TEXTS: dict[str, str] = {
    "replay": "fencekit.reporting.terminal",
}
"""The module of each check, which has `lines(report)`."""


def lines(report: Report) -> Iterator[Line | Table]:
    """Yield the parts of a report, as its check shows them."""
    module = import_module(TEXTS.get(report.check, TEXTS["replay"]))
    return cast("Iterator[Line | Table]", module.lines(report))
