"""Which rule of one version of a policy is which of the other.

Rules that say the same are paired first. Of the others the most alike are paired first, by
capability, effect and conditions, down to where a reader would rather call one removed and the
other added.
"""

from collections.abc import Callable, Iterable, Iterator
from itertools import product

from fencekit.model.capability import Capability
from fencekit.model.edit import Pair, Seat
from fencekit.model.policy import Condition, ConditionName, Policy, Rule

LEAST = 4.0
"""How alike two rules must be to be taken for versions of one."""
MOST_PAIRS = 250_000
"""Above so many pairs to look at, only rules of the same capability are compared."""


def match_rules(old: Policy, new: Policy) -> tuple[Pair, ...]:
    """Return a pair for every rule of either version, those of the new one in its order first."""
    lefts, rights = list(seats(old)), list(seats(new))
    partner: dict[int, int] = {}
    for same in (same_place, same_meaning):
        pair_equal(lefts, rights, partner, same)
    pair_alike(lefts, rights, partner)
    taken = set(partner.values())
    found = [
        Pair(lefts[partner[at]] if at in partner else None, right)
        for at, right in enumerate(rights)
    ]
    found.extend(Pair(left, None) for at, left in enumerate(lefts) if at not in taken)
    return tuple(found)


def seats(policy: Policy) -> Iterator[Seat]:
    """Yield every rule of a policy with its tier and its position there."""
    for tier in policy.tiers:
        yield from (Seat(tier.name, at, rule) for at, rule in enumerate(tier.rules))


Sameness = tuple[object, ...]


def same_place(seat: Seat) -> Sameness:
    """Return what two versions of an untouched rule share, its position too."""
    return (*same_meaning(seat), seat.at)


def same_meaning(seat: Seat) -> Sameness:
    """Return what two rules share that decide the same, in the same tier."""
    asked = tuple((str(c.name), print_value(c.value)) for c in seat.rule.conditions)
    return seat.tier, seat.rule.effect, print_value(seat.rule.capability), asked


def pair_equal(
    lefts: list[Seat],
    rights: list[Seat],
    partner: dict[int, int],
    same: Callable[[Seat], Sameness],
) -> None:
    """Pair the rules that are the same by some measure, in their order."""
    taken = set(partner.values())
    waiting: dict[Sameness, list[int]] = {}
    for at, left in enumerate(lefts):
        if at not in taken:
            waiting.setdefault(same(left), []).append(at)
    for at, right in enumerate(rights):
        if at not in partner and waiting.get(same(right)):
            partner[at] = waiting[same(right)].pop(0)


def pair_alike(lefts: list[Seat], rights: list[Seat], partner: dict[int, int]) -> None:
    """Pair the rules that are left, the most alike first; ties go to the nearest."""
    taken = set(partner.values())
    left_over = [at for at in range(len(lefts)) if at not in taken]
    new_ones = [at for at in range(len(rights)) if at not in partner]
    found = []
    for left, right in candidates(lefts, rights, left_over, new_ones):
        score = likeness(lefts[left], rights[right])
        if score >= LEAST:
            found.append((-score, abs(lefts[left].at - rights[right].at), left, right))
    for _, _, left, right in sorted(found):
        if left not in taken and right not in partner:
            partner[right] = left
            taken.add(left)


def candidates(
    lefts: list[Seat], rights: list[Seat], left_over: list[int], new_ones: list[int]
) -> Iterable[tuple[int, int]]:
    """Return the pairs to look at."""
    if len(left_over) * len(new_ones) <= MOST_PAIRS:
        return product(left_over, new_ones)
    by_capability: dict[str, list[int]] = {}
    for at in left_over:
        by_capability.setdefault(print_value(lefts[at].rule.capability), []).append(at)
    return (
        (left, right)
        for right in new_ones
        for left in by_capability.get(print_value(rights[right].rule.capability), [])
    )


def likeness(left: Seat, right: Seat) -> float:
    """Return how alike two rules are: from 0, nothing shared, to 8 and more, all shared."""
    old, new = left.rule, right.rule
    if level_of(old) != level_of(new):
        return 0.0
    asked = likeness_of_conditions(old.conditions, new.conditions)
    if asked is None:
        return 0.0
    named = 4.0 if note_id(old) is not None and note_id(old) == note_id(new) else 0.0
    effect = 2.0 if (left.tier, old.effect) == (right.tier, new.effect) else 0.0
    return likeness_of_capabilities(old.capability, new.capability) + effect + asked + named


def level_of(rule: Rule) -> str | None:
    """Return the risk level that a rule is for; None for a rule that is for no level."""
    for condition in rule.conditions:
        if condition.name is ConditionName.RISK_LEVEL_IS:
            return print_value(condition.value)
    return None


def note_id(rule: Rule) -> str | None:
    """Return the id that the author of a rule gave it, if any."""
    return next((print_value(value) for key, value in rule.notes if key == "id"), None)


def likeness_of_capabilities(old: object, new: object) -> float:
    """Return 3 for the same pattern, less for one that covers the other, least for a resource."""
    if old == new:
        return 3.0
    patterns = [Capability.parse(text) if isinstance(text, str) else None for text in (old, new)]
    left, right = patterns
    if left is None or right is None:
        return 0.0
    if left.covers(right) or right.covers(left):
        return 1.5
    return 0.5 if left.resource == right.resource else 0.0


def likeness_of_conditions(old: tuple[Condition, ...], new: tuple[Condition, ...]) -> float | None:
    """Return 3 for the same conditions, 1 for none or fewer; None for nothing in common."""
    if not old or not new:
        return 1.0
    by_name = {condition.name: condition for condition in old}
    subjects = {subject(condition) for condition in old}
    agreed = 0.0
    for condition in new:
        if condition.name in by_name:
            agreed += 1.0 if by_name[condition.name] == condition else 0.6
        elif subject(condition) in subjects:
            agreed += 0.5
    every = {*subjects, *(subject(condition) for condition in new)}
    return 3 * min(agreed, len(every)) / len(every) if agreed else None


SUBJECTS = {
    **dict.fromkeys((ConditionName.CONTAINS, ConditionName.MATCH_KEYWORDS), "keywords"),
    **{name: "amount" for name in ConditionName if name.startswith("amount_")},
    **{name: "caller_depth" for name in ConditionName if name.startswith("caller_depth_")},
}
"""What a condition looks at, where several look at the same; elsewhere it is the name."""


def subject(condition: Condition) -> str:
    """Return what a condition looks at."""
    return SUBJECTS.get(condition.name, str(condition.name))


def print_value(value: object) -> str:
    """Return a value of a policy as Python prints it; what it cannot print is like nothing else."""
    try:
        return repr(value)
    except (ValueError, RecursionError):  # a number of thousands of digits, say
        return f"{type(value).__name__} at {id(value)}"
