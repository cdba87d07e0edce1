"""A report without paths of the machine: a file is named in the folder that it belongs to."""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import fields, is_dataclass, replace
from pathlib import Path
from typing import Any, TypeVar, cast

from fencekit.model.report import Report
from fencekit.model.request import Request

T = TypeVar("T")


def without_machine(report: Report, folders: Iterable[Path]) -> Report:
    """Return the report with every absolute folder of these by its own name.

    One below the working directory is named from there; a relative one is as its user named it.
    """
    named = {str(folder): name_of(folder) for folder in folders if folder.is_absolute()}
    if not named:
        return report
    longest = sorted(named, key=len, reverse=True)
    found = re.compile(rf"(?:{'|'.join(map(re.escape, longest))})(?![\w.-])")
    return rename_paths(report, lambda text: found.sub(lambda match: named[match[0]], text))


def of_archive(report: Report, folder: str, archive: str) -> Report:
    """Return the report about an unpacked archive: a file in its folder is `ARCHIVE:NAME`."""
    return rename_paths(
        report, lambda text: text.replace(f"{folder}/", f"{archive}:").replace(folder, archive)
    )


def name_of(folder: Path) -> str:
    """Return how a folder is named: from the working directory, or by itself."""
    here = Path.cwd()
    return str(folder.relative_to(here)) if folder.is_relative_to(here) else folder.name


def rename_paths(value: T, name: Callable[[str], str]) -> T:
    """Return a value of a report with every text renamed; what a call says stays as it is."""
    return cast("T", _rename_value(value, name))


def _rename_value(value: Any, name: Callable[[str], str]) -> Any:
    if isinstance(value, Request):
        return value
    if isinstance(value, str):
        return name(value) if value.__class__ is str else value  # not the word of an enumeration
    if isinstance(value, tuple):
        return tuple(_rename_value(part, name) for part in value)
    if isinstance(value, Mapping):
        return {_rename_value(key, name): _rename_value(part, name) for key, part in value.items()}
    if not is_dataclass(value) or isinstance(value, type):
        return value
    made = {
        entry.name: _rename_value(getattr(value, entry.name), name)
        for entry in fields(value)
        if entry.init
    }
    return replace(value, **made)
