"""Findings from changed records: grouped, counted, with a few witnesses each."""

from dataclasses import dataclass, field

from fencekit.model.finding import Changed, Class, Finding, RuleRef, capability_name
from fencekit.model.record import InvalidRecord, Record
from fencekit.model.report import Transition
from fencekit.model.source import Place

MAX_WITNESSES = 5
MAX_INVALID_SHOWN = 20

SLUGS: dict[Class, str] = {
    Class.LOOSER: "looser-call",
    Class.TIGHTER: "tighter-call",
    Class.MAYBE_LOOSER: "maybe-looser-call",
    Class.MAYBE_TIGHTER: "maybe-tighter-call",
    Class.CANNOT_TELL: "undecided-call",
    Class.INVALID: "engine-error",
}
"""The slug of a finding by its class; each has a page in `docs/findings/`."""

UNREADABLE = "invalid-record"
BEYOND_GUARDRAILS = "beyond-guardrails"

BY_RISK = (
    Class.LOOSER,
    Class.MAYBE_LOOSER,
    Class.CANNOT_TELL,
    Class.INVALID,
    Class.TIGHTER,
    Class.MAYBE_TIGHTER,
)
LOOSEST_FIRST = ("ALLOW", "ESCALATE", "DENY")


@dataclass
class Group:
    """The records of one finding as they come in."""

    first: Changed
    count: int = 0
    witnesses: list[Record] = field(default_factory=list)

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
        )


@dataclass
class Groups:
    """All changed records of a check, as findings in the making."""

    keep: int
    changed: list[Changed] = field(default_factory=list)
    not_kept: int = 0
    transitions: dict[tuple[str, str, Class], int] = field(default_factory=dict)
    groups: dict[tuple[object, ...], Group] = field(default_factory=dict)
    unreadable: list[tuple[Place, str, str]] = field(default_factory=list)
    unreadable_count: int = 0

    def count(self, before: str, after: str, kind: Class) -> None:
        """Count one record in the transition matrix."""
        key = before, after, kind
        self.transitions[key] = self.transitions.get(key, 0) + 1

    def add(self, changed: Changed) -> None:
        """Take in a record whose decision changed, or could not be made."""
        if len(self.changed) < self.keep:
            self.changed.append(changed)
        else:
            self.not_kept += 1
        group = self.groups.setdefault(key_of(changed), Group(changed))
        group.count += 1
        if len(group.witnesses) < MAX_WITNESSES:
            group.witnesses.append(changed.record)

    def add_invalid(self, record: InvalidRecord) -> None:
        """Take in a record that could not be read."""
        self.unreadable_count += 1
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
                    Class.INVALID,
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


def key_of(changed: Changed) -> tuple[object, ...]:
    """Return what makes changed records one finding."""
    return (
        changed.record.request.capability,
        "" if changed.record.mapped else changed.record.tool,
        changed.kind,
        changed.before,
        changed.after,
        changed.rule,
        changed.baseline_rule,
        changed.error,
    )


def name_of(rule: RuleRef | None) -> str:
    """Return the id of a rule; empty for none."""
    return rule.id if rule else ""


def risk_of(finding: Finding) -> tuple[object, ...]:
    """Return the key that sorts the riskiest finding first."""
    after = min((LOOSEST_FIRST.index(v) for v in LOOSEST_FIRST if v in finding.after), default=3)
    return (
        BY_RISK.index(finding.kind),
        after,
        -finding.count,
        finding.capability,
        finding.before,
        finding.after,
        name_of(finding.rule),
        name_of(finding.baseline_rule),
        finding.message,
    )
