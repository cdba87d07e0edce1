"""A threshold that does not stop a call without an amount, or with one by another name.

A threshold is asked of the first of `amount`, `total`, `value`, `sum`, `quantity`, `price` and
`cost`. A call that has none of them passes no threshold, and where another rule allows it, it
runs: `amount_eur: 9000` is no amount. Give the allow rule a threshold of its own.
"""

from collections.abc import Iterator

from fencekit.linter.amount_arguments import AMOUNTS, amounts
from fencekit.linter.call_rewrites import with_args
from fencekit.linter.evasion_search import evaded_rules
from fencekit.linter.lint_context import LintContext
from fencekit.linter.lint_rule import LintRule, Violation
from fencekit.model.finding import Level
from fencekit.model.policy import Rule
from fencekit.model.request import Request


def rename_amount(request: Request, _: Rule | None) -> Iterator[tuple[str, Request]]:
    """Yield the call with its amount by another name, then without one."""
    for key, number in amounts(request):
        rest = {name: value for name, value in request.args.values.items() if name != key}
        yield "`amount_eur`, which is no amount", with_args(request, {**rest, "amount_eur": number})
        yield "leaving the amount out", with_args(request, rest)


def find(subject: LintContext) -> Iterator[Violation]:
    """Yield each threshold of a rule that stops, where a call without an amount is let through."""
    hint = "give the rule that allows it a threshold too: then a call without an amount has none"
    return evaded_rules(subject, AMOUNTS, rename_amount, hint)


RULE = LintRule(
    "amount-may-be-absent", Level.WARNING, "a call without an amount evades a threshold", find
)
