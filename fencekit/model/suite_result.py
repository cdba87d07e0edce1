"""What running cases adds to a report: each case with its result, each claim, and the coverage."""

from dataclasses import dataclass
from enum import StrEnum

from fencekit.model.finding import RuleRef
from fencekit.model.request import Request
from fencekit.model.source import Place


class CaseStatus(StrEnum):
    """What came of a case: an error is a decision that raised, or that took too long."""

    PASSED = "passed"
    FAILED = "failed"
    ERROR = "error"


@dataclass(frozen=True, slots=True)
class CaseResult:
    """A case with what the policy made of it.

    `wanted` and `actual` are what was expected and what is possible, as text. `rule` is what
    decided; `note` says what went wrong beside that.
    """

    name: str
    place: Place
    policy: str
    request: Request
    wanted: str
    actual: str
    status: CaseStatus
    rule: RuleRef
    note: str = ""


class ClaimStatus(StrEnum):
    """What came of a claim about every call."""

    PROVED = "proved"
    REFUTED = "refuted"
    EXCEPT_ERRORS = "except-errors"
    """Proved but for calls on which deciding raises, which nobody meant to decide so."""
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class ClaimResult:
    """A claim, and whether it holds for every call.

    `message` says how it was proved, what refutes it or why nobody knows; `request` is a call that
    refutes it, decided as `actual` by `rule`.
    """

    kind: str
    name: str
    place: Place
    policy: str
    status: ClaimStatus
    message: str
    request: Request | None = None
    actual: str = ""
    rule: RuleRef | None = None


@dataclass(frozen=True, slots=True)
class SuiteFile:
    """The results of one file."""

    path: str
    title: str
    cases: tuple[CaseResult, ...]
    claims: tuple[ClaimResult, ...] = ()


class PointKind(StrEnum):
    """What cases can cover of a policy."""

    RULE = "rule"
    CONDITION = "condition"
    BOUNDARY = "boundary"
    ALTERNATIVE = "alternative"


@dataclass(frozen=True, slots=True)
class Point:
    """One thing of a policy that cases cover or miss; `missing` says what no case did."""

    kind: PointKind
    rule: str
    place: Place | None
    missing: str
    covered: bool


@dataclass(frozen=True, slots=True)
class PolicyCoverage:
    """What the cases cover of one policy."""

    policy: str
    points: tuple[Point, ...]


@dataclass(frozen=True, slots=True)
class Coverage:
    """What the cases cover, policy by policy; `minimum` is the share, in percent, to reach."""

    policies: tuple[PolicyCoverage, ...]
    minimum: float | None = None

    @property
    def points(self) -> tuple[Point, ...]:
        """Every point of every policy."""
        return tuple(point for policy in self.policies for point in policy.points)

    @property
    def covered(self) -> int:
        """How many points are covered."""
        return sum(point.covered for point in self.points)

    @property
    def percent(self) -> float | None:
        """The share that is covered; None where there is nothing to cover, which is not all."""
        return 100 * self.covered / len(self.points) if self.points else None


@dataclass(frozen=True, slots=True)
class Suite:
    """What running files of cases adds to a report."""

    files: tuple[SuiteFile, ...]
    coverage: Coverage | None = None
    failed: tuple[tuple[str, str], ...] = ()
    """The files that could not be run, each with why; the troubles of the report hold it too."""
    passed_over: tuple[tuple[str, str], ...] = ()
    """The files that a search saw and did not run, each with where it is, in words."""

    @property
    def cases(self) -> tuple[CaseResult, ...]:
        """Every case of every file."""
        return tuple(case for file in self.files for case in file.cases)

    @property
    def claims(self) -> tuple[ClaimResult, ...]:
        """Every claim of every file."""
        return tuple(claim for file in self.files for claim in file.claims)
