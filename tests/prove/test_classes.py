"""Every capability is in a class that is met, and a class is what its capability says."""

from random import Random

from fencekit.engines.native.request_view import covers
from fencekit.prover.capability_classes import classes

SEGMENTS = ("pay", "a", "any", "other", "*", "", "b c", "x\n", "fresh", "é", "a-b")
PATTERNS = ("*", ".*", "a b.*", "pay\n.*", "pay.*", "a", "", "..", "x\n", "a.b.c.d", "a b", "any !")


def pattern(random: Random) -> str:
    if random.random() < 0.3:
        return random.choice(PATTERNS)
    return ".".join(random.choice(SEGMENTS) for _ in range(random.randint(1, 4)))


def capability(random: Random, patterns: list[str]) -> str:
    base = random.choice(patterns) if random.random() < 0.6 else pattern(random)
    choice = random.random()
    if choice < 0.3:
        return base
    if choice < 0.6:
        return base.removesuffix(".*") + random.choice(("", " ", "!", "x", ".q", "\n", ".q.r", "é"))
    return base.replace("*", random.choice(("q", "a", "*", ""))) + random.choice(("", ".a", "\n"))


def vector(patterns: list[str], text: str) -> int:
    return sum(1 << number for number, one in enumerate(patterns) if covers(one, text))


def test_every_capability_is_covered_as_that_of_some_class_is():
    random = Random(0)
    for _ in range(400):
        patterns = list(dict.fromkeys(pattern(random) for _ in range(random.randint(1, 6))))
        found = classes(patterns)
        for mask, text in found.items():
            assert vector(patterns, text) == mask, (patterns, text)
        for _ in range(40):
            text = capability(random, patterns)
            assert vector(patterns, text) in found, (patterns, text)


def test_only_the_classes_that_an_edit_reaches_are_met():
    patterns = [f"r{number}.a{number}" for number in range(1_000)] + ["*"]
    found = classes(patterns, ["r5.a5"])
    assert sorted(found.values()) == ["r5.a5"]
    assert len(classes(patterns)) == 1_001
