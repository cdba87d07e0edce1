"""What a policy means, as far as the laws settle it: two policies with one meaning decide alike.

In a tier where the tightest rule wins, neither order nor repetition matters. Where the first one
wins, order matters only between rules of different effects, and a repetition is never reached.
"""

from collections.abc import Hashable, Iterable

from fencekit.model.policy import Condition, Pick, Policy, Rule, Tier


class Meanings:
    """The meanings of policies that share most of their rules with one."""

    def __init__(self, policy: Policy) -> None:
        self._conditions = {
            id(rule.conditions): condition_keys(rule.conditions) for rule in policy.rules
        }
        self._policy = policy  # keeps the conditions alive, so that no id comes to mean another

    def of(self, policy: Policy) -> Hashable:
        """Return what the policy means; equal for policies that decide alike by law."""
        return tuple(
            self.first_wins(tier) if tier.pick is Pick.FIRST else self.tightest_wins(tier)
            for tier in policy.tiers
        )

    def tightest_wins(self, tier: Tier) -> Hashable:
        """Return the meaning of a tier where the tightest rule wins."""
        return frozenset(
            (rule.effect, self.match(rule)) for rule in tier.rules if rule.effect is not None
        )

    def first_wins(self, tier: Tier) -> Hashable:
        """Return the meaning of a tier where the first rule wins."""
        runs: list[tuple[Hashable, set[Hashable]]] = []
        reached: set[Hashable] = set()
        for rule in tier.in_order():
            match = self.match(rule)
            if match in reached:
                continue
            reached.add(match)
            if not runs or runs[-1][0] != rule.effect:
                runs.append((rule.effect, set()))
            runs[-1][1].add(match)
        return tuple((effect, frozenset(matches)) for effect, matches in runs)

    def match(self, rule: Rule) -> Hashable:
        """Return what a rule matches: its capability and its conditions, as they are spelled."""
        known = self._conditions.get(id(rule.conditions))
        conditions = condition_keys(rule.conditions) if known is None else known
        return repr(rule.capability), conditions


def condition_keys(conditions: Iterable[Condition]) -> Hashable:
    """Return what conditions ask, in their order."""
    return tuple((condition.name, repr(condition.value)) for condition in conditions)
