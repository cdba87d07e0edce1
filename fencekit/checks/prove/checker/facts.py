"""What conditions say, as literals in plain text, and when some of these contradict each other.

A literal is whether it is so, its kind, and texts. A condition that is sure to hold or to fail is
true or false instead.
"""

import math
import re
from collections.abc import Iterable, Iterator
from fnmatch import translate
from itertools import product
from re import _parser  # type: ignore[attr-defined]
from typing import Any

from fencekit.checks.prove.checker.walks import Walk
from fencekit.checks.prove.minterms import minterms
from fencekit.engines.native.conditions import listed
from fencekit.engines.native.questions import COMPARISONS, Relation, number_passes, value_matches
from fencekit.engines.native.regexes import Regex
from fencekit.model.policy import Condition

Literal = tuple[bool, tuple[str, ...]]
Fact = Literal | bool
BEYOND = "beyond"
MOST_STATES = 50_000


def spelled(value: Any) -> str:
    """Return a value as text that tells it from others."""
    return f"{type(value).__name__} {value!r}"


def readings(condition: Condition, values: dict[str, Any]) -> tuple[Fact, Fact]:
    """Return when a condition holds, and when it raises; remember the values that are spelled."""
    name, value = str(condition.name), condition.value
    try:
        values[spelled(value)] = value
        if name in ("contains", "match_keywords"):
            words = [value] if name == "contains" else listed(value)
            return keywords({str(word).lower() for word in words}), False
        if name == "match_regex":
            return regexes([str(pattern) for pattern in listed(value)])
        if name == "path_prefix":
            return (True, ("path", str(value))), False
    except Exception:  # noqa: BLE001  (whatever it is, the engine raises it when it asks)
        return False, True
    if name == "risk_level_is":
        return (True, ("level", value)) if type(value) is str else False, False
    subject, _, relation = name.rpartition("_")
    if relation in list(Relation) and Relation(relation) in COMPARISONS:
        number = ("number", subject, relation, spelled(value))
        return (True, (*number, "passes")), (True, (*number, "raises"))
    return (True, ("named", name, spelled(value))), False


def keywords(words: set[str]) -> Fact:
    """Return when one of the keywords is in the text; of two in each other the shorter will do."""
    least = sorted(w for w in words if not any(o != w and o in w for o in words))
    return "" in words or ((True, ("has", *least)) if least else False)


def regexes(patterns: list[str]) -> tuple[Fact, Fact]:
    """Return when one is found, and when one that does not compile is reached."""
    bad = next((at for at, one in enumerate(patterns) if Regex(one).error is not None), None)
    sound = tuple(dict.fromkeys(patterns[:bad]))
    holds: Fact = (True, ("found", *sound)) if sound else False
    if bad is None:
        return holds, False
    return holds, (False, ("found", *sound)) if sound else True


def contradict(literals: Iterable[Literal], values: dict[str, Any]) -> bool:
    """Say whether literals cannot all be true, for a reason that is not in the regexes."""
    by_subject: dict[tuple[str, ...], list[Literal]] = {}
    for literal in sorted(literals):
        kind, *rest = literal[1]
        subject = (kind, rest[0]) if kind in ("number", "named") else (kind,)
        if kind == "level":
            subject = ("named", "risk_level")
        by_subject.setdefault(subject, []).append(literal)
    return any(
        CONTRADICTIONS[subject[0]](found, values)
        for subject, found in by_subject.items()
        if subject[0] in CONTRADICTIONS
    )


def numbers(literals: list[Literal], values: dict[str, Any]) -> bool:
    """No number that can be read, nor none at all, is so."""
    asked = [(positive, rest[1], values[rest[2]], rest[3]) for positive, (_, *rest) in literals]
    near: list[Any] = [None, math.nan, BEYOND, 0.0, math.inf, -math.inf, 1.7976931348623157e308]
    for _, _, cut, _ in asked:
        if isinstance(cut, int | float) and not (isinstance(cut, float) and math.isnan(cut)):
            try:
                middle = float(cut)
            except OverflowError:
                middle = math.copysign(math.inf, cut)
            ends = (math.inf, -math.inf)
            near += [middle, *(math.nextafter(middle, end) for end in ends)]
    near.append(-1.7976931348623157e308)
    return not any(
        all(
            answer(relation, number, cut) == said
            if positive
            else answer(relation, number, cut) != said
            for positive, relation, cut, said in asked
        )
        for number in near
    )


