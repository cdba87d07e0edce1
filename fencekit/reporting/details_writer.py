"""What a report holds beyond what its JSON page says, so that the page gives it back, whole.

Values are written by the names of their fields, as the classes of the model declare them. What the
page says already, in a key of the same name at the same place, is not said twice; what is as it is
by default is left out; rules, edits and traces, which many findings share, stand in tables and are
named by their number. What JSON cannot say (what is unknown, a number beyond floats) has its kind
beside it.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import Field, is_dataclass
from enum import Enum
from typing import Any, get_args, get_origin

from fencekit.model.report import Report
from fencekit.model.request import Request
from fencekit.model.request_json import request_to_json
from fencekit.reporting.changed_json import MARKED, is_whole, plain_text
from fencekit.reporting.details_hints import (
    COLUMNS,
    IS,
    NOTHING,
    PLAIN,
    SAME,
    SHARED,
    classes_of,
    fields_of,
    has_fields,
    is_counts,
    item_hints,
)
from fencekit.reporting.report_state import encode


class DetailsWriter:
    """Writes values, and keeps the tables of what they share."""

    def __init__(self) -> None:
        self.tables: dict[str, list[Any]] = {name: [] for name in SHARED.values()}
        self.known: dict[str, dict[str, int]] = {name: {} for name in SHARED.values()}
        self.seen: dict[int, tuple[Any, int]] = {}

    def write(self, hint: Any, value: Any, page: Any = NOTHING) -> Any:
        """Return a value of a declared class as JSON; SAME where the page says it."""
        kind, others = classes_of(hint)
        if value is None:
            made: Any = None
        elif others:
            made = self.one_of(others, value)
        elif kind in SHARED:
            made = self.number(kind, value)
        elif kind is Request:
            made = request_form(value)
        elif is_dataclass(kind) and type(value) is kind:
            return self.fields(kind, value, page)
        elif get_origin(kind) is tuple:
            return self.items(kind, value, page)
        elif get_origin(kind) is frozenset:
            listed = [self.write(get_args(kind)[0], item) for item in value]
            made = sorted(listed, key=json.dumps)
        elif is_counts(kind):
            key, item = get_args(kind)
            made = {self.write(key, name): self.write(item, one) for name, one in value.items()}
        elif isinstance(kind, type) and issubclass(kind, Enum):
            made = value.value if isinstance(value.value, str) else value.name
        else:
            made = encode(value)
        return SAME if page is not NOTHING and text_of(made) == text_of(page) else made

    def one_of(self, kinds: Mapping[str, type], value: Any) -> Any:
        """Return a value that may be of several classes, with its own."""
        name = type(value).__name__
        if kinds.get(name) is not type(value):
            return encode(value)
        return {IS: name, **self.fields(type(value), value, NOTHING)}

    def fields(self, kind: type, value: Any, page: Any) -> Any:
        """Return the fields of a dataclass that neither the page nor a default says."""
        made = {}
        for entry, hint in fields_of(kind):
            one = getattr(value, entry.name)
            said = page.get(entry.name, NOTHING) if isinstance(page, dict) else NOTHING
            written = self.write(hint, one, said)
            if written is not SAME and not (said is NOTHING and is_default(entry, one)):
                made[entry.name] = written
        return made if made or not isinstance(page, dict) else SAME

    def items(self, kind: Any, value: Sequence[Any], page: Any) -> Any:
        """Return the items of a tuple, each as far as the page does not say it."""
        hints = item_hints(kind, len(value))
        if not isinstance(page, list) or len(page) != len(value):
            return [self.write(hint, item) for hint, item in zip(hints, value, strict=True)]
        parts = [
            self.write(hint, item, said)
            for hint, item, said in zip(hints, value, page, strict=True)
        ]
        if all(part is SAME for part in parts):
            return SAME
        return [
            part if part is not SAME else {} if has_fields(hint) else self.write(hint, item)
            for part, hint, item in zip(parts, hints, value, strict=True)
        ]

    def number(self, kind: type, value: Any) -> int:
        """Return the number of a value in the table of its class."""
        if id(value) in self.seen:
            return self.seen[id(value)][1]
        row, name = self.fields(kind, value, NOTHING), SHARED[kind]
        text, table = text_of(row), self.tables[name]
        number = self.known[name].setdefault(text, len(table))
        if number == len(table):
            table.append(row)
        self.seen[id(value)] = value, number
        return number


def write_details(report: Report, page: Any, columns: Sequence[Sequence[Any]]) -> dict[str, Any]:
    """Return what a page does not say of its report, and what its changed records share."""
    writer = DetailsWriter()
    rest = writer.write(Report, report, page)
    shared = [
        [writer.write(hint, part) for part in column]
        for hint, column in zip(COLUMNS, columns, strict=False)
    ]
    tables = {name: table for name, table in writer.tables.items() if table}
    return {
        "report": {} if rest is SAME else rest,
        **({"records": shared} if shared else {}),
        **({"shared": tables} if tables else {}),
    }


def text_of(value: Any) -> str:
    """Return a value as the text that tells it from others: `1` is not `1.0`, order counts."""
    return json.dumps(value)


def request_form(request: Request) -> Any:
    """Return a request as a page has it, where JSON gives that back; else with all its kinds."""
    if is_whole(request):
        form = request_to_json(request)
        text = plain_text(form)
        if text is not None and MARKED not in text:
            return form
    return encode(request)


def is_default(entry: Field[Any], value: Any) -> bool:
    """Say whether a field has its default, where that is a plain value or nothing."""
    same = type(value) is type(entry.default) and value == entry.default
    return value is entry.default or (same and (not value or isinstance(value, PLAIN)))
