"""Edits of the order in `extends`: two neighbours change places."""

from collections.abc import Iterator

from fencekit.dialects.capfence.swapped_parents import swapped_parents
from fencekit.model.mutant import Direction, Mutant
from fencekit.model.policy import Policy
from fencekit.mutation.operators.edit_direction import when_reordered


def parent_swaps(policy: Policy) -> Iterator[Mutant]:
    """Yield the policy with two neighbours in an `extends` changing places."""
    for swap in swapped_parents(policy):
        after = swap.policy
        can = parents_direction(policy, after)
        if can is not None:
            label = f"`extends`: `{swap.first}` and `{swap.second}` change places"
            yield Mutant(after, "swap-parents", label, can, "extends", swap.place)


def parents_direction(before: Policy, after: Policy) -> Direction | None:
    """Return which way decisions can go when the same files are merged in another order."""
    old = [rule for _, rule in before.decision_list]
    new = [rule for _, rule in after.decision_list]
    by_place = {(rule.id, rule.place): rule for rule in new}
    if len(by_place) != len(new) or any((r.id, r.place) not in by_place for r in old):
        return Direction.EITHER
    if len(old) != len(new):
        return Direction.EITHER
    again = [by_place[rule.id, rule.place] for rule in old]
    if any(rule.effect != twin.effect for rule, twin in zip(old, again, strict=True)):
        return Direction.EITHER
    return when_reordered(again, new)
