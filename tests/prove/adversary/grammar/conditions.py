"""Pairs of every other condition, on the open domain: keywords, amounts, paths, names, tiers."""

from collections.abc import Callable
from random import Random
from typing import Any

from prove.adversary.grammar.aimed import (
    AMOUNTS,
    NAMES,
    PATHS,
    amount,
    policies,
    whole_text,
    whole_values,
)
from prove.adversary.pair import Document, Pair

# ruff: noqa: RUF001  (letters that look alike are the point)

TEXTS = (
    *(
        "",
        "a",
        "ab",
        "rm -rf",
        "/etc",
        "/srv/x",
        "prod",
        "dev",
        "10",
        "-3",
        "1_0",
        " 7 ",
        "0x1",
        "1e3",
    ),
    *(
        "nan",
        "inf",
        "-Infinity",
        "1e999",
        "٣",
        "½",
        "'",
        '"',
        "'\"",
        "\\",
        "\\'",
        "a'b",
        'a"b',
        "a\\nb",
    ),
    *(
        "\n",
        "\t",
        "a\tb",
        "\r\n",
        "\x00",
        "\x7f",
        "\xa0",
        "\xad",
        "\u200b",
        "\u2028",
        "\ufeff",
        "\ud800",
    ),
    *(
        "é",
        "É",
        "ß",
        "İ",
        "ı",
        "ſ",
        "\u212a",
        "Σ",
        "aΣ",
        "Σa",
        "σς",
        "ǅ",
        "😀",
        "\U000e0001",
        "ﬁ",
        "e\u0301",
    ),
    *("None", "True", "1.0", "[]", "{}", "['a']", "{'a': 1}", ", ", ": ", "a, 'b': 'c", "target"),
)
NUMBERS: tuple[Any, ...] = (
    *(
        0,
        1,
        -1,
        2,
        5,
        9,
        10,
        11,
        99,
        100,
        101,
        1000,
        -3,
        0.0,
        -0.0,
        1.0,
        0.5,
        1.5,
        10.5,
        99.99,
        100.0,
    ),
    *(
        2**53 - 1,
        2**53,
        2**53 + 1,
        2**53 + 2,
        -(2**53) - 1,
        2.0**53,
        10**15,
        10**16,
        1e15,
        1e16,
        1e22,
        10**22,
    ),
    *(
        1e-5,
        1e-4,
        0.1 + 0.2,
        1e300,
        -1e300,
        10**308,
        10**309,
        -(10**309),
        5e-324,
        1.7976931348623157e308,
    ),
)
OTHERS: tuple[Any, ...] = (
    *(True, False, None, [], {}, [1], ["a"], {"k": 1}, {"k": "v"}, ["'"], ['"'], ["a\n"], ["\xad"]),
    *(
        {"\u2028": "a"},
        [None, True],
        [["a", []]],
        {"a": {"b": [1.0]}},
        ["'\""],
        {"": ""},
        [1.0],
        ["\U000e0001"],
    ),
)


def value(random: Random) -> Any:
    choice = random.random()
    if choice < 0.5:
        return random.choice(TEXTS)
    if choice < 0.75:
        return random.choice(NUMBERS)
    if choice < 0.9:
        return random.choice(OTHERS)
    return "".join(random.choice(TEXTS) for _ in range(2))


def near(random: Random, found: Any) -> list[Any]:
    """Return values that are like one: as text, as another number, in a list, and two others."""
    listed = [found, str(found), [found], value(random), value(random)]
    if isinstance(found, str):
        listed += [found.upper(), found.lower(), f"{found}'", f"{found}\n", found.swapcase()]
    elif isinstance(found, int | float) and not isinstance(found, bool):
        listed += [found + 1, found - 1]
        if abs(found) < 1e300:
            listed.append(float(found))
    return listed


def built(random: Random, family: str, keys: list[str], some: Callable[[Random], Any]) -> Pair:
    """Return a pair that is aimed at arguments of the keys."""
    args = {key: some(random) for key in keys}
    old, new = policies(random, args)
    values = {key: near(random, found) for key, found in args.items()}
    return Pair(family, old, new, values=values, args=(args,))


def printed(random: Random) -> Pair:
    """Keywords and regexes that see how odd texts, numbers and nested values are printed."""
    keys = random.sample(("a", "b", "command", "a'b", "", "note"), k=random.choice((1, 1, 2)))
    return built(random, "printed", keys, value)


def nested(random: Random) -> Pair:
    def some(random: Random, depth: int = 2) -> Any:
        if depth == 0:
            return value(random)
        if random.random() < 0.5:
            return [some(random, depth - 1) for _ in range(random.choice((0, 1, 1, 2)))]
        return {
            str(value(random)): some(random, depth - 1) for _ in range(random.choice((0, 1, 1, 2)))
        }

    return built(random, "nested", ["a"], some)


