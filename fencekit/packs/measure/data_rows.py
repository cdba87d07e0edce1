"""Rows of recorded calls: read from JSON Lines, chosen, and made the calls that a pack expects.

A row has `id`, `tool`, `payload`, `label` and `meta`; anything else is carried along. How a
tool's call becomes a call of the pack is data of the pack: the capability, and the fields in the
order of its schema, because CapFence joins values in the order in which they come.
"""

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from fencekit.model.errors import PackError
from fencekit.model.request import Request
from fencekit.model.source import Place
from fencekit.packs.measure.sql_structure import is_number, leaves_literal
from fencekit.reading import json
from fencekit.reading.input_files import lines, open_source, sha256_of

Row = Mapping[str, Any]


def read_rows(file: Path) -> tuple[Row, ...]:
    """Return the rows of a file; raise PackError where a line is none.

    A row without an `id` is named by its file and line.
    """
    return rows_of(file, sha256_of(str(file)))


@lru_cache(maxsize=64)
def rows_of(file: Path, digest: str) -> tuple[Row, ...]:
    """Return the rows of a file that has this digest: another text under the name is read anew."""
    del digest
    rows = []
    with open_source(str(file)) as source:
        for number, line in lines(source):
            try:
                row = json.parse_bytes(line or b"")
            except json.JSONError as error:
                raise PackError(error.message, place=Place(str(file), number)) from error
            if not isinstance(row, dict) or not isinstance(row.get("payload"), dict):
                raise PackError(
                    "a row is an object with a `payload`", place=Place(str(file), number)
                )
            rows.append({"id": f"{file.name}:{number}", **row})
    return tuple(rows)


def value_at(row: Row, path: str) -> Any:
    """Return what a row holds at a dotted path; None where it holds nothing."""
    found: Any = row
    for name in path.split("."):
        found = found.get(name) if isinstance(found, Mapping) else None
    return found


def injection_changes_statement(row: Row) -> bool:
    """Say whether an injected fragment is more than the one value that its place has room for."""
    template, fragment = str(value_at(row, "meta.template")), str(value_at(row, "meta.fragment"))
    before = template.partition("{p}")[0]
    quoted = before.count("'") % 2 == 1
    return leaves_literal(fragment) if quoted else not is_number(fragment)


def is_inside(row: Row) -> bool:
    """Say whether the path of a row stays inside, read as POSIX does: relative, and never above."""
    depth = 0
    path = str(row["payload"].get("path", ""))
    for part in path.split("/"):
        depth += {"..": -1, ".": 0, "": 0}.get(part, 1)
        if depth < 0:
            return False
    return not path.startswith("/")


FEATURES: dict[str, Callable[[Row], Any]] = {
    "whole": lambda row: value_at(row, "meta.template") is None,
    "changes the statement": injection_changes_statement,
    "inside": is_inside,
}
"""What is computed of a row, by the name that a choice of rows uses."""


def choose_rows(rows: Iterable[Row], where: Mapping[str, Any]) -> Iterator[Row]:
    """Yield the rows that have what is asked at each path or feature: a value, or one of a list."""
    for row in rows:
        if all(matches(row, path, wanted) for path, wanted in where.items()):
            yield row


def matches(row: Row, path: str, wanted: Any) -> bool:
    """Say whether a row has a value, or one of a list of values, at a path or as a feature."""
    actual = FEATURES[path](row) if path in FEATURES else value_at(row, path)
    return actual in wanted if isinstance(wanted, list) else bool(actual == wanted)


@dataclass(frozen=True, slots=True)
class Mapped:
    """How the calls of a tool become calls of a pack.

    `fields` are the pack's fields in their order, each with the tool's name for it; what the tool
    has beside them comes after, as it was recorded. `listed` are fields that the pack wants as a
    list. With `named`, the tool's name is put into the context, as an MCP gateway does.
    """

    capability: str
    fields: tuple[tuple[str, str], ...] = ()
    listed: tuple[str, ...] = ()
    named: bool = False
    prefix: str = ""

    def request(self, row: Row) -> Request:
        """Return the call that the pack is asked about."""
        payload = dict(row["payload"])
        args: dict[str, Any] = {}
        for ours, theirs in self.fields:
            if theirs in payload:
                args[ours] = payload.pop(theirs)
        args.update(payload)
        for field in self.listed:
            if isinstance(args.get(field), str):
                args[field] = [args[field]]
        if self.prefix:
            args = {
                key: self.prefix + value if key == "path" else value for key, value in args.items()
            }
        context = {"tool_name": row.get("tool")} if self.named else {}
        return Request(self.capability, args=args, context=context)


def derive_texts(
    rows: Iterable[Row], field: str, *, pattern: str = "", most_common: bool = False
) -> list[str]:
    """Return the texts that rows have in a field, for a parameter: all of them, or the most common.

    Lists are taken apart. With a `pattern`, it is what its first group finds that is taken.
    """
    counted: Counter[str] = Counter()
    for row in rows:
        value = row["payload"].get(field)
        for text in value if isinstance(value, list) else [value]:
            if not isinstance(text, str):
                continue
            found = re.findall(pattern, text) if pattern else [text]
            counted.update(found)
    if most_common:
        return [text for text, _ in counted.most_common(1)]
    return sorted(counted)
