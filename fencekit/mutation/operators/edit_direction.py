"""Which way an edit of a policy can change decisions, worked out from its decision list.

An edit of one rule takes it from one position among the other rules to another, and changes for
some calls whether it decides. What decides such a call before and after is then a matter of which
of the other rules comes first.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import product

from fencekit.model.mutant import Direction, direction_of
from fencekit.model.policy import Condition, ConditionName, Rule
from fencekit.model.verdict import DENY, Effect
from fencekit.mutation.operators.capability_edits import may_meet, within
from fencekit.regex.language_change import Reach
from fencekit.regex.regex_tokens import compiles

Decides = Effect | None
"""What a rule does with a call: its effect, DENY where it raises, None where it does not match."""


@dataclass(frozen=True, slots=True)
class Standing:
    """A rule that decides, and how many of the other rules come before it."""

    rule: Rule
    at: int


def direction(
    others: Sequence[Rule],
    before: Standing | None,
    after: Standing | None,
    ways: Iterator[tuple[Decides, Decides]],
) -> Direction | None:
    """Return which way decisions can go when a rule is edited; None when no way.

    `others` are all other rules, in the order in which the first match decides. `ways` are what the
    rule may do with one call before and after.
    """
    changing = [way for way in ways if way != (None, None)]
    here = [standing.rule.capability for standing in (before, after) if standing is not None]
    start = before.at if before else len(others)
    end = after.at if after else len(others)
    pairs = set()
    for at, effects in reachable(others, here):
        for effect, (old, new) in product(effects, changing):
            was = old if old is not None and start <= at else effect
            now = new if new is not None and end <= at else effect
            pairs.add((was, now))
    return direction_of(pairs)


def reachable(others: Sequence[Rule], here: list[object]) -> Iterator[tuple[int, list[Effect]]]:
    """Yield the rules that may decide a call of these capabilities, and what they may do with it.

    The last one is the default, unless an earlier rule is sure to decide.
    """
    for at, rule in enumerate(others):
        if not any(may_meet(rule.capability, pattern) for pattern in here):
            continue
        assert rule.effect is not None
        yield at, [rule.effect, DENY] if raises(rule) else [rule.effect]
        if not rule.conditions and all(within(pattern, rule.capability) for pattern in here):
            return
    yield len(others), [DENY]


def when_edited(
    before: Rule, after: Rule, reach: Reach, at: int | None
) -> Iterator[tuple[Decides, Decides]]:
    """Yield what a rule may do with a call before and after its reach changed.

    `at` is the number of the edited condition; None is the capability. The conditions after it
    are asked of calls that it newly lets through, and not any more of those that it stops.
    """
    rest = after.conditions[
        0 if at is None else at + (len(before.conditions) == len(after.conditions)) :
    ]
    hold = [after.effect, DENY] if any(map(may_raise, rest)) else [after.effect]
    if reach is not Reach.NARROWER:
        yield from ((None, effect) for effect in hold)
    if reach is not Reach.WIDER:
        yield from ((effect, None) for effect in hold)
    dropped = at is not None and len(after.conditions) < len(before.conditions)
    if dropped and at is not None and may_raise(before.conditions[at]):
        yield from ((DENY, effect) for effect in (*hold, None))


def when_moved(before: Rule, after: Rule) -> Iterator[tuple[Decides, Decides]]:
    """Yield what a rule may do with a call it matches, before and after it was moved."""
    yield before.effect, after.effect
    if raises(before):
        yield DENY, DENY


def when_gone(rule: Rule) -> Iterator[tuple[Decides, Decides]]:
    """Yield what a rule did with a call, and that it does nothing any more."""
    yield rule.effect, None
    if raises(rule):
        yield DENY, None


def when_new(rule: Rule) -> Iterator[tuple[Decides, Decides]]:
    """Yield what a rule does with a call that was not there before."""
    return ((after, before) for before, after in when_gone(rule))


def when_reordered(before: Sequence[Rule], after: Sequence[Rule]) -> Direction | None:
    """Return which way decisions can go when the same rules stand in another order."""
    position = {id(rule): at for at, rule in enumerate(after)}
    pairs: set[tuple[Effect, Effect]] = set()
    for at, first in enumerate(before):
        for second in before[at + 1 :]:
            swapped = position[id(second)] < position[id(first)]
            if swapped and may_meet(first.capability, second.capability):
                pairs.update(product(doings(first), doings(second)))
    return direction_of(pairs)


def doings(rule: Rule) -> list[Effect]:
    """Return what a rule may do with a call that it does not leave to others."""
    assert rule.effect is not None
    return [rule.effect, DENY] if raises(rule) else [rule.effect]


def raises(rule: Rule) -> bool:
    """Say whether the rule may raise for some call."""
    return not isinstance(rule.capability, str) or any(map(may_raise, rule.conditions))


NUMERIC = frozenset(name for name in ConditionName if name.startswith(("amount_", "caller_depth_")))
"""The conditions that read a number, and raise for one that is beyond any float."""


def may_raise(condition: Condition) -> bool:
    """Say whether asking the condition may raise."""
    if condition.name is ConditionName.MATCH_REGEX:
        value = condition.value
        return not all(map(compiles, value if isinstance(value, list) else [value]))
    return condition.name in NUMERIC
