"""Which format a log is in, from its beginning; and what it is instead, where it is in none."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from itertools import islice
from typing import Any

from fencekit.logs.indented_json import chunks, is_indented
from fencekit.logs.log_folders import NoFormatError
from fencekit.logs.log_format import LogFormat, LogLayout, LogSample
from fencekit.logs.log_objects import SAMPLED, is_array
from fencekit.model.errors import LogError
from fencekit.model.source import Place
from fencekit.reading import json
from fencekit.reading.input_files import BOM, Source
from fencekit.reading.json_partial import partial
from fencekit.reading.policy_languages import language_of

SQLITE_MAGIC = b"SQLite format 3\x00"
SSE = re.compile(rb"data ?: ?")


def recognise_among(source: Source, formats: Mapping[str, LogFormat]) -> LogFormat:
    """Return the one format that recognises the log; raise LogError where it is none, or several.

    A log that two formats recognise line by line is two logs in one file: they are named.
    """
    sample = sample_of(source)
    fits = [one for one in formats.values() if one.recognises(sample)]
    if len(fits) == 1:
        return fits[0]
    place = Place(source.path)
    if fits and (mixed := mixture(sample, fits)):
        hint = "split it, or read one of them with `--log-format`, which counts the others"
        raise LogError(f"the log holds two formats: {mixed}", place=place, hint=hint)
    instead = kind_of_file(source.head())
    if instead:
        what, hint = instead
        message = f"the log is in no format that is known here: it is {what}"
        raise NoFormatError(message, place=place, hint=hint)
    known = ", ".join(f"`{known}`" for known in formats)
    raise NoFormatError(
        "the log is in no format that is known here",
        place=place,
        hint=f"name its format with `--log-format`, if it is one of {known}",
    )


def mixture(sample: LogSample, fits: list[LogFormat]) -> str:
    """Return which formats recognise which object first; empty where one object has several."""
    firsts: dict[str, int] = {}
    for number, value in enumerate(sample.objects, 1):
        alone = replace(sample, objects=(value,))
        names = [one.name for one in fits if one.recognises(alone)]
        if len(names) == 1:
            firsts.setdefault(names[0], number)
    if len(firsts) < 2:
        return ""
    return ", ".join(f"`{name}` (from object {number})" for name, number in firsts.items())


def sample_of(source: Source) -> LogSample:
    """Return the beginning of a log; raise LogError where it is empty."""
    head = source.head()
    if not head.removeprefix(BOM).strip():
        raise NoFormatError("the log is empty", place=Place(source.path))
    if head.startswith(SQLITE_MAGIC):
        return LogSample(LogLayout.SQLITE)
    text = head.removeprefix(BOM).partition(b"\n")[0].decode("utf-8", "replace")
    if is_array(head):
        value = partial(head.removeprefix(BOM).decode("utf-8", "replace"))
        found = [item for item in as_list(value)[:SAMPLED] if isinstance(item, dict)]
        return LogSample(LogLayout.ARRAY, tuple(found), text)
    first = tuple(first_chunks(head) if is_indented(head) else first_lines(head))
    if not first:
        value = partial((data_of_events(head) or head).removeprefix(BOM).decode("utf-8", "replace"))
        first = (value,) if isinstance(value, dict) and value else ()
    return LogSample(LogLayout.LINES, first, text)


def data_of_events(head: bytes) -> bytes:
    """Return the data of server-sent events, whose objects may have several lines."""
    found = (SSE.match(line) for line in head.splitlines())
    return b"\n".join(each.string[each.end() :] for each in found if each is not None)


def first_lines(head: bytes) -> Iterator[dict[str, object]]:
    """Yield the first objects that stand on lines of their own; what is none is passed over.

    A capture may put a word before each object, as in `C> {…}`, and several in a batch.
    """
    for line in head.removeprefix(BOM).splitlines()[:SAMPLED]:
        before, brace, rest = line.partition(b"{")
        is_all = b'"' in before or before.strip() == b"["
        text = (line if is_all else brace + rest).decode("utf-8", "surrogateescape")
        try:
            value, _ = json.FlawedDecoder().value(text, len(text) - len(text.lstrip()))
        except json.JSONError:
            continue
        yield from (item for item in as_list(value) if isinstance(item, dict))


def as_list(value: Any) -> list[Any]:
    """Return what stands in a list, and anything else as a list of one."""
    return value if isinstance(value, list) else [value]


def first_chunks(head: bytes) -> Iterator[dict[str, object]]:
    """Yield the first objects of a log that writes each over several lines."""
    numbered = enumerate(head.removeprefix(BOM).splitlines(), 1)
    for chunk in islice(chunks(numbered), SAMPLED):
        try:
            value, _ = json.parse_flawed((chunk.text or b"").decode("utf-8", "surrogateescape"))
        except json.JSONError:
            continue
        if isinstance(value, dict):
            yield value


MAGICS: tuple[tuple[bytes, str, str], ...] = (
    (b"PAR1", "a Parquet file", "export the rows as JSON Lines"),
    (b"PK\x03\x04", "a zip archive", "unpack it, and read the files in it"),
    (b"ARROW1", "an Arrow file", "export the rows as JSON Lines"),
    (b"Obj\x01", "an Avro file", "export the rows as JSON Lines"),
    (b"7z\xbc\xaf\x27\x1c", "a 7z archive", "unpack it, and read the files in it"),
    (b"\xff\xfe", "UTF-16", "save it as UTF-8: `iconv -f UTF-16 -t UTF-8`"),
    (b"\xfe\xff", "UTF-16", "save it as UTF-8: `iconv -f UTF-16 -t UTF-8`"),
    (b"%PDF", "a PDF", "name the log itself"),
    (b"<?xml", "XML", "export the log as JSON"),
    (b"<!DOCTYPE html", "an HTML page", "save the log itself, not the page that shows it"),
    (b"<html", "an HTML page", "save the log itself, not the page that shows it"),
)
TEXTS: tuple[tuple[re.Pattern[str], str, str], ...] = (
    (
        re.compile(r"^(?:deny|allow|require_approval|risk_levels)\s*:", re.MULTILINE),
        "a policy of CapFence",
        "name it with `--policy`, and the log before it",
    ),
    (
        re.compile(r'^[\w."-]+(?:,[\w."-]+){2,}\s*$', re.MULTILINE),
        "CSV",
        "export the rows as JSON Lines",
    ),
)


def kind_of_file(head: bytes) -> tuple[str, str] | None:
    """Return what a file is that is no log, and what to do; None where unknown."""
    for magic, what, hint in MAGICS:
        if head.lower().startswith(magic.lower()) if magic[:1] == b"<" else head.startswith(magic):
            return what, hint
    if head[:200].count(b"\x00") > len(head[:200]) // 4:
        return "UTF-16, or no text at all", "save it as UTF-8"
    if head[257:262] == b"ustar":
        return "a tar archive", "unpack it first"
    text = head.decode("utf-8", "replace")
    if text.lstrip()[:1] not in ("{", "["):
        if language := language_of(text):
            return f"a policy in {language}", "a log is what the engine writes of its decisions"
        for pattern, what, hint in TEXTS:
            if pattern.search(text):
                return what, hint
    return None
