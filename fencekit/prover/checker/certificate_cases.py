"""The cases that would break a goal, read off the policies: which exits, behind which others.

A policy decides a call by the first exit of its decision list whose literals are all true. A case
is one exit of each list, for a capability, whose outcomes break the goal. So a call is of the case
when all literals of its exits are true, and of each exit before these one literal is false.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cache
from hashlib import sha256
from itertools import product
from typing import Any, NamedTuple

from fencekit.engines.native.request_view import covers
from fencekit.model.capability import Capability
from fencekit.model.change import Change, compare_effects
from fencekit.model.policy import Policy, Rule
from fencekit.model.verdict import DENY, Effect, Verdict
from fencekit.prover.checker.checker_atoms import Atoms, Literals, reading, spell_value


class CheckedOutcome(NamedTuple):
    """The literals of one way to decide, and its outcome: by a rule or by none, or an error."""

    literals: Literals
    effect: Effect
    raises: bool = False
    by_rule: bool = True


class CheckedCase(NamedTuple):
    """The name of a case, the literals of its exits, and those of each exit before these."""

    name: str
    facts: Literals
    earlier: list[Literals]


def is_looser(before: CheckedOutcome, after: CheckedOutcome) -> bool:
    """Say whether the second outcome is looser than the first."""
    return compare_effects(before.effect, after.effect) is Change.LOOSER


BROKEN: dict[str, Callable[..., bool]] = {
    "not looser": is_looser,
    "at least as strict": lambda asked, after: asked.by_rule and is_looser(asked, after),
    "equivalent": lambda one, other: one.effect != other.effect,
    "disjoint": lambda one, other: {one.effect.verdict, other.effect.verdict} == {Verdict.ALLOW},
    "always denies": lambda one: one.effect.verdict is not Verdict.DENY,
    "always allows": lambda one: one.effect.verdict is not Verdict.ALLOW,
    "never allows": lambda one: one.effect.verdict is Verdict.ALLOW,
    "never errors": lambda one: one.raises,
}
"""For each goal, when the exits that its policies decide by break it."""


def cases(goal: str, policies: Sequence[Policy], atoms: Atoms) -> Iterator[CheckedCase]:
    """Yield every case in which policies break the goal, and name the atoms of their rules."""
    ruled = [[(r.capability, exits(r, atoms)) for _, r in one.decision_list] for one in policies]
    covered = cache(covers)  # several rules have the same pattern
    seen = set()
    for capability in capabilities(pattern for rules in ruled for pattern, _ in rules):
        lists = tuple(decision_list(rules, capability, covered) for rules in ruled)
        if lists in seen:
            continue
        seen.add(lists)
        for numbers in product(*map(range, map(len, lists))):
            chosen = [one[number] for one, number in zip(lists, numbers, strict=True)]
            if BROKEN[goal](*chosen):
                facts = frozenset[str]().union(*(exit_.literals for exit_ in chosen))
                before = (one[:number] for one, number in zip(lists, numbers, strict=True))
                earlier = [exit_.literals for exits in before for exit_ in exits]
                yield CheckedCase(f"{capability} {numbers}", facts, earlier)


def exits(rule: Rule, atoms: Atoms) -> list[CheckedOutcome]:
    """Return the ways in which a rule decides: each condition may raise, or all of them hold."""
    found: list[CheckedOutcome] = []
    so_far = Literals()
    for condition in rule.conditions:
        holds, raises = reading(condition, atoms)
        if raises is not None:
            found.append(CheckedOutcome(so_far | raises, DENY, raises=True))
        if holds is None:
            return found
        so_far |= holds
    assert rule.effect is not None
    return [*found, CheckedOutcome(so_far, rule.effect)]


def decision_list(
    rules: Iterable[tuple[Any, list[CheckedOutcome]]],
    capability: str,
    covered: Callable[[Any, str], bool],
) -> tuple[CheckedOutcome, ...]:
    """Return the exits of the rules that cover a capability, and at last the default."""
    found: list[CheckedOutcome] = []
    for pattern, exits_ in rules:
        try:
            found += exits_ if covered(pattern, capability) else []
        except (AttributeError, TypeError):  # a pattern that is no text
            found.append(CheckedOutcome(Literals(), DENY, raises=True))
    return (*found, CheckedOutcome(Literals(), DENY, by_rule=False))


def capabilities(patterns: Iterable[object]) -> Iterator[str]:
    """Yield capabilities: every one is covered by the same patterns as one of these."""
    texts = {pattern for pattern in patterns if isinstance(pattern, str)}
    # Well-formed ones go by their segments: each that is named, and a fresh one for all others.
    formed = [one for one in map(Capability.parse, texts) if one is not None]
    fresh = "fresh" + "x" * max(map(len, texts), default=0)
    for resource in sorted({fresh, *(one.resource for one in formed)}):
        of_resource = [one for one in formed if one.resource in ("*", resource)]
        for action in sorted({fresh, *(one.action for one in of_resource)}):
            scopes = {one.scope for one in of_resource if one.action in ("*", action)}
            yield from (f"{resource}.{action}.{scope}" for scope in sorted({fresh, *scopes}))
    # All others go by which pattern they are, or else begin with: what stands before its `.*`.
    odd = next(char for char in map(chr, range(0x2600, 0x10000)) if char not in "".join(texts))
    for text in sorted({"", *texts, *(one.removesuffix(".*") for one in texts)}):
        yield from (text, text + odd)


def fingerprint(policy: Policy) -> str:
    """Return what tells a policy from those that decide otherwise."""
    rules = [
        (
            str(rule.effect),
            spell_value(rule.capability),
            *((c.name, spell_value(c.value)) for c in rule.conditions),
        )
        for _, rule in policy.decision_list
    ]
    return sha256(repr(rules).encode("utf-8", "backslashreplace")).hexdigest()
