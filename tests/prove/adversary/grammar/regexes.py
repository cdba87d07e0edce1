"""Pairs whose regexes differ in one spelling: flags, folding, lookarounds, loops, places."""

import re
from collections.abc import Callable
from random import Random

from prove.adversary.grammar.patterns import (
    FOLDED,
    GLOBALS,
    LEAVES,
    PLACES,
    PLAIN,
    REPEATS,
    SCOPED,
    SCOPES,
    Grammar,
    Node,
    compiles,
    spelled,
)
from prove.adversary.pair import Document, Pair

MOST_LETTERS = 6


def pair_of(
    random: Random, family: str, old: str, new: str | None, letters: tuple[str, ...]
) -> Pair | None:
    """Return a pair with a pattern in each policy; None for the second stands for no rule."""
    if not compiles(old) or (new is not None and not compiles(new)):
        return None
    if random.random() < 0.5 and new is not None:
        old, new = new, old
    shape = random.random()
    first, second = rule(old), [] if new is None else [rule(new)]
    if shape < 0.15 and new is not None:
        documents = ({"allow": [rule(new)]}, {"allow": [rule(old)]})
    elif shape < 0.25 and new is not None:
        one = [rule([old, new])]
        documents = ({"deny": one, "allow": ["pay.x"]}, {"deny": second, "allow": ["pay.x"]})
    elif shape < 0.32 and new is not None:
        # What both find, against what neither does.
        documents = (
            {"deny": [first], "allow": [rule(new)]},
            {"deny": second, "allow": [rule(new)]},
        )
    elif shape < 0.4:
        documents = (
            {"require_approval": [first], "allow": ["pay.x"]},
            {"require_approval": second, "allow": ["pay.x"]},
        )
    else:
        documents = (
            {"deny": [first], "allow": ["pay.x"]},
            {"deny": second, "allow": ["pay.x"]},
        )
    return Pair(family, *documents, letters=letters)


def rule(pattern: str | list[str]) -> Document:
    return {"capability": "pay.x", "match_regex": pattern}


def chosen(random: Random, grammar: Grammar, *more: str) -> tuple[str, ...]:
    """Return the letters to try: of those that matter to the leaves, not too many."""
    letters = list(grammar.letters) + [one for one in more if one not in grammar.letters]
    if len(letters) > MOST_LETTERS:
        letters = random.sample(letters, MOST_LETTERS)
    return tuple(letters)


def against(
    random: Random, family: str, grammar: Grammar, node: Node, flag: str = ""
) -> Pair | None:
    """Return a pair of a pattern against an edit of it, a text that it may find, or nothing."""
    pattern = flag + spelled(node)
    letters = chosen(random, grammar)
    choice = random.random()
    if choice < 0.45:
        other: str | None = flag + spelled(grammar.edited(node))
        if random.random() < 0.15:
            other = random.choice((*GLOBALS, "")) + spelled(node)
        letters = chosen(random, grammar)
    elif choice < 0.9:
        text = "".join(
            random.choice(letters or ("a",)) for _ in range(random.choice((1, 1, 2, 2, 3)))
        )
        before, after = random.choice(
            (("", ""), (r"\A", r"\Z"), ("^", "$"), ("(?s:.)", ""), ("", "a"))
        )
        other = f"{before}{re.escape(text)}{after}"
    else:
        other = None
    if other == pattern:
        return None
    return pair_of(random, family, pattern, other, letters)


def scoped_flags(random: Random) -> Pair | None:
    grammar = Grammar(random, *SCOPED)
    node = grammar.leaf()
    if random.random() < 0.6:
        node = ("scope", random.choice(SCOPES), node)
    if random.random() < 0.4:
        node = ("cat", node, grammar.node(1))
    flag = random.choice(("", "", "", *GLOBALS))
    return against(random, "scoped flags", grammar, node, flag)


