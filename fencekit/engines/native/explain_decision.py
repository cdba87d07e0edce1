"""Why the native engine decides as it does: the same tests, each with its answer."""

from fencekit.engines.native import condition_tests
from fencekit.engines.native.native_evaluator import NativeEvaluator
from fencekit.engines.native.request_view import View
from fencekit.model.explanation import Answer, AskedCondition, ConsideredRule, Explanation
from fencekit.model.policy import Condition, Policy, Rule
from fencekit.model.request import Request


def explain(policy: Policy, request: Request) -> Explanation:
    """Return the decision of the policy and every rule considered, up to the one that decides.

    Each rule comes with its tier and, condition by condition, what held, what failed, and what was
    not asked any more. The decision is that of the evaluator.
    """
    view = View(request)
    considered: list[ConsideredRule] = []
    for tier, rule in policy.decision_list:
        entry = consider(tier.name, rule, view)
        considered.append(entry)
        if entry.answer in (Answer.HOLDS, Answer.RAISES):
            break
    decision = NativeEvaluator(policy).decide(request)
    return Explanation(policy, request, decision, tuple(considered))


def consider(tier: str, rule: Rule, view: View) -> ConsideredRule:
    """Return a rule with the answers of its capability and of its conditions."""
    capability = covering(rule, view)
    if capability in (Answer.FAILS, Answer.RAISES):
        return ConsideredRule(
            tier, rule, capability, capability, tuple(idle_conditions(rule.conditions))
        )
    asked: list[AskedCondition] = []
    may_still_raise = False
    for at, condition in enumerate(rule.conditions):
        entry, may_raise = ask(condition, view)
        asked.append(entry)
        may_still_raise |= may_raise
        if entry.answer in (Answer.FAILS, Answer.RAISES):
            asked.extend(idle_conditions(rule.conditions[at + 1 :]))
            break
    answers = [capability, *(entry.answer for entry in asked)]
    if may_still_raise and Answer.FAILS in answers:  # for it raises before it comes to the failing
        return ConsideredRule(tier, rule, Answer.CANNOT_TELL, capability, tuple(asked))
    for answer in (Answer.FAILS, Answer.CANNOT_TELL, Answer.RAISES):
        if answer in answers:
            return ConsideredRule(tier, rule, answer, capability, tuple(asked))
    return ConsideredRule(tier, rule, Answer.HOLDS, capability, tuple(asked))


def covering(rule: Rule, view: View) -> Answer:
    """Return whether the capability of the rule covers that of the request."""
    try:
        answer = condition_tests.covering(rule.capability)(view)
    except (AttributeError, TypeError):
        return Answer.RAISES
    if isinstance(answer, bool):
        return Answer.HOLDS if answer else Answer.FAILS
    return Answer.CANNOT_TELL


def ask(condition: Condition, view: View) -> tuple[AskedCondition, bool]:
    """Return the condition with its answer, and whether it raises for some of what is unknown."""
    try:
        answer = condition_tests.TESTS[condition.name](condition.value)(view)
    except Exception as error:  # noqa: BLE001  (as in the evaluator, whatever it raises is kept)
        said = f"{type(error).__name__}: {error}"
        return AskedCondition(condition, Answer.RAISES, said), False
    if isinstance(answer, bool):
        return AskedCondition(condition, Answer.HOLDS if answer else Answer.FAILS), False
    sure = answer[0].sure_error if answer else None
    if sure is not None:
        said = f"{type(sure).__name__}: {sure}"
        return AskedCondition(condition, Answer.RAISES, said), False
    told = Answer.CANNOT_TELL if answer else Answer.FAILS
    return AskedCondition(condition, told), any(question.may_raise for question in answer)


def idle_conditions(conditions: tuple[Condition, ...]) -> list[AskedCondition]:
    """Return conditions that were not asked, because an earlier answer made them idle."""
    return [AskedCondition(condition, Answer.NOT_ASKED) for condition in conditions]
