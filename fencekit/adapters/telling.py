"""What a model is told of a call that does not run."""

from fencekit.gate.gate_decision import GateDecision
from fencekit.model.verdict import Verdict

LONGEST = 2000


def explain_denial(made: GateDecision) -> str:
    """Return what the model is told: what was decided, by which rule, and what can be done."""
    rule = made.rules.outcomes[0].rule if made.rules else None
    by = f" (rule {rule.id})" if rule else ""
    errors = f": {'; '.join(made.errors)}" if made.errors else ""
    if made.verdict is Verdict.ESCALATE and made.approval:
        ask = f"a person approves it with `fencekit approvals approve {made.approval[:12]}`"
        return f"fencekit: approval required{by}, request {made.approval}: {ask}; then ask again"
    if made.verdict is Verdict.ESCALATE:
        return f"fencekit: approval required{by}"
    return f"fencekit: denied, {made.reason}{by}{errors}"[:LONGEST]
