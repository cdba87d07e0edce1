"""A risk level that overrides a tighter one of a file that is extended.

Rules of an extended file stay; its risk levels are overridden by key. A child that says
`critical: require_approval` takes the floor out that `critical: block` was for everybody.
"""

from collections.abc import Iterator

from fencekit.linter.lint_context import LintContext
from fencekit.linter.lint_rule import LintRule, Violation
from fencekit.linter.risk_levels_by_file import levels_by_file
from fencekit.model.finding import Level
from fencekit.model.policy import Rule
from fencekit.model.request import Request
from fencekit.model.verdict import Verdict


def find(subject: LintContext) -> Iterator[Violation]:
    """Yield each level that is looser than what another file of the policy says of it."""
    for rule in subject.policy.rules:
        if rule.section != "risk_levels":
            continue
        level = rule.conditions[0].value
        for other in levels_by_file(subject.policy, level):
            if other.place.file != rule.place.file and tightness(other) > tightness(rule):
                message = f"`{level}` is {word(rule)} here, and {word(other)} in a file it extends"
                request = Request("resource.action.production", context={"risk_level": level})
                call = subject.call("a call of that level", request)
                place = subject.places.note(rule, "action")
                hint = f"the tighter one is at {other.place}"
                yield Violation(place, message, rule, (call,), hint)
                break


def tightness(rule: Rule) -> int:
    """Return how tight a level is: silent is tighter than `warn`, which lets every call run."""
    if rule.effect is None:
        return 1
    return {Verdict.ALLOW: 0, Verdict.ESCALATE: 2, Verdict.DENY: 3}[rule.effect.verdict]


def word(rule: Rule) -> str:
    """Return what a level does, in the words of the report."""
    return "silent" if rule.effect is None else str(rule.effect)


RULE = LintRule(
    "extends-loosens-level", Level.WARNING, "a risk level overrides a tighter one", find
)
