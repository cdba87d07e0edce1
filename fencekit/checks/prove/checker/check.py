"""Checks a certificate: every case that would break the goal is ruled out by one of its lemmas.

`check(certificate, *policies)` raises CertificateError where that is not so. It trusts nothing in
the certificate: what each lemma says is shown again, and the cases are made anew from the policies.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from hashlib import sha256
from itertools import product
from typing import Any

from fencekit.checks.prove.checker.facts import (
    Literal,
    contradict,
    needs,
    parsed,
    readings,
    spelled,
)
from fencekit.checks.prove.checker.walks import Walk, WalkError
from fencekit.checks.prove.checker.words import Texts, Words
from fencekit.engines.native.view import covers
from fencekit.model.capability import Capability
from fencekit.model.change import Change, compare_effects
from fencekit.model.errors import FencekitError
from fencekit.model.policy import Policy, Rule
from fencekit.model.proof import Certificate
from fencekit.model.verdict import DENY, Effect, Verdict

VERSION = 1
MOST_PARTS = 200_000
Cube = frozenset[Literal]
Exit = tuple[Cube, Effect, bool]
"""The literals of a way to decide, its effect, and whether it is an error."""

BROKEN: dict[str, Callable[[Sequence[Exit]], bool]] = {
    "not looser": lambda e: compare_effects(e[0][1], e[1][1]) is Change.LOOSER,
    "equivalent": lambda e: e[0][1] != e[1][1],
    "disjoint": lambda e: all(one[1].verdict is Verdict.ALLOW for one in e),
    "always denies": lambda e: e[0][1].verdict is not Verdict.DENY,
    "always allows": lambda e: e[0][1].verdict is not Verdict.ALLOW,
    "never allows": lambda e: e[0][1].verdict is Verdict.ALLOW,
    "never errors": lambda e: any(one[2] for one in e),
}
"""For each goal that is certified, when exits of its policies break it."""


class CertificateError(FencekitError):
    """A certificate that does not show what it says."""

    slug = "certificate"


def check(certificate: Certificate, *policies: Policy) -> int:
    """Return how many cases were ruled out; raise CertificateError where one is not."""
    try:
        return checked(certificate.content, policies)
    except (KeyError, TypeError, ValueError, IndexError, AttributeError, RecursionError) as error:
        what = f"{type(error).__name__}: {error}"
        raise CertificateError(f"the certificate cannot be read: {what}") from error


def checked(content: dict[str, Any], policies: tuple[Policy, ...]) -> int:
    """Return how many cases were ruled out, by what a certificate holds."""
    if content.get("version") != VERSION or content.get("domain") != "open":
        raise CertificateError("the certificate is of a version or domain that is not checked here")
    if content.get("policies") != [fingerprint(policy) for policy in policies]:
        raise CertificateError("the certificate is of other policies")
    broken = BROKEN.get(str(content.get("goal")))
    if broken is None:
        raise CertificateError(f"the goal `{content.get('goal')}` is not checked here")
    values: dict[str, Any] = {}
    ways = {id(rule): exits(rule, values) for policy in policies for rule in policy.rules}
    lemmas = [shown(lemma, values) for lemma in content.get("lemmas", [])]
    seen: set[Any] = set()
    cases = 0
    for capability in capabilities(policies):
        lists = tuple(tuple(decision_list(policy, capability, ways)) for policy in policies)
        if lists in seen:
            continue
        seen.add(lists)
        for numbers in product(*map(range, map(len, lists))):
            chosen = [one[number] for one, number in zip(lists, numbers, strict=True)]
            if broken(chosen):
                cases += 1
                earlier = [e[0] for one, n in zip(lists, numbers, strict=True) for e in one[:n]]
                sure = frozenset[Literal]().union(*(exit_[0] for exit_ in chosen))
                if not Refuting(lemmas, earlier).refutes(sure):
                    raise CertificateError(f"a case of `{capability}` is not ruled out")
    return cases


def fingerprint(policy: Policy) -> str:
    """Return what tells a policy from those that decide otherwise."""
    rules = [
        (
            str(rule.effect),
            spelled(rule.capability),
            [(str(c.name), spelled(c.value)) for c in rule.conditions],
        )
        for _, rule in policy.decision_list
    ]
    return sha256(repr(rules).encode("utf-8", "backslashreplace")).hexdigest()


def exits(rule: Rule, values: dict[str, Any]) -> list[Exit]:
    """Return the ways in which a rule decides: by raising, and as it says."""
    found: list[Exit] = []
    so_far: Cube = frozenset()
    for condition in rule.conditions:
        holds, raises = readings(condition, values)
        if raises is not False:
            found.append((so_far if raises is True else so_far | {raises}, DENY, True))
        if holds is False or raises is True:
            return found
        so_far = so_far if holds is True else so_far | {holds}
    return found if rule.effect is None else [*found, (so_far, rule.effect, False)]


def decision_list(policy: Policy, capability: str, ways: dict[int, list[Exit]]) -> Iterator[Exit]:
    """Yield the exits of the rules that cover a capability, up to the first that is sure."""
    for _, rule in policy.decision_list:
        try:
            found = ways[id(rule)] if covers(rule.capability, capability) else []
        except (AttributeError, TypeError):
            found = [(frozenset(), DENY, True)]
        for exit_ in found:
            yield exit_
            if not exit_[0]:
                return
    yield frozenset(), DENY, False


def capabilities(policies: Iterable[Policy]) -> Iterator[str]:
    """Yield a capability of every kind that the policies' patterns tell apart, and more."""
    patterns = {
        r.capability for policy in policies for r in policy.rules if isinstance(r.capability, str)
    }
    formed = [one for one in map(Capability.parse, patterns) if one is not None]
    fresh = "fresh" + "x" * max(map(len, patterns), default=0)
    for resource in sorted({one.resource for one in formed} | {fresh}):
        of_resource = [one for one in formed if one.resource in ("*", resource)]
        yield resource
        for action in sorted({one.action for one in of_resource} | {fresh}):
            yield f"{resource}.{action}"
            scopes = {one.scope for one in of_resource if one.action in ("*", action)}
            yield from (f"{resource}.{action}.{scope}" for scope in sorted(scopes | {fresh}))
    odd = next(char for char in map(chr, range(0x2600, 0x10000)) if char not in "".join(patterns))
    for pattern in sorted({"", *patterns}):
        prefix = pattern.removesuffix(".*")
        yield from (pattern, prefix, prefix + odd)


