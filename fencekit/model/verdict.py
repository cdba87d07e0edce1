"""Verdicts and their order: ALLOW < ESCALATE < DENY; to combine is to take the greatest."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import IntEnum


class Verdict(IntEnum):
    """What a policy says of a call; a greater verdict is a tighter one."""

    ALLOW = 0
    ESCALATE = 1
    DENY = 2

    def __str__(self) -> str:
        return self.name


def combine(verdicts: Iterable[Verdict]) -> Verdict:
    """Return the tightest of the verdicts; DENY when there is none."""
    return max(verdicts, default=Verdict.DENY)


@dataclass(frozen=True, slots=True, order=True)
class Obligation:
    """A duty that comes with a verdict; a gate that cannot discharge it must refuse."""

    name: str

    def __str__(self) -> str:
        """Return the name, so that it cannot pass for more of a decision than it is."""
        return self.name.replace("%", "%25").replace("|", "%7C").replace("+", "%2B")


@dataclass(frozen=True, slots=True)
class Effect:
    """What a rule does when it decides: a verdict and the obligations beside it."""

    verdict: Verdict
    obligations: frozenset[Obligation] = frozenset()

    def __str__(self) -> str:
        return "+".join([str(self.verdict), *map(str, sorted(self.obligations))])


ALLOW = Effect(Verdict.ALLOW)
ESCALATE = Effect(Verdict.ESCALATE)
DENY = Effect(Verdict.DENY)
WARN = Effect(Verdict.ALLOW, frozenset({Obligation("warn")}))
