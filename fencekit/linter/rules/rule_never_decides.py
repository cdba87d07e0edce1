"""A rule that can never decide a call.

Whatever call it holds for, a rule that is asked before it holds as well, or its conditions cannot
hold at all. That there is no such call is proved, not guessed. What the rule was meant to do, it
does not: put it in front, or take it out.
"""

from collections.abc import Iterator
from itertools import islice

from fencekit.linter.example_calls import requests_for
from fencekit.linter.lint_context import LintContext
from fencekit.linter.lint_rule import DemonstratingCall, LintRule, Violation
from fencekit.linter.rules.duplicate_rule import rule_key
from fencekit.model.finding import Level
from fencekit.model.policy import Rule


def find(subject: LintContext) -> Iterator[Violation]:
    """Yield each rule that never decides, unless a narrower shape says why."""
    seen: set[str] = set()
    for rule in subject.rules:
        is_first = rule_key(rule) not in seen
        seen.add(rule_key(rule))
        if not (is_first and subject.never_decides(rule)) or subject.exact.never_holds(rule):
            continue
        if rule.effect is not None and rule.effect.obligations:
            continue
        call = call_decided_elsewhere(subject, rule)
        if call is None:
            yield Violation(rule.place, f"rule `{rule.id}` never decides a call", rule)
            continue
        first = call.outcome.rule
        by = f"`{first.id}`" if first is not None else "an earlier rule"
        message = f"rule `{rule.id}` never decides a call: {by} decides before it"
        where = f"{by} is at {first.place}: " if first is not None else ""
        yield Violation(rule.place, message, rule, (call,), f"{where}take one out, or narrow it")


def call_decided_elsewhere(subject: LintContext, rule: Rule) -> DemonstratingCall | None:
    """Return a call that the rule holds for and another rule decides."""
    request = next(islice(requests_for([rule]), 1), None)
    return subject.call("the rule holds for it", request) if request is not None else None


RULE = LintRule("rule-never-decides", Level.WARNING, "a rule can never decide a call", find)
