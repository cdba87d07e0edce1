"""Whether a call of which a part is known can be such that policies decide it in a given way.

The rules that may still decide are asked as the prover asks them, with what is known taken out of
their exits: a literal that is surely true is dropped, and so is an exit with one that is not. Sound
as the prover is: what a record leaves open is a domain like others, and of an unknown capability
each class is asked.
"""

from collections.abc import Hashable, Iterable, Iterator, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, replace
from typing import Any

from fencekit.engines.native.native_evaluator import NativeEvaluator
from fencekit.engines.native.request_view import covers_itself_only
from fencekit.engines.native.unknown_questions import QuestionSubject
from fencekit.model.decision import BY_DEFAULT
from fencekit.model.errors import TimeLimitError
from fencekit.model.policy import Policy, Rule
from fencekit.model.request import Request, holds_unknown
from fencekit.prover.argument_domains import OPEN
from fencekit.prover.batched_search import search
from fencekit.prover.capability_classes import classes
from fencekit.prover.counterexample_search import SearchStatistics
from fencekit.prover.cube_solver import Solver
from fencekit.prover.decision_lists import CapabilityClass, DecisionList
from fencekit.prover.partial_domain import PartialArgumentsDomain
from fencekit.prover.partial_model import name_of
from fencekit.prover.partial_request import Constants, Guard, PartialRequest, fits, partial_request
from fencekit.prover.policy_properties import Outcomes, Property
from fencekit.prover.rule_literals import (
    Compares,
    GuardedOutcome,
    Named,
    RiskLevelIs,
    exits_of,
    raising,
)
from fencekit.prover.three_valued_literals import three_valued

MOST_STATES = (6_000, 30_000)
"""The states of one text, and of all texts of one call, that are looked at."""
MOST_PARTS = 2_000
"""The parts of one question that are looked at."""


@dataclass(frozen=True, slots=True)
class Completion:
    """A call that shows what was asked for; or none, with the doubt whether there is one."""

    request: Request | None = None
    doubt: str = ""
    spent: int = 0
    """The parts and the states that were looked at."""


class Completer:
    """Policies, each of which decides calls that are known in part."""

    def __init__(self, evaluators: Sequence[NativeEvaluator], guard: Guard = nullcontext) -> None:
        self.evaluators = evaluators
        self._guard = guard
        policies = [evaluator.policy for evaluator in evaluators]
        self._constants = constants_of(policies)
        self._patterns = list(dict.fromkeys(map(str, self._constants.get("*", ()))))
        self._exits: dict[int, list[GuardedOutcome]] = {}

    def gaps(self, request: Request) -> Iterator["Gap"]:
        """Yield what a request leaves open: one for each class of capabilities that it may have."""
        known = partial_request(request, self._constants, self._guard)
        capability = known.request.capability
        if isinstance(capability, str):
            yield self._gap(known, capability)
            return
        seen: set[Hashable] = set()
        for name in classes(self._patterns).values():
            if fits(capability, name):
                gap = self._gap(known, name)
                if gap.key not in seen:
                    seen.add(gap.key)
                    yield gap

    def _gap(self, known: PartialRequest, capability: str) -> "Gap":
        request = known.request
        if not isinstance(request.capability, str):
            request = Request(
                capability,
                principal=request.principal,
                environment=request.environment,
                context=request.context,
                args=request.args,
            )
            known = PartialRequest(request, self._guard)
        lists = tuple(
            reduce_outcomes(self._exits_left(evaluator, known), known)
            for evaluator in self.evaluators
        )
        return Gap(known, CapabilityClass(capability, lists), self.evaluators)

    def _exits_left(
        self, evaluator: NativeEvaluator, known: PartialRequest
    ) -> Iterator[GuardedOutcome]:
        """Yield the exits of the rules that may still decide."""
        for step in evaluator.steps(known.view):
            rule = step.outcome.rule
            if rule is not None:
                yield from self._of(rule)

    def _of(self, rule: Rule) -> list[GuardedOutcome]:
        if id(rule) not in self._exits:
            is_text = isinstance(rule.capability, str)
            self._exits[id(rule)] = (
                exits_of(rule) if is_text else [GuardedOutcome((), raising(rule))]
            )
        return self._exits[id(rule)]


