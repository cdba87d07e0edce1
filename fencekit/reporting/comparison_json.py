"""The sections of comparisons in the JSON report: of two policies, and with guardrails."""

from typing import Any

from fencekit.model.comparison_result import ComparisonResult, GuardrailResult, TransitionAnswer
from fencekit.model.decision import Outcome
from fencekit.model.finding import RuleRef
from fencekit.model.looseness_measure import Measure
from fencekit.model.proof import Proved, Result, Unknown, Witness
from fencekit.model.request_json import request_to_json
from fencekit.reporting.json_values import rule_of


def comparison_of(compared: ComparisonResult) -> dict[str, Any]:
    """Return the section of a comparison as JSON values."""
    return {
        "candidate": compared.candidate,
        "baseline": compared.baseline,
        "domain": compared.domain,
        "looser": compared.looser.word,
        "tighter": compared.tighter.word,
        "equivalent": compared.equivalent,
        "generated": compared.generated_calls,
        "transitions": {str(kind): result.word for kind, result in compared.transitions},
        "classes": [
            {
                "capability": one.capability,
                "looser": answer_of(one.looser),
                "tighter": answer_of(one.tighter),
                **({"how_much": measure_of(one.measure)} if one.measure else {}),
                **transitions_of(one.transitions),
            }
            for one in compared.classes
        ],
    }


def transitions_of(answers: tuple[TransitionAnswer, ...]) -> dict[str, Any]:
    """Return in which ways calls of a class get looser; nothing where none was asked for."""
    if not answers:
        return {}
    made = [
        {
            "transition": str(one.kind),
            **answer_of(one.result),
            "other_calls": [request_to_json(other.request) for other in one.others],
            "complete": one.complete,
        }
        for one in answers
    ]
    return {"transitions": made}


def measure_of(measure: Measure) -> dict[str, Any]:
    """Return how much looser: in words, and the counts, as text where they pass what JSON holds."""
    return {"said": measure.said, "looser": str(measure.looser), "counted": str(measure.counted)}


def guardrails_of(guarded: GuardrailResult) -> dict[str, Any]:
    """Return the section of a policy held against its guardrails as JSON values."""
    return {
        "policy": guarded.policy,
        "guardrails": guarded.guardrails,
        "binding_rules": guarded.binding,
        "domain": guarded.domain,
        "at_least_as_strict": guarded.result.word,
        "generated": guarded.generated_calls,
        "classes": [
            {
                "capability": one.capability,
                **answer_of(one.result),
                **transitions_of(one.transitions),
            }
            for one in guarded.classes
        ],
    }


def answer_of(result: Result) -> dict[str, Any]:
    """Return an answer: the word for it, what shows it, and the ladder of steps to it."""
    made: dict[str, Any] = {"answer": result.word}
    if isinstance(result, Proved):
        made["method"] = str(result.method)
    elif isinstance(result, Unknown):
        made["reason"] = result.reason
    elif isinstance(result, Witness):
        made["request"] = request_to_json(result.request)
        made["before"] = outcome_of(result.before)
        made["after"] = outcome_of(result.after)
    made["ladder"] = [
        {
            "method": str(rung.method),
            "said": rung.said,
            "cases": rung.cases,
            "states": rung.states,
            **({"calls": rung.calls} if rung.calls else {}),
        }
        for rung in result.ladder
    ]
    return made


def outcome_of(outcome: Outcome) -> dict[str, Any]:
    """Return an outcome: the effect, the rule that decided, and an error where there is one."""
    made: dict[str, Any] = {
        "effect": str(outcome.effect),
        "rule": rule_of(RuleRef.of(outcome)),
    }
    if outcome.error is not None:
        made["error"] = outcome.error.message
    return made
