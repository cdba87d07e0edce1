"""What an edit changed inside a value, old beside new, with the characters that differ marked."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from fencekit.model.edit import Edit, EditKind
from fencekit.reporting.editing import spelled, what
from fencekit.reporting.html.runs import Span, spans

LONGEST_INLINE = 56
"""Two values that are longer together stand one below the other."""
LONGEST_RUN = 120
"""What is alike in both and longer is shown by its ends."""
END = 40
ELLIPSIS = " … "


@dataclass(frozen=True, slots=True)
class Marked:
    """An edit in words; of one that changes a value, the name of it and both values in runs."""

    text: str
    name: str = ""
    old: tuple[Span, ...] = ()
    new: tuple[Span, ...] = ()

    @property
    def is_long(self) -> bool:
        """Whether the values stand one below the other, so that the eye can compare them."""
        return sum(len(span.text) for span in (*self.old, *self.new)) > LONGEST_INLINE


def marked(edit: Edit) -> Marked:
    """Return an edit with what differs between its values marked; in words where it has none."""
    found = values(edit)
    if found is None:
        return Marked(what(edit))
    name, was, now = found
    old, new = spans(was, now)
    if not any(span.changed for span in (*old, *new)):
        old, new = (Span(was, changed=True),), (Span(now, changed=True),)
    return Marked(what(edit), name, tuple(shortened(old)), tuple(shortened(new)))


def values(edit: Edit) -> tuple[str, str, str] | None:
    """Return the name of a value with what it was and what it is now; None where it has no such."""
    if edit.kind is EditKind.CAPABILITY and edit.old and edit.new:
        return "capability", str(edit.old.capability), str(edit.new.capability)
    if edit.kind is not EditKind.CONDITION_CHANGED or edit.inside or not (edit.was and edit.now):
        return None
    if edit.was.name != edit.now.name:
        return None
    was, now = as_written(edit.was.value), as_written(edit.now.value)
    if was == now:  # a number and a text of it
        was, now = spelled(edit.was.value), spelled(edit.now.value)
    return str(edit.now.name), was, now


def as_written(value: Any) -> str:
    """Return a value as a policy has it: text as it is, so that a regex can be read."""
    return value if isinstance(value, str) and value == value.strip() and value else spelled(value)


def shortened(runs: tuple[Span, ...]) -> Iterator[Span]:
    """Yield the runs of a value, those that both have cut in their middle where they are long."""
    for run in runs:
        if run.changed or len(run.text) <= LONGEST_RUN:
            yield run
        else:
            yield Span(f"{run.text[:END]}{ELLIPSIS}{run.text[-END:]}")
