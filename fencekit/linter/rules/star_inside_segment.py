"""A `*` inside a segment of a capability, where it is an ordinary character.

A segment is `*` or it is compared letter by letter: `read_*` covers the capability that is spelled
`read_*`, star included, and not `read_file`.
"""

from collections.abc import Iterator

from fencekit.linter.lint_context import LintContext
from fencekit.linter.lint_rule import LintRule, Violation
from fencekit.model.capability import Capability
from fencekit.model.finding import Level
from fencekit.model.request import Request


def find(subject: LintContext) -> Iterator[Violation]:
    """Yield each capability with such a star, with a call that it looks as if it covered."""
    for rule in subject.rules:
        parsed = Capability.parse(rule.capability) if isinstance(rule.capability, str) else None
        segments = (parsed.resource, parsed.action, parsed.scope) if parsed is not None else ()
        odd = [segment for segment in segments if "*" in segment and segment != "*"]
        if odd:
            meant = ".".join(segment.replace("*", "any") for segment in segments)
            call = subject.call("not covered", Request(meant))
            message = f"`{odd[0]}` is no wildcard: it covers that very text, star included"
            hint = "name the segments, or write `*` for a whole one"
            yield Violation(subject.places.capability(rule), message, rule, (call,), hint)


RULE = LintRule("star-inside-segment", Level.WARNING, "a `*` inside a segment is no wildcard", find)
