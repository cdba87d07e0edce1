"""The reference evaluator: the first rule that matches decides; what is unknown is not guessed.

For a request of which all is known, `decide` is a walk down the policy's decision list. Where a
rule depends on what is unknown, the walk keeps the rule as a step with open questions and goes on;
`possible` then finds every outcome that some answer to the questions leads to.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cached_property

from fencekit.engines.engine_protocol import Evaluator, Fidelity
from fencekit.engines.native.capability_index import CapabilityIndex
from fencekit.engines.native.condition_tests import TESTS, Test, covering
from fencekit.engines.native.possible_outcomes import (
    NEVER,
    Clause,
    RuleClauses,
    may_raise,
    outcomes_of,
)
from fencekit.engines.native.request_view import View, covers
from fencekit.model.decision import Decision, Outcome
from fencekit.model.errors import EngineError, TimeLimitError
from fencekit.model.policy import Condition, Policy, Rule
from fencekit.model.request import Request, Unknown

MOST_REMEMBERED = 4096
"""The capabilities of which is kept which rules cover them."""
MOST_ASKED = 32
"""The rules that are asked one by one whether they cover a capability; more have an index."""


@dataclass(frozen=True, slots=True)
class Compiled:
    """A rule with the tests of its conditions, and the decision that it makes.

    `covering` is the test of its capability, for requests of which that is not known.
    """

    rule: Rule
    covering: Test
    tests: tuple[Test, ...]
    decision: Decision


class NativeEvaluator:
    """A policy in the order of its decision list.

    `tests_of` gives the tests of a rule's conditions, for those who have them already.
    """

    def __init__(self, policy: Policy, tests_of: "TestsOf | None" = None) -> None:
        self.policy = policy
        self._tests_of = tests_of or fresh_tests
        self._listed = [rule for _, rule in policy.decision_list]
        self._compiled: dict[int, Compiled] = {}
        self._for_capability: dict[str, list[Compiled | RuleClauses]] = {}

    @cached_property
    def _rules(self) -> list[Compiled]:
        return list(map(self._rule, range(len(self._listed))))

    def _rule(self, at: int) -> Compiled:
        """Return a rule with its tests, which are made when it is first asked."""
        if at not in self._compiled:
            self._compiled[at] = compile_rule(self._listed[at], self._tests_of)
        return self._compiled[at]

    @cached_property
    def _index(self) -> CapabilityIndex:
        return CapabilityIndex(rule.capability for rule in self._listed)

    def decide(self, request: Request, *, without: Rule | None = None) -> Decision:
        """Return every outcome that is possible for the request; never raises.

        With `without`, one of the rules, the very object, is left out.
        """
        view = View(request)
        if without is None and request.args.whole and request.context.whole:
            decision = self._walk(view)
            if decision is not None:
                return decision
        steps = self.steps(view, without=without)
        last = steps[-1]
        if len(steps) == 1 and not last.clauses:
            return last.decision
        return Decision(outcomes_of(steps))

    def _walk(self, view: View) -> Decision | None:
        """Return what `steps` leads to, as long as every test has an answer; else None."""
        capability = view.request.capability
        if isinstance(capability, Unknown):
            return None
        for entry in self._rules_for(capability):
            if isinstance(entry, RuleClauses):
                return entry.decision
            try:
                for test in entry.tests:
                    answer = test(view)
                    if answer is not True:
                        break
                else:
                    return entry.decision
            # The engine is total, as in `_asked`.
            except Exception as error:  # noqa: BLE001
                return denial_of_error(error, entry.rule)
            if answer is not False:
                return None
        return BY_DEFAULT.decision

    def steps(self, view: View, *, without: Rule | None = None) -> list[RuleClauses]:
        """Return the rules that may still decide; the last one is sure to, when no other does."""
        steps: list[RuleClauses] = []
        capability = view.request.capability
        if isinstance(capability, Unknown):
            rules: Iterable[Compiled | RuleClauses] = self._rules
        else:
            rules = self._rules_for(capability)
        for entry in rules:
            if without is not None and isinstance(entry, Compiled) and entry.rule is without:
                continue
            if isinstance(entry, RuleClauses):
                steps.append(entry)
                return steps
            step = self._ask(entry, view)
            if step is not None:
                steps.append(step)
                if not step.clauses:
                    return steps
        steps.append(BY_DEFAULT)
        return steps

    def covering(self, capability: str | Unknown) -> int:
        """Return how many rules may be asked about calls with a capability."""
        rules = self._listed if isinstance(capability, Unknown) else self._rules_for(capability)
        return len(rules)

    def _rules_for(self, capability: str) -> list[Compiled | RuleClauses]:
        found = self._for_capability.get(capability)
        if found is None:
            if len(self._for_capability) >= MOST_REMEMBERED:
                self._for_capability.clear()
            found = self._for_capability[capability] = self._covering(capability)
        return found

    def _covering(self, capability: str) -> list[Compiled | RuleClauses]:
        """Return the rules that cover a capability, up to one whose pattern raises."""
        covering: list[Compiled | RuleClauses] = []
        is_long = len(self._listed) > MOST_ASKED
        for at in self._index.of(capability) if is_long else range(len(self._listed)):
            rule = self._listed[at]
            try:
                if covers(rule.capability, capability):
                    covering.append(self._rule(at))
            except (AttributeError, TypeError) as error:
                covering.append(RuleClauses(denial_of_error(error, rule)))
                break
        return covering

    def _ask(self, entry: Compiled, view: View) -> RuleClauses | None:
        """Return the rule as a step, with what is open; None when it does not match."""
        clauses: list[Clause] = []
        is_known = not isinstance(view.request.capability, Unknown)
        for test in entry.tests if is_known else (entry.covering, *entry.tests):
            try:
                answer = test(view)
            # The engine is total: whatever a condition raises is a DENY that keeps the error.
            except Exception as error:  # noqa: BLE001
                return RuleClauses(denial_of_error(error, entry.rule), tuple(clauses))
            if answer is False or answer == NEVER:
                if not any(map(may_raise, clauses)):
                    return None
                clauses.append(NEVER)
                break
            if answer is not True:
                if answer[0].sure_error is not None:
                    return RuleClauses(
                        denial_of_error(answer[0].sure_error, entry.rule), tuple(clauses)
                    )
                clauses.append(answer)
        return RuleClauses(entry.decision, tuple(clauses))


BY_DEFAULT = RuleClauses(Decision())


TestsOf = Callable[[tuple[Condition, ...]], tuple[Test, ...]]


def compile_rule(rule: Rule, tests_of: TestsOf) -> Compiled:
    """Return the rule with its tests."""
    tests = tests_of(rule.conditions)
    assert rule.effect is not None
    return Compiled(rule, covering(rule.capability), tests, Decision((Outcome(rule.effect, rule),)))


def fresh_tests(conditions: tuple[Condition, ...]) -> tuple[Test, ...]:
    """Return the tests of conditions."""
    return tuple(map(test_of, conditions))


def test_of(condition: Condition) -> Test:
    """Return the test of a condition; what cannot be made one raises when it is asked."""
    try:
        return TESTS[condition.name](condition.value)
    # A value that Python cannot print, say; the policy can still be compiled, and decide.
    except Exception as error:  # noqa: BLE001
        why = f"{type(error).__name__}: {error}"

    def test(_: View) -> bool:
        raise EngineError(f"`{condition.name}` cannot be asked: {why}")

    return test


def denial_of_error(error: Exception, rule: Rule) -> Decision:
    """Return the DENY for what a rule raised."""
    kind = TimeLimitError if isinstance(error, TimeLimitError) else EngineError
    said = error.message if isinstance(error, EngineError) else f"{type(error).__name__}: {error}"
    return Decision.denial(kind(f"rule `{rule.id}`: {said}", place=rule.place), rule)


@dataclass(frozen=True)
class NativeEngine:
    """The engine that decides exactly as CapFence does."""

    name: str = "native"
    fidelity: Fidelity = Fidelity.EXPLAINED

    def compile(self, policy: Policy) -> Evaluator:
        """Return the evaluator of the policy."""
        return NativeEvaluator(policy)


ENGINE = NativeEngine()
