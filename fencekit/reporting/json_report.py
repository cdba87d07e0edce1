"""The JSON report, `fencekit.report/1`; its JSON Schema is `docs/report.schema.json`.

Within a version keys may be added, never changed. Each check has a section of its own.
"""

import json
from collections.abc import Iterator
from dataclasses import replace
from hashlib import sha256
from typing import Any

from fencekit.model.finding import OF_CALLS, RecordClass
from fencekit.model.report import Report
from fencekit.reporting.changed_json import Tables, lines
from fencekit.reporting.details_writer import write_details
from fencekit.reporting.json_sections import SECTIONS
from fencekit.reporting.json_values import finding_of
from fencekit.reporting.json_writable import writable
from fencekit.reporting.report_phrases import waived_lines
from fencekit.reporting.report_state import encode
from fencekit.reporting.visible_text import visible

SCHEMA = "fencekit.report/1"

FORMAT = "json"
"""The name by which `--format` asks for it."""


def render(report: Report) -> str:
    """Return the report as JSON text with a final newline; pure ASCII, inert in a build log."""
    return "".join(pieces(report))


def pieces(report: Report) -> Iterator[str]:
    """Yield the text of the report piece by piece, the changed records of a replay one by one."""
    changed = report.replay.changed if report.replay else ()
    rest, tables = report, Tables()
    if report.replay is not None and changed:
        tables = Tables.of(changed)
        rest = replace(report, replay=replace(report.replay, changed=()))
    page = writable(to_json(rest))
    page["details"] = writable(write_details(rest, page, tables.columns))
    digest = PageDigest(page)
    before, marks = text_of(page), {}
    for name in ("changed", "details", "digest"):
        marks[name] = f"the {name}"
        while marks[name] in before:
            marks[name] += "!"
    details, page["details"], page["digest"] = page["details"], marks["details"], marks["digest"]
    if changed:
        page["replay"]["changed"] = marks["changed"]
    text = text_of(page)
    if changed:
        head, _, text = text.partition(f'"{marks["changed"]}"')
        yield inert(head) + "["
        between = "\n      "
        for one, line in lines(changed, tables, encode):
            digest.add(one)
            yield between + inert(line)
            between = ",\n      "
        yield "\n    ]"
    text = text.replace(f'"{marks["details"]}"', json.dumps(details))
    yield inert(text.replace(marks["digest"], digest.text)) + "\n"


class PageDigest:
    """The digest of a page without its own: what its changed records are comes bit by bit."""

    def __init__(self, page: dict[str, Any]) -> None:
        self.hash = sha256()
        self.add({key: value for key, value in page.items() if key != "digest"})

    def add(self, part: Any) -> None:
        """Take in the page without its changed records, then each of them."""
        self.hash.update(json.dumps(part, sort_keys=True).encode())
        self.hash.update(b"\n")

    @property
    def text(self) -> str:
        """The digest of what was taken in."""
        return f"sha256:{self.hash.hexdigest()}"


def write_page(page: dict[str, Any]) -> str:
    """Return a page as JSON text with a final newline; pure ASCII, inert in a build log."""
    return inert(text_of(page)) + "\n"


def text_of(page: Any) -> str:
    """Return a page as JSON text, whatever it holds."""
    try:
        text = json.dumps(page, indent=2, default=unwritable, allow_nan=False)
    except (TypeError, ValueError):
        text = json.dumps(writable(page), indent=2, allow_nan=False)
    if "\\ud" in text:  # perhaps half a pair, as in the name of a file that is no UTF-8
        text = json.dumps(writable(page), indent=2, allow_nan=False)
    return text


def inert(text: str) -> str:
    """Return JSON text so that no terminal and no build server acts on it: the same values.

    What is hidden, and the `##` that begins a command, stands inside strings only.
    """
    return visible(text).replace("##", "#\\u0023")


def unwritable(value: object) -> str:
    """Return what JSON cannot say as Python prints it; a policy's own values may be any YAML."""
    return repr(value)


def kinds_counted(report: Report) -> list[RecordClass]:
    """Return the classes that a report counts calls by; what errors alone loosen, where it is."""
    on_error = RecordClass.LOOSER_ON_ERROR
    return [*OF_CALLS, *([on_error] if report.counts.get(on_error) else [])]


def to_json(report: Report) -> dict[str, Any]:
    """Return the report as JSON values."""
    page: dict[str, Any] = {
        "schema": SCHEMA,
        "check": report.check,
        "status": str(report.status),
        **({"waived": waived_lines(report)} if report.waived else {}),
        "exit_code": report.exit_code,
        "checked": report.checked,
        "counts": {str(kind): report.counts.get(kind, 0) for kind in kinds_counted(report)},
        "findings": [finding_of(finding) for finding in report.findings],
        "troubles": list(report.troubles),
        "inputs": [
            {"role": given.role, "path": given.path, "sha256": given.sha256}
            for given in report.inputs
        ],
        "options": {
            "fail_on": str(report.fail_on),
            "max_invalid": report.limits.invalid,
            "max_undecided": report.limits.undecided,
            "max_passed_over": report.limits.passed_over,
        },
    }
    if report.command:
        page["command"] = list(report.command)
    for name, written_section in SECTIONS.items():
        section = getattr(report, name)
        if section is not None:
            page[name] = written_section(section)
    return page
