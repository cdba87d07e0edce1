"""Whether a policy is anywhere looser than another: proved, a witness, or unknown.

`compare(old, new)` asks whether `new` is nowhere looser than `old`; `holds(goal, *policies)` asks
for any relation of `goals`, and `by_capability` gives the answers class by class. Every witness
has been decided by the engine under each policy before it is returned.
"""

from collections.abc import Iterator, Mapping
from typing import Any, Literal

from fencekit.checks.prove.cases import Tally, search
from fencekit.checks.prove.domains import read_domain
from fencekit.checks.prove.goals import NOT_LOOSER, Goal, Outcomes
from fencekit.checks.prove.lists import Index
from fencekit.checks.prove.solver import Solver
from fencekit.checks.prove.witness import smaller
from fencekit.engines.native.evaluator import NativeEvaluator
from fencekit.model.errors import UsageError
from fencekit.model.policy import Policy
from fencekit.model.proof import Method, Proved, Result, Rung, Unknown, Witness
from fencekit.model.request import Request

Domain = Literal["open"] | Mapping[str, Any]


def compare(old: Policy, new: Policy, *, domain: Domain = "open") -> Result:
    """Return whether `new` is nowhere looser than `old`, for every call of the domain.

    The domain is `"open"`, any JSON object as arguments, or a JSON Schema of them.
    """
    return holds(NOT_LOOSER, old, new, domain=domain)


def holds(goal: Goal, *policies: Policy, domain: Domain = "open") -> Result:
    """Return whether a relation of so many policies holds for every call of the domain."""
    ladder: list[Rung] = []
    unknown: Unknown | None = None
    for _, result in by_capability(goal, *policies, domain=domain):
        ladder.extend(result.ladder)
        if isinstance(result, Witness):
            return Witness(result.request, result.outcomes, tuple(ladder))
        if isinstance(result, Unknown):
            unknown = unknown or result
    if unknown is not None:
        return Unknown(unknown.reason, tuple(ladder))
    if not ladder:
        said = "every call meets the same rules in both policies"
        return Proved(Method.SAME, (Rung(Method.SAME, said),))
    return Proved(max((rung.method for rung in ladder), key=list(Method).index), tuple(ladder))


def by_capability(
    goal: Goal, *policies: Policy, domain: Domain = "open"
) -> Iterator[tuple[str, Result]]:
    """Yield, for each class of capabilities that needs a look, one of them and its answer.

    Of several classes that meet the same rules, one stands for all.
    """
    if len(policies) != goal.policies:
        raise UsageError(f"`{goal.name}` is a relation of {goal.policies} policies")
    evaluators = [NativeEvaluator(policy) for policy in policies]

    def run(request: Request) -> Outcomes:
        return tuple(evaluator.decide(request).outcomes[0] for evaluator in evaluators)

    def shows(request: Request) -> bool:
        return asked.accepts(request.args.values) and goal.broken(run(request))

    asked = read_domain(domain)
    solver = Solver(asked)
    for of_class in Index(policies, goal.about).classes(goal):
        tally = Tally()
        before = solver.states
        request = search(of_class, goal, solver, run, tally)
        method = Method.WORDS if solver.states > before else Method.CASES
        said = f"`{of_class.capability}` and capabilities like it"
        ladder = (Rung(method, said, tally.cases, solver.states - before),)
        if request is not None:
            request = smaller(request, shows)
            yield of_class.capability, Witness(request, run(request), ladder)
        elif tally.open:
            yield of_class.capability, Unknown(tally.open[0], ladder)
        else:
            yield of_class.capability, Proved(method, ladder)
