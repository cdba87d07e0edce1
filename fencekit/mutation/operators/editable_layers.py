"""A policy taken apart into the rules of its files, so that one can be edited and put back."""

from fencekit.dialects.capfence import capfence_vocabulary
from fencekit.dialects.capfence.policy_layer import Layer
from fencekit.model.policy import Policy, Rule

SECTIONS = ("rules", *capfence_vocabulary.SECTIONS)
"""The sections in the order in which CapFence reads a file, whatever the order of its keys."""


def layer_of(policy: Policy) -> Layer:
    """Return the rules of a policy in the order in which they were read, and its risk levels."""
    listed = [rule for rule in policy.rules if rule.section != "risk_levels"]
    listed.sort(key=lambda rule: rule.index or 0)
    levels = [rule for rule in policy.rules if rule.section == "risk_levels"]
    return Layer(
        tuple(listed), {rule.conditions[0].value: rule for rule in levels}, dict(policy.notes)
    )


def without(rules: tuple[Rule, ...], rule: Rule) -> tuple[Rule, ...]:
    """Return the rules without one of them."""
    return tuple(other for other in rules if other is not rule)


def move_to_section(rules: tuple[Rule, ...], rule: Rule, after: Rule) -> tuple[Rule, ...]:
    """Return the rules with one at the end of another section of its own file.

    A file's rules stand together; files that are extended come after it.
    """
    at = next(number for number, other in enumerate(rules) if other is rule)
    start, end = at, at + 1
    while start > 0 and follows(rules[start - 1], rules[start]):
        start -= 1
    while end < len(rules) and follows(rules[end - 1], rules[end]):
        end += 1
    section = SECTIONS.index(after.section)
    own = without(rules[start:end], rule)
    until = sum(SECTIONS.index(other.section) <= section for other in own)
    return (*rules[:start], *own[:until], after, *own[until:], *rules[end:])


def follows(first: Rule, second: Rule) -> bool:
    """Say whether a rule stands in the same file as the one before it."""
    ordered = SECTIONS.index(first.section) <= SECTIONS.index(second.section)
    return ordered and first.place.file == second.place.file and prefix(first) == prefix(second)


def prefix(rule: Rule) -> str:
    """Return the name of the file that a rule was merged from, as its id has it."""
    return rule.id.rpartition(":")[0]
