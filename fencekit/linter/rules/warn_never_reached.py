"""A `warn` that never comes, because an allow rule before it takes its calls.

Allow and warn rules are asked in their order, and the first one decides. An `allow` in front of a
`warn` for the same calls drops the obligation without a word. Write the narrower rule first.
"""

from collections.abc import Iterator

from fencekit.linter.lint_context import LintContext
from fencekit.linter.lint_rule import LintRule, Violation
from fencekit.linter.rules.rule_never_decides import call_decided_elsewhere
from fencekit.model.finding import Level
from fencekit.model.verdict import Verdict


def find(subject: LintContext) -> Iterator[Violation]:
    """Yield each rule with an obligation that never decides, with a call that an allow takes."""
    for rule in subject.allowing():
        if not (rule.effect and rule.effect.obligations) or not subject.never_decides(rule):
            continue
        call = call_decided_elsewhere(subject, rule)
        first = call.outcome.rule if call is not None else None
        if call is None or first is None or call.outcome.effect.verdict is not Verdict.ALLOW:
            continue
        message = f"rule `{rule.id}` never warns: `{first.id}` allows its calls before it"
        yield Violation(
            rule.place, message, rule, (call,), f"put it before the rule at {first.place}"
        )


RULE = LintRule("warn-never-reached", Level.WARNING, "an allow takes the calls of a `warn`", find)
