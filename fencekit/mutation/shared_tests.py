"""The tests of conditions, made once: mutants share nearly all of them with their policy.

A pattern is followed as a tree, of which an edited one shares all but the way to the edit: to
compile each edit of a long one anew takes a thousand times as long. Nor does a tree backtrack, as
an edit may make a pattern do for ever. Long texts are left to Python's own, unless a pattern is so.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache

from fencekit.engines.native.condition_tests import AnyOf, Test, as_list
from fencekit.engines.native.native_evaluator import test_of
from fencekit.engines.native.request_view import View
from fencekit.model.policy import Condition, ConditionName, Policy
from fencekit.model.request import Unknown
from fencekit.regex.derivatives.pattern_diff import difference
from fencekit.regex.derivatives.term_matcher import TextMatcher
from fencekit.regex.derivatives.term_parser import NotReadError, PatternTree, TermReader
from fencekit.regex.derivatives.term_store import Node, TermStore

LONG = 1_500
"""From how many characters on a pattern is followed as a tree in a text of any length."""

LONG_TEXT = 1_000
"""From how many characters on a text is left to Python's own matching of shorter patterns."""

MOST_TEXTS = 4_000
"""How many patterns, and how many texts, are kept with what is known of them."""

MOST_ENDS = 2_000_000
"""How much is kept of all texts, at two hundred bytes: each mutant has nodes of its own."""

OFTEN = 1_000
"""After how many questions for a text it is looked how much is kept."""


class Patterns:
    """The patterns of a policy as trees, and those of its mutants as edits of them."""

    def __init__(self, policy: Policy) -> None:
        self.forest = TermStore()
        self.reader = TermReader(self.forest)
        self.trees: dict[str, PatternTree] = {}
        self._nodes: dict[str, Node | None] = {}
        self._texts: dict[str, TextMatcher] = {}
        self._asked = 0
        for pattern in dict.fromkeys(patterns_of(policy)):
            try:
                self.trees[pattern] = PatternTree(self.reader, pattern, self.reader.read(pattern))
            except NotReadError:
                continue

    def node(self, pattern: str) -> Node | None:
        """Return the node of a pattern, or of an edit of one; None for what trees do not have."""
        if pattern not in self._nodes:
            if len(self._nodes) > MOST_TEXTS:
                self._nodes.clear()
            self._nodes[pattern] = self._node(pattern)
        return self._nodes[pattern]

    def _node(self, pattern: str) -> Node | None:
        if pattern in self.trees:
            return self.trees[pattern].root.node
        if not self.trees:
            return None
        tree = min(self.trees.values(), key=lambda one: distance(one.pattern, pattern))
        levels = tree.read_edit(pattern)
        return levels[-1].new if levels else None

    def text(self, text: str) -> TextMatcher:
        """Return a text, with what is known of it."""
        self._asked += 1
        if self._asked % OFTEN == 0 and sum(one.size for one in self._texts.values()) > MOST_ENDS:
            self._texts.clear()
        known = self._texts.get(text)
        if known is None:
            if len(self._texts) > MOST_TEXTS:
                self._texts.clear()
            known = self._texts[text] = TextMatcher(self.forest, text)
        return known


def distance(old: str, new: str) -> int:
    """Return how many characters of two texts are not alike."""
    start, end = difference(old, new)
    return 2 * (end - start) + len(new) - len(old)


def patterns_of(policy: Policy) -> Iterator[str]:
    """Yield the patterns of a policy that are text."""
    for rule in policy.rules:
        for condition in rule.conditions:
            if condition.name is ConditionName.MATCH_REGEX:
                yield from (one for one in as_list(condition.value) if isinstance(one, str))


@dataclass
class SharedTests:
    """The tests of the conditions of a policy and of its mutants."""

    patterns: Patterns
    made: dict[int, tuple[tuple[Condition, ...], tuple[Test, ...]]] = field(default_factory=dict)
    _conditions: dict[int, tuple[Condition, Test]] = field(default_factory=dict)

    def of(self, conditions: tuple[Condition, ...]) -> tuple[Test, ...]:
        """Return the tests of a rule's conditions; of the policy's own rules the shared ones."""
        known = self.made.get(id(conditions))
        return known[1] if known else tuple(map(self._test, conditions))

    def keep(self, policy: Policy) -> None:
        """Make the tests of a policy's rules, and hold them as long as their conditions."""
        for rule in policy.rules:
            self.made[id(rule.conditions)] = rule.conditions, self.of(rule.conditions)
            for condition, test in zip(rule.conditions, self.of(rule.conditions), strict=True):
                self._conditions[id(condition)] = condition, test

    def _test(self, condition: Condition) -> Test:
        known = self._conditions.get(id(condition))
        if known is not None:
            return known[1]
        if condition.name is ConditionName.MATCH_REGEX:
            return self._follow_patterns(condition, as_list(condition.value))
        return test_of(condition)

    def _follow_patterns(self, condition: Condition, given: list[object]) -> Test:
        """Return the test of some patterns that are followed as trees, as far as they can be."""
        nodes: list[Node] = []
        others: list[object] = []
        for one in given:
            node = self.patterns.node(one) if isinstance(one, str) else None
            if node is None:
                others.append(one)
            else:
                nodes.append(node)
        are_short = all(len(one) < LONG for one in given if isinstance(one, str))
        if not nodes or (are_short and others):
            return test_of(condition)
        rest = test_of(Condition(condition.name, others, condition.place)) if others else None
        by_python = cache(lambda: test_of(condition))

        def test(view: View) -> bool | AnyOf:
            text = view.values_text
            if isinstance(text, Unknown) or (are_short and len(text) >= LONG_TEXT):
                return by_python()(view)
            read = self.patterns.text(text)
            return any(map(read.is_found, nodes)) or (rest is not None and rest(view))

        return test
