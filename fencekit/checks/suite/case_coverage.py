"""How much of their policies cases cover."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from fencekit.checks.suite.coverage_targets import Marks
from fencekit.checks.suite.run_cases import LOW_COVERAGE
from fencekit.engines.time_limit import Progress
from fencekit.model.case import Case
from fencekit.model.finding import Finding, RecordClass
from fencekit.model.policy import Policy
from fencekit.model.suite_result import Coverage, PolicyCoverage


@dataclass
class Covering:
    """The coverage of several policies in the making; each policy counts once."""

    marks: dict[str, Marks] = field(default_factory=dict)

    def take(self, policy: Policy, cases: Iterable[Case], progress: Progress) -> None:
        """Mark what the cases cover of the policy."""
        marks = self.marks.setdefault(policy.file, Marks(policy))
        for case in cases:
            progress.begun += 1
            progress.deciding = True
            marks.take(case.request)
            progress.deciding = False

    def coverage(self, minimum: float | None) -> Coverage:
        """Return the coverage of all policies."""
        policies = (PolicyCoverage(path, marks.points()) for path, marks in self.marks.items())
        return Coverage(tuple(policies), minimum)


def shortfall(coverage: Coverage) -> Finding | None:
    """Return the finding that less is covered than is asked for; None where enough is."""
    percent, minimum = coverage.percent, coverage.minimum
    if minimum is None or percent is None or percent >= minimum:
        return None
    said = f"{coverage.covered:,} of {len(coverage.points):,} points, {percent:.1f} %"
    message = f"the cases cover {said}, less than the {minimum:g} % asked for"
    hint = "`--coverage` shows what no case covers"
    return Finding(LOW_COVERAGE, RecordClass.FAULT, "", "", "", 1, message=message, hint=hint)
