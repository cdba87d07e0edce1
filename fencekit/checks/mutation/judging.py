"""The fate of a mutant: killed by a probe, told apart by some other call, or equivalent."""

from collections.abc import Hashable
from dataclasses import dataclass, field
from typing import Any

from fencekit.checks.mutation.probes import Probes
from fencekit.checks.prove.compare import holds
from fencekit.checks.prove.goals import EQUIVALENT
from fencekit.checks.search import different, search
from fencekit.engines.native.conditions import Test
from fencekit.engines.native.evaluator import NativeEvaluator, test_of
from fencekit.engines.timelimit import Progress
from fencekit.model.mutant import Mutant
from fencekit.model.mutation import Difference, Fate, MutantResult
from fencekit.model.policy import Condition, Policy, Rule
from fencekit.model.proof import Proved, Witness
from fencekit.model.search import Searched

FIRST_TRIES = 300
"""How many calls are tried before a proof is asked for: nine times of ten, one of them will do."""

TRIES = 1_000
"""How many calls are tried on a mutant that is neither noticed nor settled by proof."""


@dataclass
class SharedTests:
    """The tests of conditions, made once: mutants share nearly all rules with their policy."""

    made: dict[int, tuple[tuple[Condition, ...], tuple[Test, ...]]] = field(default_factory=dict)

    def of(self, conditions: tuple[Condition, ...]) -> tuple[Test, ...]:
        """Return the tests of a rule's conditions; of the policy's own rules the shared ones."""
        known = self.made.get(id(conditions))
        return known[1] if known else tuple(map(test_of, conditions))

    def keep(self, policy: Policy) -> None:
        """Make the tests of a policy's rules, and hold them as long as their conditions."""
        for rule in policy.rules:
            self.made[id(rule.conditions)] = rule.conditions, self.of(rule.conditions)


class Judge:
    """Gives mutants of a policy their fates."""

    def __init__(self, policy: Policy, probes: Probes) -> None:
        self.policy = policy
        self.probes = probes
        self.shared = SharedTests()
        self.shared.keep(policy)
        self.original = NativeEvaluator(policy, self.shared.of)
        self.keys = {key_of(rule): rule for rule in policy.rules}

    def result(self, mutant: Mutant, progress: Progress) -> MutantResult:
        """Return a mutant with its fate."""
        evaluator = NativeEvaluator(mutant.policy, self.shared.of)
        for probe in self.probes.that_meet(self.edited(mutant.policy)):
            found = probe.notices(self.original, evaluator, progress)
            if found is not None:
                by, place = probe.name or str(probe.place), probe.place
                return told(mutant, Fate.KILLED, by=by, by_place=place, difference=found)
        return self.survivor(mutant)

    def survivor(self, mutant: Mutant) -> MutantResult:
        """Return a mutant that nothing noticed: with a call that tells it apart, or equivalent."""
        found = self.searched(mutant, FIRST_TRIES).witness
        if found is not None:
            return told(mutant, Fate.SURVIVED, difference=shown(found))
        result = holds(EQUIVALENT, self.policy, mutant.policy)
        if isinstance(result, Proved):
            return told(mutant, Fate.EQUIVALENT, note=f"proved by {result.method}")
        if isinstance(result, Witness):
            return told(mutant, Fate.SURVIVED, difference=shown(result))
        searched = self.searched(mutant, TRIES)
        if searched.witness is not None:
            return told(mutant, Fate.SURVIVED, difference=shown(searched.witness))
        note = f"not told apart in {searched.tried:,} tries: {result.reason}"
        return told(mutant, Fate.SURVIVED, note=note)

    def searched(self, mutant: Mutant, tries: int) -> Searched:
        """Look for a call that the policy and a mutant decide otherwise, by trying some."""
        return search(self.policy, mutant.policy, sought=different, max_examples=tries)

    def edited(self, mutant: Policy) -> list[Any]:
        """Return the capabilities of the rules that differ; that of all calls where none does."""
        theirs = {key_of(rule): rule for rule in mutant.rules}
        changed = [rule for key, rule in self.keys.items() if key not in theirs]
        changed += [rule for key, rule in theirs.items() if key not in self.keys]
        return [rule.capability for rule in changed] or ["*"]


def key_of(rule: Rule) -> Hashable:
    """Return what tells a rule from others of the policy and its mutants."""
    return rule.id, rule.effect, repr(rule.capability), id(rule.conditions)


def shown(witness: Witness) -> Difference:
    """Return a witness as the difference that it shows."""
    before, after = witness.before.effect, witness.after.effect
    return Difference(witness.request, str(before), str(after))


def told(mutant: Mutant, fate: Fate, **more: Any) -> MutantResult:
    """Return what is reported of a mutant."""
    return MutantResult(
        mutant.operator, mutant.label, mutant.can, mutant.rule, mutant.place, fate, **more
    )
