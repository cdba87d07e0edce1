"""The report formats by name: every module of this folder that has a FORMAT is one.

Such a module has `render(report) -> str`; the text for terminals has `lines(report)` instead,
because only the terminal knows its colours and its width.
"""

import re
from collections.abc import Callable, Iterator
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import cast

from fencekit.model.report import Report

TEXT = "text"
NAMED = re.compile(r'^FORMAT = "([\w-]+)"$', re.MULTILINE)


@cache
def formats() -> dict[str, str]:
    """Return the module of each format by the format's name, `text` first.

    The files are looked at, not loaded: a check writes one format, and all take long to load.
    """
    found = {}
    for file in Path(__file__).parent.glob("*.py"):
        named = NAMED.search(file.read_text(encoding="utf-8"))
        if named is not None:
            found[named[1]] = f"fencekit.reporting.{file.stem}"
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