SPELLED: tuple[Any, ...] = (
    *("10", "-3", "1_0", " 7 ", "٣", "nan", "inf", "1e999", "x", "", True, False, None, [1]),
    *(
        "00",
        "0.0",
        "-0",
        "+0",
        "0e5",
        "1e-999",
        "Infinity",
        "-iNf",
        "INF",
        "inf",
        "1_0.5",
        "\t5\n",
        "5\x1f",
        "０",
    ),
)
"""What is read as an amount though it is no number of JSON, and what nearly is."""


RAISES: Document = {"capability": "pay.x", "amount_gt": 0, "match_regex": "(?!)"}
"""A rule that never holds, but raises where the amount is an integer beyond any float."""


def amounts(random: Random) -> Pair:
    """Amounts under several of the keys that CapFence tries in turn, however they are spelled."""

    def some(random: Random) -> Any:
        choice = random.random()
        if choice < 0.4:
            return random.choice(NUMBERS)
        return random.choice(SPELLED)

    keys = random.sample(AMOUNTS, k=random.choice((1, 1, 2)))
    made = built(random, "amounts", keys, some)
    choice = random.random()
    if choice < 0.35:  # only these arguments meet the rule, however their amount is spelled
        args = made.args[0]
        one: Document = {"capability": "pay.x", **amount(random, args)}
        for ask in random.choice(((whole_text,), (whole_values,), (whole_text, whole_values))):
            one.update(ask(random, args))
        shared = [RAISES] if random.random() < 0.6 else []
        old: Document = {"deny": [*shared, one], "allow": ["pay.x"]}
        return made.with_parts({"old": old, "new": {"deny": shared, "allow": ["pay.x"]}})
    if choice < 0.8:
        return made
    # What is over one and under another that is less, or the same: only what is no number.
    low = random.choice(NUMBERS)
    over, under = (
        random.choice(("amount_gt", "amount_gte")),
        random.choice(("amount_lt", "amount_lte")),
    )
    rule: Document = {
        "capability": "pay.x",
        over: low,
        under: random.choice((low, low, low - 1, 0)),
    }
    rules = [{**rule, over: low + 1}, {**rule, "contains": random.choice(("zz", "nan", "1", "x"))}]
    new: Document = {
        "deny": random.choice(([], rules[:1], rules[1:], rules[1:], rules[1:])),
        "allow": ["pay.x"],
    }
    values = {key: [*one, "nan", " -NaN", low] for key, one in made.values.items()}
    return made.with_parts({"old": {**new, "deny": [rule]}, "new": new, "values": values})


def paths(random: Random) -> Pair:
    def some(random: Random) -> Any:
        return random.choice(
            (
                "/etc",
                "/srv/x",
                "/",
                "",
                "etc",
                "/etc/../srv",
                None,
                5,
                ["/etc"],
                {"/": 1},
                True,
                "é/",
            )
        )

    keys = random.sample(PATHS, k=random.choice((1, 2, 2)))
    return built(random, "paths", keys, some)


def names(random: Random) -> Pair:
    """Names that the context or the arguments have, against globs and values that are no text."""
    globs = (
        *(
            "prod",
            "p*",
            "*",
            "?",
            "[a-c]*",
            "[!a]*",
            "[]]",
            "[",
            "[a",
            "**",
            "*a*b",
            "p?od",
            "[*]",
            "",
            " ",
            "[!]",
        ),
        *(
            1,
            1.0,
            True,
            None,
            [],
            ["a"],
            {"k": 1},
            0,
            False,
            "1",
            "PROD",
            "é*",
            "[a-]",
            "[z-a]x",
            "\n",
            "*\n",
        ),
    )
    texts = (
        "prod",
        "",
        "p",
        "a",
        "ab",
        "axb",
        "[",
        "]",
        "*",
        "[a",
        "[!]",
        "b",
        "-",
        "PROD",
        "pod",
        "é",
        "\n",
        "pxod",
        "1",
    )
    key, other = random.choice(NAMES), random.choice(NAMES)
    first: Document = {"capability": "pay.x", key: random.choice(globs)}
    if random.random() < 0.3:
        first[other] = random.choice(globs)
    second = {**first, key: random.choice(globs)}
    after = [second] if random.random() < 0.75 else []
    old, new = {"deny": [first], "allow": ["pay.x"]}, {"deny": after, "allow": ["pay.x"]}
    if random.random() < 0.2:
        old, new = {"allow": [second]}, {"allow": [first]}
    elif random.random() < 0.4:  # some are denied before: what is left for the others to see
        kept = random.choice(("*", "*", "?*", "[!a]*", "p*"))
        before = [
            {"capability": "pay.x", key: one} for one in (kept, random.choice((None, None, 1)))
        ]
        old["deny"], new["deny"] = [*before, first], [*before, *after]
        if random.random() < 0.4:
            old, new = {"allow": ["pay.x"]}, {"deny": before, "allow": ["pay.x"]}
    plain = [one for one in (first[key], second[key]) if not isinstance(one, dict | list)]
    listed = [*texts, *plain, *OTHERS[:8], 1, 1.0, 0]
    some = random.sample(listed, k=12)
    values = {key: some, other: random.sample(listed, k=6)}
    contexts: list[Document] = [
        {},
        *({key: one} for one in listed),
        {other: "prod"},
        {other: random.choice(texts)},
    ]
    if random.random() < 0.5:
        contexts.append({key: "a", other: "a"})
    return Pair("names", old, new, values=values, contexts=tuple(contexts))


