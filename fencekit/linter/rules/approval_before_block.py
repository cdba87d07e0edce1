"""A risk level that blocks, and is asked after the approval rules.

`critical: block` looks like a floor under everything. It is asked after `require_approval`: where
an approval rule holds, a person is asked, and may say yes. A deny rule with the same level comes
first.
"""

from collections.abc import Iterator

from fencekit.linter.call_rewrites import in_context
from fencekit.linter.lint_context import LintContext
from fencekit.linter.lint_rule import LintRule, Violation
from fencekit.model.finding import Level
from fencekit.model.verdict import Verdict


def find(subject: LintContext) -> Iterator[Violation]:
    """Yield each level that denies, with a call of that level which a person is asked about."""
    denying = [
        rule
        for rule in subject.stopping()
        if rule.section == "risk_levels" and rule.effect and rule.effect.verdict is Verdict.DENY
    ]
    for rule in denying:
        level = rule.conditions[0].value
        asking = []
        for other in subject.stopping():
            base = subject.decided_by(other) if other.section != "risk_levels" else None
            if base is None or base.outcome.effect.verdict is not Verdict.ESCALATE:
                continue
            call = subject.call("the call", in_context(base.request, "risk_level", level))
            if call.outcome.rule is other:
                asking.append((other, call))
        if asking:
            first, call = asking[0]
            message = f"`{level}: block` does not hold where an approval rule does: "
            message += f"rule `{first.id}` asks a person instead ({len(asking)} of them do)"
            hint = f"deny it in a rule: `{{capability: '*', risk_level: {level}}}`"
            place = subject.places.note(rule, "action")
            yield Violation(place, message, rule, (call,), hint)


RULE = LintRule(
    "approval-before-block", Level.ERROR, "approval rules decide before a risk level blocks", find
)
