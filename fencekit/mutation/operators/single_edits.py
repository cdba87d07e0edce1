"""Every policy that is one small edit away from another one, and means something else.

    for mutant in single_edits(policy):
        print(mutant.label, mutant.can)

An edit drops a rule, moves it to another section, drops or alters a condition, alters its
capability, lets an allow and a warn change places, alters a risk level, or changes the order in
`extends`.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from fencekit.dialects.capfence import capfence_vocabulary
from fencekit.dialects.capfence.policy_layer import Layer
from fencekit.model.mutant import Direction, Mutant
from fencekit.model.policy import Condition, ConditionName, Pick, Policy, Rule, Tier
from fencekit.model.verdict import DENY, WARN, Effect, Verdict
from fencekit.mutation.operators import capability_edits, condition_edits
from fencekit.mutation.operators.edit_direction import (
    Decides,
    Standing,
    direction,
    when_edited,
    when_gone,
    when_moved,
    when_new,
    when_reordered,
)
from fencekit.mutation.operators.editable_layers import layer_of, move_to_section, without
from fencekit.mutation.operators.extends_order_edits import parent_swaps
from fencekit.mutation.operators.policy_normal_form import Meanings
from fencekit.regex.language_change import Reach

__all__ = ["Direction", "Mutant", "single_edits"]

Ways = Iterator[tuple[Decides, Decides]]


def single_edits(policy: Policy) -> Iterator[Mutant]:
    """Yield the mutants of a policy, always in the same order.

    No two of them mean the same, and none means what the policy does: duplicates, and moves within
    a section where its order decides nothing, are not generated. Raises nothing; a value that no
    strict reading lets through is left as it is.
    """
    meanings = Meanings(policy)
    seen = {meanings.of(policy)}
    editor = TokenEditor(policy) if policy.dialect == "token" else Editor(policy)
    for mutant in editor.mutants():
        meaning = meanings.of(mutant.policy)
        if meaning not in seen:
            seen.add(meaning)
            yield mutant


@dataclass(frozen=True, slots=True)
class Edited:
    """A rule after an edit, with what was done, and what it may do with a call then and now."""

    operator: str
    label: str
    rule: Rule | None
    ways: Ways
    condition: Condition | None = None


class Editor:
    """A policy under edit: its rules in the order of the file, and its risk levels."""

    def __init__(self, policy: Policy) -> None:
        self.policy = policy
        self.layer = layer_of(policy)
        self.list = [rule for _, rule in policy.decision_list]
        self.words = capability_edits.words_of(rule.capability for rule in policy.rules)

    def mutants(self) -> Iterator[Mutant]:
        """Yield the mutants, those that mean the same among them."""
        for rule in self.layer.rules:
            for edited in (*self.rule_edits(rule), *self.moves(rule)):
                yield from self.mutant(rule, edited, self.with_rule(rule, edited.rule))
        for rule in self.layer.risk_levels.values():
            for edited in self.level_edits(rule):
                yield from self.mutant(rule, edited, self.with_level(rule, edited.rule))
        yield from self.swaps()
        yield from parent_swaps(self.policy)

    def rule_edits(self, rule: Rule) -> Iterator[Edited]:
        """Yield a rule without a condition, with another one, with another capability, and none."""
        yield Edited("drop-rule", "drop the rule", None, when_gone(rule))
        for at, condition in enumerate(rule.conditions):
            yield dropped_condition(rule, at)
            yield from altered_condition(rule, at, self.values_of(condition.name))
        for edit in capability_edits.edits(rule.capability, self.words):
            after = replace(rule, capability=edit.pattern)
            label = f"`{rule.capability}` becomes `{edit.pattern}`"
            ways = when_edited(rule, after, edit.reach, None)
            yield Edited(edit.operator, label, after, ways)

    def moves(self, rule: Rule) -> Iterator[Edited]:
        """Yield a rule with another effect: in another section, or with another action."""
        for section, effect in capfence_vocabulary.ACTIONS.items():
            if effect == rule.effect or section == "block":
                continue
            label = f"move to `{section}`"
            if rule.section == "rules":
                after = replace(rule, effect=effect)
                label = f"the action becomes `{section}`"
            elif effect != WARN:
                after = replace(rule, effect=effect, section=section)
            elif all(str(c.name) in capfence_vocabulary.LEGACY_CONDITIONS for c in rule.conditions):
                after = replace(rule, effect=effect, section="rules")
                label = "becomes a rule of `rules` with the action `warn`"
            else:
                continue
            operator = f"{effect_word(rule.effect)}-to-{effect_word(effect)}"
            yield Edited(operator, label, after, when_moved(rule, after))

    def level_edits(self, rule: Rule) -> Iterator[Edited]:
        """Yield a risk level with another action, and another level with that action."""
        silent = rule.effect is None
        if not silent:
            label = f"drop the risk level `{rule.conditions[0].value}`"
            yield Edited("drop-risk-level", label, None, when_gone(rule))
        for action, effect in capfence_vocabulary.RISK_ACTIONS.items():
            if effect is None or effect == rule.effect or action == "block":
                continue
            after = replace(rule, effect=effect)
            ways = when_new(after) if silent else when_moved(rule, after)
            label = f"the action becomes `{action}`"
            yield Edited(f"risk-level-to-{effect_word(effect)}", label, after, ways)
        for edited in altered_condition(rule, 0, ()):
            assert edited.condition is not None
            if not silent and edited.condition.value not in self.layer.risk_levels:
                yield edited

    def values_of(self, name: ConditionName) -> Sequence[str]:
        """Return the texts that the policy's rules have for a condition."""
        conditions = [c for rule in self.policy.rules for c in rule.conditions if c.name is name]
        return sorted({c.value for c in conditions if isinstance(c.value, str)})

    def with_rule(self, rule: Rule, after: Rule | None) -> Layer:
        """Return the layer with another rule instead, or none."""
        if after is None:
            rules = without(self.layer.rules, rule)
        elif after.section == rule.section:
            rules = tuple(after if other is rule else other for other in self.layer.rules)
        else:
            rules = move_to_section(self.layer.rules, rule, after)
        return replace(self.layer, rules=rules)

    def with_level(self, rule: Rule, after: Rule | None) -> Layer:
        """Return the layer with another rule instead of a risk level's, or none."""
        levels = {}
        for level, other in self.layer.risk_levels.items():
            if other is not rule:
                levels[level] = other
            elif after is not None:
                levels[after.conditions[0].value] = after
        return replace(self.layer, risk_levels=levels)

    def mutant(self, rule: Rule, edited: Edited, layer: Layer) -> Iterator[Mutant]:
        """Yield the mutant of an edit of one rule, unless no decision can change by it."""
        policy = self.build(layer)
        before = standing(self.list, rule)
        after = None
        if edited.rule is not None and edited.rule.effect is not None:
            after = standing([r for _, r in policy.decision_list], edited.rule)
        others = [other for other in self.list if other is not rule]
        can = direction(others, before, after, edited.ways)
        if can is not None:
            place = edited.condition.place if edited.condition else rule.place
            label = f"`{rule.id}`: {edited.label}"
            yield Mutant(policy, edited.operator, label, can, rule.id, place)

    def build(self, layer: Layer) -> Policy:
        """Return the policy of edited rules."""
        return layer.policy(self.policy.file, self.policy.files)

    def swaps(self) -> Iterator[Mutant]:
        """Yield the policy with an allow and the next warn, or the other way, changing places."""
        for tier in self.policy.tiers:
            if tier.pick is not Pick.FIRST:
                continue
            for first, second in swappable(tier):
                swapped = [exchange_rules(rule, first, second) for rule in self.layer.rules]
                layer = replace(self.layer, rules=tuple(swapped))
                order = [exchange_rules(rule, first, second) for rule in self.list]
                can = when_reordered(self.list, order)
                if can is not None:
                    policy = self.build(layer)
                    label = f"`{first.id}`: changes places with `{second.id}`"
                    yield Mutant(policy, "swap-allow-and-warn", label, can, first.id, first.place)


