"""Random arguments of a call: odd text, odd keys, values of every kind."""

from random import Random

COMMON = "ab1 -/'\"\\\n\t:,{}[]"
ODD = "\x00\x1f\x7f\x85\xa0\xad\u0130\u0131\u212a\u017f\u1e9e\u03b1\ue000\ud800"
ODD += "\U0001f600\U000e0001\u0378"


def text(random: Random, most: int = 6) -> str:
    letters = COMMON if random.random() < 0.6 else COMMON + ODD
    return "".join(random.choice(letters) for _ in range(random.randint(0, most)))


def value(random: Random, depth: int = 2):
    choice = random.random()
    if choice < 0.6:
        return text(random)
    if choice < 0.7:
        return random.choice((None, True, False))
    if choice < 0.8:
        return random.choice((0, -5, 12, 10**20, 1.5, -0.0, 1e300, 1e-7, float("inf")))
    if depth == 0:
        return {}
    if choice < 0.9:
        return [value(random, depth - 1) for _ in range(random.randint(0, 2))]
    return {text(random, 3): value(random, depth - 1) for _ in range(random.randint(0, 2))}


def arguments(random: Random) -> dict:
    return {text(random, 4): value(random) for _ in range(random.choice((0, 1, 1, 2, 3)))}
