"""What conditions ask, as atoms: facts that are so of a call or not, by name.

About texts an atom asks for patterns, which walks follow. All else is left to the engine: about a
number, a path or a named value, every call is answered like one of a few, and on these the
conditions themselves are run.
"""

import math
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from fnmatch import translate
from itertools import product, takewhile
from typing import Any

from fencekit.engines.native.condition_tests import TESTS, as_list
from fencekit.engines.native.lazy_regex import Regex
from fencekit.engines.native.request_view import AMOUNT_KEYS, PATH_KEYS, View
from fencekit.engines.native.unknown_questions import COMPARISONS, value_matches
from fencekit.model.policy import Condition
from fencekit.model.request import Request
from fencekit.prover.checker.checker_domain import OPEN, CheckedDomain
from fencekit.prover.checker.pattern_formulas import Pattern
from fencekit.prover.checker.sre_programs import representatives

Literals = frozenset[str]
"""Names of atoms that are so, and, after `not `, of atoms that are not."""
NEVER, ALWAYS = None, Literals()
NAMED = ("environment", "risk_level", "table", "tenant", "tool_name", "user_role")
SUBJECTS = {
    **{f"amount_{relation}": "amount" for relation in COMPARISONS},
    **{f"caller_depth_{relation}": "caller_depth" for relation in COMPARISONS},
    "path_prefix": "path",
    "path": "argument path",  # that both may be of one argument is not followed: no proof
    "risk_level_is": "risk_level",
    **dict(zip(NAMED, NAMED, strict=True)),
}
"""What of a call each condition is about, if it is not about a text."""


@dataclass(frozen=True, slots=True)
class Atom:
    """That a condition holds, or that asking it raises.

    About one of the texts, `text` or `values`: that one of the patterns is found there.
    """

    condition: Condition
    raises: bool = False
    of: str = ""
    patterns: tuple[str, ...] = ()

    @property
    def subject(self) -> str:
        """What of a call the condition is about."""
        return SUBJECTS.get(self.condition.name, str(self.condition.name))

    def is_so(self, call: Request) -> bool:
        """Say whether it is so of a call, by the engine."""
        try:
            holds = TESTS[self.condition.name](self.condition.value)(View(call))
        except Exception:  # noqa: BLE001  (whatever it is, the engine takes it for an error)
            return self.raises
        return holds is True and not self.raises


Atoms = dict[str, Atom]


def reading(condition: Condition, atoms: Atoms) -> tuple[Literals | None, Literals | None]:
    """Return what is so when a condition holds, and when asking it raises; name its atoms."""
    name, value = str(condition.name), condition.value

    def so(said: str, **more: Any) -> Literals:
        atoms[said] = Atom(condition, **more)
        return Literals({said})

    try:
        TESTS[condition.name](value)
    except Exception:  # noqa: BLE001  (what is no test raises whenever it is asked)
        return NEVER, ALWAYS
    if name in ("contains", "match_keywords"):
        words = {str(word).lower() for word in ([value] if name == "contains" else as_list(value))}
        least = least_words(words)
        pattern = "|".join(map(re.escape, least))
        holds = so(f"has {least}", of="text", patterns=(pattern,)) if pattern else ALWAYS
        return holds if words else NEVER, NEVER
    if name == "match_regex":
        patterns = list(dict.fromkeys(map(str, as_list(value))))
        sound = list(takewhile(lambda one: not Regex(one).error, patterns))
        found = so(f"found {sound}", of="values", patterns=tuple(sound)) if sound else NEVER
        if sound == patterns:
            return found, NEVER
        # The first one that does not compile raises when it is reached.
        return found, Literals({f"not found {sound}"}) if sound else ALWAYS
    if name == "risk_level_is" and not isinstance(value, str):
        return NEVER, NEVER
    said = f"{name} {spell_value(str(value) if name == 'path_prefix' else value)}"
    may_raise = SUBJECTS.get(name) in ("amount", "caller_depth")
    return so(said), so(f"{said} raises", raises=True) if may_raise else NEVER


def least_words(words: set[str]) -> list[str]:
    """Return the words, sorted, that have no other in them: of two such, the shorter will do."""
    return sorted(word for word in words if not any(o != word and o in word for o in words))


def spell_value(value: Any) -> str:
    """Return a value as text that tells it from others."""
    return f"{type(value).__name__} {value!r}"


