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
from fencekit.checks.prove.checker.words import Need
from fencekit.checks.prove.minterms import minterms
from fencekit.engines.native.conditions import listed
from fencekit.engines.native.questions import COMPARISONS, Relation, number_passes, value_matches
from fencekit.engines.native.regexes import Regex
from fencekit.engines.native.view import AMOUNT_KEYS, PATH_KEYS
from fencekit.model.policy import Condition

Literal = tuple[bool, tuple[str, ...]]
Fact = Literal | bool
Vector = tuple[bool, ...]
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


def by_subject(literals: Iterable[Literal]) -> dict[tuple[str, ...], list[Literal]]:
    """Return the literals by what they are about."""
    found: dict[tuple[str, ...], list[Literal]] = {}
    for literal in sorted(literals):
        kind, *rest = literal[1]
        subject = (kind, rest[0]) if kind in ("number", "named") else (kind,)
        if kind == "level":
            subject = ("named", "risk_level")
        found.setdefault(subject, []).append(literal)
    return found


def contradict(literals: Iterable[Literal], values: dict[str, Any]) -> bool:
    """Say whether literals cannot all be true, for a reason that is not in the regexes."""
    return any(
        CONTRADICTIONS[subject[0]](found, values)
        for subject, found in by_subject(literals).items()
        if subject[0] in CONTRADICTIONS
    )


def needs(literals: Iterable[Literal], values: dict[str, Any]) -> list[Need]:
    """Return fields that the arguments must have for the literals to be true."""
    found: list[Need] = []
    for subject, asked in by_subject(literals).items():
        if subject == ("number", "amount"):
            left = numbers_left(asked, values)
            if None not in left:
                found.append(Need(AMOUNT_KEYS, Walk(*parsed(spellings(left)), anywhere=False)))
        elif subject == ("path",):
            wanted = [rest[0] for positive, (_, *rest) in asked if positive]
            if wanted:
                begin = re.escape(max(wanted, key=len))
                found.append(Need(PATH_KEYS, Walk(*parsed(begin), anywhere=False)))
        elif subject[0] == "named":
            of_values = vectors(asked, values)
            if not any(are_so(asked, one, of_values[0]) for one in of_values):
                found.append(Need((subject[1],), None))
    return found


def spellings(left: list[Any]) -> str:
    """Return a pattern of all texts that are read as such numbers, and of more."""
    digits = r"(?:\d[\d_]*(?:\.[\d_]*)?|\.\d[\d_]*)(?:[eE][+-]?\d[\d_]*)?"
    floats = [number for number in left if isinstance(number, float)]
    kinds = {
        rf"\+?{digits}": BEYOND in left or any(number >= 0 for number in floats),
        f"-{digits}": BEYOND in left or any(number <= 0 for number in floats),
        r"\+?(?i:inf(?:inity)?)": math.inf in floats,
        r"-(?i:inf(?:inity)?)": -math.inf in floats,
        r"[+-]?(?i:nan)": any(map(math.isnan, floats)),
        "True": 1.0 in floats,
        "False": 0.0 in floats,
    }
    return rf"\s*(?:{'|'.join(kind for kind, is_so in kinds.items() if is_so)})\s*\Z"


def numbers(literals: list[Literal], values: dict[str, Any]) -> bool:
    """No number that can be read, nor none at all, is so."""
    return not numbers_left(literals, values)


def numbers_left(literals: list[Literal], values: dict[str, Any]) -> list[Any]:
    """Return one or more of the numbers of every region that are so; None is none at all."""
    asked = [(positive, rest[1], values[rest[2]], rest[3]) for positive, (_, *rest) in literals]
    largest = 1.7976931348623157e308
    near: list[Any] = [None, math.nan, BEYOND, 0.0, 1.0, math.inf, -math.inf, largest, -largest]
    for _, _, cut, _ in asked:
        if isinstance(cut, int | float) and not (isinstance(cut, float) and math.isnan(cut)):
            try:
                middle = float(cut)
            except OverflowError:
                middle = math.copysign(math.inf, cut)
            ends = (math.inf, -math.inf)
            near += [middle, *(math.nextafter(middle, end) for end in ends)]
    return [
        number
        for number in near
        if all(
            (answer(relation, number, cut) == said) is positive
            for positive, relation, cut, said in asked
        )
    ]


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
    found = vectors(literals, values)
    return not any(are_so(literals, *pair) for pair in product(found, repeat=2))


def are_so(literals: list[Literal], context: Vector, argument: Vector) -> bool:
    """Say whether literals are so for a value of the context and one of the arguments."""
    return all(
        (one or (kind != "level" and other)) is positive
        for one, other, (positive, (kind, *_)) in zip(context, argument, literals, strict=True)
    )


def vectors(literals: list[Literal], values: dict[str, Any]) -> list[Vector]:
    """Return which literals' values are met by a value, for every value; first for none."""
    asked = [
        (kind, rest[-1] if kind == "level" else values[rest[-1]]) for _, (kind, *rest) in literals
    ]
    globs = [
        Walk(*glob(value, exact=kind == "level"), anywhere=False)
        if isinstance(value, str)
        else None
        for kind, value in asked
    ]
    others = (None, 0.7310585786300049, *(one for _, one in asked if not isinstance(one, str)))
    found = [
        tuple(kind != "level" and value_matches(value, one) for kind, one in asked)
        for value in others
    ]
    for vector in texts([walk for walk in globs if walk is not None]):
        told = iter(vector)
        found.append(tuple(walk is not None and next(told) for walk in globs))
    return list(dict.fromkeys(found))


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
    return parsed(
        rf"{re.escape(pattern)}\Z" if exact else rf"(?:(?s:{out})|{re.escape(pattern)})\Z"
    )


def parsed(pattern: str) -> tuple[Any, int]:
    """Return a pattern as Python parses it, and its flags."""
    found = _parser.parse(pattern)
    return found, int(found.state.flags)


CONTRADICTIONS = {"number": numbers, "path": paths, "has": words, "named": names}
"""For each kind of literals that is decided here: whether some of it contradict each other."""
