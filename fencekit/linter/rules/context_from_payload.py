"""An allow rule that the arguments of a call can satisfy by themselves.

`environment`, `user_role`, `tenant` and `risk_level` hold when the context *or* the arguments have
the value. An agent writes its own arguments: `{"environment": "development"}` in a call to
production is all it takes. Put the environment into the capability, `k8s.apply.development`.
"""

from collections.abc import Iterator

from fencekit.linter.call_rewrites import in_context, with_args
from fencekit.linter.example_calls import literal
from fencekit.linter.lint_context import LintContext
from fencekit.linter.lint_rule import DemonstratingCall, LintRule, Violation
from fencekit.model.finding import Level
from fencekit.model.policy import Condition, ConditionName, Rule

NAMES = (
    ConditionName.ENVIRONMENT,
    ConditionName.USER_ROLE,
    ConditionName.TENANT,
    ConditionName.RISK_LEVEL,
)
OTHER = {ConditionName.ENVIRONMENT: "production", ConditionName.RISK_LEVEL: "high"}


def find(subject: LintContext) -> Iterator[Violation]:
    """Yield each such condition, with a call in another context and what its arguments claim."""
    for rule in subject.allowing():
        for condition in rule.conditions:
            pair = spoofed_call(subject, rule, condition) if condition.name in NAMES else None
            if pair is not None:
                message = f"`{condition.name}: {condition.value}` of rule `{rule.id}` can be "
                message += "claimed by the arguments of the call"
                hint = "put it into the capability, or deny the other values in a rule of their own"
                yield Violation(condition.place, message, rule, pair, hint)


def spoofed_call(
    subject: LintContext, rule: Rule, condition: Condition
) -> tuple[DemonstratingCall, DemonstratingCall] | None:
    """Return a call that is stopped where it is made, and is not with what its arguments claim."""
    for base in subject.all_decided_by(rule):
        for other in (OTHER.get(condition.name, "other"), "other"):
            before = subject.call(
                f"in another {condition.name}", in_context(base.request, condition.name, other)
            )
            claimed = {**before.request.args.values, str(condition.name): literal(condition.value)}
            after = subject.looser(before, with_args(before.request, claimed))
            if after is not None and after.outcome.rule is rule:
                return before, after
    return None


RULE = LintRule(
    "context-from-payload", Level.ERROR, "the arguments of a call satisfy an allow rule", find
)