def mixed(random: Random) -> Pair:
    """Fields that a condition reads by name, beside others, in any order."""
    pool = (*AMOUNTS[:3], *PATHS[:3], *NAMES, "a", "note")
    keys = random.sample(pool, k=random.choice((2, 2, 3)))
    made = built(random, "mixed fields", keys, value)
    named = [key for key in keys if key in NAMES]
    if not named or random.random() < 0.5:
        return made
    found = made.args[0][named[0]]
    contexts = ({}, {named[0]: found}, {named[0]: random.choice(TEXTS)})
    return made.with_parts({"contexts": contexts})


SEGMENTS = (
    "pay",
    "x",
    "y",
    "*",
    "",
    "p*",
    "Pay",
    "pay ",
    "!",
    " ",
    "é",
    "-",
    "_",
    "pay!",
    "x y",
    "\n",
    "x\n",
)
WHOLES = (
    *(
        "*",
        "pay.*",
        "pay",
        "pay.x",
        "pay.*.y",
        "*.x",
        ".*",
        "..*",
        "pay .*",
        "pay!.*",
        "pay.x.*",
        "*.*",
        "*.*.*",
    ),
    *(
        "pay.x.y.z",
        "pay.",
        ".pay",
        "pay..x",
        " .*",
        "pay\n",
        "pay.x\n",
        "pay\n.*",
        "é.*",
        "é",
        "pay. .*",
        "a b.*",
    ),
    *(
        "any .*",
        "any !.*",
        "pay  .*",
        "pay !",
        "any !",
        "fresh",
        "any.other.fresh",
        "any",
        " !.*",
        "other.*",
    ),
)


ODD_ENDS = "!?#~ %&@+=:;,-\n"


def chain(random: Random) -> list[str]:
    """Return prefixes of which each goes on where another ends, by a character of no segment."""
    stem = random.choice(("", "pay", "pay ", "any", "any ", "pay.x", "é", "pay.x ", "any !"))
    found = [stem]
    for _ in range(random.choice((1, 1, 2))):
        found.append(found[-1] + random.choice(("!", "!", random.choice(ODD_ENDS))))
    return [f"{one}.*" for one in found]


def capabilities(random: Random) -> Pair:  # noqa: C901  (one case after the other)
    """Capabilities with spaces, line breaks, stars and dots where they matter."""

    def one() -> str:
        if random.random() < 0.7:
            return random.choice(WHOLES)
        return ".".join(random.choice(SEGMENTS) for _ in range(random.choice((1, 2, 3)))) or "*"

    def some(most: int) -> list[str]:
        return [one() for _ in range(random.randint(1, most))]

    deny, allow = some(3), some(2)
    if random.random() < 0.3:
        deny = [*chain(random), *(some(1) if random.random() < 0.5 else [])]
        allow = [random.choice(("*", ".*", "..*", deny[0]))]
    after = list(deny)
    choice = random.random()
    if choice < 0.35:
        after[random.randrange(len(after))] = one()
    elif choice < 0.5:
        after.pop(random.randrange(len(after)))
    elif choice < 0.6:
        after = some(3)
    elif choice < 0.75:
        after = [*after[1:], f"{after[0]}.*", after[0] + " .*"]
    old: Document = {"deny": deny, "allow": allow}
    new: Document = {"deny": after, "allow": [*allow, one()] if random.random() < 0.3 else allow}
    if random.random() < 0.2:
        old["require_approval"], new["require_approval"] = some(1), some(1)
    texts = dict.fromkeys(("", *deny, *after, *allow, *new["allow"]))
    tried: dict[str, None] = {}
    for text in texts:
        stem = text.removesuffix(".*")
        for found in (text, stem):
            tried.update(
                dict.fromkeys(
                    found + end
                    for end in (
                        "",
                        "!",
                        " ",
                        " !",
                        "z",
                        ".",
                        ".z",
                        ".x",
                        ".x.y",
                        "\n",
                        "..",
                        " z",
                        "\ud800",
                    )
                )
            )
            tried.update(
                dict.fromkeys((found.upper(), f" {found}", found[:-1], f"{found}.*", f"{found}*"))
            )
    return Pair("capabilities", old, new, capabilities=tuple(tried))


