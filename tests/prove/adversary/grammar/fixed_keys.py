"""Pairs on domains that leave little free: one text under one key, and names that are restricted.

Where arguments may be any, a condition is mostly met beside what another asks for: in another key,
in another field. Here all conditions meet in the same text, or in the two values of a name.
"""

import re
from collections.abc import Callable
from random import Random
from typing import Any

from prove.adversary.calls import words
from prove.adversary.grammar.aimed import NAMES
from prove.adversary.grammar.coupled import (
    ALPHABETS,
    CASED,
    cased_rule,
    edited,
    pattern,
    rule,
    word,
)
from prove.adversary.pair import Document, Pair

MOST_TEXTS = 400
FOLDS_TO_ASCII = (
    ("k", "K", "\u212a"),
    ("i", "I", "İ", "\u0307"),
    ("a", "\u212a"),
    ("a", "İ", "i"),
) * 2
"""Letters of which one beyond ASCII is one within it, or begins so, in lower case."""


def inside(random: Random, text: str, most: int = 9) -> str:
    """Return a part of a text."""
    size = random.randint(1, max(1, min(len(text), most)))
    start = random.randint(0, len(text) - size)
    return text[start : start + size]


def overlapping(random: Random, letters: tuple[str, ...]) -> Document:
    """Return conditions about parts of one text, which lie in each other or overlap."""
    text = "".join(random.choices(letters, k=random.randint(2, 5)))
    large, small = inside(random, text), inside(random, text)
    if random.random() < 0.5:
        small = inside(random, large)
    other = random.choice(("zz", word(random, letters), text + letters[0]))
    made: Document = {"capability": "pay.x", "match_keywords": random.sample([large, other], k=2)}
    if random.random() < 0.7:
        made["contains"] = small
    if random.random() < 0.8:
        made["match_regex"] = f"^{re.escape(text)}$"
    return made


def one_text(random: Random) -> Pair | None:
    """One text under one key: what keywords see and what regexes see is the same text."""
    way = random.random()
    letters = random.choice(ALPHABETS if way < 0.5 else (*FOLDS_TO_ASCII, *map(tuple, CASED)))
    key = random.choice(("a", "a", "note", "amount", "k", "it's"))
    if way < 0.25:
        first = overlapping(random, letters)
    elif way < 0.5:
        first = rule(random, letters)
    else:
        first = cased_rule(random, letters)
    after = [edited(random, first, letters)] if random.random() < 0.4 else []
    before: list[Document] = []
    if random.random() < 0.3:  # some is denied by both: what is unwanted of the rest
        before = [{"capability": "pay.x", **overlapping(random, letters)}]
        before[0].pop(random.choice(("match_regex", "match_keywords")), None)
    if random.random() < 0.15:
        before.append({"capability": "pay.x", "match_regex": pattern(random, letters)})
    text: Document = {"type": "string"}
    if random.random() < 0.2:
        text["maxLength"] = random.choice((1, 2, 3))
    domain: Document = {"type": "object", "properties": {key: text}, "required": [key]}
    domain["additionalProperties"] = False
    old: Document = {"deny": [*before, first], "allow": ["pay.x"]}
    new: Document = {"deny": [*before, *after], "allow": ["pay.x"]}
    args = tuple({key: one} for one in words(letters, MOST_TEXTS))
    return Pair("one text", old, new, domain=domain, args=args)


PARTS = ("a", "b", "*", "*", "?", "[ab]", "[!a]", "[]]", "[]a]", "[!]]", "[!]a]", "[a-c]", "[*]")
NAMED = ("a", "b", "ab", "ba", "aab", "]", "a]", "]a", "*", "", "c", "A", "[]a]", "[]]", "?")
TEXTS: tuple[Document, ...] = (
    *({"type": "string", "maxLength": 1}, {"type": "string", "maxLength": 2}, {"type": "string"}),
    *({"type": "string", "pattern": "^[ab]*$"}, {"enum": ["a", "ab", "b", "]"]}),
    *({"type": ["string", "null"], "maxLength": 1}, {"enum": ["]a", "a", None]}),
    *({"pattern": "^[^*?]*$", "type": "string"}, {"const": "ab"}),
)


def glob(random: Random) -> str:
    return "".join(random.choice(PARTS) for _ in range(random.choice((1, 1, 2, 2, 3))))


def named_twice(random: Random) -> Pair | None:
    """A name that one policy asks for so and the other otherwise: both of its values may be used.

    CapFence takes the value of the context or that of the arguments, whichever is as asked.
    """
    keys = random.sample(NAMES, k=random.choice((1, 1, 2)))
    first: Document = {"capability": "pay.x", **{key: glob(random) for key in keys}}
    second: Document = {"capability": "pay.x", **{key: glob(random) for key in keys}}
    args = {key: random.choice(NAMED) for key in keys}
    if random.random() < 0.5:
        text = " ".join(args.values())
        asked: tuple[Document, ...] = (
            {"match_regex": f"^{re.escape(text)}$"},
            {"contains": f"'{args[keys[0]]}'"},
            {"contains": str(args)},
        )
        random.choice((first, second)).update(random.choice(asked))
    before: list[Document] = []
    if random.random() < 0.4:
        before = [{"capability": "pay.x", keys[0]: glob(random)}]
    old: Document = {"deny": [*before, first], "allow": ["pay.x"]}
    new: Document = {"deny": before, "allow": [second]}
    if random.random() < 0.15 and keys[0] == "risk_level":
        level = random.choice(NAMED)
        for side in (old, new):
            side["risk_levels"] = {level: {"action": random.choice(("deny", "require_approval"))}}
    said: Document = {key: random.choice(TEXTS) for key in keys}
    domain: Document = {"type": "object", "properties": said}
    domain["additionalProperties"] = random.random() < 0.1
    if random.random() < 0.4:
        domain["required"] = keys
    values: dict[str, list[Any]] = {key: [*NAMED, None] for key in keys}
    listed: list[Document] = [{}, *({keys[0]: one} for one in NAMED)]
    for one in keys[1:]:
        listed += [{keys[0]: random.choice(NAMED), one: random.choice(NAMED)} for _ in range(12)]
        listed += [{one: random.choice(NAMED)} for _ in range(4)]
        values = {key: random.sample(some, k=7) for key, some in values.items()}
    return Pair(
        "named twice", old, new, domain=domain, values=values, args=(args,), contexts=tuple(listed)
    )


FAMILIES: dict[str, Callable[[Random], Pair | None]] = {
    "one text": one_text,
    "named twice": named_twice,
}
