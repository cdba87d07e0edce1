"""The report's own words: numbers, decisions and classes as people read them."""

import json
from collections.abc import Mapping
from dataclasses import dataclass

from fencekit.model.finding import RecordClass
from fencekit.model.report import FailOn
from fencekit.model.request import Request
from fencekit.model.request_json import request_to_json

MEANINGS: dict[RecordClass, str] = {
    RecordClass.LOOSER: "a lower verdict, or an obligation dropped",
    RecordClass.MAYBE_LOOSER: "looser or unchanged: it depends on what the log does not hold",
    RecordClass.CANNOT_TELL: "looser or tighter: the log holds too little to say",
    RecordClass.INVALID: "could not be read, or could not be decided",
    RecordClass.TIGHTER: "a higher verdict, or an obligation added",
    RecordClass.MAYBE_TIGHTER: "tighter or unchanged: it depends on what the log does not hold",
    RecordClass.UNCHANGED: "the same decision",
}
"""Every class, riskiest first, with what it says of a record."""

FAILS_ON: dict[FailOn, str] = {
    FailOn.LOOSER: "any looser call",
    FailOn.CHANGED: "any looser or tighter call",
    FailOn.NEVER: "nothing",
}
"""What a run was told to fail on."""


def share(count: int, whole: int) -> str:
    """Return the count as a share of the whole; little is not nothing, most is not all."""
    if not whole or count in (0, whole):
        return "100 %" if count else "0 %"
    percent = 100 * count / whole
    if percent < 0.1:
        return "< 0.1 %"
    return "> 99.9 %" if percent > 99.9 else f"{percent:.1f} %"


@dataclass(frozen=True, slots=True)
class ClassCount:
    """How many records are of a class, and the stretch of the bar that stands for them."""

    kind: RecordClass
    count: int
    share: str
    meaning: str
    start: int
    width: int


BAR = 1_000
NARROWEST = 6


def tallies(counts: Mapping[RecordClass, int], whole: int) -> list[ClassCount]:
    """Return the tally of every class; no class that has records is too narrow to see."""
    found: list[ClassCount] = []
    widths = stretches([counts.get(kind, 0) for kind in MEANINGS])
    start = 0
    for (kind, meaning), width in zip(MEANINGS.items(), widths, strict=True):
        count = counts.get(kind, 0)
        found.append(ClassCount(kind, count, share(count, whole), meaning, start, width))
        start += width
    return found


def stretches(counts: list[int]) -> list[int]:
    """Share the bar out among the counts; the largest gives what the smallest need."""
    whole = sum(counts)
    if not whole:
        return [0] * len(counts)
    widths = [max(NARROWEST, BAR * count // whole) if count else 0 for count in counts]
    widths[counts.index(max(counts))] += BAR - sum(widths)
    return widths


def call_text(request: Request) -> str:
    """Return a call in one line of JSON."""
    return json.dumps(request_to_json(request), ensure_ascii=False, default=repr)
