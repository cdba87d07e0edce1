"""Whether a policy is anywhere looser than another: proved, a witness, or unknown.

`compare(old, new)` asks whether `new` is nowhere looser than `old`; `holds(goal, *policies)` asks
for any relation of `goals`, and `by_capability` gives the answers class by class. Every witness
has been decided by the engine under each policy before it is returned.
"""

from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import replace
from typing import Any, Literal

from fencekit.engines.native.native_evaluator import NativeEvaluator
from fencekit.model.errors import UnsupportedSchemaError, UsageError
from fencekit.model.policy import Policy
from fencekit.model.proof import NO_CALL, Method, ProofStep, Proved, Result, Unknown, Witness
from fencekit.model.request import Request
from fencekit.prover.argument_domains import OPEN, read_domain
from fencekit.prover.batched_search import search
from fencekit.prover.certificate import make_certificate
from fencekit.prover.checker.check_certificate import CertificateError
from fencekit.prover.counterexample_search import SearchStatistics
from fencekit.prover.cube_solver import Solver
from fencekit.prover.decision_lists import CapabilityClass, Index
from fencekit.prover.minimise_witness import minimise
from fencekit.prover.policy_properties import NOT_LOOSER, Outcomes, Property
from fencekit.prover.rule_literals import Literal as PolicyLiteral
from fencekit.prover.values.schema_arguments import FieldQuery
from fencekit.regex.memory_budget import MEMORY
from fencekit.schema.argument_schema import TOO_DEEP

Domain = Literal["open"] | Mapping[str, Any]


def compare(
    old: Policy, new: Policy, *, domain: Domain = "open", certificate: bool = False
) -> Result:
    """Return whether `new` is nowhere looser than `old`, for every call of the domain.

    The domain is `"open"`, any JSON object as arguments, or a JSON Schema of them. One that says
    what is not followed leaves the answer unknown, with what it says as the reason; one that is no
    JSON Schema raises UsageError. With `certificate`, what is proved comes with one for
    `checker.check`.
    """
    return check_property(NOT_LOOSER, old, new, domain=domain, certificate=certificate)


def check_property(
    goal: Property, *policies: Policy, domain: Domain = "open", certificate: bool = False
) -> Result:
    """Return whether a relation of so many policies holds for every call of the domain.

    What is proved for a domain, and can be proved without it, has a certificate of every call.
    Raises CertificateError where a certificate is asked for that cannot be made.
    """
    ladder: list[ProofStep] = []
    unknown: Unknown | None = None
    prover = Prover(goal, policies, domain)
    for _, result in prover.answers():
        ladder.extend(result.ladder)
        if isinstance(result, Witness):
            return Witness(result.request, result.outcomes, tuple(ladder))
        if isinstance(result, Unknown):
            unknown = unknown or result
    if unknown is not None:
        return Unknown(unknown.reason, tuple(ladder))
    if not ladder:
        said = "every call meets the same rules in both policies"
        ladder = [ProofStep(Method.SAME, said)]
    method = max((rung.method for rung in ladder), key=list(Method).index)
    proved = Proved(method, tuple(ladder), is_vacuous=prover.is_empty)
    if not certificate:
        return proved
    if domain != "open":
        with suppress(CertificateError):
            everywhere = check_property(goal, *policies, certificate=True)
            if isinstance(everywhere, Proved):
                return replace(proved, certificate=everywhere.certificate)
    # Of a domain that no call is in, nothing at all is so.
    cores = [frozenset[PolicyLiteral]()] if prover.is_empty else prover.solver.refuted
    made = make_certificate(goal, policies, domain, cores)
    return replace(proved, certificate=made)


def by_capability(
    goal: Property, *policies: Policy, domain: Domain = "open"
) -> Iterator[tuple[str, Result]]:
    """Yield, for each class of capabilities that needs a look, one of them and its answer.

    Of several classes that meet the same rules, one stands for all.
    """
    yield from Prover(goal, policies, domain).answers()


class Prover:
    """Answers about a goal and policies, class by class."""

    def __init__(
        self, goal: Property, policies: tuple[Policy, ...], domain: Domain = "open"
    ) -> None:
        if len(policies) != goal.policies:
            raise UsageError(f"`{goal.name}` is a relation of {goal.policies} policies")
        self._goal = goal
        self._policies = policies
        self._refused = ""
        self.is_empty = False
        try:
            self._domain = read_domain(domain)
            # Wider than the schema at most: where no fields are left of it, no call is.
            self.is_empty = next(self._domain.fields(FieldQuery(), ()), None) is None
        except UnsupportedSchemaError as error:
            self._domain, self._refused = OPEN, error.message
        except RecursionError:
            self._domain, self._refused = OPEN, TOO_DEEP
        self._evaluators = [NativeEvaluator(policy) for policy in policies]
        self.solver = Solver(self._domain)

    def answers(self) -> Iterator[tuple[str, Result]]:
        """Yield a capability of each class that needs a look, and its answer.

        For a domain that says what is not followed, that is the one answer about every class; so
        is, for a domain that no call is in, that all is proved.
        """
        if self._refused:
            yield "*", Unknown(self._refused)
            return
        if self.is_empty:
            yield "*", Proved(Method.CASES, (ProofStep(Method.CASES, NO_CALL),), is_vacuous=True)
            return
        for of_class in Index(self._policies, self._goal.about).classes(self._goal):
            yield of_class.capability, self._answer(of_class)

    def classes(self) -> Iterator[CapabilityClass]:
        """Yield each class of capabilities that needs a look."""
        yield from Index(self._policies, self._goal.about).classes(self._goal)

    def answer(self, of_class: CapabilityClass, goal: Property) -> Result:
        """Return the answer for a class and another property of the same policies.

        What breaks it must break this prover's property too.
        """
        return self._answer(of_class, goal)

    def _answer(self, of_class: CapabilityClass, goal: Property | None = None) -> Result:
        goal = goal or self._goal
        tally = SearchStatistics()
        before = self.solver.states
        with MEMORY.question():
            request = search(of_class, goal, self.solver, self._decide, tally)
        states = self.solver.states - before
        method = Method.WORDS if states else Method.CASES
        said = f"`{of_class.capability}` and capabilities like it"
        ladder = (ProofStep(method, said, tally.cases, states),)
        if request is not None:
            request = minimise(request, lambda call: self._shows(call, goal))
            return Witness(request, self._decide(request), ladder)
        return Unknown(tally.open[0], ladder) if tally.open else Proved(method, ladder)

    def _decide(self, request: Request) -> Outcomes:
        return tuple(evaluator.decide(request).outcomes[0] for evaluator in self._evaluators)

    def _shows(self, request: Request, goal: Property) -> bool:
        return self._domain.accepts(request.args.values) and goal.broken(self._decide(request))
