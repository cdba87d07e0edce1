"""Each record has a place of its own: where several stand on one line, each has a number.

So `file:line:number` names one record in every report and on the command line. A format that
numbers its records itself, as those in pages are, is left as it is.
"""

from collections.abc import Iterable, Iterator
from dataclasses import replace

from fencekit.model.record import Entry, Record
from fencekit.model.source import Place


def number_entries(entries: Iterable[Entry]) -> Iterator[Entry]:
    """Yield the entries, the records that share a line with a number from 1."""
    held: list[Entry] = []
    line: tuple[str, int | None] | None = None
    for entry in entries:
        here = (entry.place.file, entry.place.line)
        if here != line:
            yield from with_numbers(held)
            held, line = [], here
        is_numbered = not isinstance(entry, Record) or entry.place.column is not None
        if is_numbered and not held:
            yield entry  # nothing is held back of a line without end that its format numbers
        else:
            held.append(entry)
    yield from with_numbers(held)


def with_numbers(held: list[Entry]) -> Iterator[Entry]:
    """Yield the entries of one line, its records with numbers if there are several."""
    places = [entry.place for entry in held if isinstance(entry, Record)]
    if len(places) == len(set(places)):
        yield from held
        return
    number = 0
    for entry in held:
        if isinstance(entry, Record):
            number += 1
            place = Place(entry.place.file, entry.place.line, number)
            yield replace(entry, place=place)
        else:
            yield entry