class TokenEditor(Editor):
    """A capability token under edit: one tier of rules whose effects have duties of their own."""

    def mutants(self) -> Iterator[Mutant]:
        """Yield the mutants, those that mean the same among them."""
        for rule in self.layer.rules:
            for edited in (*self.rule_edits(rule), *self.moves(rule)):
                yield from self.mutant(rule, edited, self.with_rule(rule, edited.rule))

    def moves(self, rule: Rule) -> Iterator[Edited]:
        """Yield a rule with another verdict, and without one of its duties."""
        assert rule.effect is not None
        for verdict in Verdict:
            if verdict is not rule.effect.verdict:
                effect = replace(rule.effect, verdict=verdict)
                after = replace(rule, effect=DENY if verdict is Verdict.DENY else effect)
                operator = f"{rule.effect.verdict}-to-{verdict}".lower()
                label = f"the verdict becomes {verdict}"
                yield Edited(operator, label, after, when_moved(rule, after))
        for duty in sorted(rule.effect.obligations):
            rest = rule.effect.obligations - {duty}
            after = replace(rule, effect=replace(rule.effect, obligations=rest))
            label = f"drop the obligation `{duty.name}`"
            yield Edited("drop-obligation", label, after, when_moved(rule, after))

    def build(self, layer: Layer) -> Policy:
        """Return the token's policy with edited rules."""
        (tier,) = self.policy.tiers
        return replace(self.policy, tiers=(replace(tier, rules=layer.rules),))


