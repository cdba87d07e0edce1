"""Patterns as trees, and single edits of them: two spellings that may or may not be the same.

A node is a tuple whose first item says what it is. Each leaf has with it the characters that tell
it from others like it, so that the alphabet of a pair is known without reading its patterns.
"""

import re
import warnings
from random import Random
from typing import Any

# ruff: noqa: RUF001  (letters that look alike are the point)

Node = tuple[Any, ...]

LEAVES: dict[str, tuple[tuple[str, ...], str]] = {
    "words": (
        (r"\w", r"\W", r"(?a:\w)", r"(?a:\W)", r"[\w]", r"[^\w]", r"[\w-]", "[a-z_]"),
        "aé-_",
    ),
    "digits": ((r"\d", r"\D", r"(?a:\d)", r"(?a:\D)", "[0-9]", "[^0-9]", r"[\d.]"), "1٣a²"),
    "spaces": (
        (r"\s", r"\S", r"(?a:\s)", r"(?a:\S)", " ", r"[^\S]", r"[ \t]", r"\x20"),
        " \xa0a\x1f",
    ),
    "any": ((".", "(?s:.)", r"[^\n]", r"[\s\S]", "(?-s:.)", r"[^\r\n]"), "a\n\r"),
    "kelvin": (
        ("k", "K", "\u212a", "[kK]", "(?i:k)", "(?ai:k)", "(?i:\u212a)", "[j-l]"),
        "kK\u212a",
    ),
    "long s": (
        ("s", "S", "ſ", "(?i:s)", "(?ai:s)", "(?i:ſ)", "[sS]", "(?i:[r-t])", "(?i:[^s])"),
        "sSſ",
    ),
    "i": (("i", "I", "İ", "ı", "(?i:i)", "(?i:İ)", "(?i:ı)", "(?i:[h-j])", "(?ai:i)"), "iIİı"),
    "micro": (("µ", "μ", "(?i:µ)", "(?i:μ)", "(?i:Μ)", "[µ]", "(?i:[µ])"), "µμΜ"),
    "sigma": (("σ", "ς", "Σ", "(?i:σ)", "(?i:ς)", "(?i:Σ)", "[σς]", "(?i:[ς])"), "σςΣ"),
    "sharp s": (("ß", "ẞ", "(?i:ß)", "(?i:ẞ)", "ss", "(?i:ss)"), "ßẞs"),
    "ligature": (("ﬅ", "ﬆ", "(?i:ﬅ)", "(?i:ﬆ)", "[ﬅ]"), "ﬅﬆ"),
    "iota": (
        ("ι", "Ι", "\u1fbe", "\u0345", "(?i:ι)", "(?i:\u1fbe)", "(?i:\u0345)"),
        "ιΙ\u1fbe\u0345",
    ),
    "cyrillic": (("в", "В", "ᲀ", "(?i:в)", "(?i:ᲀ)", "(?i:[а-г])", "[а-г]"), "вВᲀ"),
    "titlecase": (("ǆ", "ǅ", "Ǆ", "(?i:ǆ)", "(?i:ǅ)", "(?i:Ǆ)"), "ǆǅǄ"),
    "theta": (("θ", "ϑ", "ϴ", "Θ", "(?i:θ)", "(?i:ϴ)", "(?i:ϑ)"), "θϑϴΘ"),
    "angstrom": (("å", "Å", "\u212b", "(?i:å)", "(?i:\u212b)", "[å]"), "åÅ\u212b"),
    "deseret": (("𐐀", "𐐨", "(?i:𐐀)", "(?i:𐐨)", "[𐐀-𐐨]"), "𐐀𐐨a"),
    "cherokee": (("Ꭰ", "ꭰ", "(?i:Ꭰ)", "(?i:ꭰ)"), "Ꭰꭰ"),
    "georgian": (("ა", "Ა", "(?i:ა)", "(?i:Ა)"), "აᲐ"),
    "accent": (("é", "É", "(?i:é)", "(?i:É)", "(?ai:é)", "[à-ê]", "(?i:[à-ê])"), "éÉe"),
    "letter": (("a", "A", "b", "[ab]", "[^a]", "(?i:a)", "[a-c]", "[^ab]", "aa", "ab"), "aAb"),
    "punctuation": (
        ("-", r"\-", r"\.", "[.-]", "_", r"\\", "'", '"', "[-a]", r"[^\]]", r"[\]a]"),
        "-._'",
    ),
    "number": (("1", "0", "[01]", "10", r"\d", "1?", "[^1]"), "10a"),
    "break": ((r"\n", r"\r", "\n", r"[\n]", r"\s", r"[^\n]", r"\r?\n"), "\n\ra"),
    "escape": ((r"\\n", r"\\\\", r"\\x", r"\\", "[\\\\]", r"\\'", "n"), "\\n'x"),
    "surrogate": (("\\ud800", "[\\ud800-\\udfff]", "[^\\ud800]", "."), "\ud800\udfffa"),
    "astral": (("😀", "[😀-😂]", "[^😀]", ".", r"\W", "\U000e0001"), "😀😁a"),
}
"""Groups of leaves that are nearly the same, and the characters that tell them apart."""

