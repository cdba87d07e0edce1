"""Edits that loosen although no witness is put down to them: proof shows one call of each kind.

Of each such edit it is asked whether some call gets looser by it: one that is as it was when the
edit alone is undone, or one that the edit makes by itself, and that the new version lets through.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from fencekit.checks.diff.apply_edits import Applying
from fencekit.model.change import Change, compare_effects
from fencekit.model.decision import Outcome
from fencekit.model.edit import Edit, PolicyDiff
from fencekit.model.policy import Policy
from fencekit.model.proof import Unknown, Witness
from fencekit.prover.policy_properties import Outcomes, Property
from fencekit.prover.prover import Domain, check_property

MOST_EDITS = 60
MOST_STEPS = 15_000
"""How much is tried for all edits together: some seconds; what is left stays unknown."""


def _without(outcomes: Outcomes) -> bool:
    old, undone, new = outcomes
    return is_looser(old, new) and is_looser(undone, new)


def _alone(outcomes: Outcomes) -> bool:
    old, only, new = outcomes
    return is_looser(old, new) and is_looser(old, only)


def is_looser(before: Outcome, after: Outcome) -> bool:
    """Say whether an outcome is looser than another."""
    return compare_effects(before.effect, after.effect) is Change.LOOSER


WITHOUT = Property("nothing gets looser by the edit", _without, 3, same_is_fine=True)
ALONE = Property("the edit alone makes nothing looser", _alone, 3, same_is_fine=True)


@dataclass(frozen=True, slots=True)
class Silent:
    """What came of asking about an edit: a call that gets looser by it, or that none is known."""

    edit: Edit
    witness: Witness | None = None
    is_settled: bool = True


def loosening_edits(
    edits: Iterable[Edit], diff: PolicyDiff, domain: Domain = "open"
) -> Iterator[Silent]:
    """Yield, for each of some edits, whether a call gets looser by it."""
    applying = Applying(diff)
    spent = 0
    for number, edit in enumerate(edits):
        if number >= MOST_EDITS or spent > MOST_STEPS or not diff.pairs:
            yield Silent(edit, is_settled=False)
            continue
        is_settled = True
        for goal, version in ((ALONE, applying.policy((edit,))), (WITHOUT, undone(edit, applying))):
            result = check_property(goal, diff.old, version, diff.new, domain=domain)
            spent += sum(rung.states + rung.cases for rung in result.ladder)
            if isinstance(result, Witness):
                yield Silent(edit, result)
                break
            is_settled &= not isinstance(result, Unknown)
        else:
            yield Silent(edit, is_settled=is_settled)


def undone(edit: Edit, applying: Applying) -> Policy:
    """Return the new version without one of its edits."""
    return applying.policy([other for other in applying.diff.edits if other is not edit])
