"""Calls aimed at policies: rules are picked, all of their conditions met, or all but one.

One rule alone seldom shows a difference. Where a deny was dropped, the call must meet it *and*
the allow behind it, and no rule before; so a call is aimed at conjunctions: a rule in which the
policies differ, and often one that would then decide.
"""

from collections.abc import Sequence

from fencekit.generation.aim_targets import Target, targets
from fencekit.generation.call_draft import Draft
from fencekit.generation.call_noise import add_clutter
from fencekit.generation.capability_samples import covered_capability, meet, near_miss, segments_of
from fencekit.generation.condition_aims import AIMS
from fencekit.model.policy import Condition, ConditionName, Policy, Rule
from fencekit.model.request import Request
from fencekit.regex.random_choices import Choices
from fencekit.schema.argument_schema import Domain, domain_of

LEVELS = ("low", "medium", "high", "critical")


class Aiming:
    """Policies to aim at; of two, the first is the old one, the last the new.

    With `capability`, a pattern, only calls that it covers or nearly covers are made. `domain` is
    `"open"` or a JSON Schema for the arguments. Calls are aimed at loosening; with `both_ways` at
    tightening too.
    """

    def __init__(
        self,
        policies: Sequence[Policy],
        *,
        domain: Domain = "open",
        capability: str | None = None,
        both_ways: bool = False,
    ) -> None:
        self.domain = domain_of(domain)
        self.capability = capability
        rules = [rule for policy in policies for _, rule in policy.decision_list]
        self.known = segments_of([rule.capability for rule in rules])
        self.rules = [rule for rule in rules if self.meets(rule)]
        found = targets(policies[0], policies[-1]) if len(policies) > 1 else ()
        if both_ways:
            found += targets(policies[-1], policies[0])
        self.targets = [target for target in found if self.meets(target.rule)]
        levels = (
            condition.value
            for rule in rules
            for condition in rule.conditions
            if condition.name in (ConditionName.RISK_LEVEL, ConditionName.RISK_LEVEL_IS)
        )
        self.levels = tuple(dict.fromkeys([*LEVELS, *(lv for lv in levels if isinstance(lv, str))]))

    def meets(self, rule: Rule) -> bool:
        """Say whether some call that is asked for can have the capability of the rule."""
        return self.capability is None or meet((self.capability, rule.capability)) is not None

    def request(self, choices: Choices) -> Request:
        """Return a call aimed at some of the rules."""
        target, held = self.choose_rules(choices)
        draft = Draft(
            choices, self.choose_capability(choices, held), target.hints if target else ""
        )
        self.wish(draft, target, held)
        if choices.chance(12) and "risk_level" not in draft.named:
            draft.named["risk_level"] = [choices.pick(self.levels)]
        request = draft.request()
        if choices.chance(10):
            request = add_clutter(choices, request)
        return self.domain.fit(choices, request) if self.domain is not None else request

    def choose_rules(self, choices: Choices) -> tuple[Target | None, list[Rule]]:
        """Return the rules that a call is to meet, and the target among them."""
        if self.targets and not choices.chance(20):
            target = choices.pick(self.targets)
            held = [target.rule]
            if target.carriers and choices.chance(70):
                held.append(choices.pick(target.carriers))
            return target, held
        if not self.rules:
            return None, []
        held = [choices.pick(self.rules)]
        if choices.chance(40):
            other = choices.pick(self.rules)
            if meet((held[0].capability, other.capability)) is not None:
                held.append(other)
        return None, held

    def choose_capability(self, choices: Choices, held: Sequence[Rule]) -> str:
        """Return a capability that all of the rules cover, or nearly so."""
        own = [] if self.capability is None else [self.capability]
        patterns = [*own, *(rule.capability for rule in held)]
        pattern = meet(patterns) or meet(patterns[:1]) or "*"
        found = covered_capability(choices, pattern, self.known)
        return near_miss(choices, found) if choices.chance(6) else found

    def wish(self, draft: Draft, target: Target | None, held: Sequence[Rule]) -> None:
        """Wish for all that the rules ask, but for one condition now and then."""
        choices = draft.choices
        asked = [condition for rule in held for condition in rule.conditions]
        # What patterns find comes last, so that a sample can hold the keywords wished for before.
        asked.sort(key=lambda condition: condition.name is ConditionName.MATCH_REGEX)
        missed = self.choose_missed_condition(choices, target, asked)
        for condition in asked:
            value = condition.value
            if target is not None and target.differs_in(condition) and not choices.chance(20):
                value = target.differing[condition.name]
            near = condition is missed
            if not (near and choices.chance(25)):
                AIMS[condition.name](draft, value, near=near)

    def choose_missed_condition(
        self, choices: Choices, target: Target | None, asked: Sequence[Condition]
    ) -> Condition | None:
        """Return the condition that the call is not quite to meet, if there is to be one."""
        if not asked or not choices.chance(45):
            return None
        if target is not None and target.differing and choices.chance(70):
            own = [c for c in target.rule.conditions if c.name in target.differing]
            return choices.pick(own)
        return choices.pick(asked)
