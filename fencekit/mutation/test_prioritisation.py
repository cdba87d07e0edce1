"""Cases tried on mutants, as few as need be: those that notice much come first."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from fencekit.engines.base import Evaluator
from fencekit.engines.native.evaluator import NativeEvaluator
from fencekit.engines.timelimit import Progress
from fencekit.model.case import Case
from fencekit.model.policy import Policy
from fencekit.model.request import Request
from fencekit.mutation.distinguishing_inputs import DistinguishingInputs, key_of
from fencekit.mutation.probes import may_cover
from fencekit.mutation.shared_tests import Patterns, SharedTests


@dataclass
class PrioritisedTests:
    """A policy and its cases, by the numbers of these, which mutants are tried on."""

    policy: Policy
    cases: Sequence[Case]
    progress: Progress = field(default_factory=Progress)

    def __post_init__(self) -> None:
        self.patterns = Patterns(self.policy)
        self._shared = SharedTests(self.patterns)
        self._shared.keep(self.policy)
        self._keys = {key_of(rule): rule for rule in self.policy.rules}
        self.original = self.evaluator(self.policy)
        self._by_capability: dict[str, list[int]] = {}
        for number, case in enumerate(self.cases):
            capability = case.request.capability
            key = capability if isinstance(capability, str) else "*"
            self._by_capability.setdefault(key, []).append(number)

    def evaluator(self, policy: Policy) -> Evaluator:
        """Return the evaluator of the policy or of a mutant, which share most of their tests."""
        return NativeEvaluator(policy, self._shared.of)

    def ladder(self, known: Sequence[Request] = ()) -> DistinguishingInputs:
        """Return what makes calls for those that no case notices, of those calls and of others."""
        calls = [*(case.request for case in self.cases), *known]
        return DistinguishingInputs(self.original, self.policy, self.patterns, calls)

    def killer(self, mutant: Policy) -> int | None:
        """Return the number of a case that notices a mutant; None where none does.

        A case that did so comes first the next time.
        """
        evaluator = self.evaluator(mutant)
        for listed in self._that_meet(mutant):
            for at, number in enumerate(listed):
                if self.fails(evaluator, number):
                    listed.insert(0, listed.pop(at))
                    return number
        return None

    def failing(self) -> list[Case]:
        """Return the cases that the policy itself does not meet: they can notice no edit."""
        plain = NativeEvaluator(self.policy)
        numbers = range(len(self.cases))
        return [self.cases[number] for number in numbers if self.fails(plain, number)]

    def notices(self, mutant: Policy, number: int) -> bool:
        """Say whether a case notices a mutant."""
        return self.fails(self.evaluator(mutant), number)

    def fails(self, evaluator: Evaluator, number: int) -> bool:
        """Say whether a case is not met."""
        case = self.cases[number]
        self.progress.begun += 1
        self.progress.deciding = True
        decision = evaluator.decide(case.request)
        self.progress.deciding = False
        return not case.expected.is_met_by(decision)

    def tells(self, evaluator: Evaluator, call: Request) -> bool:
        """Say whether a mutant decides a call otherwise than the policy."""
        self.progress.begun += 1
        self.progress.deciding = True
        before, after = (one.decide(call).outcomes for one in (self.original, evaluator))
        self.progress.deciding = False
        return before[0].effect != after[0].effect

    def telling(self, mutant: Policy, calls: Sequence[Request]) -> Iterator[int]:
        """Yield the numbers of the calls that a mutant decides otherwise than the policy."""
        tells = self.teller(mutant)
        return (number for number, call in enumerate(calls) if tells(call))

    def teller(self, mutant: Policy) -> Callable[[Request], bool]:
        """Return what says of a call whether a mutant decides it otherwise than the policy."""
        evaluator = self.evaluator(mutant)
        patterns = self._edited_capabilities(mutant)

        def tells(call: Request) -> bool:
            capability = call.capability
            meets = not isinstance(capability, str) or any(
                may_cover(one, capability) for one in patterns
            )
            return meets and self.tells(evaluator, call)

        return tells

    def _that_meet(self, mutant: Policy) -> Iterator[list[int]]:
        """Yield the cases that an edited rule may match."""
        patterns = self._edited_capabilities(mutant)
        for capability, numbers in self._by_capability.items():
            if capability == "*" or any(may_cover(one, capability) for one in patterns):
                yield numbers

    def _edited_capabilities(self, mutant: Policy) -> list[Any]:
        """Return the capabilities of the rules that differ; that of all calls where none does."""
        theirs = {key_of(rule): rule for rule in mutant.rules}
        changed = [rule for key, rule in self._keys.items() if key not in theirs]
        changed += [rule for key, rule in theirs.items() if key not in self._keys]
        return [rule.capability for rule in changed] or ["*"]
