"""Two texts side by side in runs, those marked that only one of them has."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import groupby
from operator import attrgetter

from fencekit.reporting.text_excerpts import common_ends

WORDS = re.compile(r"\s+|\w+|[^\w\s]")


@dataclass(frozen=True, slots=True)
class LineRun:
    """A run of a line, and whether it is only in this version."""

    text: str
    changed: bool = False


def spans(old: str, new: str) -> tuple[tuple[LineRun, ...], tuple[LineRun, ...]]:
    """Return two lines in runs, those marked that only one has."""
    if old == new or not old or not new:
        return (LineRun(old),), (LineRun(new),)
    olds, news = WORDS.findall(old), WORDS.findall(new)
    # What both begin and end with needs no search, which is slow where texts are long.
    start, end = common_ends(olds, news)
    head, tail = "".join(olds[:start]), "".join(olds[len(olds) - end :])
    middle = olds[start : len(olds) - end], news[start : len(news) - end]
    found: tuple[list[LineRun], list[LineRun]] = ([LineRun(head)], [LineRun(head)])
    for tag, a, b, c, d in SequenceMatcher(None, *middle, autojunk=False).get_opcodes():
        for side, words in zip(found, (middle[0][a:b], middle[1][c:d]), strict=True):
            side.append(LineRun("".join(words), tag != "equal"))
    left, right = ((*side, LineRun(tail)) for side in found)
    return tuple(join_runs(left)), tuple(join_runs(right))


def join_runs(runs: Iterable[LineRun]) -> Iterator[LineRun]:
    """Yield runs without the empty ones, neighbours that are alike as one."""
    for changed, group in groupby((run for run in runs if run.text), key=attrgetter("changed")):
        yield LineRun("".join(run.text for run in group), changed)
