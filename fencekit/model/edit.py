"""What changed between two versions of a policy: edits, each of which can be done or not."""

from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property

from fencekit.model.policy import Condition, Policy, Rule
from fencekit.model.source import Place


class EditKind(StrEnum):
    """What an edit does, as a person would call it."""

    ADDED = "rule added"
    REMOVED = "rule removed"
    EFFECT = "effect changed"
    LEVEL = "risk level changed"
    CAPABILITY = "capability changed"
    CONDITION_ADDED = "condition added"
    CONDITION_REMOVED = "condition removed"
    CONDITION_CHANGED = "condition changed"
    CONDITIONS_REORDERED = "conditions reordered"
    MOVED = "rule moved"
    REPLACED = "policy replaced"


@dataclass(frozen=True, slots=True)
class Edit:
    """The smallest change of a policy that a report speaks of: of one rule, in one respect.

    `old` and `new` are the whole rule before and after; one is None where the rule is only in the
    other version. `was` and `now` are the condition that changed, where the edit is of one.
    `inside` says, a phrase each, what changed inside the condition's value. `pair` is the number of
    the rule's pair in the diff, `number` that of the edit, counted from 1.
    """

    number: int
    kind: EditKind
    pair: int
    old: Rule | None = None
    new: Rule | None = None
    was: Condition | None = None
    now: Condition | None = None
    inside: tuple[str, ...] = field(default=(), compare=False)

    @property
    def rule(self) -> Rule | None:
        """The rule as a reader looks for it: as it is now or, where it is gone, as it was."""
        return self.new or self.old

    @property
    def place(self) -> Place | None:
        """The line to blame: the condition's in the new version, the rule's, or that of old."""
        if self.now is not None:
            return self.now.place
        rule = self.rule
        return rule.place if rule else None


@dataclass(frozen=True, slots=True)
class Seat:
    """Where a rule stands in one version: its tier, and its position there, counted from 0."""

    tier: str
    at: int
    rule: Rule


@dataclass(frozen=True, slots=True)
class Pair:
    """A rule in both versions, or one that only the old or only the new version has."""

    old: Seat | None
    new: Seat | None

    @property
    def rules(self) -> tuple[Rule | None, Rule | None]:
        """The rule before and after."""
        return self.old.rule if self.old else None, self.new.rule if self.new else None


@dataclass(frozen=True)
class PolicyDiff:
    """Two versions of a policy, which rule of one is which of the other, and the edits between."""

    old: Policy
    new: Policy
    pairs: tuple[Pair, ...]
    edits: tuple[Edit, ...]

    @cached_property
    def by_pair(self) -> dict[int, tuple[Edit, ...]]:
        """The edits of each pair that has some."""
        found: dict[int, tuple[Edit, ...]] = {}
        for edit in self.edits:
            found[edit.pair] = (*found.get(edit.pair, ()), edit)
        return found


@dataclass(frozen=True, slots=True)
class Blame:
    """Which edits made a call be decided otherwise.

    `undo` holds every smallest set of edits whose undoing, from the new version, takes the change
    back; the first few where there are many. `alone` are the edits that make it by themselves, from
    the old version. Where the search was cut short, `exact` is false: `undo` then holds one set
    that takes the change back and of which no edit can be spared, but there may be smaller ones.
    """

    undo: tuple[tuple[Edit, ...], ...] = ()
    alone: tuple[Edit, ...] = ()
    exact: bool = True

    @property
    def edits(self) -> tuple[Edit, ...]:
        """Every edit of any of the smallest sets, in order."""
        found = {edit.number: edit for edits in self.undo for edit in edits}
        return tuple(found[number] for number in sorted(found))
