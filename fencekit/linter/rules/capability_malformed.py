"""A capability that does not parse.

Letters, digits, `_`, `-`, `.` and `*` are all that a capability may have. With anything else in it
nothing is compared segment by segment any more: it covers that very text alone and, where it ends
with `.*`, whatever begins with the rest.
"""

from collections.abc import Iterator

from fencekit.linter.lint_context import LintContext
from fencekit.linter.lint_rule import LintRule, Violation
from fencekit.model.capability import Capability
from fencekit.model.finding import Level
from fencekit.model.request import Request


def find(subject: LintContext) -> Iterator[Violation]:
    """Yield each malformed capability, with what it does not cover, or covers beyond its name."""
    for rule in subject.rules:
        pattern = rule.capability
        if not isinstance(pattern, str) or Capability.parse(pattern) is not None:
            continue
        if pattern.endswith(".*"):
            request = Request(f"{pattern[:-2]}-and-more")
            message = f"`{pattern}` does not parse: it covers all that begins with `{pattern[:-2]}`"
        else:
            request = Request(f"{pattern}.production")
            message = f"`{pattern}` does not parse: it covers that very text, and no scope of it"
        call = subject.call("a capability beside it", request)
        hint = "use letters, digits, `_` and `-`, in one to three segments with dots between"
        yield Violation(subject.places.capability(rule), message, rule, (call,), hint)


RULE = LintRule("capability-malformed", Level.WARNING, "a capability does not parse", find)
