"""The decision lists of policies for each class of capabilities, as exits; equal ones once.

What is left out cannot matter: an exit whose literals an earlier exit of its list has too never
decides, and nothing is reached behind an exit without literals. Classes whose lists are equal rule
by rule are settled by the same argument, so that one of them stands for all.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from fencekit.model.decision import BY_DEFAULT
from fencekit.model.policy import Policy, Rule
from fencekit.prover.capability_classes import bits_of, classes
from fencekit.prover.policy_properties import Property
from fencekit.prover.rule_literals import GuardedOutcome, exits_of, key_of, raising

DecisionList = tuple[GuardedOutcome, ...]
EVERY_CALL = "*"


@dataclass(frozen=True, slots=True)
class CapabilityClass:
    """Capabilities that are covered alike: one of them, and each policy's list for it."""

    capability: str
    lists: tuple[DecisionList, ...]


class Index:
    """The rules of some policies, each with a number that equal rules share."""

    def __init__(self, policies: tuple[Policy, ...], about: Rule | None = None) -> None:
        self.rules = [[rule for _, rule in policy.decision_list] for policy in policies]
        self._about = about
        self._numbers: dict[Any, int] = {}
        self._exits: dict[int, list[GuardedOutcome]] = {}
        self.numbered = [[(self._number(rule), rule) for rule in rules] for rules in self.rules]
        self.patterns = list(
            dict.fromkeys(
                rule.capability
                for rules in self.rules
                for rule in rules
                if isinstance(rule.capability, str)
            )
        )

    def edited_patterns(self) -> list[Any] | None:
        """Return the patterns of the rules between the first and the last difference.

        None stands for all of them: the difference is in a rule that no class escapes.
        """
        first, second = (
            [(number, rule.capability) for number, rule in rules] for rules in self.numbered
        )
        start = 0
        for left, right in zip(first, second, strict=False):
            if left != right:
                break
            start += 1
        end = 0
        for left, right in zip(reversed(first[start:]), reversed(second[start:]), strict=False):
            if left != right:
                break
            end += 1
        between = [*first[start : len(first) - end], *second[start : len(second) - end]]
        patterns = [pattern for _, pattern in between]
        return patterns if all(isinstance(pattern, str) for pattern in patterns) else None

    def classes(self, goal: Property) -> Iterator[CapabilityClass]:
        """Yield the classes that the goal has to be looked at for; no two with the same lists."""
        skip_same = goal.same_is_fine and len(self.rules) == 2
        edited = self.edited_patterns() if skip_same else self._about_only()
        if edited == []:
            return
        places = [RulePositions(rules, self.patterns) for rules in self.rules]
        seen: set[tuple[tuple[int, ...], ...]] = set()
        for mask, capability in classes(self.patterns, edited).items():
            lists = [
                [rules[at] for at in place.of(mask)]
                for rules, place in zip(self.numbered, places, strict=True)
            ]
            key = tuple(tuple(dict.fromkeys(number for number, _ in rules)) for rules in lists)
            if key in seen or (skip_same and key[0] == key[1]):
                continue
            seen.add(key)
            yield CapabilityClass(capability, tuple(map(self._list, lists)))

    def _about_only(self) -> list[Any] | None:
        """Return the pattern of the rule that a goal is about: nowhere else does that decide."""
        if self._about is None or not isinstance(self._about.capability, str):
            return None
        return [self._about.capability]

    def _number(self, rule: Rule) -> int:
        key = (key_of(rule), isinstance(rule.capability, str), rule is self._about)
        return self._numbers.setdefault(key, len(self._numbers))

    def _list(self, rules: list[tuple[int, Rule]]) -> DecisionList:
        found: list[GuardedOutcome] = []
        seen: set[frozenset[Any]] = set()
        for _, rule in rules:
            of_text = isinstance(rule.capability, str)
            exits = self._of(rule) if of_text else [GuardedOutcome((), raising(rule))]
            for exit_ in exits:
                literals = frozenset(exit_.literals)
                if literals in seen:
                    continue
                seen.add(literals)
                found.append(exit_)
                if not literals:
                    return tuple(found)
        found.append(GuardedOutcome((), BY_DEFAULT))
        return tuple(found)

    def _of(self, rule: Rule) -> list[GuardedOutcome]:
        if id(rule) not in self._exits:
            self._exits[id(rule)] = exits_of(rule)
        return self._exits[id(rule)]


class RulePositions:
    """Where the rules of each pattern stand; the patterns are numbered by their order."""

    def __init__(self, rules: Sequence[Rule], patterns: Sequence[str]) -> None:
        numbers = {pattern: number for number, pattern in enumerate(patterns)}
        self._untyped: list[int] = []
        self._by_pattern: dict[int, list[int]] = {}
        for at, rule in enumerate(rules):
            if isinstance(rule.capability, str):
                self._by_pattern.setdefault(numbers[rule.capability], []).append(at)
            else:
                self._untyped.append(at)

    def of(self, mask: int) -> list[int]:
        """Return where rules of the patterns of a mask stand, and all whose pattern is no text."""
        found = [at for bit in bits_of(mask) for at in self._by_pattern.get(bit, ())]
        return sorted([*self._untyped, *found])
