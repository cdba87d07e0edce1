"""Relations between the outcomes of policies that should hold for every call.

A goal says which outcomes break it. The prover looks for a call that does; where it is sure that
there is none, the relation holds.
"""

from collections.abc import Callable
from dataclasses import dataclass

from fencekit.model.change import Change, compare_effects
from fencekit.model.decision import Outcome
from fencekit.model.policy import Rule
from fencekit.model.verdict import Verdict

Outcomes = tuple[Outcome, ...]


@dataclass(frozen=True, slots=True)
class Property:
    """A relation, by its name, over the outcomes of so many policies.

    `broken` sees one outcome of each policy, and looks at nothing of it but its effect, whether
    there is an error, whether it is the default, and whether `about` is its rule. With
    `same_is_fine`, equal outcomes never break it, so that calls for which all policies have the
    same rules need no look.
    """

    name: str
    broken: Callable[[Outcomes], bool]
    policies: int = 1
    same_is_fine: bool = False
    about: Rule | None = None


def _looser(outcomes: Outcomes) -> bool:
    before, after = outcomes
    return compare_effects(before.effect, after.effect) is Change.LOOSER


def _differs(outcomes: Outcomes) -> bool:
    before, after = outcomes
    return before.effect != after.effect


def _both_allow(outcomes: Outcomes) -> bool:
    return all(outcome.effect.verdict is Verdict.ALLOW for outcome in outcomes)


def _not_denied(outcomes: Outcomes) -> bool:
    return outcomes[0].effect.verdict is not Verdict.DENY


def _not_allowed(outcomes: Outcomes) -> bool:
    return outcomes[0].effect.verdict is not Verdict.ALLOW


def _is_allowed(outcomes: Outcomes) -> bool:
    return outcomes[0].effect.verdict is Verdict.ALLOW


def _errs(outcomes: Outcomes) -> bool:
    return any(outcome.error is not None for outcome in outcomes)


NOT_LOOSER = Property("not looser", _looser, 2, same_is_fine=True)
"""The second policy is nowhere looser than the first: no lower verdict, no obligation dropped."""

EQUIVALENT = Property("equivalent", _differs, 2, same_is_fine=True)
"""Both policies have the same effect on every call."""

DISJOINT = Property("disjoint", _both_allow, 2)
"""No call is allowed by both policies."""

ALWAYS_DENIES = Property("always denies", _not_denied)
"""Every call is denied, by a rule, by default or by an error."""

ALWAYS_ALLOWS = Property("always allows", _not_allowed)
"""Every call is allowed, with or without obligations."""

NEVER_ALLOWS = Property("never allows", _is_allowed)
"""No call is allowed."""

NEVER_ERRORS = Property("never errors", _errs)
"""Deciding never raises."""

GOALS = {
    goal.name: goal
    for goal in (
        NOT_LOOSER,
        EQUIVALENT,
        DISJOINT,
        ALWAYS_DENIES,
        ALWAYS_ALLOWS,
        NEVER_ALLOWS,
        NEVER_ERRORS,
    )
}


def never_determines(rule: Rule) -> Property:
    """Return the goal that a rule of the policy, the very object, decides no call.

    An error that the rule raises counts as deciding.
    """

    def determines(outcomes: Outcomes) -> bool:
        return outcomes[0].rule is rule

    return Property(f"`{rule.id}` never determines", determines, about=rule)
