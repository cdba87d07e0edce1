"""Cases at the edges: few calls that tell each variant from every edit that changes it.

The cases that people write say what a policy is for; they rarely stand where a pattern ends or a
keyword has its last letter. For every edit that no case notices a call is looked for that would;
of all that are found, those are pinned that others do not make needless.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from fencekit.model.mutant import Mutant
from fencekit.model.request import Request
from fencekit.mutation.mutant_equivalence import (
    EquivalenceChecker,
    EquivalenceProof,
    EquivalentMutant,
    UndecidedMutant,
)
from fencekit.mutation.mutant_runner import MutantRunner
from fencekit.mutation.operators.single_edits import single_edits
from fencekit.packs.pack.pack_variants import Variant
from fencekit.packs.render.pinned_calls import AT_AN_EDGE, pin, verdicts_of

Say = Callable[[str], None]

OFTEN = 200
"""After how many edits or calls it is said how far the search is."""


@dataclass
class Edges:
    """The variants of a pack, each with its mutants that no case of the table notices."""

    trials: Mapping[Variant, MutantRunner]
    payloads: Mapping[str, Mapping[str, Any]]
    limit: float
    say: Say
    calls: list[Request] = field(default_factory=list)
    left: dict[Variant, list[Mutant]] = field(default_factory=lambda: {v: [] for v in Variant})

    def find(self) -> None:
        """Find a call for each edit that no case notices and that changes a decision.

        What is settled by a proof is looked at again with all calls that were found: a proof may
        hold for the arguments that are declared only, and a call with others is found by luck.
        """
        proved = [
            (variant, mutant)
            for variant, trials in self.trials.items()
            for mutant in self.find_calls(variant, unnoticed_mutants(trials))
        ]
        for variant in self.trials:
            again = [mutant for other, mutant in proved if other is variant]
            list(self.find_calls(variant, again))
            self.say(f"{variant}: {len(self.left[variant])} edits, {len(self.calls)} calls so far")

    def find_calls(self, variant: Variant, mutants: Iterable[Mutant]) -> Iterator[Mutant]:
        """Find a call for each mutant; yield those for which a proof says that there is none."""
        trials = self.trials[variant]
        settling = EquivalenceChecker(trials, self.payloads, self.limit, self.calls)
        for number, mutant in enumerate(mutants):
            if number and number % OFTEN == 0:
                self.say(f"{variant}: {number:,} edits looked at, {len(self.calls):,} calls so far")
            # A call that tells an edit apart often does so with the edits of the same place.
            if next(trials.telling(mutant.policy, self.calls[::-1]), None) is None:
                found = settling.settle(mutant.policy)
                if isinstance(found, UndecidedMutant):
                    self.say(f"{variant}: {found.reason}: {mutant.operator} {mutant.label}")
                if isinstance(found, EquivalentMutant) and found.proof is EquivalenceProof.PROOF:
                    yield mutant
                if isinstance(found, UndecidedMutant | EquivalentMutant):
                    continue
                self.calls.append(found)
            self.left[variant].append(mutant)

    def pinned_calls(self) -> Iterator[dict[str, Any]]:
        """Yield few calls that notice all edits, each named by the first edit that it is taken for.

        The calls that were found last stand at narrower edges, so they are taken first; one that
        notices nothing that those after it do not is left.
        """
        missing = [
            (mutant, self.trials[variant].teller(mutant.policy))
            for variant, left in self.left.items()
            for mutant in left
        ]
        taken: list[tuple[Request, Mutant]] = []
        for number, call in enumerate(reversed(self.calls)):
            if number and number % OFTEN == 0:
                self.say(
                    f"{number:,} of {len(self.calls):,} calls tried, {len(missing):,} edits left"
                )
            told = [tells(call) for _, tells in missing]
            if any(told):
                taken.append((call, missing[told.index(True)][0]))
                missing = [one for one, is_told in zip(missing, told, strict=True) if not is_told]
        originals = {variant: trials.original for variant, trials in self.trials.items()}
        for call, first in reversed(taken):
            yield pin(call, name_of(first), verdicts_of(originals, call))


def unnoticed_mutants(trials: MutantRunner) -> Iterator[Mutant]:
    """Yield the mutants that no case notices."""
    for mutant in single_edits(trials.policy):
        if trials.killer(mutant.policy) is None:
            yield mutant


def name_of(mutant: Mutant) -> str:
    """Return a short name for a call that tells an edit apart."""
    return f"{AT_AN_EDGE}{mutant.rule}, {mutant.operator}"
