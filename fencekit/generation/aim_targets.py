"""What to aim at: the rules that tell two policies apart, and those that would then decide."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from fencekit.engines.native.condition_tests import as_list
from fencekit.generation.capability_samples import meet
from fencekit.model.change import Change, compare_effects
from fencekit.model.policy import Condition, ConditionName, Pick, Policy, Rule
from fencekit.model.verdict import Verdict

Content = tuple[object, ...]
"""What a rule says, whatever its name and place."""

USEFUL = 4
"""How much more often a rule is aimed at that can loosen than one that cannot."""


@dataclass(frozen=True, slots=True)
class Target:
    """A rule to aim at, and what is known of its part in the difference of two policies.

    `differing` has, for each condition that the rule's counterpart in the other policy does not
    ask alike, the values that only this one asks for; `hints` are the characters of which its
    patterns and the counterpart's have not the same number. `carriers` are the rules of either
    policy that, where they match the same call, make the difference a loosening.
    """

    rule: Rule
    differing: dict[ConditionName, Any] = field(default_factory=dict)
    carriers: tuple[Rule, ...] = ()
    hints: str = ""

    def differs_in(self, condition: Condition) -> bool:
        """Say whether a condition is one of the rule's that its counterpart does not ask alike."""
        return condition.name in self.differing and condition in self.rule.conditions


def targets(old: Policy, new: Policy) -> tuple[Target, ...]:
    """Return the rules in which the policies differ, the ones that may loosen more often."""
    lost, gained = differences(old, new)
    if not lost and not gained:
        lost = gained = reordered_rules(old, new)
    found: list[Target] = []
    for rule in lost:
        carriers = tuple(carriers_of(rule, new, after=True))
        useful = bool(carriers)
        found += [target(rule, gained, carriers)] * (USEFUL if useful else 1)
    for rule in gained:
        carriers = tuple(carriers_of(rule, old, after=False))
        useful = rule.effect is not None and rule.effect.verdict < Verdict.DENY
        found += [target(rule, lost, carriers)] * (USEFUL if useful else 1)
    return tuple(found)


def target(rule: Rule, others: Sequence[Rule], carriers: tuple[Rule, ...]) -> Target:
    """Return a rule as a target, with what sets it apart from its counterpart among the others."""
    counterpart = max(others, key=lambda other: likeness(rule, other), default=None)
    if counterpart is None or likeness(rule, counterpart) == 0:
        return Target(rule, {}, carriers)
    hints = hints_of(rule, counterpart)
    return Target(rule, differing(rule, counterpart), carriers, hints)


def hints_of(rule: Rule, other: Rule) -> str:
    """Return the characters that the patterns of two rules do not have equally often."""
    mine, theirs = Counter(patterns_of(rule)), Counter(patterns_of(other))
    return "".join(dict.fromkeys([*(mine - theirs), *(theirs - mine)]))


def patterns_of(rule: Rule) -> str:
    """Return the patterns of a rule, one after another."""
    return "".join(
        str(pattern)
        for condition in rule.conditions
        if condition.name is ConditionName.MATCH_REGEX
        for pattern in as_list(condition.value)
    )


def content(rule: Rule) -> Content:
    """Return what tells rules apart that decide differently."""
    asked = tuple((str(c.name), type(c.value).__name__, repr(c.value)) for c in rule.conditions)
    return rule.effect, repr(rule.capability), asked


def rules_of(policy: Policy) -> Iterator[tuple[str, Rule]]:
    """Yield the rules that can decide, each with its tier's name."""
    for tier, rule in policy.decision_list:
        yield tier.name, rule


def differences(old: Policy, new: Policy) -> tuple[list[Rule], list[Rule]]:
    """Return the rules that only the old policy has, and those that only the new one has."""
    return only_in(old, new), only_in(new, old)


def only_in(one: Policy, other: Policy) -> list[Rule]:
    """Return the rules of one policy that the other does not have in the same tier as often."""
    left = Counter((tier, content(rule)) for tier, rule in rules_of(other))
    found = []
    for tier, rule in rules_of(one):
        key = tier, content(rule)
        if left[key] > 0:
            left[key] -= 1
        else:
            found.append(rule)
    return found


def reordered_rules(old: Policy, new: Policy) -> list[Rule]:
    """Return the rules of the tiers where the first match decides and the order is another."""
    found: list[Rule] = []
    for before, after in zip(old.tiers, new.tiers, strict=False):
        contents = [list(map(content, tier.in_order())) for tier in (before, after)]
        if Pick.FIRST in (before.pick, after.pick) and contents[0] != contents[1]:
            found += before.in_order()
    return found


def differing(rule: Rule, counterpart: Rule) -> dict[ConditionName, Any]:
    """Return what a rule asks for that its counterpart does not."""
    theirs = {condition.name: condition.value for condition in counterpart.conditions}
    found: dict[ConditionName, Any] = {}
    for condition in rule.conditions:
        if condition.name not in theirs:
            found[condition.name] = condition.value
            continue
        other = as_list(theirs[condition.name])
        own = [value for value in as_list(condition.value) if not holds_same(other, value)]
        if own:
            found[condition.name] = own if isinstance(condition.value, list) else own[0]
    return found


def holds_same(values: Sequence[Any], value: Any) -> bool:
    """Say whether one of the values is spelled like this one."""
    return any(repr(one) == repr(value) for one in values)


def likeness(rule: Rule, other: Rule) -> int:
    """Return how much two rules have in common."""
    names = {condition.name for condition in other.conditions}
    same = set(map(spell_condition, rule.conditions)) & set(map(spell_condition, other.conditions))
    alike = sum(condition.name in names for condition in rule.conditions)
    return 2 * int(repr(rule.capability) == repr(other.capability)) + 2 * len(same) + alike


def spell_condition(condition: Condition) -> tuple[str, str]:
    """Return a condition as text."""
    return str(condition.name), repr(condition.value)


def carriers_of(rule: Rule, policy: Policy, *, after: bool) -> Iterator[Rule]:
    """Yield the rules of the other policy whose decision makes that of the rule a loosening.

    `after` says that the other policy is the new one, so that the rule's own effect is lost.
    """
    for _, other in rules_of(policy):
        if rule.effect is None or other.effect is None:
            continue
        pair = (rule.effect, other.effect) if after else (other.effect, rule.effect)
        met = meet((rule.capability, other.capability))
        if met is not None and compare_effects(*pair) is Change.LOOSER:
            yield other
