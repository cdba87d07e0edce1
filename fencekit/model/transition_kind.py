"""The ways in which a call can get looser, the worst one first."""

from enum import StrEnum

from fencekit.model.change import Change, compare_effects
from fencekit.model.decision import Outcome
from fencekit.model.verdict import Verdict


class TransitionKind(StrEnum):
    """From which decision to which a call gets looser; in the order of how bad that is.

    ERROR is any of them, for calls on which the policy in force raises: that counts as a DENY, and
    nobody meant it as one.
    """

    DENY_TO_ALLOW = "DENY -> ALLOW"
    ESCALATE_TO_ALLOW = "ESCALATE -> ALLOW"
    DENY_TO_ESCALATE = "DENY -> ESCALATE"
    OBLIGATION_DROPPED = "obligation dropped"
    ERROR = "where deciding raised"


STEPS: dict[tuple[Verdict, Verdict], TransitionKind] = {
    (Verdict.DENY, Verdict.ALLOW): TransitionKind.DENY_TO_ALLOW,
    (Verdict.ESCALATE, Verdict.ALLOW): TransitionKind.ESCALATE_TO_ALLOW,
    (Verdict.DENY, Verdict.ESCALATE): TransitionKind.DENY_TO_ESCALATE,
}


def transition_kind(before: Outcome, after: Outcome) -> TransitionKind | None:
    """Return how a call gets looser from one outcome to another; None where it does not."""
    if compare_effects(before.effect, after.effect) is not Change.LOOSER:
        return None
    if before.error is not None:
        return TransitionKind.ERROR
    step = before.effect.verdict, after.effect.verdict
    return STEPS.get(step, TransitionKind.OBLIGATION_DROPPED)


def severity(kind: TransitionKind | None) -> int:
    """Return how bad a transition is: 0 is the worst, None the least."""
    return len(TransitionKind) if kind is None else list(TransitionKind).index(kind)