PLAIN = ("letter", "letter", "letter", "number", "words", "digits", "spaces", "any", "break")
FOLDED = (
    *("kelvin", "long s", "i", "micro", "sigma", "sharp s", "ligature", "iota", "cyrillic"),
    *("titlecase", "theta", "angstrom", "deseret", "cherokee", "georgian", "accent"),
)
SCOPED = ("words", "digits", "spaces", "any", "words", "kelvin", "long s", "i")
PLACES = (
    "^",
    "$",
    r"\b",
    r"\B",
    r"\A",
    r"\Z",
    "(?m:^)",
    "(?m:$)",
    r"(?a:\b)",
    r"(?a:\B)",
    "(?m:^)$",
)
REPEATS = (
    *("*", "+", "?", "{2}", "{1,2}", "{0,2}", "{2,}", "*?", "+?", "??", "{1,2}?", "{,2}", "{0}"),
    *("*+", "++", "?+", "{1,2}+", "{1}"),
)
LOOKS = ("?=", "?!", "?<=", "?<!")
SCOPES = ("i", "a", "u", "s", "m", "-i", "ai", "i-s", "s-i", "ia", "ui", "x", "im", "-m", "-s")
GLOBALS = ("(?i)", "(?a)", "(?s)", "(?m)", "(?ai)", "(?im)", "(?is)", "(?u)", "(?x)", "(?ims)")


