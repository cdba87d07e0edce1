"""Decisions as text taken apart: which verdicts are possible, with which obligations, how tight."""

from dataclasses import dataclass

from fencekit.model.verdict import Verdict

RANKS = {verdict.name: verdict for verdict in Verdict}


@dataclass(frozen=True, slots=True)
class Alternative:
    """One decision that is possible: the name of its verdict, and the obligations beside it."""

    verdict: str
    obligations: tuple[str, ...]

    @property
    def rank(self) -> int:
        """How tight the verdict is."""
        return RANKS.get(self.verdict, Verdict.DENY)


def alternatives(decision: str) -> tuple[Alternative, ...]:
    """Return what a decision as text, such as `DENY|ALLOW+warn`, holds possible."""
    parts = (part.split("+") for part in decision.split("|"))
    return tuple(Alternative(verdict, tuple(duties)) for verdict, *duties in parts)


def ranks(decision: str) -> frozenset[int]:
    """Return the ranks of the verdicts that a decision as text holds possible."""
    return frozenset(alternative.rank for alternative in alternatives(decision))


def tightness(decision: str) -> tuple[int, int, str]:
    """Order decisions as text from the loosest to the tightest."""
    return max(ranks(decision)), min(ranks(decision)), decision
