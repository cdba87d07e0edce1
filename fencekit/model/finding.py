"""A finding: calls of one kind whose decision changed, with witnesses."""

from dataclasses import dataclass
from enum import StrEnum

from fencekit.model.change import Change
from fencekit.model.decision import Outcome
from fencekit.model.edit import Blame
from fencekit.model.explanation import Trace
from fencekit.model.finding_key import SHORT, FindingKey
from fencekit.model.policy import Rule
from fencekit.model.record import Record
from fencekit.model.request import Unknown
from fencekit.model.source import Place
from fencekit.model.waiver import Waiver


class RecordClass(StrEnum):
    """What a check made of a record: how its decision changed, or that it could not be read."""

    UNCHANGED = "unchanged"
    LOOSER = "looser"
    TIGHTER = "tighter"
    MAYBE_LOOSER = "maybe_looser"
    MAYBE_TIGHTER = "maybe_tighter"
    CANNOT_TELL = "cannot_tell"
    INVALID = "invalid"
    LOOSER_ON_ERROR = "looser_on_error"
    """Looser only because the policy in force raises, which counts as a DENY."""
    FAULT = "fault"
    """What is wrong without any decision having changed: a failing case, a bad shape, say."""

    @classmethod
    def of(cls, change: Change) -> "RecordClass":
        """Return the class of a record whose decision changed so."""
        return cls(change.value)

    @property
    def words(self) -> str:
        """The class as a person reads it."""
        return self.value.replace("_", " ")


OF_CALLS = tuple(
    kind for kind in RecordClass if kind not in (RecordClass.FAULT, RecordClass.LOOSER_ON_ERROR)
)
"""The classes that calls fall into; a report counts its calls by them."""


class Level(StrEnum):
    """How much a finding matters: an error is disallowed, a warning and a note are not."""

    ERROR = "error"
    WARNING = "warning"
    NOTE = "note"


@dataclass(frozen=True, slots=True)
class RuleRef:
    """A rule as a report names it: its id, and where it is written."""

    id: str
    place: Place | None = None
    capability: str = ""
    conditions: tuple[tuple[str, str], ...] = ()
    digest: str = ""
    """The digest of what the rule says; empty for the default, and in reports written before."""

    is_named: bool = False
    """Whether the policy gives it a name, which is its id then."""

    @property
    def name(self) -> str:
        """The rule as a person reads it: its name, or its position with its digest beside it."""
        if self.is_named or not self.digest:
            return self.id
        return f"{self.id}@{self.digest[:SHORT]}"

    @property
    def content(self) -> str:
        """What stands for the rule in a key: its digest; for the default, its id."""
        if self.digest or self.place is None:
            return self.digest or self.id
        return repr((self.capability, self.conditions))

    @classmethod
    def of(cls, outcome: Outcome) -> "RuleRef":
        """Return the reference to the rule that decided; `default` where none did."""
        if outcome.rule is None:
            return DEFAULT_RULE
        return cls.to(outcome.rule)

    @classmethod
    def to(cls, rule: Rule) -> "RuleRef":
        """Return the reference to a rule."""
        conditions = tuple((str(c.name), str(c.value)) for c in rule.conditions)
        return cls(
            rule.id, rule.place, str(rule.capability), conditions, rule.digest, bool(rule.name)
        )


DEFAULT_RULE = RuleRef("default")


@dataclass(frozen=True, slots=True)
class ChangedRecord:
    """A record, and both decisions for it.

    `before` and `after` are what is possible, as text: `ALLOW`, `ALLOW+warn`, `DENY|ESCALATE`.
    """

    record: Record
    kind: RecordClass
    before: str
    after: str
    rule: RuleRef
    baseline_rule: RuleRef | None
    error: str = ""
    blame: Blame | None = None
    """Which edits made the change, where two versions of a policy are compared."""

    @property
    def key(self) -> FindingKey:
        """What makes it one finding with other calls."""
        capability = self.record.request.capability
        return FindingKey(
            self.kind.value,
            None if isinstance(capability, Unknown) else capability,
            unmapped_tool(self.record),
            self.before,
            self.after,
            self.rule.content,
            self.baseline_rule.content if self.baseline_rule else "",
            self.error,
        )


@dataclass(frozen=True, slots=True)
class Transition:
    """How many records went from one decision to another."""

    before: str
    after: str
    kind: RecordClass
    count: int


@dataclass(frozen=True, slots=True)
class Finding:
    """Changed records of one capability, one transition and one responsible rule; or a fault.

    `count` is all of them; `witnesses` the first few. An invalid record has a `message` that says
    why, and a place, in `invalid`. A fault has a `message`, a `place`, a `level` and perhaps a
    `hint`; its `capability`, `before` and `after` may be empty. `principals` is how many different
    ones made the calls, `first` and `last` when. `blames` holds each different blame of its calls,
    with their number, most first.
    """

    slug: str
    kind: RecordClass
    capability: str
    before: str
    after: str
    count: int
    rule: RuleRef | None = None
    baseline_rule: RuleRef | None = None
    witnesses: tuple[Record, ...] = ()
    invalid: tuple[tuple[Place, str, str], ...] = ()
    message: str = ""
    level: Level = Level.ERROR
    place: Place | None = None
    hint: str = ""
    waiver: Waiver | None = None
    """The waiver that allows it; it stays visible."""
    principals: int = 0
    first: str = ""
    last: str = ""
    blames: tuple[tuple[Blame, int], ...] = ()
    trace: Trace | None = None
    """Why the first witness is decided so."""
    tool: str = ""
    """The tool of its calls, where no mapping gives it a capability."""
    names_capability: bool = True
    """Whether the capability is known; where it is not, `capability` is the word `unknown`."""

    realistic: Record | None = None
    """A call that a reader recognises, beside the smallest one, of what proof found."""

    @property
    def shown_call(self) -> Record | None:
        """The call to show first: the realistic one, else the first witness."""
        return self.realistic or next(iter(self.witnesses), None)

    @property
    def key(self) -> FindingKey:
        """What makes calls, or faults, this finding: see `FindingKey`."""
        is_fault = self.kind is RecordClass.FAULT
        return FindingKey(
            self.kind.value,
            self.capability if self.names_capability else None,
            self.tool,
            self.before,
            self.after,
            self.rule.content if self.rule else "",
            self.baseline_rule.content if self.baseline_rule else "",
            self.message,
            self.slug if is_fault or self.invalid else "",
            self.place.file if is_fault and self.place else "",
        )

    @property
    def calls(self) -> str:
        """What its calls are called: their capability, and their tool where nothing maps it."""
        return f"{self.capability} (tool {self.tool})" if self.tool else self.capability

    @property
    def is_fault(self) -> bool:
        """Whether it is a fault that its level disallows."""
        return self.kind is RecordClass.FAULT and self.level is Level.ERROR


def unmapped_tool(record: Record) -> str:
    """Return the tool of a call that no mapping gives a capability; empty for other calls."""
    return "" if record.mapped else record.tool


def capability_name(record: Record) -> str:
    """Return the capability of a record as text; `unknown` where nobody knows it."""
    capability = record.request.capability
    return "unknown" if isinstance(capability, Unknown) else capability