class Grammar:
    """Draws patterns, and remembers which characters matter to them."""

    def __init__(self, random: Random, *kinds: str, odd: float = 0.5) -> None:
        self.random = random
        self.kinds = kinds or PLAIN
        self.groups = random.sample(
            self.kinds, k=min(len(set(self.kinds)), random.choice((1, 1, 2)))
        )
        self.odd = odd
        self.letters: dict[str, None] = {}
        self.captures = 0

    def leaf(self) -> Node:
        group = self.random.choice(self.groups)
        leaves, letters = LEAVES[group]
        self.letters.update(dict.fromkeys(letters))
        return ("leaf", group, self.random.choice(leaves))

    def node(self, depth: int, *, fixed: bool = False) -> Node:
        """Return a node of at most that depth; a fixed one has texts of one length only."""
        random = self.random
        if depth == 0 or random.random() < 0.25:
            return self.leaf()
        kind = random.random()
        if kind < 0.30:
            return (
                "cat",
                *(self.node(depth - 1, fixed=fixed) for _ in range(random.choice((2, 2, 3)))),
            )
        if kind < 0.40 and not fixed:
            return ("alt", *(self.node(depth - 1) for _ in range(random.choice((2, 2, 3)))))
        if kind < 0.50:
            return ("at", random.choice(PLACES))
        if kind < 0.65:
            return ("scope", random.choice(SCOPES), self.node(depth - 1, fixed=fixed))
        if kind < 0.82 and not fixed:
            return ("repeat", random.choice(REPEATS), self.node(depth - 1))
        return self.special(depth, fixed=fixed)

    def special(self, depth: int, *, fixed: bool) -> Node:
        random = self.random
        kind = random.random()
        if kind < 0.55:
            look = random.choice(LOOKS)
            return ("look", look, self.node(depth - 1, fixed=fixed or "<" in look))
        if kind < 0.65 and not fixed:
            return ("atomic", self.node(depth - 1))
        if kind < 0.80:
            return ("group", self.node(depth - 1, fixed=fixed))
        return self.leaf()

    def referring(self, depth: int) -> Node:
        """Return a node with a group and a reference to it."""
        random = self.random
        group = ("group", self.node(depth - 1))
        between = () if random.random() < 0.5 else (self.node(1),)
        if random.random() < 0.2:
            group = ("repeat", random.choice(("?", "*", "+", "{0,2}")), group)
        if random.random() < 0.25:
            return ("cat", group, *between, ("if", self.node(1), self.node(1)))
        back: Node = ("back",)
        if random.random() < 0.5:
            back = ("scope", random.choice(("i", "ai", "-i", "a", "ui")), back)
        if random.random() < 0.2:
            back = ("repeat", random.choice(("?", "*", "+", "{2}")), back)
        return ("cat", group, *between, back)

    def edited(self, node: Node) -> Node:
        """Return the node with one edit in it, somewhere."""
        spots = list(places(node))
        path = self.random.choice(spots)
        return replaced(node, path, self.edit(at(node, path)))

    def edit(self, node: Node) -> Node:
        random = self.random
        kind = node[0]
        if random.random() < 0.12:
            return random.choice((("cat", node, self.leaf()), ("repeat", "?", node), self.leaf()))
        if kind == "leaf":
            return ("leaf", node[1], random.choice(LEAVES[node[1]][0]))
        if kind in ("repeat", "scope", "look"):
            known = {"repeat": REPEATS, "scope": SCOPES, "look": LOOKS}[kind]
            return random.choice(((kind, random.choice(known), node[2]), node[2]))
        if kind == "at":
            return ("at", random.choice((*PLACES, "")))
        if kind in ("cat", "alt") and len(node) > 2:
            return random.choice(
                (
                    (kind, *node[1:-1]),
                    (kind, *reversed(node[1:])),
                    ("alt" if kind == "cat" else "cat", *node[1:]),
                )
            )
        if kind in ("atomic", "group"):
            return node[1]
        if kind == "back":
            return random.choice((("scope", "i", node), self.leaf()))
        return node


def places(node: Node, path: tuple[int, ...] = ()) -> list[tuple[int, ...]]:
    """Return where the nodes of a tree are."""
    found = [path]
    for index, part in enumerate(node):
        if isinstance(part, tuple):
            found += places(part, (*path, index))
    return found


def at(node: Node, path: tuple[int, ...]) -> Node:
    for index in path:
        node = node[index]
    return node


def replaced(node: Node, path: tuple[int, ...], new: Node) -> Node:
    if not path:
        return new
    index = path[0]
    return (*node[:index], replaced(node[index], path[1:], new), *node[index + 1 :])


def spelled(node: Node) -> str:  # noqa: C901  (one case after the other)
    """Return the pattern of a tree."""
    kind = node[0]
    if kind == "leaf":
        return str(node[2])
    if kind == "at":
        return str(node[1])
    if kind == "cat":
        return "".join(part(one) for one in node[1:])
    if kind == "alt":
        return "|".join(map(spelled, node[1:]))
    if kind == "repeat":
        inner = spelled(node[2])
        return (inner if is_single(node[2], inner) else f"(?:{inner})") + node[1]
    if kind == "scope":
        return f"(?{node[1]}:{spelled(node[2])})"
    if kind == "look":
        return f"({node[1]}{spelled(node[2])})"
    if kind == "atomic":
        return f"(?>{spelled(node[1])})"
    if kind == "group":
        return f"({spelled(node[1])})"
    if kind == "if":
        return f"(?(1){part(node[1])}|{part(node[2])})"
    return r"\1"


def part(node: Node) -> str:
    return f"(?:{spelled(node)})" if node[0] == "alt" else spelled(node)


def is_single(node: Node, text: str) -> bool:
    """Say whether a repeat may follow right away."""
    if node[0] == "leaf":
        return len(text) == 1 or (text[0] == "[" and text.index("]", 2) == len(text) - 1)
    return node[0] in ("scope", "group", "back")


def compiles(pattern: str) -> bool:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            re.compile(pattern)
        except (re.error, OverflowError, RecursionError):
            return False
    return True
