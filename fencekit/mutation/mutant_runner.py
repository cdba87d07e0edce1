"""Mutants of a policy, tried on its cases and recorded calls: what notices each, or what could.

All that mutates goes this way: `fencekit mutate`, the evidence of packs, and vetting it.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from fencekit.engines.engine_protocol import Evaluator
from fencekit.engines.native.native_evaluator import NativeEvaluator
from fencekit.engines.time_limit import Progress
from fencekit.model.mutation_result import Difference
from fencekit.model.policy import Policy
from fencekit.model.request import Request
from fencekit.mutation.distinguishing_inputs import DistinguishingInputs, key_of
from fencekit.mutation.mutant_probes import Probe, Probes, may_cover
from fencekit.mutation.shared_tests import Patterns, SharedTests


@dataclass
class MutantRunner:
    """A policy, and the probes that its mutants are tried on.

    With `prioritises`, a probe that noticed a mutant is tried first on the next: quicker, but what
    is named as the killer then depends on the mutants before.
    """

    policy: Policy
    probes: Probes
    progress: Progress = field(default_factory=Progress)
    prioritises: bool = False

    def __post_init__(self) -> None:
        self.patterns = Patterns(self.policy)
        self._shared = SharedTests(self.patterns)
        self._shared.keep(self.policy)
        self._keys = {key_of(rule): rule for rule in self.policy.rules}
        self.original = self.evaluator(self.policy)

    def evaluator(self, policy: Policy) -> Evaluator:
        """Return the evaluator of the policy or of a mutant, which share most of their tests."""
        return NativeEvaluator(policy, self._shared.of)

    def distinguishing_inputs(self, known: Sequence[Request] = ()) -> DistinguishingInputs:
        """Return what makes calls for mutants that nothing notices, of the probes' and others."""
        calls = [*self.probes.requests(), *known]
        return DistinguishingInputs(self.original, self.policy, self.patterns, calls)

    def killer(self, mutant: Policy) -> Probe | None:
        """Return a probe that notices a mutant; None where none does."""
        evaluator = self.evaluator(mutant)
        for listed in self.probes.that_meet(self.edited_capabilities(mutant)):
            for at, probe in enumerate(listed):
                if self._notices(evaluator, probe):
                    if self.prioritises:
                        listed.insert(0, listed.pop(at))
                    return probe
        return None

    def failing(self) -> list[Probe]:
        """Return the cases that the policy itself does not meet: they can notice no edit."""
        plain = NativeEvaluator(self.policy)
        cases = (probe for probe in self.probes.all() if probe.case is not None)
        return [probe for probe in cases if self._notices(plain, probe)]

    def notices(self, mutant: Policy, probe: Probe) -> bool:
        """Say whether a probe notices a mutant."""
        return self._notices(self.evaluator(mutant), probe)

    def tells(self, evaluator: Evaluator, call: Request) -> bool:
        """Say whether a mutant decides a call otherwise than the policy."""
        return self.difference(evaluator, call) is not None

    def difference(self, evaluator: Evaluator, call: Request) -> Difference | None:
        """Return how a mutant decides a call otherwise than the policy; None where it does not."""
        self.progress.begun += 1
        self.progress.deciding = True
        sides = (one.decide(call).outcomes[0] for one in (self.original, evaluator))
        before, after = (side.effect for side in sides)
        self.progress.deciding = False
        return Difference(call, str(before), str(after)) if before != after else None

    def teller(self, mutant: Policy) -> Callable[[Request], bool]:
        """Return what says of a call whether a mutant decides it otherwise than the policy."""
        evaluator = self.evaluator(mutant)
        patterns = self.edited_capabilities(mutant)

        def tells(call: Request) -> bool:
            capability = call.capability
            meets = not isinstance(capability, str) or any(
                may_cover(one, capability) for one in patterns
            )
            return meets and self.tells(evaluator, call)

        return tells

    def telling(self, mutant: Policy, calls: Sequence[Request]) -> Iterator[int]:
        """Yield the numbers of the calls that a mutant decides otherwise than the policy."""
        tells = self.teller(mutant)
        return (number for number, call in enumerate(calls) if tells(call))

    def edited_capabilities(self, mutant: Policy) -> list[Any]:
        """Return the capabilities of the rules that differ; that of all calls where none does."""
        theirs = {key_of(rule): rule for rule in mutant.rules}
        changed = [rule for key, rule in self._keys.items() if key not in theirs]
        changed += [rule for key, rule in theirs.items() if key not in self._keys]
        return [rule.capability for rule in changed] or ["*"]

    def _notices(self, evaluator: Evaluator, probe: Probe) -> bool:
        self.progress.begun += 1
        self.progress.deciding = True
        noticed = probe.notices(self.original, evaluator)
        self.progress.deciding = False
        return noticed
