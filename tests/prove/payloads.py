"""Random arguments of a call: odd text and keys, values of every kind, numbers however spelled."""

from random import Random
from typing import Any

COMMON = "ab1 -/'\"\\\n\t:,{}[]"
ODD = "\x00\x1f\x7f\x85\xa0\xad\u0130\u0131\u212a\u017f\u1e9e\u03b1\ue000\ud800"
ODD += "\U0001f600\U000e0001\u0378"
CASED = "aAkKsSiIzZ\u00c4\u00e4\u00df\u0130\u0131\u017f\u0307\u03a3\u03c3\u03c2\u0391\u1e9e"
CASED += "\u212a\u212b\u00e5\u01c4\u01c5\u01c6\u2160\u2170\U00010400\U00010428"
QUOTED = "'\"\\ab \n"
ESCAPED = (
    "\x00\x1b\x7f\x9f\xad\u0378\u200b\u2028\ue000\uffff\ud800\udfff\U000e0001\U0010ffff\t\r\nx0d"
)
SOURCES = (COMMON, COMMON, COMMON + ODD, CASED, QUOTED, ESCAPED)

NUMBERS: tuple[Any, ...] = (
    *(0, -5, 12, 10**20, 2**53 + 1, -(10**40), 10**309, 1.5, -0.0, 1e300, 1e-7, 1e16, 123456789.0),
    *(5e-324, 1.7976931348623157e308, float("inf"), float("-inf"), float("nan"), 0.1 + 0.2),
)
SPELLED: tuple[Any, ...] = (
    *(" 12 ", "1_0", "+5", "-5", "1e5", "1E+05", ".5", "5.", "-0", "0x10", "1__0", "", " ", "1,5"),
    *("nan", "-NaN", "inf", "+Infinity", "-INFINITY", "iNf", "1e999", "-1e999", "1e-999"),
    *(
        "\u0661\u0662",
        "\uff11\uff12",
        "\t7\n",
        "\xa08\u2003",
        "\u06f1_\u06f2",
        "9\x1f",
        "\u0663.5e1",
    ),
    *(True, False, None, [], [1], {}, {"amount": 1}),
)
KEYS = ("command", "path", "amount", "total", "a'b", "")


def text(random: Random, most: int = 6) -> str:
    """Return a text of few letters, now and then of any characters that there are."""
    size = random.randint(0, most)
    if random.random() < 0.05:
        return "".join(chr(random.randrange(0x110000)) for _ in range(size))
    letters = random.choice(SOURCES)
    return "".join(random.choices(letters, k=size))


def number(random: Random) -> Any:
    """Return a number: a known odd one, a small one, or any float or integer."""
    choice = random.random()
    if choice < 0.5:
        return random.choice(NUMBERS)
    if choice < 0.7:
        return random.randint(-20, 20)
    if choice < 0.85:
        return random.uniform(-1, 1) * 10.0 ** random.randint(-310, 308)
    return random.getrandbits(random.choice((8, 64, 80, 300))) * random.choice((1, -1))


def value(random: Random, depth: int = 2) -> Any:
    """Return a JSON value, of at most that depth."""
    choice = random.random()
    if choice < 0.55:
        return text(random)
    if choice < 0.65:
        return random.choice((None, True, False))
    if choice < 0.8:
        return number(random)
    if depth == 0:
        return random.choice(({}, []))
    if choice < 0.9:
        return [value(random, depth - 1) for _ in range(random.randint(0, 2))]
    return {text(random, 3): value(random, depth - 1) for _ in range(random.randint(0, 2))}


def key(random: Random) -> str:
    """Return a key of a field: odd text, or one that has a meaning."""
    return random.choice(KEYS) if random.random() < 0.3 else text(random, 4)


def arguments(random: Random) -> dict[str, Any]:
    """Return the arguments of a call."""
    depth = random.choice((1, 2, 2, 3))
    return {key(random): value(random, depth) for _ in range(random.choice((0, 1, 1, 2, 3)))}


def amounts(random: Random) -> dict[str, Any]:
    """Return arguments that may have an amount, however that is spelled, among others."""
    spelled = number(random) if random.random() < 0.5 else random.choice(SPELLED)
    fields = [("amount", spelled)]
    if random.random() < 0.3:
        fields.append(("total", random.choice(SPELLED)))
    if random.random() < 0.5:
        fields.insert(random.randint(0, 1), (key(random), value(random, 1)))
    return dict(fields)
