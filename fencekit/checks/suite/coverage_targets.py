"""What of a policy can be covered by cases, and what a case covers of it.

A rule is covered when it determines a case. A condition is covered when a case is there for which
it alone kept its rule from deciding, where that rule would have decided otherwise: without that
condition, such a case would fail. A threshold is covered on each side and exactly; a keyword, a
pattern and each alternative of a pattern when it is found while its condition is asked.
"""

import operator
import re
import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from fencekit.engines.native.condition_tests import Test
from fencekit.engines.native.native_evaluator import test_of
from fencekit.engines.native.request_view import View, covers
from fencekit.model.case import BY_DEFAULT
from fencekit.model.policy import Condition, ConditionName, Policy, Rule
from fencekit.model.request import Request, Unknown
from fencekit.model.source import Place
from fencekit.model.suite_result import Point, PointKind
from fencekit.model.verdict import DENY
from fencekit.regex.regex_tokens import alternatives, compiles

Seen = Callable[[View], bool]
"""Says whether a call that a condition was asked about covers a point of it."""


@dataclass
class CoverageTarget:
    """A point that is still open until a case covers it."""

    kind: PointKind
    rule: str
    place: Place | None
    missing: str
    seen: Seen | None = None
    covered: bool = False

    def point(self) -> Point:
        """Return the point as it stands."""
        return Point(self.kind, self.rule, self.place, self.missing, self.covered)


@dataclass
class RuleTargets:
    """A rule with its points: its own, one for each condition, and those inside conditions."""

    rule: Rule
    own: CoverageTarget
    tests: list[Test]
    conditions: list[CoverageTarget] = field(default_factory=list)
    inside: list[list[CoverageTarget]] = field(default_factory=list)


class Marks:
    """Every point of a policy, and those that cases have covered so far."""

    def __init__(self, policy: Policy) -> None:
        self.rules = [targets_of_rule(rule) for _, rule in policy.decision_list]
        self.default: CoverageTarget | None = CoverageTarget(
            PointKind.RULE, BY_DEFAULT, None, "no case is denied because no rule matches"
        )
        if any(rule.capability == "*" and not rule.conditions for _, rule in policy.decision_list):
            self.default = None  # no call ever comes so far

    def take(self, request: Request) -> None:
        """Mark what a case with this request covers; one of which not all is known covers nothing.

        A rule that raises ends the decision, as it does in the engine, and nothing is covered.
        """
        if not request.whole or isinstance(request.capability, Unknown):
            return
        view = View(request)
        considered: list[tuple[RuleTargets, list[int]]] = []
        deciding: RuleTargets | None = None
        for entry in self.rules:
            asked = RuleCoverage.of(entry, view)
            if asked.raised:
                return
            if asked.covers:
                considered.append((entry, asked.failing))
                if not asked.failing:
                    deciding = entry
                    break
        effect = DENY if deciding is None else deciding.rule.effect
        own = self.default if deciding is None else deciding.own
        if own is not None:
            own.covered = True
        for entry, failing in considered:
            if len(failing) == 1 and entry.rule.effect != effect:
                entry.conditions[failing[0]].covered = True
            reached = failing[0] + 1 if failing else len(entry.inside)
            for marks in entry.inside[:reached]:
                mark_seen(marks, view)

    def points(self) -> tuple[Point, ...]:
        """Return every point, rule by rule."""
        found: list[CoverageTarget] = []
        for entry in self.rules:
            found.append(entry.own)
            for mark, inside in zip(entry.conditions, entry.inside, strict=True):
                found.extend([mark, *inside])
        found.extend([self.default] if self.default else [])
        return tuple(mark.point() for mark in found)


def mark_seen(marks: list[CoverageTarget], view: View) -> None:
    """Mark the points that the call covers."""
    for mark in marks:
        if not mark.covered and mark.seen is not None:
            try:
                mark.covered = mark.seen(view)
            except (ArithmeticError, TypeError, ValueError):
                continue


@dataclass(frozen=True, slots=True)
class RuleCoverage:
    """A rule asked of a call: whether it covers it, and which conditions keep it from matching."""

    covers: bool
    failing: list[int]
    raised: bool = False

    @classmethod
    def of(cls, entry: RuleTargets, view: View) -> "RuleCoverage":
        """Ask a rule; every condition, though the engine stops at the first that fails."""
        try:
            if not covers(entry.rule.capability, str(view.request.capability)):
                return cls(covers=False, failing=[])
        except (AttributeError, TypeError):
            return cls(covers=False, failing=[], raised=True)
        failing: list[int] = []
        for at, test in enumerate(entry.tests):
            try:
                holds = test(view) is True
            # What a condition raises ends the decision, unless one before it has failed.
            except Exception:  # noqa: BLE001
                if not failing:
                    return cls(covers=True, failing=[], raised=True)
                holds = False
            if not holds:
                failing.append(at)
        return cls(covers=True, failing=failing)


