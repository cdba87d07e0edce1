"""Which edits are to blame for a call that is decided otherwise: exact smallest sets, by search.

A call is asked of the old version and of versions with some of the edits undone. Only rules that
can match the call, in some version, need to be there; of their edits, sets are tried by size.
"""

from collections.abc import Hashable, Iterator
from dataclasses import dataclass, field
from itertools import chain, combinations, islice

from fencekit.checks.comparer import asked
from fencekit.checks.edits.applying import Applying, version
from fencekit.checks.relations import between
from fencekit.engines.native.evaluator import BY_DEFAULT, NativeEvaluator
from fencekit.engines.native.view import View, covers
from fencekit.engines.pairs import decide_both
from fencekit.model.edit import Blame, Edit, EditKind, PolicyDiff
from fencekit.model.finding import Class
from fencekit.model.policy import Policy, Rule, Tier
from fencekit.model.request import Request, Unknown

MOST_TRIALS = 5_000
"""The versions that are tried for one call; all there are of twelve edits are 4,096."""
MOST_SETS = 5
"""The smallest sets that are named, where there are several of one size."""
MOST_EDITS = 6
"""A rule with more edits than these is taken for one that may match any call."""
MOST_REMEMBERED = 20_000

LOOSER = frozenset({Class.LOOSER, Class.MAYBE_LOOSER, Class.CANNOT_TELL, Class.INVALID})
TIGHTER = frozenset({Class.TIGHTER, Class.MAYBE_TIGHTER, Class.CANNOT_TELL, Class.INVALID})
STILL: dict[Class, frozenset[Class]] = {
    Class.LOOSER: LOOSER,
    Class.MAYBE_LOOSER: LOOSER,
    Class.CANNOT_TELL: LOOSER | TIGHTER,
    Class.TIGHTER: TIGHTER,
    Class.MAYBE_TIGHTER: TIGHTER,
}
"""For each change of a call, the classes in which it is not taken back."""

Subset = tuple[Edit, ...]
Covering = tuple[tuple[int, ...], tuple[tuple[NativeEvaluator, ...], ...]]
"""The pairs that may cover a capability, and the versions of each, ready to decide alone."""


class Attributor:
    """Blames edits for calls; calls that the same rules match are looked into once."""

    def __init__(self, diff: PolicyDiff) -> None:
        self._diff = diff
        self._applying = Applying(diff)
        self._rules = [tuple(versions(diff, at)) for at in range(len(diff.pairs))]
        self._alone = [tuple(map(alone, rules)) for rules in self._rules]
        self._covering: dict[str | Unknown, Covering] = {}
        self._found: dict[Hashable, Blame] = {}

    def blame(self, request: Request, kind: Class) -> Blame:
        """Return which edits make a call be decided looser, or tighter; none for no such change."""
        if kind not in STILL or not self._diff.edits:
            return Blame()
        if not self._diff.pairs:
            return Blame((self._diff.edits,), self._diff.edits)
        pairs, lone_rules = self._covering_rules(request.capability)
        view = View(request)
        answers = [[matches(one, view) for one in versions] or [None] for versions in lone_rules]
        # Calls of which the same rules are sure to match are decided alike, whatever is undone.
        sure = None not in chain.from_iterable(answers)
        key = kind, pairs, str(answers), None if sure else asked(request)
        if key not in self._found:
            if len(self._found) >= MOST_REMEMBERED:
                self._found.clear()
            near = [
                at
                for at, of_pair in zip(pairs, answers, strict=True)
                if any(found is not False for found in of_pair)
            ]
            self._found[key] = self._search(request, kind, near)
        return self._found[key]

    def _covering_rules(self, capability: str | Unknown) -> Covering:
        """Return the pairs of which some version may cover the capability."""
        if capability not in self._covering:
            if len(self._covering) >= MOST_REMEMBERED:
                self._covering.clear()
            pairs = tuple(
                at
                for at, rules in enumerate(self._rules)
                if not rules or any(may_cover(rule, capability) for rule in rules)
            )
            self._covering[capability] = pairs, tuple(self._alone[at] for at in pairs)
        return self._covering[capability]

    def _search(self, request: Request, kind: Class, near: list[int]) -> Blame:
        """Return the blame, with the rules of some pairs only; the others never match."""
        edits = tuple(edit for edit in self._diff.edits if edit.pair in near)
        trials = Trials(self._applying, request, STILL[kind], near)
        by_itself = tuple(edit for edit in edits if trials.still((edit,)))
        for size in range(1, len(edits) + 1):
            undone = list(islice(trials.taking_back(edits, size), MOST_SETS))
            if trials.are_over:
                return Blame((trials.spared(edits),), by_itself, exact=False)
            if undone:
                return Blame(tuple(undone), by_itself)
        return Blame((), by_itself)


@dataclass
class Trials:
    """One call, tried on versions with some of the edits done; `still` are the changed classes."""

    applying: Applying
    request: Request
    changed: frozenset[Class]
    near: list[int]
    tried: dict[Subset, bool] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._old = NativeEvaluator(self.applying.policy((), self.near))

    @property
    def are_over(self) -> bool:
        """Whether there were as many trials as there may be."""
        return len(self.tried) >= MOST_TRIALS

    def still(self, done: Subset) -> bool:
        """Say whether the call is decided otherwise with these edits done."""
        if done not in self.tried:
            new = NativeEvaluator(self.applying.policy(done, self.near))
            kind = between(*decide_both(self._old, new, self.request)).kind
            self.tried[done] = kind in self.changed
        return self.tried[done]

    def taking_back(self, edits: Subset, size: int) -> Iterator[Subset]:
        """Yield the sets of that size whose undoing takes the change back, while trials last."""
        for undone in combinations(edits, size):
            if self.are_over:
                return
            if not self.still(without(edits, undone)):
                yield undone

    def spared(self, edits: Subset) -> Subset:
        """Return edits whose undoing takes the change back, and of which none can be spared."""
        undone = edits
        for edit in edits:
            fewer = without(undone, (edit,))
            if not self.still(without(edits, fewer)):
                undone = fewer
        return undone


def without(edits: Subset, undone: Subset) -> Subset:
    """Return the edits but the undone ones, in their order."""
    return tuple(edit for edit in edits if edit not in undone)


def versions(diff: PolicyDiff, at: int) -> Iterator[Rule]:
    """Yield a pair's rule as every choice of its edits makes it; nothing where they are many."""
    edits = tuple(edit for edit in diff.by_pair.get(at, ()) if edit.kind is not EditKind.MOVED)
    if len(edits) > MOST_EDITS:
        return
    for size in range(len(edits) + 1):
        for done in combinations(edits, size):
            seat = version(diff.pairs[at], edits, done)
            if seat is not None:
                yield seat.rule


def alone(rule: Rule) -> NativeEvaluator:
    """Return the evaluator of a policy that has this rule only."""
    return NativeEvaluator(Policy("", (Tier("", (rule,)),)))


def matches(evaluator: NativeEvaluator, view: View) -> bool | None:
    """Say whether a lone rule matches a call; None where it perhaps does, or raises."""
    first = evaluator.steps(view)[0]
    if first is BY_DEFAULT:
        return False
    return None if first.clauses or first.decision.error else True


def may_cover(rule: Rule, capability: str | Unknown) -> bool:
    """Say whether a rule may be asked about a capability, or raises when it is."""
    try:
        return isinstance(capability, Unknown) or covers(rule.capability, capability)
    except (AttributeError, TypeError):
        return True
