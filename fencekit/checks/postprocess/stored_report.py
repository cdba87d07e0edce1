"""A report that was written as JSON, read back whole."""

from typing import Any

from fencekit.model.report import Report
from fencekit.model.source import Place
from fencekit.reading import json
from fencekit.reading.input_files import read_text
from fencekit.reporting.json_report import SCHEMA, render
from fencekit.reporting.report_state import StateError, report_of

ADDED = frozenset(
    {"key", "tool", "digest", "waived", "finding", "note", "transitions", "realistic"}
    | {"passed_over", "notices", "max_passed_over", "state"}
)
"""The keys that were added to version 1; a report that was written before has none of them."""


def agrees(page: Any, rendered: Any, key: str = "") -> bool:
    """Say whether a page shows what a report says now, but for keys that were added since."""
    if isinstance(page, dict) and isinstance(rendered, dict):
        lacking = rendered.keys() - page.keys()
        return (
            page.keys() <= rendered.keys()
            and lacking <= ADDED
            and all(agrees(value, rendered[name], name) for name, value in page.items())
        )
    if isinstance(page, list) and isinstance(rendered, list):
        pairs = zip(page, rendered, strict=True) if len(page) == len(rendered) else ()
        return len(page) == len(rendered) and all(agrees(a, b) for a, b in pairs)
    # The state is where the report was read from; one of another version has other fields.
    return key == "state" or (type(page) is type(rendered) and bool(page == rendered))


def load_report(path: str) -> Report:
    """Return the report in a file that `--format json` or `--out json=FILE` wrote.

    What stands in the file has to be what the report says: one that was changed by hand is refused,
    since what is rendered would not be what the file shows. Raises StateError.
    """
    text, _ = read_text(path, StateError)
    place = Place(path)
    try:
        page = json.parse(text)
    except json.JSONError as error:
        at = Place(path, error.line, error.column)
        raise StateError(f"not JSON: {error.message}", place=at) from error
    if not isinstance(page, dict) or page.get("schema") != SCHEMA:
        hint = f"a report is JSON with the `schema` `{SCHEMA}`, as `--format json` prints it"
        raise StateError("this is no report of fencekit", place=place, hint=hint)
    state = page.get("state")
    if not isinstance(state, str):
        hint = "render the report that fencekit wrote, whole"
        raise StateError("the report has no `state`", place=place, hint=hint)
    try:
        replay = page.get("replay")
        changed = replay.get("changed") if isinstance(replay, dict) else ()
        report = report_of(state, json.parse, changed if isinstance(changed, list) else ())
    except json.JSONError as error:
        raise StateError("the state of the report is damaged", place=place) from error
    except StateError as error:
        raise StateError(error.message, place=place, hint=error.hint) from error
    if not agrees(page, json.parse(render(report))):
        hint = "run the check again, or render with the version of fencekit that wrote it"
        message = "the report has been changed, or was written by another version of fencekit"
        raise StateError(message, place=place, hint=hint)
    return report
