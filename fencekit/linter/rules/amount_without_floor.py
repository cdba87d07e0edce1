"""An allowed amount without a floor.

`amount_lte: 100` allows -1,000,000 as well. What a negative amount does is the tool's business: a
refund may be a payment. Add `amount_gt: 0`.
"""

from collections.abc import Iterator

from fencekit.linter.amount_arguments import LOWER, UPPER
from fencekit.linter.call_rewrites import with_value
from fencekit.linter.lint_context import LintContext
from fencekit.linter.lint_rule import LintRule, Violation
from fencekit.model.finding import Level

BELOW = -1_000_000


def find(subject: LintContext) -> Iterator[Violation]:
    """Yield each upper bound of an allow rule without a lower one, with a negative amount."""
    for rule in subject.allowing():
        names = [condition.name for condition in rule.conditions]
        base = subject.decided_by(rule)
        for condition in rule.conditions:
            if condition.name not in UPPER or base is None or any(n in LOWER for n in names):
                continue
            call = subject.call("allowed", with_value(base.request, "amount", BELOW))
            if call.outcome.rule is rule:
                message = f"`{condition.name}: {condition.value}` allows negative amounts"
                yield Violation(condition.place, message, rule, (call,), "add `amount_gt: 0`")


RULE = LintRule("amount-without-floor", Level.WARNING, "an allowed amount has no floor", find)
