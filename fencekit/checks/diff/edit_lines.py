"""Which lines of which file an edit changed: those that somebody wrote, or those that are gone."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from difflib import SequenceMatcher

from fencekit.model.edit import Edit, EditKind, PolicyDiff
from fencekit.model.policy import Condition, Policy, Rule
from fencekit.model.source import Place, text_lines

GONE = (EditKind.REMOVED, EditKind.CONDITION_REMOVED)
"""The edits that are of the old version's lines alone."""
OF_RULE = (EditKind.ADDED, EditKind.REMOVED)

Texts = Mapping[str, list[str]]


@dataclass(frozen=True, slots=True)
class Touched:
    """Lines of one file, by their numbers; `gone` says that they are of the old version."""

    file: str
    lines: tuple[int, ...]
    gone: bool = False


def touched_lines(edit: Edit, diff: PolicyDiff) -> Touched | None:
    """Return the lines that an edit wrote or, where it only took some away, those.

    A list may be written over many lines: the one to look at is that of the item that changed, not
    that of the list. None where no line is known.
    """
    before = stretch(edit.old, edit.was, edit, texts_of(diff.old))
    after = stretch(edit.new, edit.now, edit, texts_of(diff.new))
    if edit.kind in GONE or after is None:
        return before and Touched(before.file, before.lines, gone=True)
    if before is None or edit.kind is EditKind.ADDED:
        return after
    gone, come = differing(before, after, diff)
    if come or not gone:
        return Touched(after.file, come or after.lines[:1])
    return Touched(before.file, gone, gone=True)


def stretch(
    rule: Rule | None, condition: Condition | None, edit: Edit, texts: Texts
) -> Touched | None:
    """Return the lines of the condition that an edit is of, or of the rule, in one version."""
    if rule is None:
        return None
    place = condition.place if condition else rule.place
    if place is None or place.line is None:
        return None
    first, last = place.line, last_line(rule.place, texts)
    if condition is None and edit.kind not in OF_RULE:
        last = first  # an effect, a capability: what names the rule
    elif condition is not None:
        later = [c.place.line for c in rule.conditions if c.place and c.place.file == place.file]
        last = min([last, *(line - 1 for line in later if line and line > first)])
    return Touched(place.file, tuple(range(first, max(first, last) + 1)))


def last_line(place: Place, texts: Texts) -> int:
    """Return the last line of what begins at a place: those below it that are indented deeper."""
    lines, last = texts.get(place.file, []), place.line or 1
    if last > len(lines):
        return last
    deep = indent(lines[last - 1])
    for number, line in enumerate(lines[last:], last + 1):
        if line.strip() and indent(line) <= deep:
            break
        last = number if line.strip() else last
    return last


def differing(
    before: Touched, after: Touched, diff: PolicyDiff
) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """Return the lines of two stretches that the other one does not have."""
    olds = [text_at(texts_of(diff.old), before.file, line) for line in before.lines]
    news = [text_at(texts_of(diff.new), after.file, line) for line in after.lines]
    gone: list[int] = []
    come: list[int] = []
    for tag, a, b, c, d in SequenceMatcher(None, olds, news, autojunk=False).get_opcodes():
        if tag != "equal":
            gone.extend(before.lines[a:b])
            come.extend(after.lines[c:d])
    return tuple(gone), tuple(come)


def texts_of(policy: Policy) -> Texts:
    """Return the lines of each file of a policy."""
    return {file.path: text_lines(file.text) for file in policy.files}


def text_at(texts: Texts, file: str, line: int) -> str:
    """Return a line without its indent, which does not count; empty where there is none."""
    lines = texts.get(file, [])
    return lines[line - 1].strip() if 0 < line <= len(lines) else ""


def indent(line: str) -> int:
    """Return how deep a line is indented."""
    return len(line) - len(line.lstrip())


def by_file(edits: Iterator[tuple[int, Touched]]) -> dict[tuple[str, bool], dict[int, list[int]]]:
    """Return, for each file of each version, the numbers of the edits that touch each line."""
    found: dict[tuple[str, bool], dict[int, list[int]]] = {}
    for number, one in edits:
        of_file = found.setdefault((one.file, one.gone), {})
        for line in one.lines:
            of_file.setdefault(line, []).append(number)
    return found
