"""An explanation as JSON: the request, the decision, every rule considered."""

from typing import Any

from fencekit.model.explanation import ConsideredRule, Explanation
from fencekit.model.finding import RuleRef
from fencekit.model.request_json import request_to_json
from fencekit.reporting.json_report import write_page
from fencekit.reporting.json_values import rule_of

SCHEMA = "fencekit.explanation/1"


def render(explanation: Explanation) -> str:
    """Return the explanation as JSON text with a final newline; pure ASCII."""
    return write_page(to_json(explanation))


def to_json(explanation: Explanation) -> dict[str, Any]:
    """Return the explanation as JSON values."""
    return {
        "schema": SCHEMA,
        "policy": explanation.policy.file,
        "request": request_to_json(explanation.request),
        "decision": str(explanation.decision),
        "outcomes": [
            {
                "verdict": str(outcome.effect.verdict),
                "obligations": sorted(duty.name for duty in outcome.effect.obligations),
                "rule": rule_of(RuleRef.of(outcome)),
                "error": outcome.error.message if outcome.error else None,
            }
            for outcome in explanation.decision.outcomes
        ],
        "considered": [considered_of(considered) for considered in explanation.considered],
    }


def considered_of(considered: ConsideredRule) -> dict[str, Any]:
    """Return a considered rule as JSON values."""
    return {
        "tier": considered.tier,
        "rule": rule_of(RuleRef.to(considered.rule)),
        "effect": str(considered.rule.effect),
        "answer": str(considered.answer),
        "capability": str(considered.capability),
        "conditions": [
            {
                "name": str(asked.condition.name),
                "value": asked.condition.value,
                "answer": str(asked.answer),
                "error": asked.error or None,
            }
            for asked in considered.conditions
        ],
    }
