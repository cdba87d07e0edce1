"""The edits between two versions of a policy: few, and each can be done or left undone."""

from collections.abc import Iterator
from dataclasses import replace

from fencekit.checks.diff.merge_orders import Order
from fencekit.checks.diff.rule_matching import match_rules, print_value, subject
from fencekit.checks.diff.value_diff import inside
from fencekit.model.edit import Edit, EditKind, Pair, PolicyDiff
from fencekit.model.policy import Condition, Policy, Rule

LEVELS = "risk_levels"


def diff(old: Policy, new: Policy) -> PolicyDiff:
    """Return which rule of the old version is which of the new one, and the edits between.

    Each edit is of one rule in one respect. All of them make the old version decide as the new one
    does; see `apply`. Where the versions have other tiers, the one edit replaces the whole policy.
    """
    if shape(old) != shape(new):
        return PolicyDiff(old, new, (), (Edit(1, EditKind.REPLACED, 0),))
    pairs = match_rules(old, new)
    moved = {at for order in orders(pairs).values() for at in order.moved_pairs}
    found: list[Edit] = []
    for at, pair in enumerate(pairs):
        found.extend(edits_of(pair, at))
        if at in moved:
            found.append(Edit(0, EditKind.MOVED, at, *pair.rules))
    numbered = tuple(replace(edit, number=number) for number, edit in enumerate(found, 1))
    return PolicyDiff(old, new, pairs, numbered)


def shape(policy: Policy) -> list[tuple[str, str]]:
    """Return what two policies must share to have edits between them: the tiers."""
    return [(tier.name, tier.pick) for tier in policy.tiers]


class TierOrder:
    """The merged order of the pairs that a tier has, in the old version, in the new, or in both."""

    def __init__(self, tier: str, members: list[tuple[int, Pair]]) -> None:
        self._at = {at: place for place, (at, _) in enumerate(members)}
        self._order = Order(
            [
                (
                    pair.old.at if pair.old and pair.old.tier == tier else None,
                    pair.new.at if pair.new and pair.new.tier == tier else None,
                )
                for _, pair in members
            ]
        )
        self.moved_pairs = [members[place][0] for place in sorted(self._order.moved)]

    def key(self, pair: int, *, as_new: bool) -> tuple[int, int, int]:
        """Return what sorts a pair among the others of the tier."""
        return self._order.key(self._at[pair], as_new=as_new)


def orders(pairs: tuple[Pair, ...]) -> dict[str, TierOrder]:
    """Return the merged order of every tier that has rules."""
    members: dict[str, list[tuple[int, Pair]]] = {}
    for at, pair in enumerate(pairs):
        tiers = {seat.tier: None for seat in (pair.old, pair.new) if seat}
        for tier in tiers:
            members.setdefault(tier, []).append((at, pair))
    return {tier: TierOrder(tier, of_tier) for tier, of_tier in members.items()}


def edits_of(pair: Pair, at: int) -> Iterator[Edit]:
    """Yield the edits that make the old rule of a pair the new one, its place aside."""
    if pair.old is None or pair.new is None:
        kind = EditKind.ADDED if pair.old is None else EditKind.REMOVED
        yield Edit(0, kind, at, *pair.rules)
        return
    old, new = pair.old.rule, pair.new.rule
    if (old.effect, pair.old.tier) != (new.effect, pair.new.tier):
        is_level = pair.old.tier == pair.new.tier == LEVELS
        yield Edit(0, EditKind.LEVEL if is_level else EditKind.EFFECT, at, old, new)
    if not same(old.capability, new.capability):
        yield Edit(0, EditKind.CAPABILITY, at, old, new)
    yield from edits_of_conditions(old, new, at)


def edits_of_conditions(old: Rule, new: Rule, at: int) -> Iterator[Edit]:
    """Yield an edit for each condition that is only in one version, or has another value there."""
    for was, now in paired_conditions(old, new):
        if was is None:
            yield Edit(0, EditKind.CONDITION_ADDED, at, old, new, None, now)
        elif now is None:
            yield Edit(0, EditKind.CONDITION_REMOVED, at, old, new, was, None)
        elif was.name != now.name or not same(was.value, now.value):
            details = inside(was.value, now.value) if was.name == now.name else ()
            yield Edit(0, EditKind.CONDITION_CHANGED, at, old, new, was, now, details)
    if order_of_conditions(old, new).moved:
        yield Edit(0, EditKind.CONDITIONS_REORDERED, at, old, new)


Versions = tuple[Condition | None, Condition | None]
"""A condition before and after; None where it is only in the other version."""


def paired_conditions(old: Rule, new: Rule) -> list[Versions]:
    """Return which condition of the old rule is which of the new one: by name, then by subject."""
    left, found = list(new.conditions), list[Versions]()
    gone = []
    for was in old.conditions:
        now = next((now for now in left if now.name == was.name), None)
        if now is None:
            gone.append(was)
            continue
        left = [other for other in left if other is not now]
        found.append((was, now))
    for was in gone:
        now = next((now for now in left if subject(now) == subject(was)), None)
        left = [other for other in left if other is not now]
        found.append((was, now))
    return [*found, *((None, now) for now in left)]


def order_of_conditions(old: Rule, new: Rule) -> Order:
    """Return the merged order of the paired conditions of both versions of a rule."""
    return Order(
        [
            (position(was, old.conditions), position(now, new.conditions))
            for was, now in paired_conditions(old, new)
        ]
    )


def position(condition: Condition | None, conditions: tuple[Condition, ...]) -> int | None:
    """Return where a condition, the very object, stands among others."""
    return next((at for at, other in enumerate(conditions) if other is condition), None)


def same(was: object, now: object) -> bool:
    """Say whether two values of a policy are one: 1 is not 1.0, nor true, which text can see."""
    return print_value(was) == print_value(now)
