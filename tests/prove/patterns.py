"""Random patterns of everything that is followed, and texts that they may be found in."""

from random import Random

ODD = "K\u017f\u212a\u0130\u00df\u0661\u2028\x1f.'\\"
LETTERS = "ab1 \n_-é"
LEAVES = (
    *("a", "b", "1", " ", r"\n", "_", "é", ".", r"\w", r"\W", r"\d", r"\s", r"\S", "k", "s"),
    *("[ab]", "[^a]", "[^\\s]", "[a-c1]", r"[\w-]", "(?i:k)", "(?i:[^s])", "(?s:.)", "(?a:\\w)"),
)
PLACES = ("^", "$", r"\b", r"\B", r"\A", r"\Z", "(?m:^)", "(?m:$)", r"(?a:\b)")
REPEATS = ("*", "+", "?", "{2}", "{1,2}", "{0,3}?", "*?", "{2,}")


def pattern(random: Random, depth: int = 3) -> str:
    """Return a pattern that compiles, of at most that depth."""
    choice = random.random()
    if depth == 0 or choice < 0.3:
        return random.choice(LEAVES)
    if choice < 0.4:
        return random.choice(PLACES)
    if choice < 0.6:
        return pattern(random, depth - 1) + pattern(random, depth - 1)
    if choice < 0.7:
        return f"(?:{pattern(random, depth - 1)}|{pattern(random, depth - 1)})"
    if choice < 0.72:
        return f"{random.choice(LEAVES)}{random.choice(('*+', '++', '?+', '{1,2}+', '{2}+'))}"
    if choice < 0.74:
        return f"(?>{pattern(random, 1)})"
    if choice < 0.76:
        group = random.choice(("a|b", "ab?", "[ab1]", "a{0,2}", "(?:a|bb)1"))
        return f"(?P<g>{group}){pattern(random, 1)}(?P=g)"
    if choice < 0.84:
        return f"(?:{pattern(random, depth - 1)}){random.choice(REPEATS)}"
    if choice < 0.92:
        return f"({random.choice(('?=', '?!'))}{pattern(random, depth - 1)})"
    return f"({random.choice(('?<=', '?<!'))}{fixed(random)})"


def fixed(random: Random) -> str:
    """Return a pattern of one width, as a lookbehind takes it."""
    parts = []
    for _ in range(random.randint(0, 3)):
        choice = random.random()
        if choice < 0.7:
            parts.append(random.choice(LEAVES))
        elif choice < 0.85:
            parts.append(random.choice(("^", r"\b", r"\B", r"\A", "(?m:^)")))
        else:
            parts.append(f"({random.choice(('?<=', '?<!'))}{random.choice(LEAVES)})")
    return "".join(parts)


def whole(random: Random) -> str:
    """Return a pattern of a few parts, now and then with a flag for all of it."""
    flag = random.choice(("", "", "", "(?i)", "(?s)", "(?m)", "(?a)", "(?im)"))
    return flag + "".join(pattern(random) for _ in range(random.randint(1, 3)))


def text(random: Random) -> str:
    """Return a short text of few letters, and now and then of others."""
    letters = LETTERS if random.random() < 0.8 else LETTERS + ODD
    return "".join(random.choice(letters) for _ in range(random.randint(0, 7)))