def leading(random: Random) -> Pair | None:
    """Patterns whose first characters, or set of these, a search may look for before it matches."""
    grammar = Grammar(random, *SCOPED, *FOLDED, "letter", "accent")

    def begun(depth: int) -> Node:
        choice = random.random()
        if depth == 0 or choice < 0.3:
            return grammar.leaf()
        if choice < 0.6:
            return ("scope", random.choice(SCOPES), begun(depth - 1))
        if choice < 0.75:
            return ("alt", *(begun(depth - 1) for _ in range(random.choice((2, 2, 3)))))
        if choice < 0.85:
            return ("group", begun(depth - 1))
        if choice < 0.93:
            return (
                "repeat",
                random.choice(("+", "{1,2}", "{2}", "*", "?", "+?")),
                begun(depth - 1),
            )
        return ("cat", begun(depth - 1), begun(depth - 1))

    node: Node = ("cat", begun(2), *(grammar.leaf() for _ in range(random.choice((0, 0, 1, 2)))))
    if random.random() < 0.15:
        node = ("cat", ("at", random.choice(("", r"\b", "^", "(?m:^)"))), *node[1:])
    return against(random, "leading", grammar, node, random.choice(("", "", *GLOBALS)))


def folding(random: Random) -> Pair | None:
    grammar = Grammar(random, *FOLDED)
    node = grammar.node(random.choice((0, 0, 1, 2)))
    if random.random() < 0.5:
        node = ("scope", random.choice(("i", "ai", "-i", "ui")), node)
    return against(random, "folding", grammar, node, random.choice(("", "", "(?i)", "(?ai)")))


def ranges(random: Random) -> Pair | None:
    """Sets and ranges under ignore-case, whose ends fold out of the range."""
    grammar = Grammar(random, *FOLDED, "words", "letter", "surrogate", "astral")
    group = random.choice(grammar.groups)
    letters = sorted(set(LEAVES[group][1]))
    grammar.letters.update(dict.fromkeys(letters))
    low, high = sorted(random.choices(letters, k=2))
    inside = random.choice(
        (f"{low}-{high}", low + high, f"{low}-{high}\\d", f"{low}\\W", f"{low}-{high}_")
    )
    node: Node = ("leaf", group, f"[{random.choice(('', '', '^'))}{inside}]")
    if random.random() < 0.6:
        node = ("scope", random.choice(("i", "ai", "a")), node)
    if random.random() < 0.4:
        node = ("cat", node, grammar.leaf())
    return against(random, "ranges", grammar, node, random.choice(("", "(?i)", "(?ai)")))


def references(random: Random) -> Pair | None:
    grammar = Grammar(
        random, *random.choice((PLAIN, FOLDED, ("letter", "number"), ("long s", "micro", "sigma")))
    )
    node = grammar.referring(random.choice((1, 1, 2)))
    if random.random() < 0.35:  # one character, referred to under other flags
        grammar = Grammar(random, *FOLDED)
        inner = grammar.leaf() if random.random() < 0.7 else ("scope", "i", grammar.leaf())
        between = () if random.random() < 0.6 else (grammar.leaf(),)
        flags = random.sample(("i", "i", "ai", "ui", "-i", ""), k=2)
        backs: list[Node] = [("scope", one, ("back",)) if one else ("back",) for one in flags]
        node, other = (("cat", ("group", inner), *between, back) for back in backs)
        if random.random() < 0.5:
            letters = chosen(random, grammar)
            return pair_of(random, "references", spelled(node), spelled(other), letters)
    return against(random, "references", grammar, node, random.choice(("", "", "(?i)", "(?a)")))


def lookarounds(random: Random) -> Pair | None:
    grammar = Grammar(random, *PLAIN, "kelvin", "punctuation")
    look = random.choice(("?=", "?!", "?<=", "?<!"))
    node: Node = ("look", look, grammar.node(random.choice((0, 1, 2)), fixed="<" in look))
    if random.random() < 0.35:  # what lies there may be so, or need not
        way = random.choice(("?", "*", "{0,2}", "+"))
        other = random.choice(
            (grammar.leaf(), ("at", ""), ("at", ""), ("at", random.choice(PLACES)))
        )
        node = random.choice((("alt", node, other), ("alt", other, node), ("repeat", way, node)))
    parts = [node]
    if random.random() < 0.7:
        parts.insert(random.randint(0, 1), grammar.node(1))
    if random.random() < 0.3:
        parts.append(grammar.node(1))
    return against(random, "lookarounds", grammar, ("cat", *parts))


def kept(random: Random, grammar: Grammar) -> Node:
    """Return ways of which the first is kept, though what follows may need another."""
    one, other = grammar.leaf(), grammar.leaf()
    if random.random() < 0.5:
        way: Node = ("repeat", random.choice(("*+", "++", "?+", "{1,2}+", "{0,2}+")), one)
    else:
        ways = random.sample((one, ("cat", one, other), other), k=random.choice((2, 3)))
        way = ("atomic", ("alt", *ways))
    before = () if random.random() < 0.6 else (random.choice((grammar.leaf(), ("at", "^"))),)
    return ("cat", *before, way, random.choice((one, other, grammar.leaf(), ("at", "$"))))


