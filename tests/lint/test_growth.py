"""What the form of a pattern says of a matcher's time is so, as counted by one that counts."""

import re
from collections import Counter
from collections.abc import Iterator
from random import Random
from typing import Any

import pytest

from fencekit.regex.python_syntax import ops, parse_pattern
from fencekit.regex.redos import redos_growth as growing
from fencekit.regex.redos.matcher_paths import Paths, paths
from fencekit.regex.redos.redos_growth import growth

LINEAR = [
    r"\A(?:a|b)*c",
    r"\A(?:ab|ac)+\Z",
    r"\A(?:(?!aa)[ab])*\Z",
    r"\A(?:a(?:/|\Z))*\Z",
    r"\A(?:\Aa|b)*\Z",
    r"\A(?:\ba|b)*\Z",
    r"\A(?:(?!name/)[a-z]+/|name/)*\Z",
    r"\A(?:a+(?=b)|b)*\Z",
    r"\A(?!(?:[a-z]+(?:/[a-z]+)*)\Z)",
    r"(?i)\A(?:é|É!)+\Z",
    r"\A(?:[\u0100-\u0200]|[a-\u00ff])*\Z",
]
QUADRATIC = [r"\s+$", r"a*b", r"\A[ab]*a[ab]*c", r"\A(?:(?!a*c)[ab])*\Z", r"\A(?:ab)*(?:ab)*c"]
CUBIC = [r".*foo.*bar", r"\A(?:ab)*(?:ab)*(?:ab)*c", r"rm.*-rf.*/", r"\A(?!\s*\s*\s*=)"]
EXPONENTIAL = [
    r"\A(?:ab|[ab]b)*c",
    r"\A(?:a|a)*c",
    r"\A(?:a+)+c",
    r"\A(?:ab?a?|ba)*c",
    r"\A(?:[a-z]+/|name/)*\Z",
    r"\A(?:a{1,60}){1,60}c",
    r"\A(?:[\u0100-\u0200]!|[\u0180-\u01ff]!)*\Z",
    r"(?i)\A(?:k!|\u212a!)*\Z",
    r"\A(?!(?:(?:a|aa)+)\Z)",
    r"\A(?:(?=(?:a|aa)+c)|a)*",
]


@pytest.mark.parametrize("pattern", LINEAR)
def test_where_ways_that_part_never_meet_time_is_linear(pattern: str) -> None:
    known = growth(pattern)
    assert known is not None
    assert known.power == 0


@pytest.mark.parametrize("pattern", QUADRATIC)
def test_a_text_that_two_loops_divide_makes_time_quadratic(pattern: str) -> None:
    known = growth(pattern)
    assert known is not None
    assert known.power == 1
    assert known.is_harmless


@pytest.mark.parametrize("pattern", CUBIC)
def test_a_text_that_three_loops_divide_is_no_longer_harmless(pattern: str) -> None:
    known = growth(pattern)
    assert known is not None
    assert known.power == 2
    assert not known.is_harmless
    made = paths(pattern)
    assert made is not None
    few, many = (
        max(total(made, repeated(parts, count)) for parts in known.shown) for count in (20, 40)
    )
    assert many > 5 * few  # eight times as many, but for what does not grow


@pytest.mark.parametrize("pattern", EXPONENTIAL)
def test_a_loop_that_turns_in_two_ways_is_shown_by_a_text_that_doubles_them(pattern: str) -> None:
    known = growth(pattern)
    assert known is not None
    assert known.power is None
    made = paths(pattern)
    assert made is not None
    ((start, pump),) = known.shown[0]
    assert ways(made, start + pump * 20) >= 2**20


@pytest.mark.parametrize("pattern", [r"(?<=a|bc)d", "("])
def test_of_a_pattern_that_is_not_followed_nothing_is_said(pattern: str) -> None:
    assert growth(pattern) is None


def test_ways_that_double_outside_of_loops_are_not_called_harmless() -> None:
    known = growth(r"\A(?:a?a?){4}b")
    assert known is not None
    assert known.is_harmless
    many = growth(r"\A(?:a?){20}b")
    assert many is not None
    assert not many.is_harmless
    assert growth(r"\A" + "a?" * 30 + "b") is None


