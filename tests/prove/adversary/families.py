"""All families by name, how often each is drawn, and pairs of them by their seed."""

from collections.abc import Callable, Iterator
from random import Random

from prove.adversary.grammar import (
    conditions,
    coupled,
    fixed_keys,
    long_lists,
    numbers,
    regexes,
    schemas,
)
from prove.adversary.pair import Pair

Make = Callable[[Random], Pair | None]
OPEN: dict[str, Make] = {
    **regexes.FAMILIES,
    **conditions.FAMILIES,
    **coupled.FAMILIES,
    **long_lists.FAMILIES,
}
DOMAINS: dict[str, Make] = {**schemas.FAMILIES, **numbers.FAMILIES, **fixed_keys.FAMILIES}
FAMILIES: dict[str, Make] = {**OPEN, **DOMAINS}

SHARES = {
    **dict.fromkeys(("scoped flags", "leading", "folding", "ranges", "lookarounds", "places"), 5),
    **dict.fromkeys(("any regex", "references", "loops", "coupled", "one text", "lower case"), 5),
    **dict.fromkeys(("key families", "choices", "keyword names", "bounds"), 3),
    **dict.fromkeys(("references in schemas", "tools", "nested", "nested values"), 3),
    **dict.fromkeys(("mixed fields", "tiers", "depths"), 2),
    **dict.fromkeys(("counted", "long lists", "whole choices", "further keywords"), 1),
    **dict.fromkeys(("any schema", "unprintable", "not finite"), 1),
}
"""How many pairs of a family are drawn where others have four: by how many pairs a second takes."""

RELATIONS = {"not looser": 88, "equivalent": 8, "disjoint": 4}
"""Which relation is asked about, and how often."""


def share(family: str) -> int:
    return SHARES.get(family, 4)


def pair(family: str, seed: str) -> Pair:
    """Return the pair of a family and a seed: the same one each time."""
    make = FAMILIES[family]
    for attempt in range(1000):
        made = make(Random(f"{seed}/{attempt}"))
        if made is not None and made.old != made.new:
            random = Random(f"{seed}/relation")
            relation = random.choices(list(RELATIONS), weights=list(RELATIONS.values()))[0]
            return made.with_parts({"family": family, "seed": seed, "relation": relation})
    raise AssertionError(f"no pair of {family} by the seed {seed}")


def pairs(family: str, seed: str, start: int, count: int) -> Iterator[Pair]:
    """Yield so many pairs of a family, from a number on."""
    for number in range(start, start + count):
        yield pair(family, f"{seed}/{family}/{number}")
