"""AWS CloudTrail: calls of AWS as it let them happen, and what Verified Permissions decided.

`{"Records": [...]}` files, one after another with or without a line between, and records one a line
or in an array. Events that are no calls, as of services by themselves or of signing in, are passed
over.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from fencekit.logs.base import Entry, LogSample
from fencekit.logs.cloudtrail_calls import record_of_call
from fencekit.logs.cloudtrail_decisions import is_decision, records_of_decision
from fencekit.logs.fields import text_of
from fencekit.logs.objects import LoggedObject, excerpt_of_value, invalid
from fencekit.logs.pages import elements, first_ones
from fencekit.model.errors import LogError, RecordError
from fencekit.model.record import InvalidRecord
from fencekit.model.source import Place
from fencekit.reading import json
from fencekit.reading.files import BOM, Source, located

PAGE = "Records"
WHOLE = re.compile(rb'\s*\{\s*"Records"\s*:\s*\[')
NEXT = re.compile(r'(?<=\})\s*(?=\{\s*"Records"\s*:)')
"""Where one file ends and another begins: inside JSON no object follows another right away."""

NEEDED = frozenset({"eventVersion", "eventSource", "eventName", "eventTime", "eventID"})
CALLS = frozenset({"AwsApiCall", "AwsConsoleAction", "AwsVpceEvent"})
OTHERS = frozenset({"AwsServiceEvent", "AwsConsoleSignIn", "AwsCloudTrailInsight"})


@dataclass(frozen=True)
class CloudTrail:
    """One record for each call; one for each of the questions of a batch."""

    name: str = "cloudtrail"

    def recognises(self, sample: LogSample) -> bool:
        """Say whether an object is a record of CloudTrail."""
        return any(each.keys() >= NEEDED for each in first_ones(sample, PAGE))

    def read(self, source: Source) -> Iterator[Entry]:
        """Yield every call; raise LogError where a file of records is no strict JSON."""
        is_whole = WHOLE.match(source.head().removeprefix(BOM)) is not None
        for found in records_of_files(source) if is_whole else elements(source, PAGE):
            if isinstance(found, InvalidRecord):
                yield found
            else:
                yield from entries_of(found)


def records_of_files(source: Source) -> Iterator[LoggedObject | InvalidRecord]:
    """Yield the records of files that are read as a whole; the line of a place is their number."""
    with located(source.path):
        data = source.stream.read().removeprefix(BOM)
    number = 0
    for line, text in files_in(data, source.path):
        try:
            records = json.parse(text).get(PAGE)
        except json.JSONError as error:
            place = Place(source.path, line + error.line - 1, error.column)
            raise LogError(error.message, place=place) from error
        if not isinstance(records, list):
            raise LogError(f"`{PAGE}` is not a list", place=Place(source.path, line))
        for record in records:
            number += 1
            place = Place(source.path, number)
            if isinstance(record, dict):
                yield LoggedObject(record, place)
            else:
                yield invalid("not a JSON object", place, excerpt_of_value(record))


def files_in(data: bytes, path: str) -> Iterator[tuple[int, str]]:
    """Yield the text of each of the files that stand one after another, with its first line."""
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        wrong = f"not UTF-8: byte 0x{data[error.start]:02x} cannot be decoded"
        place = Place(path, data.count(b"\n", 0, error.start) + 1)
        raise LogError(wrong, place=place) from error
    begin, line = 0, 1
    for gap in NEXT.finditer(text):
        yield line, text[begin : gap.start()]
        line += text.count("\n", begin, gap.end())
        begin = gap.end()
    yield line, text[begin:]


def entries_of(found: LoggedObject) -> Iterator[Entry]:
    """Yield the records of an event, or what is wrong with it."""
    event, place = found.value, found.place
    try:
        kind = text_of(event, "eventType", place) or "AwsApiCall"
        if kind in OTHERS:
            return
        if kind not in CALLS:
            raise RecordError(f"unknown type of event: `{kind}`", place=place)
        if is_decision(event):
            yield from records_of_decision(event, place)
        else:
            yield record_of_call(event, place)
    except RecordError as error:
        yield InvalidRecord(error, place, excerpt_of_value(event))


FORMAT = CloudTrail()
