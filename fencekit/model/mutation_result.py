"""What mutating a policy adds to a report: each mutant, and what noticed it or could have."""

from collections import Counter
from dataclasses import dataclass
from enum import StrEnum

from fencekit.model.mutant import Direction
from fencekit.model.request import Request
from fencekit.model.source import Place


class MutantStatus(StrEnum):
    """What became of a mutant; one that nothing tells from the policy is equivalent to it."""

    KILLED = "killed"
    SURVIVED = "survived"
    EQUIVALENT = "equivalent"


@dataclass(frozen=True, slots=True)
class Difference:
    """A call that a policy and its mutant decide otherwise, and how: effects as text."""

    request: Request
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class MutantResult:
    """A mutant and its fate.

    `by` names what noticed it: a case, or a record of a log, at `by_place`. `difference` is the
    call that shows it: that of the case or the record, or one that tells a survivor apart. `note`
    says why there is none.
    """

    operator: str
    label: str
    can: Direction
    rule: str
    place: Place
    fate: MutantStatus
    by: str = ""
    by_place: Place | None = None
    difference: Difference | None = None
    note: str = ""


LOOSER_FIRST = (
    ("DENY", "ALLOW"),
    ("ESCALATE", "ALLOW"),
    ("DENY", "ESCALATE"),
)


def severity_of(mutant: MutantResult) -> int:
    """Return how bad it would be if the edit were made: 0 where a denied call would run.

    What drops an obligation comes after what lowers a verdict, then what only tightens, then what
    no call shows.
    """
    if mutant.difference is None:
        return len(LOOSER_FIRST) + 2
    before, after = (
        text.partition("+")[0] for text in (mutant.difference.before, mutant.difference.after)
    )
    if (before, after) in LOOSER_FIRST:
        return LOOSER_FIRST.index((before, after))
    return len(LOOSER_FIRST) + (before != after)


@dataclass(frozen=True, slots=True)
class Mutation:
    """A policy, what was asked of its mutants, and what became of each.

    `minimum` is the score, in percent, to reach. `records` counts the distinct calls of the logs.
    """

    policy: str
    cases: int
    records: int
    mutants: tuple[MutantResult, ...]
    minimum: float | None = None
    made: int = 0
    """How many mutants there are; more than were judged where a sample was."""

    def count(self, fate: MutantStatus) -> int:
        """How many mutants had that fate."""
        return sum(mutant.fate is fate for mutant in self.mutants)

    @property
    def killed(self) -> int:
        """How many mutants something noticed."""
        return self.count(MutantStatus.KILLED)

    @property
    def equivalent(self) -> int:
        """How many mutants are proved to decide every call alike."""
        return self.count(MutantStatus.EQUIVALENT)

    @property
    def scored(self) -> int:
        """How many mutants are not equivalent: the denominator of the score."""
        return len(self.mutants) - self.equivalent

    @property
    def score(self) -> float | None:
        """The share of those mutants that was killed, in percent; None where there are none."""
        return 100 * self.killed / self.scored if self.scored else None

    @property
    def survivors(self) -> tuple[MutantResult, ...]:
        """The mutants that nothing noticed: those first that would let the worst through."""
        found = [mutant for mutant in self.mutants if mutant.fate is MutantStatus.SURVIVED]
        return tuple(sorted(found, key=severity_of))

    def by_operator(self) -> list[tuple[str, int, int]]:
        """Each kind of edit with how many of its mutants were killed, of how many; sorted."""
        told = Counter(m.operator for m in self.mutants if m.fate is not MutantStatus.EQUIVALENT)
        killed = Counter(m.operator for m in self.mutants if m.fate is MutantStatus.KILLED)
        return [(operator, killed[operator], told[operator]) for operator in sorted(told)]

    def by_change(self) -> list[tuple[str, str, int, int]]:
        """Each change of effect that mutants make, with how many were killed, of how many.

        The change is that of the call which shows the mutant; so a denial that becomes an approval
        stands beside one that becomes an ALLOW, and neither hides the other.
        """
        told: Counter[tuple[str, str]] = Counter()
        killed: Counter[tuple[str, str]] = Counter()
        for mutant in self.mutants:
            if mutant.difference is not None and mutant.fate is not MutantStatus.EQUIVALENT:
                change = mutant.difference.before, mutant.difference.after
                told[change] += 1
                killed[change] += mutant.fate is MutantStatus.KILLED
        return [(*change, killed[change], told[change]) for change in sorted(told)]
