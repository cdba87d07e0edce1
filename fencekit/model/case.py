"""A case: a call, and what a policy must make of it."""

from dataclasses import dataclass

from fencekit.model.decision import Decision, Outcome
from fencekit.model.request import Request
from fencekit.model.source import Place
from fencekit.model.verdict import Obligation, Verdict

BY_DEFAULT = "default"
"""Stands for the rule where none decides."""


@dataclass(frozen=True, slots=True)
class Expectation:
    """What is right for a call: any of some verdicts, perhaps by one rule, with some obligations.

    `rule` is the id of the rule that must decide, `default` for none; empty for any. `obligations`
    are exactly those that must come with the verdict; None for any.
    """

    verdicts: frozenset[Verdict]
    rule: str = ""
    obligations: frozenset[Obligation] | None = None

    def is_met_by(self, decision: Decision) -> bool:
        """Whether all that is possible is right, and nothing went wrong."""
        return all(map(self.allows, decision.outcomes))

    def allows(self, outcome: Outcome) -> bool:
        """Whether one way to decide is right; a decision that raised never is."""
        if outcome.error is not None or outcome.effect.verdict not in self.verdicts:
            return False
        if self.rule and self.rule != (outcome.rule.id if outcome.rule else BY_DEFAULT):
            return False
        return self.obligations is None or outcome.effect.obligations == self.obligations

    def __str__(self) -> str:
        shown = "|".join(map(str, sorted(self.verdicts)))
        if self.obligations is not None:
            shown = "+".join([shown, *map(str, sorted(self.obligations))])
            shown += " without obligations" if not self.obligations else ""
        return f"{shown} by {self.rule}" if self.rule else shown


@dataclass(frozen=True, slots=True)
class Case:
    """A call with what is expected of it; `name` is the only one of its file.

    `policy` is the path of the policy that it is about, empty for that of its file.
    """

    name: str
    request: Request
    expected: Expectation
    place: Place
    policy: str = ""
