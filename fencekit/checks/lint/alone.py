"""A rule by itself: whether it can hold for any call at all, whatever stands around it."""

from dataclasses import replace
from typing import Any

from fencekit.checks.prove.compare import holds
from fencekit.checks.prove.goals import never_determines
from fencekit.model.policy import Condition, ConditionName, Policy, Rule, Tier
from fencekit.model.proof import Proved
from fencekit.model.verdict import DENY


def never_holds(rule: Rule) -> bool:
    """Say whether it is proved that no call meets all conditions of a rule."""
    policy = Policy("capfence", (Tier("alone", (rule,)),))
    return isinstance(holds(never_determines(rule), policy), Proved)


def never_met(rule: Rule, condition: Condition, value: Any) -> bool:
    """Say whether it is proved that no call meets a condition with that value, by itself."""
    name = condition.name
    by_keyword = name in (ConditionName.CONTAINS, ConditionName.MATCH_KEYWORDS)
    only = replace(condition, name=ConditionName.CONTAINS if by_keyword else name, value=value)
    return never_holds(replace(rule, effect=DENY, capability="*", conditions=(only,)))
