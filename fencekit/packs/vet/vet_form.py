"""What vetting asks of the form of a policy: no bad shape, and no regex that can run away."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace

from fencekit.linter.call_rewrites import elements
from fencekit.linter.lint_levels import Levels
from fencekit.linter.lint_rule import short
from fencekit.linter.lint_run import lint
from fencekit.model.finding import Level
from fencekit.model.policy import ConditionName, Policy
from fencekit.model.report import Status
from fencekit.model.vetting_result import VettingState
from fencekit.packs.vet.vetting_step import StepResult
from fencekit.regex.redos.redos_growth import growth

BACKTRACKING = "regex-backtracks"
"""The slug of lint for a regex that can run away."""
MOST_NAMED = 3
"""The regexes of which nothing is known that a step names."""


def well_shaped(name: str, policy: Policy) -> StepResult:
    """Return what lint finds beside regexes that run away, which have a step of their own."""
    return lint_policy(name, policy, Levels(ignore=(BACKTRACKING,)), "lint clean")


def without_backtracking(name: str, policy: Policy) -> StepResult:
    """Return whether time grows with the square of the text at most, for each regex.

    A regex is slow as it was measured; or its form shows that it cannot be; else it is not known.
    """
    patterns = list(dict.fromkeys(regexes(policy)))
    said = f"ReDoS-safe: shown for each of {len(patterns)} regexes"
    found = lint_policy(name, policy, Levels(select=(BACKTRACKING,)), said)
    unknown = [pattern for pattern in patterns if not is_harmless(pattern)]
    if found.state is VettingState.HOLDS and unknown:
        said = f"not known whether {len(unknown)} of {len(patterns)} regexes are ReDoS-safe: "
        said += ", ".join(f"`{short(pattern)}`" for pattern in unknown[:MOST_NAMED])
        return replace(found, state=VettingState.NOT_CHECKED, said=said)
    return found


def regexes(policy: Policy) -> Iterator[str]:
    """Yield the regexes of a policy."""
    for rule in policy.rules:
        for condition in rule.conditions:
            if condition.name is ConditionName.MATCH_REGEX:
                yield from (pattern for _, pattern in elements(condition))


def is_harmless(pattern: str) -> bool:
    """Say whether the form of a regex shows that it is ReDoS-safe."""
    known = growth(pattern)
    return known is not None and known.is_harmless


def lint_policy(name: str, policy: Policy, levels: Levels, clean: str) -> StepResult:
    """Return what lint finds in a policy: an error fails the step, a warning does not."""
    report = lint(policy, levels=levels)
    if report.troubles:
        return StepResult(name, VettingState.NOT_CHECKED, "; ".join(report.troubles))
    counts = Counter(finding.level for finding in report.findings)
    listed = ", ".join(f"{counts[level]} {level}s" for level in Level if counts[level])
    failed = report.status is Status.FINDINGS
    shown = tuple(found for found in report.findings if found.level is Level.ERROR)
    return StepResult(
        name, VettingState.FAILS if failed else VettingState.HOLDS, listed or clean, shown
    )
