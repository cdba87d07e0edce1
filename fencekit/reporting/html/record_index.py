"""The changed records for the script of the page: columns of one JSON text, in base64.

Of 100,000 records each has a few numbers that point into lists of what occurs: groups, principals,
logs, times, arguments. A large text is compressed; a small one is not, so that its bytes do not
depend on the version of zlib.
"""

import json
import zlib
from base64 import b64encode
from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from fencekit.model.finding import ChangedRecord, Finding, capability_name
from fencekit.model.finding_key import FindingKey
from fencekit.model.log_survey import name_or_words
from fencekit.model.request import Facts, Request
from fencekit.model.request_json import request_to_json
from fencekit.reporting.visible_text import shorten

COMPRESSED_FROM = 200_000
"""Characters from which on a text is compressed."""
LEVEL = 4
CHUNK = 500
LONGEST_CHUNK = CHUNK * 600
LONGEST = 400
"""Characters of one call's arguments that the list of records shows."""


@dataclass(frozen=True, slots=True)
class Island:
    """The text for the script, and how it is encoded: `json`, or `deflate` of it."""

    encoding: str
    text: str


def island(changed: Sequence[ChangedRecord], findings: Mapping[str, Finding]) -> Island:
    """Return the records and their groups; `findings` has the groups by their anchors."""
    anchors: dict[FindingKey, str] = {}
    for name, finding in findings.items():  # of a finding in parts, the first
        anchors.setdefault(finding.key, name)
    # Column by column, with as little as can be done 100,000 times.
    records = [one.record for one in changed]
    requests = [record.request for record in records]
    places = [record.place for record in records]
    groups, group_of = distinct(one.key for one in changed)
    firsts = dict(zip(reversed(group_of), reversed(changed), strict=True))
    people, by = distinct([request.principal for request in requests])
    logs, log_of = distinct([place.file for place in places])
    times, time_of = distinct([record.time for record in records])
    blames, blame_of = blames_of(changed)
    columns = [place.column or 0 for place in places]
    page = {
        "groups": [
            describe_record(firsts[at], anchors.get(key, "")) for at, key in enumerate(groups)
        ],
        "who": list(map(name_or_words, people)),
        "logs": logs,
        "times": times,
        "blames": blames,
        "g": group_of,
        "w": by,
        "f": log_of,
        "t": time_of,
        "e": blame_of,
        "l": differences([place.line or 0 for place in places]),
        "n": columns if any(columns) else [],
    }
    head = json.dumps(page, separators=(",", ":"))
    return encode_text(f'{head[:-1]},"a":[{",".join(arguments(requests))}]}}')


def distinct(values: Iterable[Any]) -> tuple[list[Any], list[int]]:
    """Return each different value once, and for each value its number in that list."""
    numbers: dict[Hashable, int] = {}
    column = [numbers.setdefault(value, len(numbers)) for value in values]
    return list(numbers), column


def blames_of(changed: Sequence[ChangedRecord]) -> tuple[list[tuple[int, ...]], list[int]]:
    """Return each different set of edits to blame, and for each record the number of its own.

    Many records share one blame: it is looked into once.
    """
    shared, by_object = distinct(id(one.blame) for one in changed)
    one_of_each = {id(one.blame): one for one in changed}
    blames, numbers = distinct(edits_of(one_of_each[key]) for key in shared)
    return blames, [numbers[at] for at in by_object]


def differences(lines: Sequence[int]) -> list[int]:
    """Return the first number, then each as its difference from the one before: they pack well."""
    return [lines[0], *(b - a for a, b in pairwise(lines))] if lines else []


def describe_record(changed: ChangedRecord, anchor: str) -> dict[str, Any]:
    """Return a group as the script has it."""
    return {
        "tool": capability_name(changed.record),
        "is": changed.kind.words,
        "kind": changed.kind.value,
        "from": changed.before,
        "to": changed.after,
        "rule": changed.rule.id,
        "was": changed.baseline_rule.id if changed.baseline_rule else "",
        "at": anchor,
    }


def edits_of(changed: ChangedRecord) -> tuple[int, ...]:
    """Return the numbers of the edits that are to blame."""
    return tuple(edit.number for edit in changed.blame.edits) if changed.blame else ()


def arguments(requests: Sequence[Request]) -> Iterable[str]:
    """Yield the arguments of each call as JSON, many at a time."""
    for start in range(0, len(requests), CHUNK):
        chunk = [request.args for request in requests[start : start + CHUNK]]
        yield from quick(chunk) or map(careful, chunk)


def quick(chunk: list[Facts]) -> tuple[str, ...]:
    """Return the arguments as JSON where all are plain and short; else nothing."""
    if not all([facts.whole for facts in chunk]):  # noqa: C419  (faster)
        return ()
    try:
        text = json.dumps([facts.values for facts in chunk], separators=(",", ":"), allow_nan=False)
    except (TypeError, ValueError, RecursionError):
        return ()
    return (text[1:-1],) if len(text) <= LONGEST_CHUNK else ()


def careful(facts: Facts) -> str:
    """Return the arguments of one record as JSON; what is long or odd as the beginning of text."""
    form = to_form_of(facts)
    try:
        text = json.dumps(form, separators=(",", ":"), allow_nan=False)
    except (TypeError, ValueError, RecursionError):
        text = json.dumps(shorten(repr(form), LONGEST))
    return text if len(text) <= LONGEST else json.dumps(shorten(text, LONGEST))


def to_form_of(facts: Facts) -> Any:
    """Return arguments in the one written form of a request."""
    return request_to_json(Request("", args=facts)).get("args", {})


def encode_text(text: str) -> Island:
    """Return a text as the page holds it."""
    data = text.encode("ascii")
    encoding = "json" if len(data) < COMPRESSED_FROM else "deflate"
    packed = data if encoding == "json" else zlib.compress(data, LEVEL)
    return Island(encoding, b64encode(packed).decode("ascii"))
