"""Findings from changed records: grouped, counted, with a few witnesses each."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

from fencekit.model.edit import Blame
from fencekit.model.finding import (
    DEFAULT_RULE,
    ChangedRecord,
    Finding,
    RecordClass,
    RuleRef,
    Transition,
    capability_name,
    unmapped_tool,
)
from fencekit.model.finding_key import FindingKey
from fencekit.model.log_survey import name_or_words
from fencekit.model.record import InvalidRecord, Record
from fencekit.model.request import Unknown
from fencekit.model.source import Place
from fencekit.reading.timestamps import time_of

MAX_WITNESSES = 5
MAX_INVALID_SHOWN = 20

SLUGS: dict[RecordClass, str] = {
    RecordClass.LOOSER: "looser-call",
    RecordClass.LOOSER_ON_ERROR: "looser-on-error",
    RecordClass.TIGHTER: "tighter-call",
    RecordClass.MAYBE_LOOSER: "maybe-looser-call",
    RecordClass.MAYBE_TIGHTER: "maybe-tighter-call",
    RecordClass.CANNOT_TELL: "undecided-call",
    RecordClass.INVALID: "engine-error",
}
"""The slug of a finding by its class; each has a page in `docs/findings/`."""

UNREADABLE = "invalid-record"
BEYOND_GUARDRAILS = "beyond-guardrails"

BY_RISK = (
    RecordClass.LOOSER,
    RecordClass.MAYBE_LOOSER,
    RecordClass.CANNOT_TELL,
    RecordClass.INVALID,
    RecordClass.TIGHTER,
    RecordClass.MAYBE_TIGHTER,
    RecordClass.LOOSER_ON_ERROR,
)
LOOSEST_FIRST = ("ALLOW", "ESCALATE", "DENY")


@dataclass
class RecordGroup:
    """The records of one finding as they come in."""

    first: ChangedRecord
    count: int = 0
    witnesses: list[Record] = field(default_factory=list)
    principals: set[str] = field(default_factory=set)
    blames: dict[int, tuple[Blame, int]] = field(default_factory=dict)
    earliest: tuple[datetime, str] | None = None
    latest: tuple[datetime, str] | None = None

    def add(self, changed: ChangedRecord) -> None:
        """Take in one record."""
        record = changed.record
        self.count += 1
        if len(self.witnesses) < MAX_WITNESSES:
            self.witnesses.append(record)
        self.principals.add(name_or_words(record.request.principal))
        if changed.blame is not None:
            _, count = self.blames.get(id(changed.blame), (changed.blame, 0))
            self.blames[id(changed.blame)] = changed.blame, count + 1
        moment = time_of(record.time) if record.time else None
        if moment is not None:
            seen = moment, record.time
            self.earliest = min(self.earliest or seen, seen)
            self.latest = max(self.latest or seen, seen)

    def finding(self) -> Finding:
        """Return the group as a finding."""
        changed = self.first
        return Finding(
            SLUGS[changed.kind],
            changed.kind,
            capability_name(changed.record),
            changed.before,
            changed.after,
            self.count,
            changed.rule,
            changed.baseline_rule,
            tuple(self.witnesses),
            message=changed.error,
            principals=len(self.principals),
            first=self.earliest[1] if self.earliest else "",
            last=self.latest[1] if self.latest else "",
            blames=most_first(self.blames.values()),
            tool=unmapped_tool(changed.record),
            names_capability=not isinstance(changed.record.request.capability, Unknown),
        )


def most_first(blames: Iterable[tuple[Blame, int]]) -> tuple[tuple[Blame, int], ...]:
    """Return each different blame with its count, the most frequent first."""
    counts: dict[str, tuple[Blame, int]] = {}
    for blame, count in blames:
        key = str([[edit.number for edit in edits] for edits in blame.undo])
        counts[key] = blame, count + counts.get(key, (blame, 0))[1]
    return tuple(counts[key] for key in sorted(counts, key=lambda key: (-counts[key][1], key)))


@dataclass
class Groups:
    """All changed records of a check, as findings in the making."""

    keep: int
    changed: list[ChangedRecord] = field(default_factory=list)
    not_kept: int = 0
    transitions: dict[tuple[str, str, RecordClass], int] = field(default_factory=dict)
    groups: dict[FindingKey, RecordGroup] = field(default_factory=dict)
    unreadable: list[tuple[Place, str, str]] = field(default_factory=list)
    unreadable_count: int = 0

    def count(self, before: str, after: str, kind: RecordClass) -> None:
        """Count one record in the transition matrix."""
        key = before, after, kind
        self.transitions[key] = self.transitions.get(key, 0) + 1

    def add(self, changed: ChangedRecord) -> None:
        """Take in a record whose decision changed, or could not be made."""
        if len(self.changed) < self.keep:
            self.changed.append(changed)
        else:
            self.not_kept += 1
        key = changed.key
        if key not in self.groups:
            self.groups[key] = RecordGroup(changed)
        self.groups[key].add(changed)

    def add_invalid(self, record: InvalidRecord) -> None:
        """Take in a record that could not be read."""
        self.unreadable_count += record.count
        if len(self.unreadable) < MAX_INVALID_SHOWN:
            place = record.error.place or record.place
            self.unreadable.append((place, record.error.message, record.excerpt))

    def findings(self) -> tuple[Finding, ...]:
        """Return the findings, the riskiest first."""
        found = [group.finding() for group in self.groups.values()]
        if self.unreadable_count:
            found.append(
                Finding(
                    UNREADABLE,
                    RecordClass.INVALID,
                    "",
                    "",
                    "",
                    self.unreadable_count,
                    invalid=tuple(self.unreadable),
                    message="records that could not be read",
                )
            )
        return tuple(sorted(found, key=risk_of))

    def matrix(self) -> tuple[Transition, ...]:
        """Return how many records went from which decision to which."""
        counted = sorted(self.transitions.items(), key=lambda item: (item[0][:2], item[0][2].value))
        return tuple(Transition(*key, count) for key, count in counted)


def name_of(rule: RuleRef | None) -> str:
    """Return the id of a rule; empty for none."""
    return rule.id if rule else ""


def risk_of(finding: Finding) -> tuple[object, ...]:
    """Return the key that sorts the riskiest finding first."""
    after = min((LOOSEST_FIRST.index(v) for v in LOOSEST_FIRST if v in finding.after), default=3)
    before = max((LOOSEST_FIRST.index(v) for v in LOOSEST_FIRST if v in finding.before), default=0)
    return (
        BY_RISK.index(finding.kind),
        after == before,  # no more than an obligation
        after,
        -before,
        -finding.count,
        finding.baseline_rule == DEFAULT_RULE,  # what a rule denied is worse than what none allowed
        finding.capability,
        finding.before,
        finding.after,
        name_of(finding.rule),
        name_of(finding.baseline_rule),
        finding.message,
        finding.tool,
    )
