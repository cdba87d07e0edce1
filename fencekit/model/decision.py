"""A decision: every outcome that is still possible, each with the rule that would decide it."""

from dataclasses import dataclass

from fencekit.model.errors import EngineError
from fencekit.model.policy import Rule
from fencekit.model.verdict import DENY, Effect, Verdict


@dataclass(frozen=True, slots=True)
class Outcome:
    """One way in which a call can be decided.

    No rule is the default, DENY. An error is a DENY with what went wrong, and the rule where.
    """

    effect: Effect = DENY
    rule: Rule | None = None
    error: EngineError | None = None

    @property
    def by_default(self) -> bool:
        """Whether no rule decided, so that the default did."""
        return self.rule is None and self.error is None


BY_DEFAULT = Outcome()


@dataclass(frozen=True, slots=True)
class Decision:
    """The outcomes that are possible for a request: one when all that matters is known.

    Never empty; no two are equal; in the order in which the policy would reach them.
    """

    outcomes: tuple[Outcome, ...] = (BY_DEFAULT,)

    @classmethod
    def denial(cls, because: EngineError, rule: Rule | None = None) -> "Decision":
        """Return the decision that trouble makes: DENY, with the error in it."""
        return cls((Outcome(DENY, rule, because),))

    @property
    def certain(self) -> bool:
        """Whether there is one outcome only."""
        return len(self.outcomes) == 1

    @property
    def verdicts(self) -> frozenset[Verdict]:
        """The verdicts that are possible."""
        return frozenset(outcome.effect.verdict for outcome in self.outcomes)

    @property
    def effects(self) -> tuple[Effect, ...]:
        """The distinct effects that are possible, loosest first."""
        found = {outcome.effect for outcome in self.outcomes}
        return tuple(sorted(found, key=lambda effect: (effect.verdict, str(effect))))

    @property
    def error(self) -> EngineError | None:
        """The first error among the outcomes."""
        return next((outcome.error for outcome in self.outcomes if outcome.error), None)

    def __str__(self) -> str:
        return "|".join(map(str, self.effects))
