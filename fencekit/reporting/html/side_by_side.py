"""The edits between two versions side by side: lines with numbers, what changed in them marked."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from hashlib import sha256

from fencekit.model.diff_result import Consequence, DiffResult
from fencekit.model.edit import Blame, Edit, Pair, Seat
from fencekit.model.finding import Finding, RecordClass
from fencekit.model.policy import Rule
from fencekit.reporting.edit_text import name_of, numbers, proved_effect, recorded_effect
from fencekit.reporting.html.rule_views import Sources, rule_lines
from fencekit.reporting.html.text_runs import LineRun, spans
from fencekit.reporting.html.value_marking import MarkedEdit, mark_edit
from fencekit.reporting.text_excerpts import excerpts

MOST_LINES = 60
MOST_CHARACTERS = 800
"""Of two lines that are longer together only what differs is shown, and a little around it."""


@dataclass(frozen=True, slots=True)
class ChangeRow:
    """A line of the old version beside its line of the new one; a side may be missing."""

    old_number: int | None
    old: tuple[LineRun, ...]
    new_number: int | None
    new: tuple[LineRun, ...]
    changed: bool


@dataclass(frozen=True, slots=True)
class EditNote:
    """An edit as the page tells it: what it is, what it caused, and which edits go with it."""

    caused: Consequence
    anchor: str
    what: MarkedEdit
    caused_text: str
    proof_text: str
    partners: str
    group: str
    level: str
    """`looser`, `tighter`, `open` or `idle`: the worst that it does."""
    tone: str
    """The same of recorded calls alone."""

    @property
    def edit(self) -> Edit:
        """The edit itself."""
        return self.caused.edit


@dataclass(frozen=True, slots=True)
class ChangedRule:
    """A rule with its edits, and its lines in both versions."""

    name: str
    section: str
    rows: tuple[ChangeRow, ...]
    notes: tuple[EditNote, ...]

    @property
    def level(self) -> str:
        """The worst that any of its edits does."""
        return min((note.level for note in self.notes), key=LEVELS.index)


@dataclass(frozen=True, slots=True)
class Unchanged:
    """How many rules stand unchanged between two changed ones."""

    count: int


LEVELS = ("looser", "open", "tighter", "idle")


def changes(
    diff: DiffResult,
    sources: Sources,
    findings: Iterable[tuple[str, Finding]],
    partners: Mapping[int, str],
    *,
    has_records: bool = True,
) -> list[ChangedRule | Unchanged]:
    """Return the changed rules in the order of the new version, and what lies between them.

    `partners` says of an edit, by its number, how it shares its blame: see `together`.
    """
    caused: dict[int, list[Consequence]] = {}
    for consequence in diff.edits:
        caused.setdefault(consequence.edit.pair, []).append(consequence)
    anchors = edit_anchors(one.edit for one in diff.edits)
    leading = groups_by_edit(findings)
    found: list[ChangedRule | Unchanged] = []
    idle = 0
    for at, pair in enumerate(diff.pairs):
        if at not in caused:
            idle += 1
            continue
        if idle:
            found.append(Unchanged(idle))
            idle = 0
        notes = tuple(
            note(one, anchors, leading, partners, has_records=has_records) for one in caused[at]
        )
        found.append(changed_rule(pair, notes, sources))
    if idle:
        found.append(Unchanged(idle))
    return found


def groups_by_edit(findings: Iterable[tuple[str, Finding]]) -> dict[int, str]:
    """Return, for each edit, the anchor of the first group that it is to blame for."""
    found: dict[int, str] = {}
    for name, finding in findings:
        for blame, _ in finding.blames:
            for edit in blame.edits:
                found.setdefault(edit.number, name)
    return found


def together(findings: Iterable[tuple[str, Finding]]) -> dict[int, str]:
    """Return, for each edit that shares its blame for recorded calls with others, how."""
    counts: dict[int, Counter[str]] = {}
    wholes: Counter[int] = Counter()
    for _, finding in findings:
        if not finding.principals:
            continue  # no recorded call is in it
        for blame, count in finding.blames:
            for edit in blame.edits:
                wholes[edit.number] += count
                said = shared_blame(edit, blame)
                if said:
                    counts.setdefault(edit.number, Counter())[said] += count
    found = {}
    for number, sayings in counts.items():
        parts = [
            said if count == wholes[number] else f"{count:,} of them {said}"
            for said, count in sorted(sayings.items(), key=lambda item: (-item[1], item[0]))
        ]
        found[number] = ", ".join(parts)
    return found


def shared_blame(edit: Edit, blame: Blame) -> str:
    """Return how an edit shares the blame for a call with others; empty where it has it alone."""
    own = [edits for edits in blame.undo if edit in edits]
    others = tuple(other for other in own[0] if other is not edit)
    if others:
        return f"as {numbers(others)} would by {'itself' if len(others) == 1 else 'themselves'}"
    rest = tuple(edits[0] for edits in blame.undo if edits != own[0] and len(edits) == 1)
    return f"only together with {numbers(rest)}" if rest else ""


def capitalise(text: str) -> str:
    """Return the text with a capital letter first."""
    return text[:1].upper() + text[1:]


def note(
    caused: Consequence,
    anchors: Mapping[int, str],
    leading: Mapping[int, str],
    partners: Mapping[int, str],
    *,
    has_records: bool,
) -> EditNote:
    """Return an edit as the page tells it."""
    edit = caused.edit
    kinds = {step.kind for step in caused.transitions}
    return EditNote(
        caused,
        anchors[edit.number],
        mark_edit(edit),
        capitalise(recorded_effect(caused) or ("changes no recorded call" if has_records else "")),
        capitalise(proved_effect(caused)),
        partners.get(edit.number, ""),
        leading.get(edit.number, ""),
        level_of({*kinds, caused.witness.kind} if caused.witness else kinds),
        level_of(kinds),
    )


def level_of(kinds: set[RecordClass]) -> str:
    """Return the worst of some changes."""
    if RecordClass.LOOSER in kinds:
        return "looser"
    if kinds & {RecordClass.MAYBE_LOOSER, RecordClass.CANNOT_TELL}:
        return "open"
    return "tighter" if kinds else "idle"


def edit_anchors(edits: Iterable[Edit]) -> dict[int, str]:
    """Return an anchor for each edit by its number; edits that say the same are numbered."""
    found: dict[int, str] = {}
    seen: Counter[str] = Counter()
    for edit in edits:
        plain = edit_anchor(edit)
        seen[plain] += 1
        found[edit.number] = plain if seen[plain] == 1 else f"{plain}-{seen[plain]}"
    return found


def edit_anchor(edit: Edit) -> str:
    """Return the anchor of an edit: a digest of what it is, whatever its number and its line."""
    rules = [rule_text(rule) for rule in (edit.old, edit.new)]
    text = "\0".join([edit.kind, *rules, repr(edit.was), repr(edit.now)])
    return f"edit-{sha256(text.encode('utf-8', 'backslashreplace')).hexdigest()[:10]}"


def rule_text(rule: Rule | None) -> str:
    """Return what a rule says, without where it stands."""
    if rule is None:
        return ""
    asked = [f"{condition.name}={condition.value!r}" for condition in rule.conditions]
    return "\0".join([rule.section, str(rule.effect), repr(rule.capability), *asked])


def changed_rule(pair: Pair, notes: tuple[EditNote, ...], sources: Sources) -> ChangedRule:
    """Return a rule with its edits and its lines side by side."""
    seat = pair.new or pair.old
    assert seat is not None
    return ChangedRule(
        name=name_of(notes[0].edit),
        section=seat.rule.section,
        rows=tuple(rows(lines_of(pair.old, sources), lines_of(pair.new, sources))),
        notes=notes,
    )


def lines_of(seat: Seat | None, sources: Sources) -> list[tuple[int, str]]:
    """Return the lines of a rule with their numbers; what it says where its file is not there."""
    if seat is None:
        return []
    found = [(line.number, line.text) for line in rule_lines(seat.rule.place, sources, MOST_LINES)]
    if found:
        return found
    first = seat.rule.place.line or 0
    asked = [f"{condition.name}: {condition.value}" for condition in seat.rule.conditions]
    return [(first, f"capability: {seat.rule.capability}"), *((0, text) for text in asked)]


def rows(old: Sequence[tuple[int, str]], new: Sequence[tuple[int, str]]) -> Iterator[ChangeRow]:
    """Yield the lines of both versions side by side, with what changed in them marked."""
    texts = [text for _, text in old], [text for _, text in new]
    for tag, a, b, c, d in SequenceMatcher(None, *texts, autojunk=False).get_opcodes():
        olds, news = list(old[a:b]), list(new[c:d])
        for at in range(max(len(olds), len(news))):
            left = olds[at] if at < len(olds) else None
            right = news[at] if at < len(news) else None
            lines = excerpts(left[1] if left else "", right[1] if right else "", MOST_CHARACTERS)
            old_spans, new_spans = spans(*lines)
            yield ChangeRow(
                left[0] if left else None,
                old_spans if left else (),
                right[0] if right else None,
                new_spans if right else (),
                tag != "equal",
            )
