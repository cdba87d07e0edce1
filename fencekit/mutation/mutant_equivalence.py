"""Whether any call tells a mutant from its policy: one that does, or the proof that none can."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from itertools import islice
from typing import Any

from fencekit.checks.proofs.regression_case import is_json
from fencekit.engines.time_limit import deadline
from fencekit.generation.call_search import different, search
from fencekit.model.capability import Capability
from fencekit.model.errors import TimeLimitError
from fencekit.model.policy import Policy
from fencekit.model.proof import Method, Proved, Unknown, Witness
from fencekit.model.request import Request
from fencekit.mutation.distinguishing_inputs import SameByAutomataError, SameError
from fencekit.mutation.mutant_runner import MutantRunner
from fencekit.prover.policy_properties import EQUIVALENT
from fencekit.prover.prover import by_capability

MOST_CALLS = 6_000
"""How many calls of an edit's own are tried before a proof is asked for."""


@dataclass(frozen=True, slots=True)
class Tries:
    """How many calls are searched for at random, and when; searching compiles each mutant anew."""

    first: int = 0
    before_proof: int = 300
    after_proof: int = 0


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


@dataclass(frozen=True, slots=True)
class EquivalentMutant:
    """No call tells the mutant from its policy; the note says what shows it."""

    proof: EquivalenceProof
    note: str = "proved: the pattern is found in the same texts"


Answer = Request | EquivalentMutant | UndecidedMutant


@dataclass
class EquivalenceChecker:
    """Settles what nothing notices, over the payloads that each capability declares, if any.

    `limit` is in seconds, for each proof; 0 for none. `known` are calls beside those of the probes.
    With `as_cases`, a call must be one that can be written as a case, in JSON.
    """

    runner: MutantRunner
    payloads: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    limit: float = 0
    known: Sequence[Request] = ()
    tries: Tries = field(default_factory=Tries)
    as_cases: bool = True

    def __post_init__(self) -> None:
        self.inputs = self.runner.distinguishing_inputs(self.known)
        self.tried = 0
        """How many calls the last search at random tried."""

    def settle(self, mutant: Policy) -> Answer:
        """Return a call that tells a mutant from the policy, or why there is none, or neither."""
        found = self._search_call(mutant, self.tries.first) or self._own_answer(mutant)
        found = found or self._search_call(mutant, self.tries.before_proof)
        if found is not None:
            return found
        proved = self.ask_prover(mutant)
        if not isinstance(proved, UndecidedMutant):
            return proved
        if not self.tries.after_proof:
            return proved
        found = self._search_call(mutant, self.tries.after_proof)
        said = f"not told apart in {self.tried:,} tries: {proved.reason}"
        return found or UndecidedMutant(said)

    def _own_answer(self, mutant: Policy) -> Request | EquivalentMutant | None:
        """Return a call that stands where the edit is and tells it apart, or that none does."""
        evaluator = self.runner.evaluator(mutant)
        try:
            for call in islice(self.inputs.calls(mutant), MOST_CALLS):
                if self.runner.tells(evaluator, call) and self._fits(call):
                    return call
        except SameByAutomataError:
            return EquivalentMutant(EquivalenceProof.AUTOMATA)
        except SameError:
            return EquivalentMutant(EquivalenceProof.PATTERNS)
        return None

    def _search_call(self, mutant: Policy, tries: int) -> Request | None:
        """Return a call that the policy and a mutant decide otherwise, by trying some."""
        if not tries:
            return None
        searched = search(self.runner.policy, mutant, sought=different, max_examples=tries)
        self.tried, found = searched.tried, searched.witness
        return found.request if found is not None and self._fits(found.request) else None

    def _fits(self, call: Request) -> bool:
        return not self.as_cases or is_case(call)

    def is_same(self, mutant: Policy, why: EquivalenceProof) -> bool:
        """Say whether it is shown again, and in that way, that no call tells a mutant apart."""
        if why is EquivalenceProof.PROOF:
            return isinstance(self.ask_prover(mutant), EquivalentMutant)
        evaluator = self.runner.evaluator(mutant)
        try:
            for call in islice(self.inputs.calls(mutant), MOST_CALLS):
                if self.runner.tells(evaluator, call):
                    return False
        except SameError:
            return True
        return False

    def ask_prover(self, mutant: Policy) -> Answer:
        """Return what the prover says of a mutant."""
        open_, methods = "", [Method.SAME]
        try:
            with deadline(self.limit):
                for result in self._answers(mutant):
                    methods += [step.method for step in result.ladder]
                    if isinstance(result, Witness) and self._fits(result.request):
                        return result.request
                    if not isinstance(result, Proved):
                        said = result.reason if isinstance(result, Unknown) else "no JSON"
                        open_ = open_ or said
        except TimeLimitError as error:
            return UndecidedMutant(error.message)
        if open_:
            return UndecidedMutant(open_)
        method = max(methods, key=list(Method).index)
        return EquivalentMutant(EquivalenceProof.PROOF, f"proved by {method}")

    def _answers(self, mutant: Policy) -> Iterator[Proved | Unknown | Witness]:
        """Yield the prover's answers: where one is open, for the arguments that are declared."""
        sides = EQUIVALENT, self.runner.policy, mutant
        narrower: dict[str, dict[str, Any]] = {}
        for capability, result in by_capability(*sides):
            name = self._declare(capability)
            if isinstance(result, Proved) or not name:
                yield result
                continue
            if isinstance(result, Witness) and self._fits(result.request):
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
