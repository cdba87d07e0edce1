"""An explanation as lines of text: the request, the decision, every rule considered."""

import json
from collections.abc import Iterator

from fencekit.model.explanation import Answer, AskedCondition, ConsideredRule, Explanation
from fencekit.model.finding import RuleRef
from fencekit.model.request_json import request_to_json
from fencekit.reporting.replay_text import Line, at, inert, rule_text


def explanation_lines(explanation: Explanation) -> Iterator[Line]:
    """Yield the lines of an explanation: the request, the decision, every rule considered."""
    form = request_to_json(explanation.request)
    yield Line(f"request   {inert(json.dumps(form, ensure_ascii=False, default=repr), 2_000)}")
    yield Line(f"policy    {inert(explanation.policy.file)}")
    yield Line(f"decision  {explanation.decision}", "bold")
    for outcome in explanation.decision.outcomes:
        reason = rule_text(RuleRef.of(outcome)) if outcome.rule else "default: no rule matches"
        if outcome.error is not None:
            reason = f"error: {inert(outcome.error.message)}"
        elif outcome.by_default:
            reason = "default: no rule matches, so the call is denied"
        yield Line(f"          {outcome.effect} by {reason}")
    tier = ""
    for considered in explanation.considered:
        if considered.tier != tier:
            tier = considered.tier
            yield Line()
            yield Line(f"tier {tier}", "bold")
        yield from considered_lines(considered)
    if not explanation.considered:
        yield Line()
        yield Line("the policy has no rules")


ANSWER_STYLES = {
    Answer.HOLDS: "green",
    Answer.FAILS: "dim",
    Answer.CANNOT_TELL: "yellow",
    Answer.RAISES: "red",
    Answer.NOT_ASKED: "dim",
}


def considered_lines(considered: ConsideredRule) -> Iterator[Line]:
    """Yield the lines of one rule that was considered."""
    rule = considered.rule
    verb = MATCHES[considered.answer]
    heading = f"  {inert(rule.id)} ({at(rule.place)})  {rule.effect}  {verb}"
    yield Line(heading, ANSWER_STYLES[considered.answer])
    covers = f"`{inert(str(rule.capability))}`"
    yield Line(f"      capability {covers}: {COVERS[considered.capability]}")
    if considered.capability is Answer.FAILS:
        return
    for asked in considered.conditions:
        yield Line(f"      {condition_text(asked)}", ANSWER_STYLES[asked.answer])


MATCHES = {
    Answer.HOLDS: "matches",
    Answer.FAILS: "does not match",
    Answer.CANNOT_TELL: "may match",
    Answer.RAISES: "raises",
    Answer.NOT_ASKED: "is not asked",
}
COVERS = {
    Answer.HOLDS: "covers the call",
    Answer.FAILS: "does not cover the call",
    Answer.CANNOT_TELL: "cannot tell",
    Answer.RAISES: "raises",
    Answer.NOT_ASKED: "not asked",
}


def condition_text(asked: AskedCondition) -> str:
    """Return a condition with its value and its answer."""
    value = inert(json.dumps(asked.condition.value, ensure_ascii=False, default=str))
    error = f": {inert(asked.error)}" if asked.error else ""
    return f"{asked.condition.name} {value}: {asked.answer}{error}"
