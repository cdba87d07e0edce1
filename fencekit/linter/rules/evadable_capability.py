"""A rule that stops a capability, and does not stop another spelling of it.

Capabilities are compared letter by letter. Where a wildcard allows the rest, `Shell.exec` is the
rest. Allow by name, so that what is misspelled falls through to the default.
"""

from collections.abc import Iterator

from fencekit.linter.call_rewrites import with_capability
from fencekit.linter.evasion_search import evading, still_asks
from fencekit.linter.lint_context import LintContext
from fencekit.linter.lint_rule import LintRule, Violation
from fencekit.model.finding import Level
from fencekit.model.policy import Rule
from fencekit.model.request import Request


def change_case_of_segment(request: Request, _: Rule | None) -> Iterator[tuple[str, Request]]:
    """Yield the call with a segment of its capability in another case."""
    parts = str(request.capability).split(".")
    for at, part in enumerate(parts):
        for other in (part.capitalize(), part.upper()):
            if other != part:
                spelled = ".".join([*parts[:at], other, *parts[at + 1 :]])
                yield f"`{spelled}`", with_capability(request, spelled)


def find(subject: LintContext) -> Iterator[Violation]:
    """Yield each rule that stops calls, where another spelling of the capability is allowed."""
    for rule in subject.stopping():
        if rule.section == "risk_levels":
            continue
        pair = evading(subject, rule, rule, change_case_of_segment)
        if pair is not None:
            how, before, after = pair
            message = f"`{rule.capability}` of rule `{rule.id}` is evaded by {how}"
            hint = "allow capabilities by name: then what is misspelled is denied by default"
            yield Violation(
                subject.places.capability(rule),
                message,
                rule,
                (before, after),
                hint,
                mild=still_asks(after),
            )


RULE = LintRule(
    "evadable-capability", Level.WARNING, "another spelling of a capability evades a rule", find
)
