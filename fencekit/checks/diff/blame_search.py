"""One call, decided by versions of a policy with some of the edits between two versions done.

A set of edits is a number here, with one bit for each edit. Where it is certain which rules match
the call, a trial is looking up which of them stands first; else the engine decides it.
"""

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from itertools import combinations, islice

from fencekit.checks.diff.apply_edits import Applying, seat_of
from fencekit.checks.findings.decision_comparison import between
from fencekit.engines.native.native_evaluator import NativeEvaluator
from fencekit.engines.outcome_pairs import decide_both
from fencekit.model.change import compare_effects
from fencekit.model.edit import Blame, Edit, EditKind, Seat
from fencekit.model.finding import RecordClass
from fencekit.model.policy import Pick
from fencekit.model.request import Request
from fencekit.model.verdict import DENY, Effect

MOST_SETS = 5
"""The smallest sets that are named, where there are several of one size."""

Kind = Callable[[int], RecordClass]
"""How a call is decided with a set of edits done, beside the old version."""

Rank = tuple[int, ...]

Version = tuple[int, ...]
"""A version of a rule: the number of its pair, and those of the edits done but for its place."""


@dataclass
class BlameTrials:
    """The edits that can matter to a call, and what is known of it; no more trials than `most`."""

    edits: Sequence[Edit]
    kind: Kind
    changed: frozenset[RecordClass]
    most: int
    spent: int = 0

    def blame(self) -> Blame:
        """Return every smallest set whose undoing takes the change back, up to a few."""
        bits = [1 << at for at in range(len(self.edits))]
        every = sum(bits)
        alone = self.edits_of_bits(sum(bit for bit in bits if self.still(bit)))
        for size in range(1, len(bits) + 1):
            sets = (sum(chosen) for chosen in combinations(bits, size))
            tried = islice(sets, max(0, self.most - self.spent))
            undone = list(islice((s for s in tried if not self.still(every & ~s)), MOST_SETS))
            if self.spent >= self.most:
                return Blame((self.edits_of_bits(self.minimal_set(bits)),), alone, exact=False)
            if undone:
                return Blame(tuple(map(self.edits_of_bits, undone)), alone)
        return Blame((), alone)

    def still(self, done: int) -> bool:
        """Say whether the call is decided otherwise with these edits done."""
        self.spent += 1
        return self.kind(done) in self.changed

    def minimal_set(self, bits: list[int]) -> int:
        """Return edits whose undoing takes the change back, and of which none can be spared."""
        undone = every = sum(bits)
        for bit in bits:
            if not self.still(every & ~(undone & ~bit)):
                undone &= ~bit
        return undone

    def edits_of_bits(self, chosen: int) -> tuple[Edit, ...]:
        """Return the edits of a set."""
        return tuple(edit for at, edit in enumerate(self.edits) if chosen >> at & 1)


def decider_of_rules(
    applying: Applying, request: Request, near: list[int], edits: Sequence[Edit]
) -> Kind:
    """Return what asks the engine, with the rules of the near pairs only."""
    old = NativeEvaluator(applying.policy((), near))

    def kind(done: int) -> RecordClass:
        chosen = [edit for at, edit in enumerate(edits) if done >> at & 1]
        new = NativeEvaluator(applying.policy(chosen, near))
        return between(*decide_both(old, new, request)).kind

    return kind


def looked_up(
    applying: Applying, matching: Collection[Version], near: list[int], edits: Sequence[Edit]
) -> Kind:
    """Return what looks up which of the rules that match stands first."""
    tables = [table(applying, matching, pair, edits) for pair in near]

    def effect(done: int) -> Effect:
        found = [entry for mask, of_pair in tables if (entry := of_pair[done & mask]) is not None]
        return min(found, key=lambda entry: entry[0])[1] if found else DENY

    before = effect(0)
    return lambda done: RecordClass.of(compare_effects(before, effect(done)))


def table(
    applying: Applying, matching: Collection[Version], pair: int, edits: Sequence[Edit]
) -> tuple[int, dict[int, tuple[Rank, Effect] | None]]:
    """Return the bits of a pair's edits, and for each choice of them its rank and effect."""
    own = [at for at, edit in enumerate(edits) if edit.pair == pair]
    found: dict[int, tuple[Rank, Effect] | None] = {}
    for size in range(len(own) + 1):
        for chosen in combinations(own, size):
            done = tuple(edits[at] for at in chosen)
            seat = seat_of(applying.diff, pair, done)
            mask = sum(1 << at for at in chosen)
            found[mask] = None
            if seat and seat.rule.effect and version_of(pair, done) in matching:
                place = applying.key(pair, done, seat)
                found[mask] = (*rank(applying, seat), *place), seat.rule.effect
    return sum(1 << at for at in own), found


def version_of(pair: int, done: Iterable[Edit]) -> Version:
    """Return the version of a pair's rule that some of its edits make."""
    return pair, *(edit.number for edit in done if edit.kind is not EditKind.MOVED)


def rank(applying: Applying, seat: Seat) -> Rank:
    """Return where a rule stands among those of all tiers, as far as its place does not say it."""
    for number, tier in enumerate(applying.diff.new.tiers):
        if tier.name == seat.tier:
            assert seat.rule.effect is not None
            return number, -seat.rule.effect.verdict if tier.pick is Pick.TIGHTEST else 0
    raise AssertionError(seat.tier)
