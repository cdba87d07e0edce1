"""A comment silences a finding and does not say why.

Whoever reads the policy next cannot tell a decision from a habit: write the reason behind the
slug, `# fencekit: ignore[wildcard-allow] sandbox, no credentials`.
"""

from collections.abc import Iterator

from fencekit.linter.lint_context import LintContext
from fencekit.linter.lint_rule import LintRule, Violation
from fencekit.model.finding import Level


def find(_: LintContext) -> Iterator[Violation]:
    """Yield nothing: what comments do is known when all policies of a run are through."""
    return iter(())


RULE = LintRule(
    "ignore-without-reason", Level.ERROR, "a comment silences a finding without a reason", find
)
