"""Objects that stand alone, or in pages as an API hands them out: a list under a key."""

from collections.abc import Iterator
from typing import Any

from fencekit.logs.base import LogSample
from fencekit.logs.objects import LoggedObject, excerpt_of_value, invalid, objects
from fencekit.model.record import InvalidRecord
from fencekit.model.source import Place
from fencekit.reading.files import Source


def elements(source: Source, *keys: str) -> Iterator[LoggedObject | InvalidRecord]:
    """Yield every object of the source, those of a page with their number for a column."""
    for found in objects(source):
        page = None if isinstance(found, InvalidRecord) else page_of(found.value, *keys)
        if isinstance(found, InvalidRecord) or page is None:
            yield found
            continue
        for number, item in enumerate(page, 1):
            place = Place(found.place.file, found.place.line, number)
            if isinstance(item, dict):
                yield LoggedObject(item, place)
            else:
                yield invalid("not a JSON object", place, excerpt_of_value(item))


def page_of(value: dict[str, Any], *keys: str) -> list[Any] | None:
    """Return the list under the first of the keys that has one; None for what is no page."""
    return next((value[key] for key in keys if isinstance(value.get(key), list)), None)


def first_ones(sample: LogSample, *keys: str) -> Iterator[dict[str, Any]]:
    """Yield the first objects of a log, of each page its first ones."""
    for value in sample.objects:
        page = page_of(value, *keys)
        for item in [value] if page is None else page:
            if isinstance(item, dict):
                yield item