def loops(random: Random) -> Pair | None:
    """Loops over what can be empty, over places and over lookarounds."""
    grammar = Grammar(random, *PLAIN)
    if random.random() < 0.3:
        return against(random, "loops", grammar, kept(random, grammar))
    choice = random.random()
    inner: Node = ("repeat", random.choice(REPEATS), grammar.node(1))
    if choice < 0.3:
        inner = ("alt", inner, ("at", random.choice(PLACES)))
    elif choice < 0.5:
        inner = ("cat", ("at", random.choice(PLACES)), inner)
    elif choice < 0.65:
        inner = ("cat", ("look", random.choice(("?=", "?!")), grammar.leaf()), inner)
    node: Node = (
        "repeat",
        random.choice(REPEATS),
        ("group", inner) if random.random() < 0.3 else inner,
    )
    parts = [node]
    if random.random() < 0.6:
        parts.append(random.choice((grammar.leaf(), ("at", random.choice(PLACES)))))
    if random.random() < 0.3:
        parts.insert(0, random.choice((grammar.leaf(), ("at", random.choice(PLACES)))))
    return against(random, "loops", grammar, ("cat", *parts))


def places(random: Random) -> Pair | None:
    grammar = Grammar(
        random,
        *random.choice((("words", "break"), ("break", "letter"), ("words",), ("spaces", "break"))),
    )
    parts: list[Node] = [grammar.leaf() for _ in range(random.choice((0, 1, 1, 2)))]
    for _ in range(random.choice((1, 2, 2, 3))):
        parts.insert(random.randint(0, len(parts)), ("at", random.choice(PLACES)))
    flag = random.choice(("", "", "(?m)", "(?a)", "(?s)", "(?ma)"))
    if not grammar.letters:
        grammar.leaf()
    return against(random, "places", grammar, ("cat", *parts), flag)


def any_regex(random: Random) -> Pair | None:
    grammar = Grammar(random, *PLAIN, *FOLDED, "punctuation", "surrogate", "astral", "escape")
    return against(
        random, "any regex", grammar, grammar.node(3), random.choice(("", "", "", *GLOBALS))
    )


def words_of_many(random: Random) -> Pair | None:
    """Alternations of words against the same, in another order or with one other."""
    letters = ("a", "b", "c")
    words = [
        "".join(random.choices(letters, k=random.randint(1, 4)))
        for _ in range(random.randint(3, 12))
    ]
    other = list(words)
    random.shuffle(other)
    if random.random() < 0.6:
        other[0] = "".join(random.choices(letters, k=random.randint(1, 4)))
    one, two = "|".join(words), "|".join(other)
    around = random.choice(("{}", r"\b(?:{})\b", "^(?:{})$", "(?i){}", r"(?<!a)(?:{})", "(?:{})+$"))
    return pair_of(random, "words", around.format(one), around.format(two), letters)


def counted(random: Random) -> Pair | None:
    """Repeats with counts that are one apart, of what overlaps with what stands around it."""
    grammar = Grammar(random, "letter", "number", "digits", "words")
    least, most = random.randint(0, 3), random.randint(3, 12)
    inner = spelled(grammar.node(1))
    ends = [random.choice(("", "a", "b", "^", "$", r"\b")) for _ in range(2)]
    counts = random.choice(
        (
            ("{%d,%d}", (least, most), (least, most + 1)),
            ("{%d}", (most,), (most - 1,)),
            ("{%d,}", (least,), (least + 1,)),
        )
    )
    one, two = (f"{ends[0]}(?:{inner}){counts[0] % given}{ends[1]}" for given in counts[1:])
    return pair_of(random, "counted", one, two, chosen(random, grammar))


FAMILIES: dict[str, Callable[[Random], Pair | None]] = {
    "scoped flags": scoped_flags,
    "leading": leading,
    "folding": folding,
    "ranges": ranges,
    "references": references,
    "lookarounds": lookarounds,
    "loops": loops,
    "places": places,
    "any regex": any_regex,
    "words": words_of_many,
    "counted": counted,
}
