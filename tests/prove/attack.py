"""A heavy random attack: calls made of what two policies speak of, twisted in every known way.

It knows nothing of the prover: it is how a person with patience would look for a loosening.
"""

import re._constants as sre
import re._parser as parser
import warnings
from collections.abc import Iterator
from random import Random
from typing import Any

from conformance import requests as aimed

from fencekit.engines.native.condition_tests import as_list
from fencekit.engines.native.native_evaluator import NativeEvaluator
from fencekit.model.change import Change, compare_effects
from fencekit.model.policy import ConditionName, Policy
from fencekit.model.request import Request

# ruff: noqa: RUF001  (letters that look alike are the point)

SPECIAL = (
    *("\t", "\n", "\r", "\x0b", "\x00", "\x1b", "\x85", "\xa0", "\u200b", "\u2028", "\ufeff"),
    *("'", '"', "\\", "/", ".", " ", "  ", "-", "_", "0", "9", "x", "A", "a", ";", "[", "]"),
    *("é", "ж", "ß", "ẞ", "ſ", "K", "İ", "ı", "Σ", "σ", "ς", "ǅ", "٣", "ﬁ", "\u0307", "𝒜"),
)
TWINS = {
    "s": "ſ",
    "S": "ſ",
    "k": "K",
    "K": "K",
    "i": "ı",
    "I": "İ",
    "σ": "ς",
    "Σ": "ς",
    "t": "\t",
    "n": "\n",
    "r": "\r",
    " ": "\t",
    "'": '"',
    '"': "'",
    "ß": "ẞ",
    "a": "á",
}
"""For a character one that is, or prints as, nearly the same."""

TEXTS = (ConditionName.CONTAINS, ConditionName.MATCH_KEYWORDS)
KEYS = ("command", "path", "query", "amount", "total", "note", "file", "table", "environment")


class Attack:
    """Random calls aimed at the rules of the policies."""

    def __init__(self, random: Random, *policies: Policy) -> None:
        self.random = random
        rules = [rule for policy in policies for rule in policy.rules]
        self.targets = [
            (rule.capability, {str(c.name).removesuffix("_is"): c.value for c in rule.conditions})
            for rule in rules
        ]
        conditions = [condition for rule in rules for condition in rule.conditions]
        self.keywords = [
            str(word) for c in conditions if c.name in TEXTS for word in as_list(c.value)
        ]
        patterns = [
            str(word)
            for c in conditions
            if c.name is ConditionName.MATCH_REGEX
            for word in as_list(c.value)
        ]
        self.trees = [tree for tree in map(parsed, patterns) if tree is not None]
        self.words = [str(c.value) for c in conditions if isinstance(c.value, str)]

    def requests(self, count: int) -> Iterator[Request]:
        """Yield that many calls."""
        for _ in range(count):
            made = aimed.request(self.random, self.targets)
            if self.random.random() < 0.75:
                args = self.arguments(made)
                made = Request(
                    made.capability,
                    environment=made.environment,
                    context=made.context,
                    args=args,
                )
            yield made

    def arguments(self, made: Request) -> dict[str, Any]:
        """Return arguments with texts of ours: one field mostly, or several, split, nested."""
        random = self.random
        text = self.text()
        choice = random.random()
        if choice < 0.5:
            return {random.choice(KEYS): text}
        if choice < 0.6:
            first, _, rest = text.partition(" ")
            return {"a": first, "b": rest}
        if choice < 0.7:
            return {text: random.choice([1, "", None])}
        if choice < 0.8:
            return {random.choice(KEYS): random.choice([[text], {"k": text}, [{text: True}]])}
        return {**made.args.values, random.choice(KEYS): text}

    def text(self) -> str:
        """Return a text of keywords, of what regexes match, of words; spoiled here and there."""
        random = self.random
        parts = [self.part() for _ in range(random.choice([1, 1, 1, 2, 3]))]
        text = random.choice(["", "", " "]).join(parts)
        for _ in range(random.choice([0, 0, 1, 1, 2])):
            text = self.spoiled(text)
        return text

    def part(self) -> str:
        random = self.random
        choice = random.random()
        if self.trees and choice < 0.5:
            return drawn(random, random.choice(self.trees))
        if self.keywords and choice < 0.75:
            word = random.choice(self.keywords)
            return random.choice([word, word.upper(), word.title(), word.swapcase()])
        if self.words and choice < 0.9:
            return random.choice(self.words)
        return random.choice(SPECIAL)

    def spoiled(self, text: str) -> str:
        random = self.random
        at = random.randrange(len(text) + 1)
        choice = random.random()
        if choice < 0.3:
            return text[:at] + random.choice(SPECIAL) + text[at:]
        if choice < 0.5:
            return text[:at] + text[at + 1 :]
        if choice < 0.85 and at < len(text):
            return text[:at] + TWINS.get(text[at], random.choice(SPECIAL)) + text[at + 1 :]
        return random.choice([text + "\n", "\n" + text, text + text, text.upper(), text * 2])


