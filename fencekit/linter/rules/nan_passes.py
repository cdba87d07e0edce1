"""An allowed amount that is no number.

The text `nan` is an amount for Python, and passes every comparison, above and below: a call with
`{"amount": "nan"}` is allowed by `amount_lte: 100`. A deny rule with any threshold catches it,
because it passes that one too.
"""

from collections.abc import Iterator

from fencekit.linter.amount_arguments import AMOUNTS
from fencekit.linter.call_rewrites import with_value
from fencekit.linter.lint_context import LintContext
from fencekit.linter.lint_rule import LintRule, Violation
from fencekit.model.finding import Level


def find(subject: LintContext) -> Iterator[Violation]:
    """Yield the first threshold of each allow rule that `nan` passes."""
    for rule in subject.allowing():
        thresholds = [condition for condition in rule.conditions if condition.name in AMOUNTS]
        base = subject.decided_by(rule) if thresholds else None
        if base is None:
            continue
        call = subject.call("allowed", with_value(base.request, "amount", "nan"))
        if call.outcome.rule is rule:
            first = thresholds[0]
            message = f"`{first.name}: {first.value}` allows the amount `nan`"
            hint = "deny amounts beyond any limit: `amount_gt: 1000000` catches `nan` too"
            yield Violation(first.place, message, rule, (call,), hint)


RULE = LintRule("nan-passes", Level.WARNING, "the amount `nan` is allowed", find)
