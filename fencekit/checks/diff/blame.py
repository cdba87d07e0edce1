"""Which edits are to blame for a call that is decided otherwise: exact smallest sets, by search.

A call is asked of the old version and of versions with some of the edits undone. Only rules that
can match the call, in some version, need to be there; of their edits, sets are tried by size.
"""

from collections.abc import Hashable, Iterable, Iterator
from functools import cache, cached_property
from itertools import chain, combinations

from fencekit.checks.diff.apply_edits import Applying, seat_of
from fencekit.checks.diff.blame_search import (
    BlameTrials,
    Version,
    decider_of_rules,
    looked_up,
    version_of,
)
from fencekit.checks.replay.record_comparer import request_key as asked_of
from fencekit.engines.native.capability_index import CapabilityIndex
from fencekit.engines.native.native_evaluator import BY_DEFAULT, NativeEvaluator
from fencekit.engines.native.request_view import View
from fencekit.model.edit import Blame, Edit, EditKind, PolicyDiff
from fencekit.model.finding import RecordClass
from fencekit.model.policy import Policy, Tier
from fencekit.model.request import Request, Unknown

MOST_TRIALS = 5_000
"""The versions that are tried for one call; all there are of twelve edits are 4,096."""
MOST_ASKED, MOST_ASKED_OF_ALL = 1_500, 20_000
"""The same for a call of which it is not certain what it matches, and for all of those, in rules
asked: the engine is asked then, and where much is unknown an answer takes milliseconds."""
MOST_NEAR = 20
"""Where more rules may match a call, too little is known of it to blame anything for it."""
MOST_EDITS = 6
"""A rule with more edits than these is taken for one that may match any call."""
MOST_REMEMBERED = 20_000

LOOSER = frozenset(
    {RecordClass.LOOSER, RecordClass.MAYBE_LOOSER, RecordClass.CANNOT_TELL, RecordClass.INVALID}
)
TIGHTER = frozenset(
    {RecordClass.TIGHTER, RecordClass.MAYBE_TIGHTER, RecordClass.CANNOT_TELL, RecordClass.INVALID}
)
STILL: dict[RecordClass, frozenset[RecordClass]] = {
    RecordClass.LOOSER: LOOSER,
    RecordClass.MAYBE_LOOSER: LOOSER,
    RecordClass.CANNOT_TELL: LOOSER | TIGHTER,
    RecordClass.TIGHTER: TIGHTER,
    RecordClass.MAYBE_TIGHTER: TIGHTER,
}
"""For each change of a call, the classes in which it is not taken back."""

Lone = tuple[Version, NativeEvaluator]
"""A version of a rule, and the evaluator of a policy that has it only."""

Covering = tuple[tuple[int, ...], tuple[tuple[Lone, ...], ...]]
"""The pairs that may cover a capability, and the versions of each."""


class Attributor:
    """Blames edits for calls; calls that the same rules match are looked into once."""

    def __init__(self, diff: PolicyDiff) -> None:
        self._diff = diff
        self._applying = Applying(diff)
        self._versions = cache(lambda at: tuple(versions(diff, at)))
        seats = ((at, seat) for at, pair in enumerate(diff.pairs) for seat in (pair.old, pair.new))
        self._patterns = [(at, seat.rule.capability) for at, seat in seats if seat is not None]
        self._index = CapabilityIndex(pattern for _, pattern in self._patterns)
        self._covering: dict[str | Unknown, Covering] = {}
        self._found: dict[Hashable, Blame] = {}
        self._to_ask = MOST_ASKED_OF_ALL

    def blame(self, request: Request, kind: RecordClass) -> Blame:
        """Return which edits make a call be decided looser, or tighter; none for no such change."""
        if kind not in STILL or not self._diff.edits:
            return Blame()
        if not self._diff.pairs:
            return Blame((self._diff.edits,), self._diff.edits)
        pairs, rules = self._covering_rules(request.capability)
        view = View(request)
        answers = [[matches(one, view) for _, one in of_pair] or [None] for of_pair in rules]
        # Calls of which the same rules are sure to match are decided alike, whatever is undone.
        sure = None not in chain.from_iterable(answers)
        key = kind, pairs, str(answers), None if sure else asked_of(request)
        if key not in self._found:
            if len(self._found) >= MOST_REMEMBERED:
                self._found.clear()
            near = [
                at
                for at, of_pair in zip(pairs, answers, strict=True)
                if any(answer is not False for answer in of_pair)
            ]
            matching = {
                version
                for of_rule, of_pair in zip(rules, answers, strict=True)
                for (version, _), answer in zip(of_rule, of_pair, strict=False)
                if answer
            }
            self._found[key] = self._search(request, kind, near, matching if sure else None)
        return self._found[key]

    def _search(
        self, request: Request, kind: RecordClass, near: list[int], matching: set[Version] | None
    ) -> Blame:
        """Return the blame, with the rules of the near pairs; `matching` is None when not sure."""
        edits = [edit for edit in self._diff.edits if edit.pair in near]
        if matching is not None:
            decided = looked_up(self._applying, matching, near, edits)
            return BlameTrials(edits, decided, STILL[kind], MOST_TRIALS).blame()
        if len(near) > MOST_NEAR or self._to_ask < len(edits) * len(near):
            return Blame(exact=False)
        decided = decider_of_rules(self._applying, request, near, edits)
        most = min(MOST_ASKED, self._to_ask) // len(near)
        trials = BlameTrials(edits, decided, STILL[kind], most)
        blame = trials.blame()
        self._to_ask -= trials.spent * len(near)
        return blame

    def _covering_rules(self, capability: str | Unknown) -> Covering:
        """Return the pairs of which some version may cover the capability."""
        if capability not in self._covering:
            if len(self._covering) >= MOST_REMEMBERED:
                self._covering.clear()
            pairs = tuple(self._may_cover(capability))
            self._covering[capability] = pairs, tuple(map(self._versions, pairs))
        return self._covering[capability]

    def _may_cover(self, capability: str | Unknown) -> Iterable[int]:
        """Return the pairs of which some version may be asked about a capability, or raises then.

        A version has one of both patterns. A pair with many edits may match any call.
        """
        if isinstance(capability, Unknown):
            return range(len(self._diff.pairs))
        covering = {self._patterns[at][0] for at in self._index.of(capability)}
        return sorted(covering | self._many)

    @cached_property
    def _many(self) -> set[int]:
        return {at for at, edits in self._diff.by_pair.items() if too_many(edits)}


def too_many(edits: Iterable[Edit]) -> bool:
    """Say whether a rule has more edits than all choices of which are looked at."""
    return sum(edit.kind is not EditKind.MOVED for edit in edits) > MOST_EDITS


def versions(diff: PolicyDiff, at: int) -> Iterator[Lone]:
    """Yield a pair's rule as every choice of its edits makes it; nothing where they are many."""
    if too_many(diff.by_pair.get(at, ())):
        return
    edits = tuple(edit for edit in diff.by_pair.get(at, ()) if edit.kind is not EditKind.MOVED)
    for size in range(len(edits) + 1):
        for done in combinations(edits, size):
            seat = seat_of(diff, at, done)
            if seat is not None:
                alone = Policy("", (Tier("", (seat.rule,)),))
                yield version_of(at, done), NativeEvaluator(alone)


def matches(evaluator: NativeEvaluator, view: View) -> bool | None:
    """Say whether a lone rule matches a call; None where it perhaps does, or raises."""
    first = evaluator.steps(view)[0]
    if first is BY_DEFAULT:
        return False
    return None if first.clauses or first.decision.error else True