def possible(
    so: Sequence[Atom], not_so: Sequence[Atom], domain: CheckedDomain = OPEN
) -> Iterator[Request]:
    """Yield calls for which atoms about one thing, no text, are so and others are not.

    Where there is such a call in the domain, one of these is.
    """
    (subject,) = {atom.subject for atom in (*so, *not_so)}
    if any(atom.patterns for atom in (*so, *not_so)):
        raise ValueError("what texts can be is shown by walks")
    for call in stand_ins(subject, [atom.condition.value for atom in (*so, *not_so)], domain):
        if all(one.is_so(call) for one in so) and not any(one.is_so(call) for one in not_so):
            yield call


def stand_ins(
    subject: str, values: Sequence[Any], domain: CheckedDomain = OPEN
) -> Iterator[Request]:
    """Yield calls: every call is answered like one of them, by conditions with these values."""
    if subject == "caller_depth":
        yield from (Request("", context={subject: one}) for one in numbers(values))
        return
    if subject == "amount":
        inside = [*numbers([*values, *domain.values]), *domain.values]
    elif subject == "path":
        # A path is answered like the longest of the prefixes that it begins with.
        inside = [None, "", *map(str, values)]
    elif subject not in NAMED:
        raise ValueError(f"no calls are known to stand for all by their `{subject}`")
    else:
        globs = texts(one for one in values if isinstance(one, str))
        inside = [None, object(), *values, *globs, *domain.values]
    args = [one for one in inside if domain.may_be(subject, one)]
    if subject in ("amount", "path"):
        yield from (Request("", args={subject: one}) for one in args)
        return
    for one, other in product(told_apart(inside, values), told_apart(args, values)):
        yield Request("", context={subject: one}, args={subject: other})


def told_apart(several: Iterable[Any], values: Sequence[Any]) -> Iterable[Any]:
    """Return those of several that are not alike to conditions with these values."""
    return {tuple((value_matches(v, e), v == e) for e in values): v for v in several}.values()


def numbers(cuts: Iterable[Any]) -> Iterator[Any]:
    """Yield none, NaN, two beyond any float, and at least one of each region between the cuts."""
    yield from (None, math.nan, 10**400, -(10**400), 0.5, False, True)
    for cut in cuts:
        try:
            middle = float(cut)
        except OverflowError:
            middle = math.inf if cut > 0 else -math.inf
        except (TypeError, ValueError):
            continue
        yield from (middle, math.nextafter(middle, math.inf), math.nextafter(middle, -math.inf))


def texts(globs: Iterable[str]) -> Iterator[str]:
    """Yield texts, of which one is like any text: matched by the same globs, and equal to them."""
    # Python's translation lets a star go its first way only, which makes no difference.
    as_regexes = [(translate(one).replace("(?>", "(?:"), rf"{re.escape(one)}\Z") for one in globs]
    patterns = [Pattern(one, anywhere=False) for pair in as_regexes for one in pair]
    sets = dict.fromkeys(chars for one in patterns for chars in one.sets)
    letters = representatives(tuple(sets))
    found = {tuple(one.start for one in patterns): ""}
    left = list(found)
    for states in left:
        yield found[states]
        for char in letters:
            after = tuple(p.step(one, char) for p, one in zip(patterns, states, strict=True))
            if after not in found:
                found[after] = found[states] + char
                left.append(after)


NUMBER = r"\s*[+-]?(?i:\.?\d[\d_.e+-]*|inf|infinity|nan)\s*\Z"
"""All text that Python reads as a number, and more."""


def needs(
    so: Sequence[Atom], not_so: Sequence[Atom], domain: CheckedDomain = OPEN
) -> Iterator[tuple[Sequence[str], str]]:
    """Yield fields that the arguments have when atoms are so, and others not.

    Such a field is several keys, of which it has one, and a pattern at the beginning of its value.
    """
    for subject, keys in (("amount", AMOUNT_KEYS), ("path", PATH_KEYS)):
        here, not_here = ([one for one in some if one.subject == subject] for some in (so, not_so))
        if not here:
            continue
        left = [call.args.values[subject] for call in possible(here, not_here, domain)]
        if None not in left:
            words = [str(one) for one in (True, False) if one in left]
            prefixes = [re.escape(str(one)) for one in left]
            yield keys, "|".join([NUMBER, *words] if subject == "amount" else prefixes)
