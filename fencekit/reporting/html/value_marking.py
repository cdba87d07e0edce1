"""What an edit changed inside a value, old beside new, with the characters that differ marked."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from fencekit.model.edit import Edit, EditKind
from fencekit.reporting.edit_text import spell_value, what
from fencekit.reporting.html.text_runs import LineRun, spans
from fencekit.reporting.text_excerpts import excerpts

LONGEST_INLINE = 56
"""Two values that are longer together stand one below the other."""
LONGEST_WHOLE = 240
"""Of two values that are longer together only what differs is shown, and a little around it."""
LONGEST_RUN = 120
"""What is alike in both and longer is shown by its ends."""
END = 40
MOST_ITEMS = 4
"""The items of a list that are shown one by one."""
ELLIPSIS = " … "


@dataclass(frozen=True, slots=True)
class Beside:
    """A value before and after, in runs."""

    old: tuple[LineRun, ...]
    new: tuple[LineRun, ...]

    @property
    def is_long(self) -> bool:
        """Whether the values stand one below the other, so that the eye can compare them."""
        return sum(len(span.text) for span in (*self.old, *self.new)) > LONGEST_INLINE


@dataclass(frozen=True, slots=True)
class MarkedEdit:
    """An edit in words; of one that changes values, the name of them and each before and after."""

    text: str
    name: str = ""
    values: tuple[Beside, ...] = ()


def mark_edit(edit: Edit) -> MarkedEdit:
    """Return an edit with what differs between its values marked; in words where it has none."""
    name, pairs = values(edit)
    return MarkedEdit(what(edit), name, tuple(beside(*pair) for pair in pairs))


def beside(was: str, now: str) -> Beside:
    """Return two values in runs, those that only one has marked."""
    was, now = excerpts(was, now, LONGEST_WHOLE)
    old, new = spans(was, now)
    if not any(span.changed for span in (*old, *new)):
        old, new = (LineRun(was, changed=True),), (LineRun(now, changed=True),)
    return Beside(tuple(shorten_runs(old)), tuple(shorten_runs(new)))


def values(edit: Edit) -> tuple[str, list[tuple[str, str]]]:
    """Return the name of what an edit changes, and each value before and after; perhaps none."""
    if edit.kind is EditKind.CAPABILITY and edit.old and edit.new:
        return "capability", [(str(edit.old.capability), str(edit.new.capability))]
    if edit.kind is not EditKind.CONDITION_CHANGED or not (edit.was and edit.now):
        return "", []
    if edit.was.name != edit.now.name:
        return "", []
    name, was, now = str(edit.now.name), edit.was.value, edit.now.value
    if edit.inside:
        return name, items(was, now)
    texts = as_written(was), as_written(now)
    if texts[0] == texts[1]:  # a number and a text of it
        texts = spell_value(was), spell_value(now)
    return name, [texts]


def items(was: Any, now: Any) -> list[tuple[str, str]]:
    """Return each text of a list that is another now; nothing where more than texts changed."""
    if not (isinstance(was, list) and isinstance(now, list) and len(was) == len(now)):
        return []
    pairs = [pair for pair in zip(was, now, strict=True) if pair[0] != pair[1]]
    if len(pairs) > MOST_ITEMS or not all(isinstance(one, str) for pair in pairs for one in pair):
        return []
    return [(as_written(a), as_written(b)) for a, b in pairs]


def as_written(value: Any) -> str:
    """Return a value as a policy has it: text as it is, so that a regex can be read."""
    return (
        value if isinstance(value, str) and value == value.strip() and value else spell_value(value)
    )


def shorten_runs(runs: tuple[LineRun, ...]) -> Iterator[LineRun]:
    """Yield the runs of a value, those that both have cut in their middle where they are long."""
    for run in runs:
        if run.changed or len(run.text) <= LONGEST_RUN:
            yield run
        else:
            yield LineRun(f"{run.text[:END]}{ELLIPSIS}{run.text[-END:]}")