class Gap:
    """What is open in a call of one class of capabilities."""

    def __init__(
        self,
        known: PartialRequest,
        of_class: CapabilityClass,
        evaluators: Sequence[NativeEvaluator],
    ) -> None:
        self.known = known
        self.key = key_of(known, of_class.lists)
        self._class = of_class
        self._evaluators = evaluators
        args = known.request.args
        domain = OPEN if args.open and not args.values else PartialArgumentsDomain(args)
        self._solver = Solver(domain, known, MOST_STATES)

    def fill(self, goal: Property) -> Completion:
        """Return a call that breaks the goal; none where there is no such, or it is not known."""
        tally, before = SearchStatistics(MOST_PARTS), self._solver.states
        request = search(self._class, goal, self._solver, self._decide, tally)
        spent = tally.parts + self._solver.states - before
        if request is not None and self.known.may_be(request):
            return Completion(request, spent=spent)
        if request is not None:
            return Completion(None, "a call was found that the record cannot be of", spent)
        return Completion(None, tally.open[0] if tally.open else "", spent)

    def filled_as(self, other: Request, goal: Property) -> Request | None:
        """Return the call with what another one has, if it breaks the goal."""
        request = self.known.filled_as(other, self._class.capability)
        is_one = self.known.may_be(request) and goal.broken(self._decide(request))
        return request if is_one else None

    def _decide(self, request: Request) -> Outcomes:
        with self.known.guard():
            found = tuple(evaluator.decide(request).outcomes[0] for evaluator in self._evaluators)
        for outcome in found:
            if isinstance(outcome.error, TimeLimitError):
                raise outcome.error
        return found


def reduce_outcomes(exits: Iterable[GuardedOutcome], known: PartialRequest) -> DecisionList:
    """Return the exits without what is known, up to one that is sure to decide."""
    found: list[GuardedOutcome] = []
    seen: set[frozenset[Any]] = set()
    for exit_ in exits:
        answers = [(literal, three_valued(known, literal)) for literal in exit_.literals]
        left = tuple(literal for literal, answer in answers if answer is None)
        if any(answer is False for _, answer in answers) or frozenset(left) in seen:
            continue
        seen.add(frozenset(left))
        found.append(replace(exit_, literals=left))
        if not left:
            return tuple(found)
    return (*found, GuardedOutcome((), BY_DEFAULT))


def key_of(known: PartialRequest, lists: Sequence[DecisionList]) -> Hashable:
    """Return all that the answers depend on; calls with the same one have the same gap."""
    exits = tuple(
        tuple((exit_.literals, id(exit_.outcome.rule), exit_.number) for exit_ in one)
        for one in lists
    )
    atoms = {literal.atom for one in lists for exit_ in one for literal in exit_.literals}
    names = {atom.key for atom in atoms if isinstance(atom, Named)}
    names |= {"risk_level" for atom in atoms if isinstance(atom, RiskLevelIs)}
    of_names = tuple(
        (name, repr(known.in_context(name)), repr(known.in_args(name))) for name in sorted(names)
    )
    needs_args = any(holds_unknown(known.in_args(name)) for name in names) or any(
        not isinstance(atom, Named | RiskLevelIs)
        and not (isinstance(atom, Compares) and atom.subject is QuestionSubject.CALLER_DEPTH)
        for atom in atoms
    )
    return exits, of_names, repr(known.request.args) if needs_args else ""


def constants_of(policies: Iterable[Policy]) -> Constants:
    """Return what policies ask for by name, and the capabilities that patterns alone cover."""
    found: dict[str, dict[Any, None]] = {}
    for policy in policies:
        for _, rule in policy.decision_list:
            if isinstance(rule.capability, str):
                found.setdefault("*", {})[rule.capability] = None
                if covers_itself_only(rule.capability):
                    found.setdefault("capability", {})[rule.capability] = None
            for exit_ in exits_of(rule):
                for literal in exit_.literals:
                    atom = literal.atom
                    if isinstance(atom, Named | RiskLevelIs) and isinstance(atom.expected, str):
                        found.setdefault(name_of(literal), {})[atom.expected] = None
    return {name: tuple(values) for name, values in found.items()}
