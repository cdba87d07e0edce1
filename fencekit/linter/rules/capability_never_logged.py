"""A rule for a capability that no call of the logs has.

Perhaps it is there for what is to come; perhaps it is misspelled, and has protected nothing since.
Looked for with `--log` only.
"""

from collections.abc import Iterator

from fencekit.engines.native.request_view import covers
from fencekit.linter.lint_context import LintContext
from fencekit.linter.lint_rule import LintRule, Violation
from fencekit.model.finding import Level


def find(subject: LintContext) -> Iterator[Violation]:
    """Yield each rule whose capability covers that of no record."""
    seen = subject.seen
    if seen is None or seen.hidden_capabilities:
        return
    for rule in subject.rules:
        pattern = rule.capability
        if not isinstance(pattern, str) or any(covers(pattern, c) for c in seen.capabilities):
            continue
        message = f"`{pattern}` covers none of {seen.records:,} logged calls"
        hint = f"the logs have {len(seen.capabilities):,} capabilities: is it spelled like them?"
        yield Violation(subject.places.capability(rule), message, rule, hint=hint)


RULE = LintRule(
    "capability-never-logged",
    Level.NOTE,
    "a rule covers none of the logged calls",
    find,
    needs_log=True,
)
