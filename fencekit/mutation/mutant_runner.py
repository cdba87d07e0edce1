"""The fate of a mutant: killed by a probe, told apart by some other call, or equivalent."""

from itertools import islice
from typing import Any

from fencekit.engines.native.evaluator import NativeEvaluator
from fencekit.engines.timelimit import Progress
from fencekit.generation.search import different, search
from fencekit.model.mutant import Mutant
from fencekit.model.mutation import Difference, MutantResult, MutantStatus
from fencekit.model.policy import Policy
from fencekit.model.proof import Proved, Witness
from fencekit.model.search import SearchResult
from fencekit.mutation.distinguishing_inputs import DistinguishingInputs, SameError, key_of
from fencekit.mutation.probes import Probes
from fencekit.mutation.shared_tests import Patterns, SharedTests
from fencekit.prover.api import check_property
from fencekit.prover.properties import EQUIVALENT

FIRST_TRIES = 300
"""How many calls are tried before a proof is asked for: nine times of ten, one of them will do."""

CALLS = 6_000
"""How many calls of the edit's own are tried before a proof is asked for."""

TRIES = 1_000
"""How many calls are tried on a mutant that is neither noticed nor settled by proof."""


class MutantRunner:
    """Gives mutants of a policy their fates."""

    def __init__(self, policy: Policy, probes: Probes) -> None:
        self.policy = policy
        self.probes = probes
        known = [probe.request for listed in probes.by_capability.values() for probe in listed]
        patterns = Patterns(policy)
        self.shared = SharedTests(patterns)
        self.shared.keep(policy)
        self.original = NativeEvaluator(policy, self.shared.of)
        self.ladder = DistinguishingInputs(self.original, policy, patterns, known)
        self.keys = {key_of(rule): rule for rule in policy.rules}

    def result(self, mutant: Mutant, progress: Progress) -> MutantResult:
        """Return a mutant with its fate."""
        evaluator = NativeEvaluator(mutant.policy, self.shared.of)
        for probe in self.probes.that_meet(self.edited_capabilities(mutant.policy)):
            found = probe.notices(self.original, evaluator, progress)
            if found is not None:
                by, place = probe.name or str(probe.place), probe.place
                return mutant_result(
                    mutant, MutantStatus.KILLED, by=by, by_place=place, difference=found
                )
        return self.survivor(mutant)

    def survivor(self, mutant: Mutant) -> MutantResult:
        """Return a mutant that nothing noticed: with a call that tells it apart, or equivalent."""
        found = self.search_call(mutant, FIRST_TRIES).witness
        if found is not None:
            return mutant_result(mutant, MutantStatus.SURVIVED, difference=difference_of(found))
        try:
            call = self.of_its_own(mutant)
        except SameError:
            said = "proved: the pattern is found in the same texts"
            return mutant_result(mutant, MutantStatus.EQUIVALENT, note=said)
        if call is not None:
            return mutant_result(mutant, MutantStatus.SURVIVED, difference=call)
        result = check_property(EQUIVALENT, self.policy, mutant.policy)
        if isinstance(result, Proved):
            return mutant_result(mutant, MutantStatus.EQUIVALENT, note=f"proved by {result.method}")
        if isinstance(result, Witness):
            return mutant_result(mutant, MutantStatus.SURVIVED, difference=difference_of(result))
        searched = self.search_call(mutant, TRIES)
        if searched.witness is not None:
            return mutant_result(
                mutant, MutantStatus.SURVIVED, difference=difference_of(searched.witness)
            )
        note = f"not told apart in {searched.tried:,} tries: {result.reason}"
        return mutant_result(mutant, MutantStatus.SURVIVED, note=note)

    def of_its_own(self, mutant: Mutant) -> Difference | None:
        """Return a call that stands where the edit of a mutant is, and tells it apart.

        Raises SameError where it is shown that no call does.
        """
        evaluator = NativeEvaluator(mutant.policy, self.shared.of)
        for call in islice(self.ladder.calls(mutant.policy), CALLS):
            before, after = (one.decide(call).outcomes[0] for one in (self.original, evaluator))
            if before.effect != after.effect:
                return Difference(call, str(before.effect), str(after.effect))
        return None

    def search_call(self, mutant: Mutant, tries: int) -> SearchResult:
        """Look for a call that the policy and a mutant decide otherwise, by trying some."""
        return search(self.policy, mutant.policy, sought=different, max_examples=tries)

    def edited_capabilities(self, mutant: Policy) -> list[Any]:
        """Return the capabilities of the rules that differ; that of all calls where none does."""
        theirs = {key_of(rule): rule for rule in mutant.rules}
        changed = [rule for key, rule in self.keys.items() if key not in theirs]
        changed += [rule for key, rule in theirs.items() if key not in self.keys]
        return [rule.capability for rule in changed] or ["*"]


def difference_of(witness: Witness) -> Difference:
    """Return a witness as the difference that it shows."""
    before, after = witness.before.effect, witness.after.effect
    return Difference(witness.request, str(before), str(after))


def mutant_result(mutant: Mutant, fate: MutantStatus, **more: Any) -> MutantResult:
    """Return what is reported of a mutant."""
    return MutantResult(
        mutant.operator, mutant.label, mutant.can, mutant.rule, mutant.place, fate, **more
    )
