"""Lines in which records are spliced: each whole record is read, and what is torn is counted.

A crash, or two writers, may leave the end of a line out: then two records stand on it, or one that
was cut short, with another behind it.
"""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from fencekit.logs.log_layout import Layout, LoggedObject, excerpt_of, invalid_line
from fencekit.model.errors import RecordError
from fencekit.model.record import InvalidRecord, Notice
from fencekit.model.source import Place
from fencekit.reading import json

SPLICED = "records written on one line, without its end between them"


def split_spliced(
    text: str, place: Place, layout: Layout, error: json.JSONSyntaxError
) -> Iterator[LoggedObject | InvalidRecord | Notice]:
    """Yield the whole records of a line that is no JSON, and what is torn between them."""
    whole = list(whole_records(text, layout))
    if not layout.is_lenient:  # a record is the whole of its line, and may be signed as such
        lost = invalid_line(error, text.encode("utf-8", "surrogateescape"), place, layout)
        end = whole[-1][1] if whole else 0
        is_torn = bool(whole) and bool(text[end:].strip())
        yield replace(lost, count=max(lost.count, len(whole) + is_torn))
        return
    if not whole:
        yield invalid_line(error, text.encode("utf-8", "surrogateescape"), place, layout)
        return
    at = 0
    for begin, end, value, flaws in whole:
        yield from torn_part(text[at:begin], begin, place, layout, error)
        yield LoggedObject(value, place, text[begin:end], flaws)
        at = end
    yield from torn_part(text[at:], at, place, layout, error)
    yield Notice(SPLICED, place)


WORK = 20
"""How often a line may be read over in the search for records, on the average."""


def whole_records(
    text: str, layout: Layout
) -> Iterator[tuple[int, int, dict[str, Any], tuple[str, ...]]]:
    """Yield the records that stand whole in a text, each with where it begins and ends."""
    at, work = 0, WORK * len(text)
    while work > 0 and (begun := layout.begins.search(text, at)):
        begin = begun.start()
        decoder = json.FlawedDecoder()
        try:
            value, end = decoder.value(text, begin)
        except json.JSONError as error:
            work -= max(1, (error.column or begin) - begin)
            at = begin + 1
            continue
        follows = not text[at:begin].strip() and (at == 0 or text[at - 1] == "}")
        fits = layout.is_record(value) if layout.is_record is not None else follows
        if fits and (layout.is_lenient or not decoder.flaws):
            yield begin, end, value, tuple(dict.fromkeys(decoder.flaws))
            at = end
        else:
            work -= end - begin
            at = begin + 1


def torn_part(
    text: str, column: int, place: Place, layout: Layout, error: json.JSONSyntaxError
) -> Iterator[InvalidRecord]:
    """Yield that a part of a line is no record; nothing for space."""
    if text.strip(" \t\r,"):
        data = text.encode("utf-8", "surrogateescape")
        at = Place(place.file, place.line, column + 1)
        wrong = RecordError(error.message, place=at)
        yield InvalidRecord(wrong, at, excerpt_of(data), layout.lost_in(data))
