"""Tiny policies of conditions that lie in wait for a prover, and all calls of a small universe."""

from itertools import product
from random import Random

from laws.drawing import policy_of

from fencekit.model.request import Request

KEYWORDS = (
    *(
        "a",
        "b",
        "ab",
        "a b",
        "'",
        '"',
        "\\",
        "\\n",
        "\\\\",
        "n",
        "'a",
        "a'",
        "\\'",
        ": ",
        ", ",
        "}",
    ),
    *("{}", "K", "k", "A", "\n", "true", "1", ": 1", "x0", "None", "[", "['a", "': '", "i\u0307"),
)
REGEXES = (
    *("^a", "a$", r"^a\Z", r"\ba\b", "b", "^$", "^.$", "^a*$", "(?i)k", "(?i)^A", r"\\", "'", '"'),
    *(r"a(?!b)", r"(?<!a)b", r"^a\s", r"^a b$", r"\n", "^[^a]*$", r"^\S+$", "^1$", "^True$", r"\B"),
    *(
        r"^a\nb",
        "(?m)^b",
        "^(?:a|b)+$",
        "^a{2,3}$",
        r"(a)\1",
        "(?>a*)b",
        "a++b",
        r"^\['a'\]$",
        "x0",
    ),
)
NAMES = ("prod", "dev", "p*", "*", "?", "[!p]*", None, 1, True)
NUMBERS = (0, 1, 5, 0.5, -1, 1e308)
CONDITIONS = {
    "contains": KEYWORDS,
    "match_regex": REGEXES,
    "amount_gt": NUMBERS,
    "amount_lte": NUMBERS,
    "caller_depth_gte": NUMBERS,
    "path_prefix": ("/", "/a", "a", "", "1"),
    "environment": NAMES,
    "table": NAMES,
    "risk_level": ("high", "h*", None),
}
USUAL = ("contains", "contains", "match_regex", "match_regex", "match_keywords")
CAPABILITIES = ("s.x", "s.*", "*", "s y", "s.x.p", "s y.*")


def conditions(random: Random) -> dict:
    found = {}
    for _ in range(random.choice((0, 1, 1, 2, 2, 3))):
        name = random.choice(USUAL if random.random() < 0.6 else tuple(CONDITIONS))
        if name == "match_keywords":
            found[name] = random.sample(KEYWORDS, random.randint(1, 3))
        elif name == "match_regex" and random.random() < 0.3:
            found[name] = random.sample(REGEXES, 2)
        else:
            found[name] = random.choice(CONDITIONS[name])
    return found


def document(random: Random) -> dict:
    found = {}
    for section in ("deny", "require_approval", "allow"):
        rules = [
            {"capability": random.choice(CAPABILITIES), **conditions(random)}
            for _ in range(random.choice((0, 1, 1, 2)))
        ]
        if rules:
            found[section] = rules
    if random.random() < 0.2:
        level, action = random.choice(("high", "low")), random.choice(("warn", "deny", "allow"))
        found["risk_levels"] = {level: {"action": action}}
    return found


def edited(random: Random, before: dict) -> dict:
    """Return the document with one rule changed, dropped or new."""
    after = {
        key: list(value) if isinstance(value, list) else value for key, value in before.items()
    }
    sections = [key for key in after if isinstance(after[key], list)]
    if not sections or random.random() < 0.2:
        return document(random)
    rules = after[random.choice(sections)]
    at = random.randrange(len(rules))
    choice = random.random()
    if choice < 0.2:
        del rules[at]
    elif choice < 0.7:
        rules[at] = {"capability": rules[at]["capability"], **conditions(random)}
    else:
        rules[at] = {**rules[at], **conditions(random)}
    return after


def pair(random: Random):
    before = document(random)
    return policy_of(before), policy_of(edited(random, before))


def universe() -> list[Request]:
    """Return some thousand calls of few characters, in every arrangement that counts."""
    letters = ("a", "b", " ", "'", '"', "\\", "\n", "k", "\u212a", "1", "\u0130", "\x00")
    texts = ["".join(chars) for size in range(3) for chars in product(letters, repeat=size)]
    texts += ["a\nb", "aab", "aaa", "ab a", "a b", "'\"a", "aa\n", "\\n", "a\\", "True", "None"]
    values = [
        *texts,
        None,
        True,
        1,
        1.5,
        10**400,
        "nan",
        "-inf",
        ["a"],
        {"a": "b"},
        ["a\n"],
        [],
        {},
    ]
    found = [{}]
    found += [{key: value} for key in ("k", "amount", "path", "a'b") for value in values]
    found += [{"x": one, "y": other} for one in texts[:20] for other in ("a", "b", " b", 1)]
    found += [{"path": "/a", "amount": 1}, {"amount": "x", "total": 5}, {"path": None, "file": "a"}]
    found += [{"environment": value} for value in ("prod", "dev", 1, None)]
    found += [{"environment": "dev", "k": text} for text in texts[:14]]
    contexts = [
        (None, {}),
        ("prod", {}),
        ("dev", {"risk_level": "high"}),
        (None, {"caller_depth": 1, "risk_level": "low"}),
        ("p", {"caller_depth": 10**400, "table": "prod"}),
        (None, {"environment": 1, "table": "x", "risk_level": 5}),
    ]
    requests = [Request("s.x", args=args) for args in found]
    few = [*found[:6], {"amount": 1}, {"path": "/a"}, {"environment": "dev"}, {"k": "a"}]
    requests += [
        Request(capability, environment=environment, context=context, args=args)
        for capability in ("s.x", "s.x.p", "s.q", "s y", "other", "s y!")
        for environment, context in contexts
        for args in few
    ]
    return requests
