"""Every way in which a policy gets looser: each proved absent or shown, and by which rules.

Where a looser call of a class of capabilities is known, the prover is asked again for each
transition (`DENY -> ALLOW` first). A transition that occurs is asked for again without the rules
that showed it, until no other rules show it: so a harmless loosening never hides a bad one, nor
one rule another. What only exists because the first policy raises is a transition of its own.
"""

from collections.abc import Iterator
from dataclasses import replace
from functools import cached_property

from fencekit.generation.call_search import search
from fencekit.model.comparison_result import TransitionAnswer
from fencekit.model.decision import Outcome
from fencekit.model.policy import Policy
from fencekit.model.proof import Proved, Result, Unknown, Witness
from fencekit.model.transition_kind import TransitionKind, transition_kind
from fencekit.prover.decision_lists import CapabilityClass
from fencekit.prover.policy_properties import Outcomes, Property
from fencekit.prover.prover import Domain, Prover
from fencekit.prover.rule_literals import key_of

MOST_RULES = 6
"""The pairs of rules by which one transition of one class is shown; more are said to be there."""

MOST_SEARCHED = 400
"""The calls that are tried for one transition that the prover does not settle."""


class TransitionFinder:
    """Asks for the transitions between two policies, for a property that looser calls break."""

    def __init__(self, goal: Property, old: Policy, new: Policy, domain: Domain = "open") -> None:
        self.goal = goal
        self.policies = old, new
        self.domain = domain

    @cached_property
    def prover(self) -> Prover:
        """The prover; it is made only where a looser call is known."""
        return Prover(self.goal, self.policies, self.domain)

    @cached_property
    def classes(self) -> dict[str, CapabilityClass]:
        """The classes of capabilities that need a look, by the capability that stands for each."""
        return {one.capability: one for one in self.prover.classes()}

    def transitions(self, capability: str, known: Result) -> tuple[TransitionAnswer, ...]:
        """Return the answer for each transition of a class of which a looser call is known."""
        if not isinstance(known, Witness) or capability not in self.classes:
            return ()
        return tuple(self._each(self.classes[capability], known))

    def _each(self, of_class: CapabilityClass, known: Witness) -> Iterator[TransitionAnswer]:
        at_hand = transition_kind(known.before, known.after)
        for kind in TransitionKind:
            first = known if kind is at_hand else self._ask(of_class, kind, frozenset())
            shown = [first] if isinstance(first, Witness) else []
            last = first
            while isinstance(last, Witness) and len(shown) < MOST_RULES:
                last = self._ask(of_class, kind, frozenset(map(rules_of, shown)))
                if isinstance(last, Witness):
                    shown.append(last)
            yield TransitionAnswer(kind, first, tuple(shown[1:]), isinstance(last, Proved))

    def _ask(
        self, of_class: CapabilityClass, kind: TransitionKind, known: frozenset[object]
    ) -> Result:
        """Return whether a transition occurs by other rules than those known."""

        def is_broken(outcomes: Outcomes) -> bool:
            before, after = outcomes
            return (
                transition_kind(before, after) is kind
                and self.goal.broken(outcomes)
                and pair_of(before, after) not in known
            )

        result = self.prover.answer(of_class, replace(self.goal, broken=is_broken))
        if not isinstance(result, Unknown):
            return result
        found = search(
            *self.policies,
            sought=lambda before, after: is_broken((before, after)),
            max_examples=MOST_SEARCHED,
            capability=of_class.capability,
            domain=self.domain,
        )
        if found.witness is None:
            return result
        return replace(found.witness, ladder=result.ladder)


def worst(known: Result, found: tuple[TransitionAnswer, ...]) -> Result:
    """Return the answer for a class: its worst call; what only errors show is the last.

    Where nothing is looser but by an error, and something is not known, that is not known.
    """
    unknown: Unknown | None = None
    for one in found:
        if isinstance(one.result, Unknown):
            unknown = unknown or one.result
        if isinstance(one.result, Witness):
            is_last = one.kind is TransitionKind.ERROR and unknown is not None
            return unknown if is_last and unknown is not None else one.result
    return known


def rules_of(witness: Witness) -> object:
    """Return what tells the rules that decide a call from others."""
    return pair_of(witness.before, witness.after)


def pair_of(before: Outcome, after: Outcome) -> object:
    """Return what tells the rules of two outcomes from others; equal rules are the same here."""
    return tuple(key_of(one.rule) if one.rule else None for one in (before, after))
