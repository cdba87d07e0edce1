"""AWS CloudTrail: calls of AWS as it let them happen, and what Verified Permissions decided.

`{"Records": [...]}` files, one after another with or without a line between, and records one a line
or in an array. Events that are no calls, as of services by themselves or of signing in, are passed
over.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from fencekit.logs.cloudtrail_calls import record_of_call
from fencekit.logs.cloudtrail_decisions import is_decision, records_of_decision
from fencekit.logs.json_documents import leaves
from fencekit.logs.log_beginning import first_ones
from fencekit.logs.log_format import LogSample
from fencekit.logs.log_layout import Item, Layout, LoggedObject, count_lost, excerpt_of_value
from fencekit.logs.log_objects import read_each
from fencekit.logs.typed_fields import text_of
from fencekit.model.errors import RecordError
from fencekit.model.record import Entry, InvalidRecord
from fencekit.model.source import Place
from fencekit.reading.input_files import BOM, Source

PAGE = "Records"
WHOLE = re.compile(rb'\s*\{\s*"Records"\s*:\s*\[')
LAYOUT = Layout(re.compile(rb'"eventID"\s*:'), is_lenient=True)

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
        items = leaves(source, {PAGE: {}}, LAYOUT)
        yield from read_each(number_records(items) if is_whole else items, entries_of)


def number_records(items: Iterable[Item]) -> Iterator[Item]:
    """Yield the records of files with their number for a line, through all that follow another."""
    number = 0
    for item in items:
        if isinstance(item, LoggedObject) and item.path:
            number += 1
            yield replace(item, place=Place(item.place.file, number))
        else:
            yield item


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
        lost = count_lost(event, LAYOUT)
        yield InvalidRecord(error, place, excerpt_of_value(event), lost)


FORMAT = CloudTrail()