def targets_of_rule(rule: Rule) -> RuleTargets:
    """Return a rule with its points, none of them covered."""
    own = CoverageTarget(PointKind.RULE, rule.id, rule.place, "not exercised by any case")
    entry = RuleTargets(rule, own, [])
    for condition in rule.conditions:
        entry.tests.append(test_of(condition))
        missing = f"independent effect of `{condition.name}` untested (MC/DC)"
        entry.conditions.append(
            CoverageTarget(PointKind.CONDITION, rule.id, condition.place, missing)
        )
        entry.inside.append(list(INSIDE[condition.name](rule, condition)))
    return entry


def nothing(_rule: Rule, _condition: Condition) -> Iterator[CoverageTarget]:
    """A condition with nothing inside."""
    return iter(())


def threshold(rule: Rule, condition: Condition) -> Iterator[CoverageTarget]:
    """Both sides of a threshold, and the threshold itself."""
    value = condition.value
    if isinstance(value, bool) or not isinstance(value, int | float):
        return
    read = View.amount if condition.name.startswith("amount") else View.caller_depth
    sides: tuple[tuple[str, Callable[[Any, Any], bool]], ...] = (
        ("a number below it", operator.lt),
        ("the number itself", operator.eq),
        ("a number above it", operator.gt),
    )
    for said, holds in sides:
        missing = f"`{condition.name}: {value}` is never asked of {said}"
        seen = partial(on_side, read, holds, value)
        yield CoverageTarget(PointKind.BOUNDARY, rule.id, condition.place, missing, seen)


def on_side(
    read: Callable[[View], Any], holds: Callable[[Any, Any], bool], value: float, view: View
) -> bool:
    """Say whether the number that is read stands so to a threshold."""
    number = read(view)
    return isinstance(number, float) and holds(number, value)


def keywords(rule: Rule, condition: Condition) -> Iterator[CoverageTarget]:
    """Each of several keywords."""
    if isinstance(condition.value, list) and len(condition.value) > 1:
        for keyword in condition.value:
            missing = f"the keyword `{keyword}` is never found"
            seen = contains_keyword(str(keyword).lower())
            yield CoverageTarget(PointKind.ALTERNATIVE, rule.id, condition.place, missing, seen)


def contains_keyword(keyword: str) -> Seen:
    """Return whether a keyword is found in a call."""
    return lambda view: isinstance(view.text, str) and keyword in view.text


def patterns(rule: Rule, condition: Condition) -> Iterator[CoverageTarget]:
    """Each of several patterns, and each alternative of each."""
    value = condition.value
    given = value if isinstance(value, list) else [value]
    for pattern in given:
        if not isinstance(pattern, str) or not compiles(pattern):
            continue
        if len(given) > 1:
            missing = f"the pattern `{pattern}` is never found"
            yield CoverageTarget(
                PointKind.ALTERNATIVE, rule.id, condition.place, missing, matches_pattern(pattern)
            )
        for alone, text in each_alone(pattern):
            missing = f"the alternative `{text}` of `{pattern}` is never found"
            yield CoverageTarget(
                PointKind.ALTERNATIVE, rule.id, condition.place, missing, matches_pattern(alone)
            )


def each_alone(pattern: str) -> Iterator[tuple[str, str]]:
    """Yield, for each alternative, the pattern with that one only, and the alternative's text."""
    for branches in alternatives(pattern):
        first, last = branches[0].start, branches[-1].end
        for branch in branches:
            text = pattern[branch.start : branch.end]
            alone = pattern[:first] + text + pattern[last:]
            if not branch.negated and compiles(alone):
                yield alone, text


def matches_pattern(pattern: str) -> Seen:
    """Return whether a pattern is found in a call."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        compiled = re.compile(pattern)
    return lambda view: (
        isinstance(view.values_text, str) and compiled.search(view.values_text) is not None
    )


INSIDE: dict[ConditionName, Callable[[Rule, Condition], Iterator[CoverageTarget]]] = {
    ConditionName.CONTAINS: nothing,
    ConditionName.MATCH_KEYWORDS: keywords,
    ConditionName.MATCH_REGEX: patterns,
    ConditionName.AMOUNT_GT: threshold,
    ConditionName.AMOUNT_GTE: threshold,
    ConditionName.AMOUNT_LT: threshold,
    ConditionName.AMOUNT_LTE: threshold,
    ConditionName.PATH_PREFIX: nothing,
    ConditionName.CALLER_DEPTH_GT: threshold,
    ConditionName.CALLER_DEPTH_GTE: threshold,
    ConditionName.CALLER_DEPTH_LT: threshold,
    ConditionName.CALLER_DEPTH_LTE: threshold,
    ConditionName.ENVIRONMENT: nothing,
    ConditionName.USER_ROLE: nothing,
    ConditionName.TENANT: nothing,
    ConditionName.TABLE: nothing,
    ConditionName.TOOL_NAME: nothing,
    ConditionName.RISK_LEVEL: nothing,
    ConditionName.RISK_LEVEL_IS: nothing,
    ConditionName.PATH: nothing,
}
"""What of each condition can be covered beside the condition itself."""
