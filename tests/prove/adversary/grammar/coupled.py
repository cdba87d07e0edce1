"""Pairs whose conditions look at the same text in two ways: as it is, and as it is printed.

Keywords see `str(arguments)` in lower case, with quotes, escapes and keys; regexes see the values.
"""

import re
from collections.abc import Callable
from random import Random
from typing import Any

from prove.adversary.grammar.patterns import compiles
from prove.adversary.pair import Document, Pair

# ruff: noqa: RUF001  (letters that look alike are the point)

ALPHABETS: tuple[tuple[str, ...], ...] = (
    ("a", "'", '"', "\\", " "),
    ("a", "\n", "\\", "n", "'"),
    ("\t", "t", "e", "\\"),
    ("x", "\x00", "0", "\\"),
    ("\xad", "x", "a", "d", "\\"),
    ("\u2028", "u", "2", "8"),
    ("K", "\u212a", "k", "'"),
    ("İ", "i", "\u0307", "I"),
    ("Σ", "σ", "ς", "a", " "),
    ("ß", "ẞ", "s", "S", "ſ"),
    ("É", "é", "e", "\u0301"),
    ("ǅ", "ǆ", "Ǆ", "a"),
    (",", " ", "a", ":", "'"),
    ("{", "}", "a", "'", ":"),
    ("[", "]", "'", "a", ","),
    ("A", "a", "B", "b"),
    ("1", "0", ".", "-", "٣"),
    ("\ud800", "a", "\\", "d", "8"),
    ("😀", "a", "\U000e0001", "\\"),
    ("\r", "\n", "r", "\\", "a"),
    ("\x85", "\xa0", " ", "x", "8"),
)
FRAMES = (
    *(
        "{}",
        "{}",
        "{}",
        "'{}'",
        '"{}"',
        ": '{}",
        "{}'",
        "{}'}}",
        "'a': '{}",
        "'a': {}",
        "{{'{}",
        "{} ",
        " {}",
    ),
    *(
        "\\{}",
        "{}, 'b'",
        "', '{}",
        "[{}",
        "['{}",
        "'k': '{}",
        "'b': '{}'}}",
        "'{}': ''",
        "{}: none",
        "': '",
    ),
)
ESCAPES = (
    "",
    "\\n",
    "\\\\",
    "\\'",
    "\\x",
    "\\u",
    "\\t",
    "\\r",
    "\\xad",
    "\\x00",
    "\\u2028",
    "\\U",
    "''",
    "{}",
    "[]",
)
PATTERNS = (
    *(
        "{}",
        "{}",
        "^{}",
        "{}$",
        "^{}$",
        "^{}{}$",
        "(?i){}",
        "(?i)^{}$",
        "[^{}]",
        "^[^{}]*$",
        "^{}*$",
        "(?s)^.{}",
    ),
    *(
        "{}(?!{})",
        "(?<!{}){}",
        r"^\S*$",
        r"^\w+$",
        r"\W",
        "^.$",
        "^..$",
        r"^$",
        r"(?s)^.{{2}}$",
        r"\s{}",
        "{}|{}",
    ),
)


def word(random: Random, letters: tuple[str, ...], most: int = 3) -> str:
    return "".join(random.choice(letters) for _ in range(random.randint(1, most)))


def keyword(random: Random, letters: tuple[str, ...]) -> str:
    if random.random() < 0.12:
        return random.choice(ESCAPES)
    made = word(random, letters)
    if random.random() < 0.3:
        made = random.choice((repr(made)[1:-1], made.lower(), made.upper()))
    return random.choice(FRAMES).replace("{}", made).replace("{{", "{").replace("}}", "}")


def pattern(random: Random, letters: tuple[str, ...]) -> str:
    for _ in range(20):
        parts = random.choice(PATTERNS).replace("{{", "<").replace("}}", ">").split("{}")
        made = parts[0] + "".join(quoted(random.choice(letters)) + part for part in parts[1:])
        made = made.replace("<2>", "{2}")
        if compiles(made):
            return made
    return "a"


def quoted(char: str) -> str:
    return f"\\{char}" if char in "\\.[]{}-^$" else char


def condition(random: Random, letters: tuple[str, ...]) -> Document:
    choice = random.random()
    if choice < 0.45:
        return {"contains": keyword(random, letters)}
    if choice < 0.55:
        first = keyword(random, letters)
        near = (first + random.choice(letters), first[1:], random.choice(letters) + first)
        listed = [first, random.choice((keyword(random, letters), *near))]
        return {"match_keywords": random.sample(listed, k=2)}
    if choice < 0.9:
        return {"match_regex": pattern(random, letters)}
    return {"match_regex": [pattern(random, letters) for _ in range(2)]}


