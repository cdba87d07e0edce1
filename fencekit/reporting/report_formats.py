"""The report formats by name: every module of this folder that has a FORMAT is one.

Such a module has `render(report) -> str`; the text for terminals has `lines(report)` instead,
because only the terminal knows its colours and its width.
"""

from collections.abc import Callable, Iterator
from functools import cache
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules
from typing import cast

from fencekit.model.report import Report

TEXT = "text"


@cache
def formats() -> dict[str, str]:
    """Return the module of each format by the format's name, `text` first."""
    found = {}
    for module in iter_modules([str(Path(__file__).parent)]):
        name = f"fencekit.reporting.{module.name}"
        if not module.ispkg and name != __name__:
            form = getattr(import_module(name), "FORMAT", None)
            if form is not None:
                found[form] = name
    return dict(sorted(found.items(), key=lambda item: (item[0] != TEXT, item[0])))


def render(report: Report, form: str) -> str:
    """Return the report in the format of that name, which is not `text`."""
    made = cast("Callable[[Report], str]", import_module(formats()[form]).render)
    return made(report)


def pieces(report: Report, form: str) -> Iterator[str]:
    """Yield the report in the format of that name piece by piece: a long one is never held."""
    module = import_module(formats()[form])
    if hasattr(module, "pieces"):
        yield from module.pieces(report)
    else:
        yield module.render(report)
