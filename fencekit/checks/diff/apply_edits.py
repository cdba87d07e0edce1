"""A policy with some of the edits between its two versions done, and the others not."""

from collections.abc import Collection
from dataclasses import replace

from fencekit.checks.diff.edit_script import (
    TierOrder,
    order_of_conditions,
    orders,
    paired_conditions,
)
from fencekit.model.edit import Edit, EditKind, Pair, PolicyDiff, Seat
from fencekit.model.policy import Condition, Policy, Rule, Tier

EFFECTS = (EditKind.EFFECT, EditKind.LEVEL)


class Applying:
    """The edits of a diff, ready to be applied in any choice."""

    def __init__(self, diff: PolicyDiff) -> None:
        self.diff = diff
        self._orders: dict[str, TierOrder] = orders(diff.pairs)

    def policy(self, chosen: Collection[Edit], only: Collection[int] | None = None) -> Policy:
        """Return the old version with the chosen edits done.

        With `only`, rules of other pairs are left out: a request that none of them matches is
        decided the same without them.
        """
        diff = self.diff
        if not diff.pairs and diff.edits:
            return diff.new if diff.edits[0] in chosen else diff.old
        numbers = {edit.number for edit in chosen}
        rules: dict[str, list[tuple[tuple[int, int, int], Rule]]] = {}
        for at in range(len(diff.pairs)) if only is None else sorted(only):
            done = tuple(edit for edit in diff.by_pair.get(at, ()) if edit.number in numbers)
            seat = seat_of(diff, at, done)
            if seat is not None:
                rules.setdefault(seat.tier, []).append((self.key(at, done, seat), seat.rule))
        tiers = tuple(
            Tier(
                tier.name,
                tuple(rule for _, rule in sorted(rules.get(tier.name, []), key=first)),
                tier.pick,
            )
            for tier in diff.new.tiers
        )
        return replace(diff.new, tiers=tiers)

    def key(self, pair: int, done: tuple[Edit, ...], seat: Seat) -> tuple[int, int, int]:
        """Return what sorts a pair's rule in its tier, with some of the pair's edits done."""
        as_new = stands_as_new(self.diff.pairs[pair], done)
        return self._orders[seat.tier].key(pair, as_new=as_new)


def seat_of(diff: PolicyDiff, pair: int, done: tuple[Edit, ...]) -> Seat | None:
    """Return a pair's rule with some of its edits done; None where there is no rule then."""
    return version(diff.pairs[pair], diff.by_pair.get(pair, ()), done)


def apply(edits: Collection[Edit], diff: PolicyDiff) -> Policy:
    """Return the old version with the given edits done; with all, it decides as the new one."""
    return Applying(diff).policy(edits)


def first(entry: tuple[tuple[int, int, int], Rule]) -> tuple[int, int, int]:
    """Return the key of a rule in its tier."""
    return entry[0]


def stands_as_new(pair: Pair, done: tuple[Edit, ...]) -> bool:
    """Say whether a pair stands where the new version has it."""
    if pair.old is None:
        return True
    changes_tier = pair.new is not None and pair.new.tier != pair.old.tier
    moving = (*EFFECTS, EditKind.MOVED) if changes_tier else (EditKind.MOVED,)
    return any(edit.kind in moving for edit in done)


def version(pair: Pair, edits: tuple[Edit, ...], done: tuple[Edit, ...]) -> Seat | None:
    """Return a pair's rule with some of its edits done; None where there is no rule then."""
    old, new = pair.old, pair.new
    if old is None or new is None:
        return new if done else old
    if len(done) == len(edits):
        return new
    if not done:
        return old
    kinds = {edit.kind for edit in done}
    takes_effect = any(kind in kinds for kind in EFFECTS)
    rule = replace(
        new.rule,
        effect=(new if takes_effect else old).rule.effect,
        capability=(new if EditKind.CAPABILITY in kinds else old).rule.capability,
        conditions=conditions(old.rule, new.rule, done),
    )
    return replace(new if takes_effect else old, rule=rule)


def conditions(old: Rule, new: Rule, done: tuple[Edit, ...]) -> tuple[Condition, ...]:
    """Return the conditions of a rule with some of its edits done."""
    reordered = any(edit.kind is EditKind.CONDITIONS_REORDERED for edit in done)
    changed = {(id(edit.was), id(edit.now)) for edit in done}
    order = order_of_conditions(old, new)
    found = []
    for place, (was, now) in enumerate(paired_conditions(old, new)):
        taken = now if (id(was), id(now)) in changed else was
        if taken is not None:
            as_new = was is None or (reordered and now is not None)
            found.append((order.key(place, as_new=as_new), taken))
    return tuple(condition for _, condition in sorted(found, key=lambda entry: entry[0]))
