"""What each edit between two versions of a policy caused, counted call by call."""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from fencekit.checks.diff.blame import Attributor
from fencekit.checks.diff.edit_authors import authors
from fencekit.checks.diff.edit_script import diff
from fencekit.checks.findings.group_findings import BY_RISK
from fencekit.model.diff_result import Author, Consequence, DiffResult
from fencekit.model.edit import Blame, Edit
from fencekit.model.finding import ChangedRecord, RecordClass, RuleRef, Transition, capability_name
from fencekit.model.policy import Policy
from fencekit.model.proof import Witness
from fencekit.model.record import Record
from fencekit.model.request import Request
from fencekit.model.source import Place

if TYPE_CHECKING:
    from fencekit.prover.prover import Domain

MOST_CAPABILITIES = 1_000
"""The capabilities of one edit that are kept by name."""


@dataclass
class Caused:
    """What one edit is to blame for, as calls come in."""

    edit: Edit
    transitions: dict[tuple[str, str, RecordClass], int] = field(default_factory=dict)
    capabilities: set[str] = field(default_factory=set)
    with_others: int = 0
    found_looser: int = 0
    found_tighter: int = 0
    witness: ChangedRecord | None = None
    spared: bool = False

    def add(self, changed: ChangedRecord, blame: Blame, *, recorded: bool) -> None:
        """Take in a call that the edit is to blame for."""
        if recorded:
            step = changed.before, changed.after, changed.kind
            self.transitions[step] = self.transitions.get(step, 0) + 1
            self.with_others += all(len(edits) > 1 for edits in blame.undo if self.edit in edits)
            if len(self.capabilities) < MOST_CAPABILITIES:
                self.capabilities.add(capability_name(changed.record))
        elif changed.kind is RecordClass.TIGHTER:
            self.found_tighter += 1
        else:
            self.found_looser += 1
        if self.witness is None or risk(changed) < risk(self.witness):
            self.witness = changed

    @property
    def loosens(self) -> bool:
        """Whether a looser call is put down to it."""
        kinds = {kind for _, _, kind in self.transitions}
        return bool(self.found_looser) or RecordClass.LOOSER in kinds

    def find(self, witness: Witness) -> None:
        """Take in a looser call that was found for this edit alone."""
        self.found_looser += 1
        before, after = witness.before, witness.after
        effects = str(before.effect), str(after.effect)
        rules = RuleRef.of(after), RuleRef.of(before)
        record = Record(witness.request, None, Place(""))
        self.witness = ChangedRecord(record, RecordClass.LOOSER, *effects, *rules)

    def consequence(self, author: Author | None) -> Consequence:
        """Return all that is known of the edit."""
        steps = sorted(self.transitions.items(), key=lambda item: (item[0][:2], item[0][2].value))
        return Consequence(
            self.edit,
            tuple(Transition(*step, count) for step, count in steps),
            tuple(sorted(self.capabilities)),
            self.with_others,
            self.found_looser,
            self.found_tighter,
            self.witness,
            author,
            self.spared,
        )


class Consequences:
    """The edits between two versions of a policy, and the calls that each is to blame for."""

    def __init__(self, old: Policy, new: Policy) -> None:
        self.diff = diff(old, new)
        self._attributor = Attributor(self.diff)
        self._caused = {edit.number: Caused(edit) for edit in self.diff.edits}
        self.authors: dict[int, Author] = {}
        """Whom git names for the lines of edits, by their numbers; nobody unless it is asked."""
        self.unsettled: tuple[int, ...] | None = None

    def blame(self, request: Request, kind: RecordClass) -> Blame | None:
        """Return which edits are to blame for a changed call; None for one that did not change."""
        if kind in (RecordClass.UNCHANGED, RecordClass.INVALID):
            return None
        return self._attributor.blame(request, kind)

    def add(self, changed: ChangedRecord, *, recorded: bool = True) -> None:
        """Take in a changed call; one that is not recorded was found by proof or by search."""
        if changed.blame is not None:
            for edit in changed.blame.edits:
                self._caused[edit.number].add(changed, changed.blame, recorded=recorded)

    def ask_silent(self, domain: "Domain", *, anywhere: bool = True) -> None:
        """Ask of each edit that no looser call is put down to yet whether it loosens after all.

        Where it is proved that nothing gets looser `anywhere`, there is nothing to ask.
        """
        from fencekit.checks.diff.unwitnessed_edits import loosening_edits  # noqa: PLC0415  (the prover)

        silent = [one for one in self._caused.values() if not one.loosens]
        for one in silent:
            one.spared = not anywhere
        unsettled = []
        edits = [one.edit for one in silent if not one.spared]
        for answer in loosening_edits(edits, self.diff, domain):
            if answer.witness is not None:
                self._caused[answer.edit.number].find(answer.witness)
            elif answer.is_settled:
                self._caused[answer.edit.number].spared = True
            else:
                unsettled.append(answer.edit.number)
        self.unsettled = tuple(unsettled)

    def ask_authors(self, old_at: str = "", new_at: str = "") -> None:
        """Have git say who is behind each edit that is to blame for a call, at these revisions."""
        to_blame = [one.edit for one in self._caused.values() if one.witness is not None]
        self.authors = authors(to_blame, self.diff, old_at, new_at)

    def section(self) -> DiffResult:
        """Return the section of the report."""
        return DiffResult(
            old=self.diff.old.file,
            new=self.diff.new.file,
            pairs=self.diff.pairs,
            edits=tuple(
                caused.consequence(self.authors.get(number))
                for number, caused in self._caused.items()
            ),
            unsettled=self.unsettled,
        )


def risk(changed: ChangedRecord) -> int:
    """Return how much a call matters as a witness; less is more."""
    return BY_RISK.index(changed.kind)