def test_a_pattern_that_takes_too_many_steps_is_not_known(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(growing, "MOST_STEPS", 10)
    growth.cache_clear()
    assert growth(r"\A(?:[a-f]+,|[d-k]+;)*\Z") is None
    growth.cache_clear()


def repeated(parts: tuple[tuple[str, str], ...], count: int) -> str:
    return "".join(start + pump * count for start, pump in parts)


def along(made: Paths, text: str) -> Iterator[Counter[int]]:
    """Yield how many ways lead to each state, after each character of a text."""
    here = Counter({0: 1})
    for char in text:
        there: Counter[int] = Counter()
        for at, count in here.items():
            for step in made.steps[at]:
                if step.chars >> made.class_of(char) & 1:
                    there[step.then] += count * step.ways
        here = there
        yield here


def ways(made: Paths, text: str) -> int:
    """Return how many ways the whole text allows, the search for another beginning included."""
    *_, last = along(made, text)
    return sum(last.values())


def total(made: Paths, text: str) -> int:
    """Return how many characters are taken on all ways, without those that the search skips."""
    return sum(
        count
        for here in along(made, text)
        for at, count in here.items()
        if at not in made.searching
    )


class Matcher:
    """A matcher that tries everything, and counts the characters that it takes."""

    def __init__(self, pattern: str) -> None:
        tree = parse_pattern(pattern)
        assert tree is not None
        self.nodes = tree[0]
        self.taken = 0

    def search(self, text: str) -> int:
        """Return how many characters were taken in all ways from all beginnings."""
        for start in range(len(text) + 1):
            for _ in self.sequence(self.nodes, text, start):
                pass
        return self.taken

    def sequence(self, nodes: list[Any], text: str, at: int) -> Iterator[int]:
        if not nodes:
            yield at
            return
        for then in self.node(nodes[0], text, at):
            yield from self.sequence(nodes[1:], text, then)

    def node(self, node: Any, text: str, at: int) -> Iterator[int]:
        op, given = node
        if op is ops.LITERAL or op is ops.IN:
            chars = {given} if op is ops.LITERAL else {code for _, code in given}
            if at < len(text) and ord(text[at]) in chars:
                self.taken += 1
                yield at + 1
        elif op is ops.BRANCH:
            for nodes in given[1]:
                yield from self.sequence(list(nodes), text, at)
        elif op is ops.SUBPATTERN:
            yield from self.sequence(list(given[3]), text, at)
        elif op is ops.MAX_REPEAT:
            least, most, inner = given
            yield from self.repeat(list(inner), text, at, int(least), int(most))
        elif op in (ops.ASSERT, ops.ASSERT_NOT):
            is_so = next(self.sequence(list(given[1]), text, at), None) is not None
            if is_so is (op is ops.ASSERT):
                yield at
        else:
            assert op is ops.AT, op
            is_start = given is ops.AT_BEGINNING_STRING
            if at == (0 if is_start else len(text)):
                yield at

    def repeat(self, inner: list[Any], text: str, at: int, least: int, most: int) -> Iterator[int]:
        if most:
            for then in self.sequence(inner, text, at):
                if then > at:  # as Python's matcher, it turns no loop on nothing
                    yield from self.repeat(inner, text, then, max(0, least - 1), most - 1)
        if least <= 0:
            yield at


def pattern(random: Random, depth: int) -> str:
    """Return a random pattern over two characters."""
    if depth == 0:
        return random.choice(["a", "b", "[ab]", "a", r"\A", r"\Z"])
    how = random.randrange(8)
    one = pattern(random, depth - 1)
    if how < 3:
        return one + pattern(random, depth - 1)
    if how == 3:
        return f"(?:{one}|{pattern(random, depth - 1)})"
    if how == 4:
        return f"(?{random.choice('=!')}{one})"
    return f"(?:{one}){random.choice(['*', '+', '?', '{2,3}', '*', '{0,25}'])}"


def test_the_graph_has_every_way_that_a_matcher_goes_and_what_is_harmless_grows_slowly() -> None:
    random = Random(7)
    texts = ["", "aaaaaa", "abababa", "bbabba", "aabbaabb", "baaab"]
    seen: Counter[str] = Counter()
    for _ in range(600):
        given = pattern(random, random.randint(2, 4))
        made = paths(given)
        if made is None:
            continue
        re.compile(given)
        is_counted = all(step.ways == 1 for steps in made.steps for step in steps)
        seen["counted"] += is_counted  # two ways may stand for more
        for text in texts if is_counted else ():
            assert Matcher(given).search(text) <= total(made, text), (given, text)
        known = growth(given)
        seen["unknown" if known is None else str(known.power)] += 1
        if known is None or not known.is_harmless:
            continue
        for pump in ("a", "b", "ab", "aab"):
            few, more, many = (ways(made, "b" + pump * count) for count in (20, 40, 60))
            assert many - more <= more - few, (given, pump)
    assert all(seen[power] > 10 for power in ("0", "1", "2", "None")), seen
    assert seen["counted"] > 200
