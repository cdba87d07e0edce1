"""The groups of a report: each finding with its anchor, its rules, its blame and its witnesses."""

import json
import shlex
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from fencekit.model.edit import Blame
from fencekit.model.finding import Finding, RecordClass
from fencekit.model.record import Record
from fencekit.model.request import Request
from fencekit.model.request_json import request_to_json
from fencekit.model.source import Place, argument
from fencekit.reporting.decision_text import alternatives
from fencekit.reporting.edit_text import blame_sentence, name_of
from fencekit.reporting.html.printed_request import print_request
from fencekit.reporting.html.record_anchors import record_anchor
from fencekit.reporting.html.rule_views import NamedRule, Sources, rule_view
from fencekit.reporting.html.trace_views import TraceSides, sides
from fencekit.reporting.html.value_marking import MarkedEdit, mark_edit
from fencekit.reporting.visible_text import shorten

MOST_WITNESSES = 5
LONGEST_COMMAND = 4_000
"""A longer command, and a longer case, is of no use to anybody."""


@dataclass(frozen=True, slots=True)
class WitnessView:
    """A record that shows a finding, its request as JSON, and what to do with it."""

    record: Record
    anchor: str
    request: str
    command: str
    case: str

    @property
    def recorded_decision(self) -> str:
        """What the log says was decided, as far as it says it."""
        if self.record.recorded is None:
            return ""
        duties = "".join(f"+{duty}" for duty in sorted(self.record.recorded.obligations or ()))
        return "|".join(f"{verdict}{duties}" for verdict in sorted(self.record.recorded.verdicts))

    @property
    def is_found(self) -> bool:
        """Whether it is in no log: proof or search made it up."""
        return not self.record.place.file


@dataclass(frozen=True, slots=True)
class Culprit:
    """An edit that is to blame, as a link."""

    anchor: str
    number: int
    name: str
    what: MarkedEdit
    place: str


@dataclass(frozen=True, slots=True)
class BlameView:
    """A blame of some calls of a group, with the edits that it names."""

    count: int
    text: str
    edits: tuple[Culprit, ...]


@dataclass(frozen=True, slots=True)
class FindingView:
    """A finding as the report shows it. Without a `before`, what was recorded is what counts."""

    anchor: str
    finding: Finding
    before: NamedRule | None
    after: NamedRule | None
    witnesses: tuple[WitnessView, ...]
    blames: tuple[BlameView, ...]
    sides: TraceSides | None

    @property
    def is_found(self) -> bool:
        """Whether no recorded call is in it: proof or search found it."""
        return bool(self.witnesses) and self.witnesses[0].is_found

    @property
    def edits(self) -> str:
        """The numbers of the edits to blame, for the filter."""
        numbers = {edit.number for blame in self.blames for edit in blame.edits}
        return " ".join(map(str, sorted(numbers)))


@dataclass(frozen=True, slots=True)
class PageCommands:
    """What the commands of a page need to know: the candidate, and the options of `explain`."""

    candidate: str = ""
    options: tuple[str, ...] = ()
    edits: Mapping[int, str] = field(default_factory=dict)
    """The anchor of each edit by its number."""


def give_anchors(findings: Iterable[Finding]) -> dict[str, Finding]:
    """Give each finding an anchor that depends on what it is about and on nothing else."""
    named: dict[str, Finding] = {}
    seen: Counter[str] = Counter()
    for finding in findings:
        plain = anchor(finding)
        seen[plain] += 1
        named[plain if seen[plain] == 1 else f"{plain}-{seen[plain]}"] = finding
    return named


def anchor(finding: Finding) -> str:
    """Return the anchor of a finding: the short form of its key."""
    return f"g-{finding.key.short}"


def group(anchor: str, finding: Finding, sources: Sources, told: PageCommands) -> FindingView:
    """Return the finding with all that the report says of it."""
    return FindingView(
        anchor,
        finding,
        rule_view(finding.baseline_rule, sources) if finding.baseline_rule else None,
        rule_view(finding.rule, sources) if finding.rule else None,
        tuple(witness(record, finding, told) for record in shown_calls(finding)),
        tuple(blame_of(blame, count, told) for blame, count in finding.blames),
        sides(finding.trace),
    )


def shown_calls(finding: Finding) -> Iterator[Record]:
    """Yield the calls that show a finding: of what proof found, the realistic one first."""
    if finding.realistic is not None:
        yield finding.realistic
    yield from finding.witnesses[:MOST_WITNESSES]


def blame_of(blame: Blame, count: int, told: PageCommands) -> BlameView:
    """Return a blame with the edits that it names."""
    edits = tuple(
        Culprit(
            told.edits.get(edit.number, "edits"),
            edit.number,
            name_of(edit),
            mark_edit(edit),
            str(edit.place) if edit.place else "",
        )
        for edit in blame.edits
    )
    return BlameView(count, blame_sentence(blame), edits)


def witness(record: Record, finding: Finding, told: PageCommands) -> WitnessView:
    """Return the record as a witness against the candidate."""
    return WitnessView(
        record,
        record_anchor(record),
        print_request(record.request),
        command(record, told),
        case(record.request, finding),
    )


def command(record: Record, told: PageCommands) -> str:
    """Return what to type to have the decision explained; nothing where it cannot be typed."""
    if not told.candidate:
        return ""
    if record.place.file:
        return explain(record.place, told)
    form = plain_json(request_to_json(record.request))
    words = shlex.join(["fencekit", "explain", argument(told.candidate), "-", *told.options])
    made = f"printf %s {shlex.quote(form)} | {words}" if form else ""
    return made if len(made) <= LONGEST_COMMAND else ""


def explain(place: Place, told: PageCommands) -> str:
    """Return what explains a recorded call; nothing where no line is known."""
    if place.line is None:
        return ""
    return shlex.join(
        ["fencekit", "explain", argument(told.candidate), argument(str(place)), *told.options]
    )


def case(request: Request, finding: Finding) -> str:
    """Return a case for a `.fence.yaml` that holds the call to what was decided before."""
    options = alternatives(finding.before) if finding.before else ()
    if len(options) != 1 or not request.whole or finding.kind is RecordClass.FAULT:
        return ""
    (one,) = options
    form = plain_json(request_to_json(request))
    expected: Mapping[str, object] = {"verdict": one.verdict, "obligations": list(one.obligations)}
    name = shorten(f"{finding.capability} stays {finding.before}", 120)
    wanted = plain_json(expected) if one.obligations else one.verdict
    made = f"  - name: {plain_json(name)}\n    request: {form}\n    expect: {wanted}\n"
    return made if form and len(made) <= LONGEST_COMMAND else ""


def plain_json(value: object) -> str:
    """Return a value as JSON on one line; nothing where JSON cannot say it."""
    try:
        return json.dumps(value, allow_nan=False)
    except (TypeError, ValueError, RecursionError):
        return ""
