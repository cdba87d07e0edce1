"""Cases at the edges: calls that tell a policy from each single edit of it.

The cases that people write say what a policy is for; they rarely stand where a pattern ends or a
keyword has its last letter. For every edit that no case notices a call is looked for that would,
and what the policy says of it is pinned. Edits that decide every call alike have none.
"""

from collections.abc import Iterable, Iterator

from fencekit.checks.pinning import is_json
from fencekit.checks.prove.compare import holds
from fencekit.checks.prove.goals import EQUIVALENT
from fencekit.checks.search import search
from fencekit.engines.base import Evaluator
from fencekit.engines.native.evaluator import ENGINE
from fencekit.model.decision import Outcome
from fencekit.model.policy import Policy
from fencekit.model.proof import Witness
from fencekit.model.request import Request
from fencekit.strategies.mutations import single_edits

TRIES = 300
"""The calls that are tried for an edit before the prover is asked."""


def edges(policy: Policy, known: Iterable[Request], *, prove: bool) -> Iterator[Request]:
    """Yield calls that a policy and an edit of it decide otherwise, one for each edit at the most.

    `known` are the calls of the cases there are. Without `prove`, calls are only searched for.
    """
    original = ENGINE.compile(policy)
    calls = list(known)
    for mutant in single_edits(policy):
        edited = ENGINE.compile(mutant.policy)
        if any(differ(original, edited, call) for call in calls):
            continue
        found = telling(policy, mutant.policy, prove=prove)
        if found is not None and is_json([found.args.values, found.context.values]):
            calls.append(found)
            yield found


def telling(policy: Policy, edited: Policy, *, prove: bool) -> Request | None:
    """Return a call that two policies decide otherwise, if one is found."""

    def different(before: Outcome, after: Outcome) -> bool:
        return before.effect != after.effect

    witness = search(policy, edited, sought=different, max_examples=TRIES).witness
    if witness is not None:
        return witness.request
    result = holds(EQUIVALENT, policy, edited) if prove else None
    return result.request if isinstance(result, Witness) else None


def differ(original: Evaluator, edited: Evaluator, call: Request) -> bool:
    """Say whether two policies decide a call otherwise."""
    before, after = (one.decide(call).outcomes[0].effect for one in (original, edited))
    return before != after
