"""A request from the command line: a file, standard input, or a line of a log."""

import re
import sys
from pathlib import Path

from fencekit.cases.case_file_formats import read_cases
from fencekit.logs.log_registry import Log, open_log
from fencekit.logs.tool_map import ToolMap
from fencekit.logs.unmask_values import RedactionKey
from fencekit.model.errors import FencekitError, LogError, RequestError
from fencekit.model.record import Entry, InvalidRecord, PassedOver, Record
from fencekit.model.request import Request
from fencekit.model.request_json import from_form
from fencekit.model.source import Place
from fencekit.reading import json, yaml
from fencekit.reading.input_files import MAX_LINE, decode_text, read_text
from fencekit.reading.plain_values import complaints

CASES = (".yaml", ".yml")
"""How the names of files of cases end; no log is called so."""

PASSED_OVER = "what stands there is passed over"

NUMBERED = re.compile(r"(?P<path>.+?):(?P<line>\d+)(:(?P<number>\d+))?", re.ASCII | re.DOTALL)
"""A record of a log: its line, and its number where several stand on one line."""


def read_request(
    given: str,
    log_format: str | None = None,
    tools: ToolMap | None = None,
    key: RedactionKey | None = None,
    max_line: int = MAX_LINE,
) -> Request:
    """Return the request in a JSON or YAML file, on standard input (`-`), or in `FILE:LINE`.

    With a line, FILE is a log or a file of cases.

    Raises RequestError or LogError, with the place, where there is none.
    """
    named = NUMBERED.fullmatch(given)
    if named and not is_file(given):
        number = int(named["number"]) if named["number"] else None
        place = Place(named["path"], int(named["line"]), number)
        if place.file.endswith(CASES):
            return request_of_case(place)
        with open_log(place.file, log_format, tools, key, max_line=max_line) as log:
            return request_of_record(log, place)
    if given == "-":
        data = sys.stdin.buffer.read()
        return parse_request(decode_text(data, "<stdin>", RequestError), "<stdin>")
    text, _ = read_text(given, RequestError)
    return parse_request(text, given)


def request_of_case(place: Place) -> Request:
    """Return the request of the case on a line of a file of cases."""
    cases = [case for case in read_cases(place.file).cases if case.place.line == place.line]
    if place.column is not None:
        cases = [case for case in cases if case.place.column == place.column]
    if not cases:
        raise RequestError("no case begins there", place=place)
    if len(cases) > 1:
        hint = ", ".join(str(case.place) for case in cases[:5])
        raise RequestError(f"{len(cases)} cases stand there", place=place, hint=hint)
    return cases[0].request


def is_file(given: str) -> bool:
    """Say whether there is a file of that name; of a name that cannot be there is none."""
    try:
        return Path(given).exists()
    except (OSError, ValueError):
        return False


def request_of_record(log: Log, place: Place) -> Request:
    """Return the request of the record on a line of a log, or with that id in a database.

    Where several records stand on one line, the place has the number of one of them.
    """
    met = entries_at(log, place)
    found = [entry for entry in met if isinstance(entry, Record | InvalidRecord)]
    if not found:
        said = "; ".join(f"{PASSED_OVER}: {e.kind}" for e in met if isinstance(e, PassedOver))
        said = said or f"`{log.path}` has no record at line {place.line}"
        raise RequestError(said, place=place)
    records = [entry for entry in found if isinstance(entry, Record)]
    if len(records) == 1:
        return records[0].request
    if len(found) > 1:
        numbers = ", ".join(str(entry.place) for entry in found[:5])
        raise RequestError(f"{len(found)} records stand there", place=place, hint=numbers)
    if isinstance(found[0], InvalidRecord):
        raise RequestError(found[0].error.message, place=found[0].error.place)
    return found[0].request


def entries_at(log: Log, place: Place) -> list[Entry]:
    """Return what a log has at a place: on its line, and with its number where it has one."""
    found: list[Entry] = []
    try:
        for entry in log.entries():
            is_counted = isinstance(entry, Record | InvalidRecord)
            fits = not is_counted or place.column in (None, entry.place.column)
            if entry.place.line == place.line and fits:
                found.append(entry)
            elif found and is_counted and (entry.place.line or 0) > (place.line or 0):
                break
    except LogError:
        if not found:
            raise
    return found


def parse_request(text: str, file: str) -> Request:
    """Return the request that a text spells, as JSON where it begins like it, else as YAML."""
    if text.lstrip("\ufeff \t\r\n")[:1] == "{":
        try:
            return from_form(json.parse(text.removeprefix("\ufeff")), Place(file))
        except json.JSONError as error:
            wrong = RequestError(error.message, place=Place(file, error.line, error.column))
            is_json = file.endswith(".json") or re.match(
                r"\{\s*[\"}]", text.lstrip("\ufeff \t\r\n")
            )
            if is_json or not isinstance(error, json.JSONSyntaxError):
                raise wrong from error  # as YAML, NaN would be a word
            try:
                return from_yaml(text, file)  # `{capability: x}` is a mapping in YAML alone
            except FencekitError:
                raise wrong from error
    return from_yaml(text, file)


def from_yaml(text: str, file: str) -> Request:
    """Return the request that a YAML text spells."""
    document = yaml.parse(text, file, RequestError)
    if document is None:
        raise RequestError("the request is empty", place=Place(file))
    for problem in complaints(document, RequestError):
        raise problem
    return from_form(document.value, Place(file))
