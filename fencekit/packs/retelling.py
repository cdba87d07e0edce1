"""A report about an archive: what it says of the folder it was unpacked into, it says of that."""

from collections.abc import Mapping
from dataclasses import fields, is_dataclass, replace
from enum import Enum
from typing import Any

from fencekit.model.report import Report


def retold(report: Report, folder: str, archive: str) -> Report:
    """Return the report with the archive for the folder; a file in it is `ARCHIVE:NAME`."""

    def told(value: Any) -> Any:
        if isinstance(value, Enum):
            return value
        if isinstance(value, str):
            return value.replace(f"{folder}/", f"{archive}:").replace(folder, archive)
        if isinstance(value, tuple):
            return tuple(map(told, value))
        if isinstance(value, Mapping):
            return {told(key): told(item) for key, item in value.items()}
        if is_dataclass(value) and not isinstance(value, type):
            given = {one.name: getattr(value, one.name) for one in fields(value) if one.init}
            changed = {name: told(item) for name, item in given.items()}
            return replace(value, **changed) if changed != given else value
        return value

    made: Report = told(report)
    return made
