"""An allow rule that ends with `.*`, which is a plain prefix for what does not parse.

A call whose capability has a space or another odd character in it is compared as text: `pay.*`
then covers `payroll run`. `pay` alone covers the same well-formed capabilities, because missing
segments are `*`, and falls back to nothing.
"""

from collections.abc import Iterator

from fencekit.linter.call_rewrites import with_capability
from fencekit.linter.lint_context import LintContext
from fencekit.linter.lint_rule import LintRule, Violation
from fencekit.model.capability import Capability
from fencekit.model.finding import Level


def find(subject: LintContext) -> Iterator[Violation]:
    """Yield each allow rule that covers a malformed capability beside its own."""
    for rule in subject.allowing():
        pattern = rule.capability
        if not isinstance(pattern, str) or not pattern.endswith(".*"):
            continue
        base = subject.decided_by(rule)
        if base is None or Capability.parse(pattern) is None:
            continue
        odd = f"{pattern[:-2]}-other as root"
        call = subject.call("allowed", with_capability(base.request, odd))
        if call.outcome.rule is rule:
            message = f"`{pattern}` covers `{odd}` too: what does not parse is compared as text"
            hint = f"write `{pattern.rstrip('.*')}`: missing segments are `*`"
            yield Violation(subject.places.capability(rule), message, rule, (call,), hint)


RULE = LintRule(
    "capability-prefix", Level.NOTE, "an allow rule covers malformed capabilities by a prefix", find
)