def rule(random: Random, letters: tuple[str, ...]) -> Document:
    made: Document = {"capability": "pay.x"}
    for _ in range(random.choice((1, 2, 2, 3))):
        made.update(condition(random, letters))
    return made


def edited(random: Random, given: Document, letters: tuple[str, ...]) -> Document:
    keys = [key for key in given if key != "capability"]
    key = random.choice(keys)
    made: dict[str, Any] = dict(given)
    if len(keys) > 1 and random.random() < 0.3:
        del made[key]
    elif isinstance(made[key], list) and random.random() < 0.5:
        made[key] = random.sample(made[key], k=len(made[key]) - 1) or made[key]
    elif key == "contains" and random.random() < 0.6:
        text = str(made[key])
        made[key] = random.choice(
            (text[1:], text[:-1], text.upper(), text + random.choice(letters), f"{text}'")
        )
    else:
        made.update(condition(random, letters))
    return made


def coupled(random: Random) -> Pair:
    """Two rules that look at one text, and what is left of them."""
    letters = random.choice(ALPHABETS)
    first = rule(random, letters)
    if random.random() < 0.75:
        second = [edited(random, first, letters)]
    else:
        second = [rule(random, letters)] if random.random() < 0.5 else []
    allow: list[Any] = ["pay.x"]
    if random.random() < 0.2:
        allow = [rule(random, letters)]
    old: Document = {"deny": [first], "allow": allow}
    new: Document = {"deny": second, "allow": allow}
    if random.random() < 0.1:
        old, new = {"allow": second}, {"allow": [first]}
    return Pair("coupled", old, new, letters=letters)


CASED = (
    *(
        "aA",
        "kK\u212a",
        "sSſ",
        "iIİı",
        "İi\u0307",
        "µμΜ",
        "σςΣ",
        "aΣσς",
        "ßẞs",
        "éÉe",
        "ǆǅǄ",
        "θϑϴΘ",
    ),
    *(
        "åÅ\u212b",
        "вВᲀ",
        "𐐀𐐨",
        "ꭰᎠ",
        "აᲐ",
        "ﬅﬆ",
        "ͅιΙ",
        "ⅷⅧ",
        "ⓐⒶ",
        "ÿŸ",
        "\u1e9b\u1e61Ṡ",
        "ωΩ\u2126",
    ),
)
"""Characters that are each other's, or nearly, in lower case."""


def seen_as(random: Random, letters: tuple[str, ...], text: str) -> str:
    """Return a regex that finds a text: itself, or by what its characters are, or are not."""
    parts = []
    for char in text:
        others = "".join(quoted(one) for one in letters if one != char)
        classes = [f"[^{others}]" if others else ".", ".", "[^ -~]" if char > "~" else "[ -~]"]
        classes.append(random.choice((r"\w", r"\W", r"(?a:\W)", "[^a-z]", "[^a-zA-Z]")))
        parts.append(re.escape(char) if random.random() < 0.4 else random.choice(classes))
    return f"^{''.join(parts)}$"


def cased_rule(random: Random, letters: tuple[str, ...]) -> Document:
    """Return a rule about a text as it is, by a regex, and in lower case, by a keyword."""
    asked, seen = word(random, letters, 2), word(random, letters, 2)
    if random.random() < 0.7:
        asked = random.choice((seen, seen.lower(), seen.upper(), seen.swapcase()))
    frame = random.choice(("{}", "{}", "'{}'", ": '{}'", "{{'a': '{}'}}", "'a': '{}"))
    return {
        "capability": "pay.x",
        "contains": frame.format(asked),
        "match_regex": seen_as(random, letters, seen),
    }


def lower_case(random: Random) -> Pair:
    """A keyword, which sees text in lower case, beside a regex, which sees it as it is."""
    letters = tuple(random.choice(CASED)) + random.choice(((), (), ("a",), (" ",), ("'",)))
    rule = cased_rule(random, letters)
    asked = rule["contains"]
    choice = random.random()
    if choice < 0.5:
        after: list[Document] = []
    elif choice < 0.75:
        after = [{**rule, "contains": random.choice((word(random, letters, 2), asked.lower()))}]
    else:
        after = [{**rule, "match_regex": f"^{re.escape(word(random, letters, 2))}$"}]
    old: Document = {"deny": [rule], "allow": ["pay.x"]}
    return Pair("lower case", old, {"deny": after, "allow": ["pay.x"]}, letters=letters)


FAMILIES: dict[str, Callable[[Random], Pair | None]] = {
    "coupled": coupled,
    "lower case": lower_case,
}
