"""A report that was written as JSON, read back whole."""

from typing import Any

from fencekit.model.report import Report
from fencekit.model.source import Place
from fencekit.reading import json
from fencekit.reading.input_files import read_text
from fencekit.reporting.details_reader import report_of_page
from fencekit.reporting.json_report import SCHEMA, PageDigest, render
from fencekit.reporting.report_state import StateError, report_of

ADDED = frozenset(
    {"key", "tool", "digest", "waived", "finding", "note", "transitions", "realistic"}
    | {"passed_over", "notices", "max_passed_over", "details", "parts"}
)
"""The keys that were added to version 1; a report that was written before has none of them."""

GONE = frozenset({"state"})
"""The keys that reports of earlier versions have."""


def agrees(page: Any, rendered: Any, key: str = "") -> bool:
    """Say whether a page shows what a report says now, but for keys that were added since."""
    if isinstance(page, dict) and isinstance(rendered, dict):
        lacking = rendered.keys() - page.keys()
        beyond = page.keys() - rendered.keys()
        return (
            beyond <= GONE
            and lacking <= ADDED
            and all(agrees(page[name], rendered[name], name) for name in page.keys() - beyond)
        )
    if isinstance(page, list) and isinstance(rendered, list):
        pairs = zip(page, rendered, strict=True) if len(page) == len(rendered) else ()
        return len(page) == len(rendered) and all(agrees(a, b) for a, b in pairs)
    # The details are where the report was read from; one of another version has other fields.
    return key in ("details", "digest") or (type(page) is type(rendered) and bool(page == rendered))


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
    try:
        report = report_in(page)
    except json.JSONError as error:
        raise StateError("the state of the report is damaged", place=place) from error
    except StateError as error:
        raise StateError(error.message, place=place, hint=error.hint) from error
    if not agrees(page, json.parse(render(report))):
        raise StateError(CHANGED, place=place, hint=AGAIN)
    return report


CHANGED = "the report has been changed, or was written by another version of fencekit"
AGAIN = "run the check again, or render with the version of fencekit that wrote it"


def report_in(page: dict[str, Any]) -> Report:
    """Return the report that a page and its details make, or the state of one written before."""
    replay = page.get("replay")
    listed = replay.get("changed") if isinstance(replay, dict) else ()
    changed = listed if isinstance(listed, list) else []
    if "details" not in page:
        state = page.get("state")
        if not isinstance(state, str):
            hint = "render the report that fencekit wrote, whole"
            raise StateError("the report has no `details`", hint=hint)
        return report_of(state, json.parse, changed)
    rest = {**page, "replay": {**replay, "changed": []}} if isinstance(replay, dict) else page
    digest = PageDigest(rest)
    for one in changed:
        digest.add(one)
    if page.get("digest") != digest.text:
        raise StateError(CHANGED, hint=AGAIN)
    return report_of_page(rest, changed)