def dropped_condition(rule: Rule, at: int) -> Edited:
    """Return the rule without one of its conditions."""
    condition = rule.conditions[at]
    after = replace(rule, conditions=(*rule.conditions[:at], *rule.conditions[at + 1 :]))
    ways = when_edited(rule, after, Reach.WIDER, at)
    return Edited("drop-condition", f"drop `{condition.name}`", after, ways, condition)


def altered_condition(rule: Rule, at: int, values: Sequence[str]) -> Iterator[Edited]:
    """Yield the rule with one of its conditions written otherwise."""
    condition = rule.conditions[at]
    names = {other.name for other in rule.conditions if other is not condition}
    for edit in condition_edits.EDITS[condition.name](condition, values):
        if edit.name in names:
            continue
        new = replace(condition, name=edit.name, value=edit.value)
        after = replace(rule, conditions=(*rule.conditions[:at], new, *rule.conditions[at + 1 :]))
        label = f"`{condition.name}: {condition.value}` becomes `{edit.name}: {edit.value}`"
        if edit.part is not None:
            was, now = edit.part
            becomes = f"`{was}` becomes `{now}`" if now else f"drop `{was}`"
            label = f"in `{condition.name}`, {becomes}"
        ways = when_edited(rule, after, edit.reach, at)
        yield Edited(edit.operator, label, after, ways, new)


def effect_word(effect: Effect | None) -> str:
    """Return the word of an effect for the name of an operator."""
    return next(name for name, e in capfence_vocabulary.ACTIONS.items() if e == effect).replace(
        "_", "-"
    )


def standing(rules: Sequence[Rule], rule: Rule) -> Standing | None:
    """Return where a rule stands among the others; None for one that says nothing.

    A rule that was built again is the same one when it is written in the same place.
    """
    for at, other in enumerate(rules):
        if other is rule or (other.id == rule.id and other.place == rule.place):
            return Standing(rule, at)
    return None


def swappable(tier: Tier) -> Iterator[tuple[Rule, Rule]]:
    """Yield each rule with the next one of its section whose effect is another."""
    for at, first in enumerate(tier.rules):
        for second in tier.rules[at + 1 :]:
            if second.section == first.section and second.effect != first.effect:
                if capability_edits.may_meet(first.capability, second.capability):
                    yield first, second
                break


def exchange_rules(rule: Rule, first: Rule, second: Rule) -> Rule:
    """Return the rule that stands where this one stood, once the two have changed places."""
    if rule is first:
        return second
    return first if rule is second else rule
