"""Whether any call tells a mutant from its policy: one that does, or the proof that none can."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from itertools import islice
from typing import Any

from fencekit.checks.proofs.regression_case import is_json
from fencekit.engines.timelimit import deadline
from fencekit.generation.search import different, search
from fencekit.model.capability import Capability
from fencekit.model.errors import TimeLimitError
from fencekit.model.policy import Policy
from fencekit.model.proof import Proved, Unknown, Witness
from fencekit.model.request import Request
from fencekit.mutation.distinguishing_inputs import SameByAutomataError, SameError
from fencekit.mutation.test_prioritisation import PrioritisedTests
from fencekit.prover.api import by_capability
from fencekit.prover.properties import EQUIVALENT

MOST_CALLS = 6_000
"""How many calls of an edit's own are tried before others are searched for."""

TRIES = 300


class EquivalenceProof(StrEnum):
    """Why no call tells a mutant from its policy."""

    PATTERNS = "patterns"
    """The pattern that was edited is found in the same texts as before."""
    AUTOMATA = "automata"
    """The same, by the automata of both whole patterns, which takes longer."""
    PROOF = "proof"
    """The prover refutes every kind of call."""


@dataclass(frozen=True, slots=True)
class UndecidedMutant:
    """Neither a call was found nor a proof; the reason says what stands against it."""

    reason: str


@dataclass
class EquivalenceChecker:
    """Settles what no case notices, over the payloads that each capability declares, if any.

    `limit` is in seconds, for each proof; 0 for none. `known` are calls beside those of the cases.
    """

    trials: PrioritisedTests
    payloads: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    limit: float = 0
    known: Sequence[Request] = ()

    def __post_init__(self) -> None:
        self.ladder = self.trials.ladder(self.known)

    def settle(self, mutant: Policy) -> Request | EquivalenceProof | UndecidedMutant:
        """Return a call that tells a mutant from the policy, or why there is none, or neither."""
        evaluator = self.trials.evaluator(mutant)
        try:
            for call in islice(self.ladder.calls(mutant), MOST_CALLS):
                if self.trials.tells(evaluator, call) and is_case(call):
                    return call
        except SameByAutomataError:
            return EquivalenceProof.AUTOMATA
        except SameError:
            return EquivalenceProof.PATTERNS
        found = search(self.trials.policy, mutant, sought=different, max_examples=TRIES).witness
        if found is not None and is_case(found.request):
            return found.request
        return self.ask_prover(mutant)

    def is_same(self, mutant: Policy, why: EquivalenceProof) -> bool:
        """Say whether it is shown again, and in that way, that no call tells a mutant apart."""
        if why is EquivalenceProof.PROOF:
            return self.ask_prover(mutant) is EquivalenceProof.PROOF
        evaluator = self.trials.evaluator(mutant)
        try:
            for call in islice(self.ladder.calls(mutant), MOST_CALLS):
                if self.trials.tells(evaluator, call):
                    return False
        except SameError:
            return True
        return False

    def ask_prover(self, mutant: Policy) -> Request | EquivalenceProof | UndecidedMutant:
        """Return what the prover says of a mutant."""
        open_ = ""
        try:
            with deadline(self.limit):
                for result in self._answers(mutant):
                    if isinstance(result, Witness) and is_case(result.request):
                        return result.request
                    if not isinstance(result, Proved):
                        said = result.reason if isinstance(result, Unknown) else "no JSON"
                        open_ = open_ or said
        except TimeLimitError as error:
            return UndecidedMutant(error.message)
        return UndecidedMutant(open_) if open_ else EquivalenceProof.PROOF

    def _answers(self, mutant: Policy) -> Iterator[Proved | Unknown | Witness]:
        """Yield the prover's answers: where one is open, for the arguments that are declared."""
        sides = EQUIVALENT, self.trials.policy, mutant
        narrower: dict[str, dict[str, Any]] = {}
        for capability, result in by_capability(*sides):
            name = self._declare(capability)
            if isinstance(result, Proved) or not name:
                yield result
                continue
            if isinstance(result, Witness) and is_case(result.request):
                yield result
                continue
            if name not in narrower:
                narrower[name] = dict(by_capability(*sides, domain=self.payloads[name]))
            yield narrower[name].get(capability, result)

    def _declare(self, capability: str) -> str:
        given = Capability.parse(capability)
        for name in self.payloads:
            pattern = Capability.parse(name)
            if given is not None and pattern is not None and pattern.covers(given):
                return name
        return ""


def is_case(call: Request) -> bool:
    """Say whether a call can be written as a case, in JSON."""
    return isinstance(call.capability, str) and is_json([call.args.values, call.context.values])
