"""Makes what was found small: any part of the pair and of the call goes that need not be there."""

import time
from collections.abc import Callable, Iterator
from typing import Any

from prove.adversary.grammar.patterns import compiles
from prove.adversary.judge import Ending, Judged, asked, judge
from prove.adversary.oracle import Oracle, is_schema
from prove.adversary.pair import Call, Document, Pair

BUDGET = 20.0
"""Seconds in which to make one finding small."""
LIMIT = 5.0


def minimised(pair: Pair, found: Judged, budget: float = BUDGET) -> tuple[Pair, Call | None]:
    """Return a smaller pair, and call, that end in the same way."""
    whole: Document = {
        "old": pair.old,
        "new": pair.new,
        "domain": pair.domain,
        "call": found.call.form() if found.call else None,
    }
    kind = fault_kind(found.said)

    def shows(tried: Document) -> bool:
        try:
            return is_sound(tried) and ends_alike(
                of(pair, tried), call_in(tried), found.ending, kind
            )
        except Exception:  # noqa: BLE001  (what neither side reads is no smaller finding)
            return False

    small = smaller(whole, shows, budget) if found.ending is not Ending.SLOW else whole
    least = of(pair, small)
    if found.ending is Ending.REFUTED:
        return least, judge(least, limit=LIMIT).call
    return least, call_in(small)


def of(pair: Pair, tried: Document) -> Pair:
    return pair.with_parts({key: tried[key] for key in ("old", "new", "domain")})


def call_in(tried: Document) -> Call | None:
    form = tried["call"]
    return Call(form["capability"], form["args"], form["context"]) if form else None


def ends_alike(pair: Pair, call: Call | None, ending: Ending, kind: str) -> bool:
    if ending is Ending.WRONG:
        assert call is not None
        is_broken = Oracle(pair).breaks(call)
        return is_broken and asked(pair, LIMIT)[0] is Ending.PROVED
    if ending is Ending.FAULT:
        end, said, _ = asked(pair, LIMIT)
        return end is Ending.FAULT and fault_kind(said) == kind
    return judge(pair, limit=LIMIT, certificate=ending is Ending.DISOWNED).ending is ending


def fault_kind(said: str) -> str:
    return said.split(":", maxsplit=1)[0]


def is_sound(tried: Document) -> bool:
    """Say whether what is left is still a pair that both sides take seriously."""
    domain = tried["domain"]
    patterns = [
        pattern
        for side in ("old", "new")
        for rules in tried[side].values()
        if isinstance(rules, list)
        for rule in rules
        if isinstance(rule, dict)
        for pattern in listed(rule.get("match_regex", []))
    ]
    return all(map(compiles, map(str, patterns))) and (domain == "open" or is_schema(domain))


def listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def smaller(whole: Document, shows: Callable[[Document], bool], budget: float) -> Document:
    """Return the smallest document that is reached by taking parts away one by one.

    After a part is gone, the next one in line is tried, and the first ones again at the end.
    """
    until = time.perf_counter() + budget
    skipped, passed = 0, 0
    while time.perf_counter() < until:
        found = None
        for number, tried in enumerate(lesser(whole)):
            if number < skipped:
                continue
            if time.perf_counter() > until:
                break
            if isinstance(tried, dict) and set(tried) == set(whole) and shows(tried):
                found, skipped = tried, number
                break
        if found is not None:
            whole, passed = found, passed + 1
        elif skipped and passed:
            skipped, passed = 0, 0
        else:
            break
    return whole


def lesser(value: Any) -> Iterator[Any]:  # noqa: C901  (one case after the other)
    """Yield values that are a little less than one: larger steps first."""
    if isinstance(value, dict):
        for key in value:
            yield {name: one for name, one in value.items() if name != key}
        for key, inner in value.items():
            for one in lesser(inner):
                yield {**value, key: one}
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            yield [*value[:index], *value[index + 1 :]]
            for one in lesser(inner):
                yield [*value[:index], one, *value[index + 1 :]]
    elif isinstance(value, str):
        if len(value) > 8:
            half = len(value) // 2
            yield from (value[:half], value[half:])
        yield from (value[:at] + value[at + 1 :] for at in range(len(value)))
    elif isinstance(value, int | float) and not isinstance(value, bool) and abs(value) > 10:
        yield type(value)(value // 10)
