"""What the formats for other programs say of a finding: its words, its place, its fingerprint."""

import json
from collections.abc import Iterator
from hashlib import sha256

from fencekit.model.finding import Finding, Level, RecordClass, RuleRef
from fencekit.model.record import Record
from fencekit.model.report import Report
from fencekit.model.request_json import request_to_json
from fencekit.model.source import Place
from fencekit.reporting.edit_text import MOST_BLAMES, author_line, blames, name_of, what
from fencekit.reporting.report_phrases import count_noun, waiver_line
from fencekit.reporting.visible_text import shorten, visible

LONGEST = 400
"""The characters of one text from a log or a policy that these formats show."""

MOST_WITNESSES = 5

OPEN = (RecordClass.MAYBE_LOOSER, RecordClass.CANNOT_TELL, RecordClass.INVALID)
"""The classes that say nothing for sure, and so are worth a warning."""


def plain(text: str, limit: int = LONGEST) -> str:
    """Return text of a log or a policy on one line, cut, with all that hides made visible."""
    return visible(shorten(text, limit).replace("\n", r"\n"))


def severity(finding: Finding, report: Report) -> Level:
    """Return how much a finding matters: what the run disallows is an error."""
    if finding.kind is RecordClass.FAULT:
        return finding.level
    if finding.waiver is not None:
        return Level.NOTE
    if report.disallows(finding):
        return Level.ERROR
    return Level.WARNING if finding.kind in OPEN else Level.NOTE


def title(finding: Finding, *, is_counted: bool = True) -> str:
    """Return a finding in one line; without its count it is the same in another run."""
    if finding.kind is RecordClass.FAULT:
        about = f"{plain(finding.capability)}: " if finding.capability else ""
        return f"{about}{plain(finding.message)}"
    if finding.invalid:
        said = count_noun(finding.count, "record") if is_counted else "records"
        return f"{said} could not be read"
    change = f"{plain(finding.before)} -> {plain(finding.after)}"
    calls = f" ({count_noun(finding.count, 'call')})" if is_counted else ""
    waived = "waived, " if finding.waiver is not None else ""
    return f"{waived}{finding.kind.words}: {plain(finding.calls)} {change}{calls}"


def details(
    finding: Finding, report: Report, *, most: int = MOST_WITNESSES
) -> Iterator[tuple[str, str]]:
    """Yield what else is known of a finding, each with its name: rules, blame, some witnesses."""
    if finding.waiver is not None:
        yield "waived", plain(waiver_line(finding.waiver))
    if finding.message and finding.kind is not RecordClass.FAULT:
        yield "error", plain(finding.message)
    if finding.baseline_rule is not None:
        yield "was", rule_text(finding.baseline_rule)
    if finding.rule is not None:
        yield "rule", rule_text(finding.rule)
    yield from blame_lines(finding, report)
    met = met_line(finding)
    if met:
        yield "met", met
    yield from calls_of(finding, most)
    shown = min(most, len(finding.witnesses)) or len(finding.invalid)
    if shown and finding.count > shown:
        yield "more", f"{finding.count - shown:,} more"
    if finding.hint:
        yield "hint", plain(finding.hint)
    if finding.kind is not RecordClass.FAULT and not finding.invalid:
        yield "key", finding.key.short


def calls_of(finding: Finding, most: int) -> Iterator[tuple[str, str]]:
    """Yield the calls that show a finding, and the records that could not be read."""
    if finding.realistic is not None:
        yield "like", witness_text(finding.realistic)
    for record in finding.witnesses[:most]:
        yield "witness", witness_text(record)
    for place, message, _ in finding.invalid:
        yield "record", f"{plain(str(place))}: {plain(message)}"


def blame_lines(finding: Finding, report: Report) -> Iterator[tuple[str, str]]:
    """Yield which edits are to blame for a finding, each with its line and who is behind it."""
    yield from (("blame", said) for said in blames(finding))
    authors = {one.edit.number: one.author for one in report.diff.edits} if report.diff else {}
    shown = {edit.number: edit for blame, _ in finding.blames[:MOST_BLAMES] for edit in blame.edits}
    for number, edit in sorted(shown.items()):
        place = f" ({plain(str(edit.place))})" if edit.place else ""
        yield f"edit {number}", f"{plain(name_of(edit))}{place} {plain(what(edit))}"
        author = authors.get(number)
        if author is not None:
            yield f"edit {number}", plain(author_line(author))


def met_line(finding: Finding) -> str:
    """Say how many principals made the calls of a finding, and when; empty for made-up calls."""
    if not finding.principals:
        return ""
    said = count_noun(finding.principals, "principal")
    times = [("first", finding.first), ("last", finding.last)]
    return ", ".join([said, *(f"{word} {plain(time, 60)}" for word, time in times if time)])


def rule_text(rule: RuleRef) -> str:
    """Return a rule with its place and what it asks."""
    if rule.place is None:
        return "default: no rule matches, so the call is denied"
    asked = "; ".join([rule.capability, *(f"{name}: {value}" for name, value in rule.conditions)])
    return f"{plain(rule.name)} ({plain(str(rule.place))}) {plain(asked)}"


def witness_text(record: Record) -> str:
    """Return a call as JSON, with where it is recorded."""
    form = json.dumps(request_to_json(record.request), ensure_ascii=False, default=repr)
    where = f"{plain(str(record.place))} " if record.place.file else ""
    return f"{where}{plain(form)}"


def place_of(finding: Finding) -> Place | None:
    """Return where a finding is to be mended: its own place, else that of the edit to blame.

    Where no edit is known, or its lines are gone, it is the rule that decides; where a call is
    decided by default now, the rule that no longer does. Of what no rule is to blame for, the place
    of the call is.
    """
    edited = [edit.place for blame, _ in finding.blames for edit in blame.edits if edit.new]
    rules = [rule.place for rule in (finding.rule, finding.baseline_rule) if rule and rule.place]
    witnesses = [record.place for record in finding.witnesses if record.place.file]
    calls = [Place(place.file, place.line) for place in witnesses]  # a column may be a number
    records = [place for place, _, _ in finding.invalid]
    own = [finding.place] if finding.place else []
    return next(iter([*own, *filter(None, edited), *rules, *calls, *records]), None)


def fingerprints(report: Report) -> list[tuple[str, Finding]]:
    """Return every finding with its fingerprint; those that share one are numbered."""
    seen: dict[str, int] = {}
    made = []
    for finding in report.findings:
        digest = finding.key.digest
        seen[digest] = seen.get(digest, 0) + 1
        number = seen[digest]
        if number > 1:
            digest = sha256(f"{digest}:{number}".encode()).hexdigest()
        made.append((digest, finding))
    return made
