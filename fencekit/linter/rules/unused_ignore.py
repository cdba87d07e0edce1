"""A comment silences nothing.

What it spoke of is gone, or it never was: the slug is misspelled, or the comment stands on another
line. Left there it would silence the next one of its kind unseen.
"""

from collections.abc import Iterator

from fencekit.linter.lint_context import LintContext
from fencekit.linter.lint_rule import LintRule, Violation
from fencekit.model.finding import Level


def find(_: LintContext) -> Iterator[Violation]:
    """Yield nothing: what comments do is known when all policies of a run are through."""
    return iter(())


RULE = LintRule("unused-ignore", Level.WARNING, "a comment silences nothing", find)
