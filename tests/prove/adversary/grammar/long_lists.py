"""Lists of many rules, of which one or two differ: they are searched in another way."""

from collections.abc import Callable
from random import Random
from typing import Any

from prove.adversary.pair import Document, Pair

MOST_SHOWN = 9


def condition(random: Random) -> Document:
    """Return one condition over few words, so that rules meet."""
    word = "".join(random.choices("ab", k=random.randint(1, 4)))
    return random.choice(
        (
            {"contains": word},
            {
                "match_regex": random.choice(
                    (f"^{word}", f"{word}$", f"^{word}$", f"{word[:1]}.?{word[1:]}")
                )
            },
            {"amount_gt": random.randint(0, 6)},
            {"amount_lte": random.randint(0, 6)},
            {"path_prefix": f"/{word[:2]}"},
            {"environment": random.choice(("prod", "dev", "p*"))},
        )
    )


def rule(random: Random) -> Document:
    made: Document = {"capability": random.choice(("pay.x", "pay.*", "pay.x"))}
    for _ in range(random.choice((1, 2, 2, 3))):
        made.update(condition(random))
    return made


def long_lists(random: Random) -> Pair:
    """Two lists of forty to ninety rules, the second with a rule gone, edited, moved or added."""
    sections = ("deny", "require_approval", "allow")
    old: Document = {name: [] for name in sections}
    for _ in range(random.randint(40, 90)):
        old[random.choice(sections)].append(rule(random))
    if random.random() < 0.5:
        old["allow"].append("pay.x")
    new = {name: list(rules) for name, rules in old.items()}
    changed: list[Document] = []
    for _ in range(random.choice((1, 1, 2, 3))):
        name = random.choice([one for one in sections if new[one]])
        rules = new[name]
        at = random.randrange(len(rules))
        if isinstance(rules[at], dict):
            changed.append(rules[at])
        choice = random.random()
        if choice < 0.35:
            rules.pop(at)
        elif choice < 0.6 and isinstance(rules[at], dict):
            rules[at] = {**rules[at], **condition(random)}
        elif choice < 0.75:
            rules.insert(random.randrange(len(rules) + 1), rule(random))
        else:
            rules.insert(random.randrange(len(rules)), rules.pop(at))
    texts = ["", "a", "b", "ab", "ba", "aab", "bba", "abab"]
    texts += [str(one["contains"]) for one in changed if "contains" in one]
    values: dict[str, list[Any]] = {
        "a": random.sample(texts, k=min(len(texts), MOST_SHOWN)),
        "amount": random.sample(range(8), k=3),
        "path": [f"/{random.choice(('a', 'b', 'ab', 'ba'))}"],
    }
    environment = random.choice(("prod", "dev"))
    return Pair("long lists", old, new, values=values, contexts=({}, {"environment": environment}))


FAMILIES: dict[str, Callable[[Random], Pair | None]] = {"long lists": long_lists}
