"""A policy is tiers of rules: the first tier with a match decides, its tightest rule wins."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property
from hashlib import sha256
from typing import Any

from fencekit.model.canonical_text import canonical
from fencekit.model.source import Place, SourceFile
from fencekit.model.verdict import Effect


class ConditionName(StrEnum):
    """Every condition that a rule can make; each table of conditions has all of these."""

    CONTAINS = "contains"
    MATCH_KEYWORDS = "match_keywords"
    MATCH_REGEX = "match_regex"
    AMOUNT_GT = "amount_gt"
    AMOUNT_GTE = "amount_gte"
    AMOUNT_LT = "amount_lt"
    AMOUNT_LTE = "amount_lte"
    PATH_PREFIX = "path_prefix"
    CALLER_DEPTH_GT = "caller_depth_gt"
    CALLER_DEPTH_GTE = "caller_depth_gte"
    CALLER_DEPTH_LT = "caller_depth_lt"
    CALLER_DEPTH_LTE = "caller_depth_lte"
    ENVIRONMENT = "environment"
    USER_ROLE = "user_role"
    TENANT = "tenant"
    TABLE = "table"
    TOOL_NAME = "tool_name"
    RISK_LEVEL = "risk_level"
    RISK_LEVEL_IS = "risk_level_is"
    PATH = "path"


@dataclass(frozen=True, slots=True, eq=False)
class Condition:
    """One thing that a rule asks of a request, with the value it was written with.

    Conditions are equal when they ask the same; NaN, which equals nothing, is the same as itself.
    """

    name: ConditionName
    value: Any
    place: Place

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Condition):
            return NotImplemented
        # Tuples look at identity first, as fields do not from Python 3.13 on.
        return (self.name, self.value) == (other.name, other.value)

    def __hash__(self) -> int:
        return hash(self.name)  # a value may be a list


@dataclass(frozen=True, slots=True)
class Rule:
    """An effect for the calls that a capability pattern covers and all conditions hold for.

    `id` names the rule to people: by the name that the policy gives it or, without one, by its
    section and its number there, counted from 1. `index` counts
    all rules of the policy from 0, in the order of the runtime that the dialect follows, and is
    None for what is no rule of a list there. An `effect` of None says nothing; such a rule is kept
    so that printing and explaining show it. `notes` are the keys that decide nothing.
    """

    id: str
    section: str
    effect: Effect | None
    capability: Any
    conditions: tuple[Condition, ...] = ()
    notes: tuple[tuple[str, Any], ...] = ()
    index: int | None = field(default=None, compare=False)
    place: Place = field(kw_only=True, compare=False)
    name: str = field(default="", compare=False)
    """The name that the policy gives it, which is then its id; empty where there is none."""

    def __hash__(self) -> int:
        return hash((self.id, self.section))  # a capability or a note may be a list

    @property
    def digest(self) -> str:
        """A digest of what the rule says: its effect, its capability, its conditions in order.

        64 hexadecimal digits. Where the rule stands, and what it is called, is not in it.
        """
        known = DIGESTS.get(id(self))
        if known is None or known[0] is not self:
            if len(DIGESTS) >= MOST_DIGESTS:
                DIGESTS.clear()
            conditions = [[str(one.name), one.value] for one in self.conditions]
            said = canonical([str(self.effect), self.capability, conditions])
            made = sha256(said.encode("utf-8", "surrogatepass")).hexdigest()
            known = DIGESTS[id(self)] = self, made  # the rule is kept, so that no other has its id
        return known[1]


DIGESTS: dict[int, tuple[Rule, str]] = {}
MOST_DIGESTS = 20_000
"""Digests of rules that were asked for, by the rule object: a replay asks 100,000 times."""


class Pick(StrEnum):
    """How a tier chooses among its rules that match."""

    TIGHTEST = "tightest"
    FIRST = "first"


@dataclass(frozen=True, slots=True)
class Tier:
    """Rules that are asked together; among those that match, `pick` chooses."""

    name: str
    rules: tuple[Rule, ...]
    pick: Pick = Pick.TIGHTEST

    def in_order(self) -> list[Rule]:
        """Return the rules so that the first one that matches is the one to choose."""
        speaking = [rule for rule in self.rules if rule.effect is not None]
        if self.pick is Pick.TIGHTEST:
            speaking.sort(key=lambda rule: -rule.effect.verdict if rule.effect else 0)
        return speaking


@dataclass(frozen=True)
class Policy:
    """A policy as read: its tiers in the order in which they are asked. The default is DENY."""

    dialect: str
    tiers: tuple[Tier, ...]
    notes: tuple[tuple[str, Any], ...] = ()
    file: str = field(default="", compare=False)
    files: tuple[SourceFile, ...] = field(default=(), compare=False)
    """Every file that was read for it; parents come after the file that extends them."""

    @cached_property
    def decision_list(self) -> tuple[tuple[Tier, Rule], ...]:
        """Every rule that can decide, in the order in which the first match decides."""
        return tuple((tier, rule) for tier in self.tiers for rule in tier.in_order())

    @property
    def rules(self) -> Iterator[Rule]:
        """Every rule, tier by tier."""
        return (rule for tier in self.tiers for rule in tier.rules)