def parsed(pattern: str) -> Any:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            return parser.parse(pattern)
        except (parser.error, RecursionError, OverflowError):
            return None


def drawn(random: Random, tree: Any, groups: dict[int, str] | None = None) -> str:
    """Return a text that the regex more or less matches: assertions are taken as they come."""
    groups = {} if groups is None else groups
    return "".join(one(random, op, value, groups) for op, value in tree)


def one(random: Random, op: Any, value: Any, groups: dict[int, str]) -> str:
    return DRAW[op](random, value, groups) if op in DRAW else ""


def of_class(random: Random, value: Any, _: dict[int, str]) -> str:
    kind, given = random.choice(value)
    if kind is sre.LITERAL:
        return chr(given)
    if kind is sre.RANGE:
        return chr(random.choice([*given, random.randint(*given)]))
    return random.choice(SPECIAL)


def repeated(random: Random, value: Any, groups: dict[int, str]) -> str:
    least, most, item = value
    times = random.choice([least, least, min(least + 1, most), min(least + 2, most)])
    if random.random() < 0.2 and most is not sre.MAXREPEAT:
        times = min(most, 45)
    return "".join(drawn(random, item, groups) for _ in range(times))


def grouped(random: Random, value: Any, groups: dict[int, str]) -> str:
    text = drawn(random, value[3], groups)
    if value[0] is not None:
        groups[value[0]] = text
    return text


def asserted(random: Random, value: Any, groups: dict[int, str]) -> str:
    return drawn(random, value[1], groups) if random.random() < 0.5 else ""


def special(random: Random, _: Any, __: dict[int, str]) -> str:
    return random.choice(SPECIAL)


DRAW: dict[Any, Any] = {
    sre.LITERAL: lambda _, value, __: chr(value),
    **dict.fromkeys((sre.ANY, sre.NOT_LITERAL, sre.CATEGORY), special),
    sre.IN: of_class,
    **dict.fromkeys((sre.MAX_REPEAT, sre.MIN_REPEAT, sre.POSSESSIVE_REPEAT), repeated),
    sre.BRANCH: lambda random, value, groups: drawn(random, random.choice(value[1]), groups),
    sre.SUBPATTERN: grouped,
    sre.GROUPREF: lambda _, value, groups: groups.get(value, ""),
    sre.ATOMIC_GROUP: drawn,
    **dict.fromkeys((sre.ASSERT, sre.ASSERT_NOT), asserted),
}


def looser_call(old: Policy, new: Policy, *, seed: int, count: int) -> Request | None:
    """Return the first of that many random calls for which the new policy is looser."""
    before, after = NativeEvaluator(old), NativeEvaluator(new)
    for request in Attack(Random(seed), old, new).requests(count):
        was, now = before.decide(request).outcomes[0], after.decide(request).outcomes[0]
        if was is not now and compare_effects(was.effect, now.effect) is Change.LOOSER:
            return request
    return None