def shown(lemma: Any, values: dict[str, Any]) -> Cube:
    """Return the literals of a lemma, which were shown to contradict each other."""
    literals = frozenset((bool(positive), tuple(atom)) for positive, *atom in lemma["literals"])
    walked = lemma.get("walks")
    if walked is None:
        if not contradict(literals, values):
            raise CertificateError("a lemma's literals do not contradict each other")
        return literals
    found, refused = patterns_of(literals)
    for chosen in product(*found):
        if not any(set(w["found"]) <= set(chosen) and set(w["not"]) <= refused for w in walked):
            raise CertificateError(f"nothing was walked for `{'`, `'.join(chosen)}`")
    for walk in walked:
        machine = machine_of(walk, literals, values)
        if not is_closed(machine, walk["next"]):
            raise CertificateError("the states of a walk are not closed, or one is a goal")
    return literals


def patterns_of(literals: Cube) -> tuple[list[tuple[str, ...]], set[str]]:
    """Return the patterns of which one must be found, for each literal, and those that must not."""
    atoms = [(positive, atom[1:]) for positive, atom in sorted(literals) if atom[0] == "found"]
    wanted = [patterns for positive, patterns in atoms if positive]
    return wanted, {one for positive, patterns in atoms if not positive for one in patterns}


def machine_of(walk: Any, literals: Cube, values: dict[str, Any]) -> Texts | Words:
    """Return the machine of a walk: of the values alone, or with `words`, of all arguments."""
    try:
        found, refused = ([Walk(*parsed(one)) for one in walk[name]] for name in ("found", "not"))
    except WalkError as error:
        raise CertificateError(str(error)) from error
    if not walk.get("words"):
        return Texts(found, refused)
    has = [
        (positive, frozenset(atom[1:])) for positive, atom in sorted(literals) if atom[0] == "has"
    ]
    unwanted = frozenset[str]().union(*(words for positive, words in has if not positive))
    wanted = [words for positive, words in has if positive]
    return Words(wanted, unwanted, found, refused, needs(literals, values))


def is_closed(machine: Texts | Words, table: list[list[int]]) -> bool:
    """Say whether the table's states are all that can be reached, and none of them is a goal.

    A row has the number of the next state for each step, or -1 where something unwanted is met.
    New states are numbered as they come.
    """
    states = [machine.start]
    numbers = {machine.start: 0}
    for at, row in enumerate(table):
        if at >= len(states) or machine.is_goal(states[at]):
            return False
        steps = machine.steps(states[at])
        if len(steps) != len(row):
            return False
        for after, number in zip(steps, row, strict=True):
            if after is None:
                if number != -1:
                    return False
            elif number == len(states) and after not in numbers:
                numbers[after] = number
                states.append(after)
            elif numbers.get(after) != number:
                return False
    return len(states) == len(table)


class Refuting:
    """Whether literals, with one literal false of each earlier exit, meet a lemma in every way."""

    def __init__(self, lemmas: list[Cube], earlier: list[Cube]) -> None:
        self._lemmas, self._earlier, self._left = lemmas, list(dict.fromkeys(earlier)), MOST_PARTS

    def refutes(self, cube: Cube) -> bool:
        """Say whether the literals, and what follows from them, are ruled out."""
        self._left -= 1
        if self._left < 0:
            raise CertificateError("a case has too many parts to be checked")
        open_ones: list[list[Literal]] = []
        for exit_ in self._earlier:
            if not any((not positive, atom) in cube for positive, atom in exit_):
                left = sorted(exit_ - cube)
                if not left:
                    return True
                if len(left) == 1:
                    return self.refutes(cube | {(not left[0][0], left[0][1])})
                open_ones.append(left)
        if any((not positive, atom) in cube for positive, atom in cube):
            return True
        if any(lemma <= cube for lemma in self._lemmas):
            return True
        return bool(open_ones) and all(
            self.refutes(cube | {(not positive, atom)})
            for positive, atom in min(open_ones, key=len)
        )