def tiers(random: Random) -> Pair:
    """Every section, legacy rules and risk levels, each of which may differ."""
    ways: tuple[Document, ...] = (
        {},
        {"contains": "a"},
        {"match_regex": "^a"},
        {"amount_gt": 5},
        {"amount_lte": 5},
        {"environment": "prod"},
        {"path_prefix": "/etc"},
        {"caller_depth_gt": 1},
        {"caller_depth_lte": 1},
        {"risk_level": "h*"},
        {"match_keywords": ["a", "b"]},
    )

    def rules(most: int) -> list[Any]:
        return [
            {
                "capability": random.choice(("pay.x", "pay.*", "*", "pay.y")),
                **random.choice(ways),
                **random.choice(ways),
            }
            for _ in range(random.randint(0, most))
        ]

    def legacy() -> Document:
        action = random.choice(("deny", "block", "allow", "warn", "require_approval"))
        made: Document = {"action": action, "capability": random.choice(("pay.x", "*", "pay.*"))}
        if random.random() < 0.5:
            made["match_regex"] = random.choice(("^a", "b", "a$"))
        if random.random() < 0.3:
            made["match_keywords"] = random.choice((["a"], "b", []))
        return made

    levels = ("high", "low", "h*", "")
    document: Document = {
        "deny": rules(2),
        "require_approval": rules(2),
        "allow": ["pay.x", *rules(2)],
    }
    if random.random() < 0.5:
        document["rules"] = [legacy() for _ in range(random.randint(1, 3))]
    if random.random() < 0.5:
        actions = ("deny", "block", "require_approval", "warn", "allow")
        document["risk_levels"] = {
            random.choice(levels): {"action": random.choice(actions)} for _ in range(2)
        }
    new = {
        key: list(found) if isinstance(found, list) else dict(found)
        for key, found in document.items()
    }
    key = random.choice([one for one in new if new[one]])
    found = new[key]
    if isinstance(found, dict):
        level = random.choice(list(found))
        found[level] = {"action": random.choice(("deny", "require_approval", "warn", "allow"))}
    elif random.random() < 0.5:
        found.pop(random.randrange(len(found)))
    elif key == "rules":
        found.insert(random.randint(0, len(found)), legacy())
    else:
        found[:] = [*rules(1), *found[::-1], *rules(1)]
    contexts: tuple[Document, ...] = (
        {"environment": "prod"},
        {"risk_level": "high"},
        {"risk_level": "low"},
        {"caller_depth": 2},
        {"caller_depth": 1, "risk_level": ""},
        {"risk_level": "h*", "caller_depth": "nan"},
    )
    values = {
        "a": ["a", "b", "xa"],
        "amount": [5, 6, "nan", "a"],
        "path": ["/etc/b"],
        "environment": ["prod"],
        "risk_level": ["high"],
    }
    return Pair(
        "tiers",
        document,
        new,
        values=values,
        contexts=({}, *random.sample(contexts, k=3)),
        capabilities=("pay.x", random.choice(("pay.y", "a", "pay"))),
    )


def depths(random: Random) -> Pair:
    """The number of the context, which is read like an amount, of one key."""
    relations = ("caller_depth_gt", "caller_depth_gte", "caller_depth_lt", "caller_depth_lte")
    number = random.choice(NUMBERS)
    first: Document = {"capability": "pay.x", random.choice(relations): number}
    if random.random() < 0.4:
        first[random.choice(relations)] = random.choice(NUMBERS)
    second: Document = {
        "capability": "pay.x",
        random.choice(relations): random.choice((number, number, random.choice(NUMBERS))),
    }
    shape = ([second],) if random.random() < 0.8 else ([],)
    old, new = {"deny": [first], "allow": ["pay.x"]}, {"deny": shape[0], "allow": ["pay.x"]}
    found = [
        number,
        *near(random, number),
        *(one for key, one in second.items() if key != "capability"),
    ]
    contexts = [
        {"caller_depth": one}
        for one in (*found, *random.sample(NUMBERS, 12), "nan", "1_0", None, True, [1], "x")
    ]
    return Pair("depths", old, new, contexts=({}, *contexts))


FAMILIES: dict[str, Callable[[Random], Pair | None]] = {
    "printed": printed,
    "nested": nested,
    "amounts": amounts,
    "paths": paths,
    "mixed fields": mixed,
    "names": names,
    "capabilities": capabilities,
    "tiers": tiers,
    "depths": depths,
}