def answer(relation: str, number: Any, cut: Any) -> str:
    """Return what comes of comparing a number with a threshold."""
    if number == BEYOND:
        return "raises"
    try:
        return "passes" if number_passes(Relation(relation), number, cut) else "fails"
    except TypeError:
        return "raises"


def paths(literals: list[Literal], _: dict[str, Any]) -> bool:
    """No path begins with all that it should, and with nothing that it should not."""
    wanted = [rest[0] for positive, (_, *rest) in literals if positive]
    unwanted = [rest[0] for positive, (_, *rest) in literals if not positive]
    longest = max(wanted, key=len, default=None)
    if longest is None:
        return False
    return not all(map(longest.startswith, wanted)) or any(map(longest.startswith, unwanted))


def words(literals: list[Literal], _: dict[str, Any]) -> bool:
    """Each keyword of a wanted clause cannot be printed, or has an unwanted one in it."""
    unwanted = [word for positive, (_, *rest) in literals if not positive for word in rest]
    return any(
        positive and all(not w.isprintable() or any(u in w for u in unwanted) for w in rest)
        for positive, (_, *rest) in literals
    )


def names(literals: list[Literal], values: dict[str, Any]) -> bool:
    """No value of the context and of the arguments are so together."""
    asked = [
        (kind, rest[-1] if kind == "level" else values[rest[-1]]) for _, (kind, *rest) in literals
    ]
    globs = [
        Walk(*glob(value, exact=kind == "level"), anywhere=False)
        if isinstance(value, str)
        else None
        for kind, value in asked
    ]
    vectors = set(texts([walk for walk in globs if walk is not None]))
    found = set()
    for vector in vectors:
        told = iter(vector)
        found.add(tuple(walk is not None and next(told) for walk in globs))
    for value in (
        None,
        0.7310585786300049,
        *(value for _, value in asked if not isinstance(value, str)),
    ):
        found.add(tuple(kind != "level" and value_matches(value, one) for kind, one in asked))
    return not any(
        all(
            (one or (kind != "level" and other)) is positive
            for one, other, (positive, (kind, *_)) in zip(context, argument, literals, strict=True)
        )
        for context, argument in product(found, repeat=2)
    )


def texts(walks: list[Walk]) -> Iterator[tuple[bool, ...]]:
    """Yield which of the walks accept, for every text."""
    chars = [char for _, char in minterms([one for walk in walks for one in walk.sets])]
    left = [tuple(walk.start for walk in walks)]
    seen = set(left)
    while left:
        states = left.pop()
        yield tuple(walk.accepts(state) for walk, state in zip(walks, states, strict=True))
        for char in chars:
            after = tuple(walk.step(state, char) for walk, state in zip(walks, states, strict=True))
            if after not in seen and len(seen) < MOST_STATES:
                seen.add(after)
                left.append(after)
    assert len(seen) < MOST_STATES, "globs take too many states"


def glob(pattern: str, *, exact: bool) -> tuple[Any, int]:
    """Return a glob, or the text itself, as Python parses patterns."""
    out, at = "", 0
    while at < len(pattern) and not exact:
        end = at + 1
        if pattern[at] == "[":
            first = end + (pattern[end : end + 1] == "!")
            close = pattern.find("]", first + (pattern[first : first + 1] == "]"))
            end = close + 1 if close >= 0 else end
        one = pattern[at:end]
        out += ".*" if one == "*" else re.sub(r"^\(\?s:|\)\\[Zz]$", "", translate(one))
        at = end
    parsed = _parser.parse(
        rf"(?:(?s:{out})|{re.escape(pattern)})\Z" if not exact else rf"{re.escape(pattern)}\Z"
    )
    return parsed, int(parsed.state.flags)


CONTRADICTIONS = {"number": numbers, "path": paths, "has": words, "named": names}
"""For each kind of literals that is decided here: whether some of it contradict each other."""
