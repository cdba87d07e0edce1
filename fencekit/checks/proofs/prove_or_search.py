"""The last rung of the ladder: where nothing was proved and no call built, one is searched for."""

from collections.abc import Iterator
from dataclasses import replace

from fencekit.generation.call_search import search
from fencekit.model.errors import UnsupportedSchemaError
from fencekit.model.policy import Policy
from fencekit.model.proof import Method, ProofStep, Result, Unknown, Witness
from fencekit.prover.policy_properties import Property
from fencekit.prover.prover import Domain, by_capability

MAX_EXAMPLES = 5_000
"""The calls that are tried for one class of capabilities."""

MOST_EXAMPLES = 20_000
"""The calls that are tried for all classes together; after these, what is unknown stays so."""


def answers(
    goal: Property, old: Policy, new: Policy, domain: Domain = "open"
) -> Iterator[tuple[str, Result]]:
    """Yield a capability of each class that needs a look, and the answer for the class.

    Where the prover does not know, a call is searched for. One that the search finds is a witness;
    finding none leaves it unknown, and the ladder says how many calls were tried.
    """
    left = MOST_EXAMPLES
    for capability, result in by_capability(goal, old, new, domain=domain):
        if not isinstance(result, Unknown) or not left:
            yield capability, result
            continue
        try:
            found = search(
                old,
                new,
                sought=lambda before, after: goal.broken((before, after)),
                max_examples=min(MAX_EXAMPLES, left),
                capability=capability,
                domain=domain,
            )
        except UnsupportedSchemaError:
            yield capability, result  # the reason says it already
            continue
        left -= found.tried
        said = f"{found.tried:,} calls aimed at the rules were tried"
        rung = ProofStep(Method.SEARCH, said, calls=found.tried)
        ladder = (*result.ladder, rung)
        if found.witness is not None:
            yield capability, Witness(found.witness.request, found.witness.outcomes, ladder)
            continue
        ended = (
            found.error.message if found.error else f"a search of {found.tried:,} calls found none"
        )
        yield capability, replace(result, reason=f"{result.reason}; {ended}", ladder=ladder)
