"""`fencekit.compare`: whether one policy is nowhere looser than another, or the worst call.

The prover gives the first call that it comes across. Here every worse transition is asked for, so
that a harmless loosening never hides a bad one, and what only exists because the policy in force
raises comes last.
"""

from dataclasses import replace

from fencekit.model.policy import Policy
from fencekit.model.proof import Result, Witness
from fencekit.model.transition_kind import TransitionKind, transition_kind
from fencekit.prover import prover
from fencekit.prover.policy_properties import NOT_LOOSER, Outcomes, Property


def compare(
    old: Policy, new: Policy, *, domain: prover.Domain = "open", certificate: bool = False
) -> Result:
    """Return whether `new` is nowhere looser than `old`, for every call of the domain.

    A witness shows the worst transition that there is, DENY to ALLOW first; one on which `old`
    raises, which counts as a DENY, is only given where there is no other. The domain is `"open"`,
    any JSON object as arguments, or a JSON Schema of them. One that says what is not followed
    leaves the answer unknown, with what it says as the reason; one that is no JSON Schema raises
    UsageError. With `certificate`, what is proved comes with one for `checker.check`.
    """
    result = prover.compare(old, new, domain=domain, certificate=certificate)
    if not isinstance(result, Witness):
        return result
    return worst_witness(result, NOT_LOOSER, old, new, domain)


def worst_witness(
    found: Witness, goal: Property, old: Policy, new: Policy, domain: prover.Domain
) -> Witness:
    """Return a call that shows the worst transition, where a call is known that breaks the goal.

    A transition that cannot be settled is passed over: another call is known.
    """
    at_hand = transition_kind(found.before, found.after)
    for kind in TransitionKind:
        if kind is at_hand:
            break
        worse = prover.check_property(of_kind(goal, kind), old, new, domain=domain)
        if isinstance(worse, Witness):
            return worse
    return found


def of_kind(goal: Property, kind: TransitionKind) -> Property:
    """Return a goal that only calls of one transition break."""

    def is_broken(outcomes: Outcomes) -> bool:
        before, after = outcomes
        return transition_kind(before, after) is kind and goal.broken(outcomes)

    return replace(goal, broken=is_broken)
