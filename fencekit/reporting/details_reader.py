"""A report read back from its JSON page: what the page says, and what its details say beyond."""

from collections.abc import Mapping, Sequence
from dataclasses import MISSING, Field, is_dataclass, replace
from enum import Enum
from typing import Any, get_args, get_origin

from fencekit.model.report import Report
from fencekit.model.request import Request
from fencekit.reporting.changed_json import records_of, request_of
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
    is_optional,
    item_hints,
)
from fencekit.reporting.report_state import StateError, decode


class DetailsReader:
    """Reads values back; whatever is not of its declared class is a StateError."""

    def __init__(self, tables: Mapping[str, Sequence[Any]]) -> None:
        self.tables = tables
        self.made: dict[tuple[str, int], Any] = {}

    def read(self, hint: Any, value: Any, page: Any = NOTHING) -> Any:
        """Return the value that was written; SAME is what the page says."""
        kind, others = classes_of(hint)
        if value is SAME and (page is None or not has_fields(hint)):
            value = page
        if value is None:
            if not is_optional(hint):
                raise StateError("a value of the report is missing")
            return None
        if others:
            return self.one_of(others, value)
        if kind in SHARED:
            return self.table_value(kind, value)
        if kind is Request:
            is_form = isinstance(value, dict) and "capability" in value
            return check_class(kind, request_of(value) if is_form else decode(value))
        if is_dataclass(kind):
            is_plain = value is SAME or (isinstance(value, dict) and "of" not in value)
            return self.dataclass(kind, value, page) if is_plain else decode(value)
        if get_origin(kind) is tuple:
            return self.items(kind, value, page)
        return self.plain(kind, value)

    def plain(self, kind: Any, value: Any) -> Any:
        """Return a value that has no place of its own in a page."""
        if get_origin(kind) is frozenset:
            return frozenset(self.read(get_args(kind)[0], item) for item in value)
        if is_counts(kind):
            key, item = get_args(kind)
            return {self.read(key, name): self.read(item, one) for name, one in value.items()}
        if isinstance(kind, type) and issubclass(kind, Enum):
            return kind(value) if value in [one.value for one in kind] else kind[value]
        return check_class(kind, decode(value))

    def one_of(self, kinds: Mapping[str, type], value: Any) -> Any:
        """Return a value that says of which of several classes it is."""
        if not isinstance(value, dict) or IS not in value or "of" in value:
            return decode(value)
        return self.dataclass(kinds[value[IS]], value, NOTHING)

    def dataclass(self, kind: Any, value: Any, page: Any) -> Any:
        """Return a dataclass of the model."""
        told = {} if value is SAME else value
        given = {}
        for entry, hint in fields_of(kind):
            said = page.get(entry.name, NOTHING) if isinstance(page, dict) else NOTHING
            if entry.name in told:
                given[entry.name] = self.read(hint, told[entry.name], said)
            elif said is not NOTHING:
                given[entry.name] = self.read(hint, SAME, said)
            elif is_required(entry):
                raise StateError(f"the report says no `{entry.name}` of a `{kind.__name__}`")
        return kind(**given)

    def items(self, kind: Any, value: Any, page: Any) -> tuple[Any, ...]:
        """Return a tuple."""
        given = page if value is SAME else value
        hints = item_hints(kind, len(given))
        said = page if isinstance(page, list) and len(page) == len(given) else None
        pages = said if said is not None else [NOTHING] * len(given)
        parts = [SAME] * len(given) if value is SAME else value
        return tuple(
            self.read(hint, part, one) for hint, part, one in zip(hints, parts, pages, strict=True)
        )

    def table_value(self, kind: type, number: Any) -> Any:
        """Return the dataclass in that row of the table of its class, made once."""
        key = SHARED[kind], number
        if type(number) is not int or number < 0:
            raise StateError(f"`{number}` is no row of the table of {SHARED[kind]}")
        if key not in self.made:
            row = self.tables[SHARED[kind]][number]
            self.made[key] = self.dataclass(kind, row, NOTHING)
        return self.made[key]


def report_of_page(page: dict[str, Any], changed: Sequence[Any]) -> Report:
    """Return the report that a page and its details make, with the changed records of a replay.

    Raises StateError for a page that makes none.
    """
    try:
        details = page["details"]
        reader = DetailsReader(details.get("shared", {}))
        report: Report = reader.read(Report, details["report"], page)
        columns = [
            [reader.read(hint, part) for part in column]
            for hint, column in zip(COLUMNS, details.get("records", []), strict=False)
        ]
        if changed and report.replay is not None:
            made = tuple(records_of(changed, columns, decode))
            report = replace(report, replay=replace(report.replay, changed=made))
    except StateError:
        raise
    except (ValueError, TypeError, LookupError, AttributeError, RecursionError) as error:
        raise StateError(f"the details of the report cannot be read: {error}") from error
    return report


def check_class(kind: Any, value: Any) -> Any:
    """Return a value; raise StateError where it is not of its declared class."""
    plain = isinstance(kind, type) and (kind in PLAIN or not is_dataclass(kind))
    wrong = plain and kind is not Any and not isinstance(value, kind)
    if wrong and not (kind is float and type(value) is int):
        raise StateError(f"a value of the report is no {kind.__name__}")
    if kind is int and isinstance(value, bool):
        raise StateError("a number of the report is none")
    return value


def is_required(entry: Field[Any]) -> bool:
    """Say whether a field has no default."""
    return entry.default is MISSING and entry.default_factory is MISSING
