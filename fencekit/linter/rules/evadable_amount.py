"""A rule that stops an amount, and does not stop the same amount as people write it.

An amount that is text is a number only where Python's `float` reads it: `"$500"`, `"1,000"` and
`"500 USD"` are none, so the threshold is not asked and the next rule decides. A tool that takes
amounts as people write them pays all the same: escalate what has no plain number.
"""

from collections.abc import Iterator

from fencekit.linter.amount_arguments import AMOUNTS, amounts
from fencekit.linter.call_rewrites import with_value
from fencekit.linter.evasion_search import evaded_rules
from fencekit.linter.lint_context import LintContext
from fencekit.linter.lint_rule import LintRule, Violation
from fencekit.model.finding import Level
from fencekit.model.policy import Rule
from fencekit.model.request import Request


def written_out(request: Request, _: Rule | None) -> Iterator[tuple[str, Request]]:
    """Yield the call with its amount as people write it."""
    for key, number in amounts(request):
        for other in (f"${number}", f"{number:,}", f"{number} USD"):
            yield f"`{other}`", with_value(request, key, other)


def find(subject: LintContext) -> Iterator[Violation]:
    """Yield each threshold that an amount with a sign, a comma or a currency slips past."""
    hint = "allow plain numbers alone, by a threshold of the allow rule; ask a person for the rest"
    return evaded_rules(subject, AMOUNTS, written_out, hint)


RULE = LintRule("evadable-amount", Level.ERROR, "an amount as people write it evades a rule", find)
