"""A value by one name, in the context and in the arguments: what can make its literals true.

CapFence accepts either value, so what is wanted may be met by one or shared between both, and what
is unwanted must be met by neither. The value of the context is chosen first: it reaches no text.
Only where it cannot meet all that is wanted must the arguments have a field of that name.

Sound because a value that is not text matches only what it is equal to, so that none, each
expected value and a fresh number stand for all of those; text is decided by the globs' automata.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations, count
from typing import Any

from fencekit.engines.native.unknown_questions import value_matches
from fencekit.model.request import UNKNOWN, Unknown, holds_unknown
from fencekit.prover.decode_call import is_json
from fencekit.prover.partial_request import Except, complete, fits
from fencekit.prover.payload_states import FieldSpec
from fencekit.prover.rule_literals import Literal, Named, RiskLevelIs
from fencekit.regex.lazy_dfa import LazyDFA
from fencekit.regex.nfa import UnsupportedError
from fencekit.regex.sublanguage import matching, only, shortest

FRESH = 0.7310585786300049
MOST_WANTED = 8
IMPOSSIBLE = object()


@dataclass(frozen=True, slots=True)
class GlobChoice:
    """A value of the context, None for none, and the field that the arguments must have.

    `rest` are the atoms that the value of the arguments has to make true, `unwanted` those that it
    must not.
    """

    value: Any
    needs: FieldSpec | None = None
    rest: tuple[Named, ...] = ()
    unwanted: tuple[Named, ...] = ()


def choices(key: str, literals: Sequence[Literal], known: Any = UNKNOWN) -> list[GlobChoice]:
    """Return the ways in which the literals, all about one name, can be true; empty for none.

    `known` is what is known of the value of the context. Every call that makes them true is of one
    of these ways, or stays one when its value in the context is changed. Raises UnsupportedError
    where there are too many.
    """
    wanted = [one.atom for one in literals if one.positive and isinstance(one.atom, Named)]
    unwanted = [one.atom for one in literals if not one.positive and isinstance(one.atom, Named)]
    levels = [one for one in literals if isinstance(one.atom, RiskLevelIs)]
    if len(wanted) > MOST_WANTED:
        raise UnsupportedError(f"asks for more than {MOST_WANTED} values of `{key}`")
    found: list[GlobChoice] = []
    best: list[set[Named]] = []
    for size in range(len(wanted), -1, -1):
        for met in combinations(wanted, size):
            if any(set(met) <= larger for larger in best):
                continue
            value = _value(met, unwanted, levels, known)
            if value is IMPOSSIBLE:
                continue
            best.append(set(met))
            rest = [atom for atom in wanted if atom not in met]
            both = tuple(rest), tuple(unwanted)
            # No field at all is a value too: the one that an empty `environment:` asks for.
            if _fits(None, rest, unwanted):
                return [GlobChoice(value, None, *both)]
            needs = _field(key, rest, unwanted)
            if needs is not None:
                found.append(GlobChoice(value, needs, *both))
    return found


def _value(
    met: Sequence[Named], unwanted: Sequence[Named], levels: Sequence[Literal], known: Any
) -> Any:
    """Return the plainest value of the context that does so, None for none at all."""
    is_level = any(one.positive for one in levels)
    if not holds_unknown(known):
        is_so = _fits(known, met, unwanted) and all(_is(known, one) for one in levels)
        return known if is_so else IMPOSSIBLE
    if _fits(None, met, unwanted) and not is_level and fits(known, None):
        return None
    asked = _automata(met, unwanted) if isinstance(known, Unknown) else None
    if asked is not None:
        exact = [
            (only(one.atom.expected), one.positive)
            for one in levels
            if isinstance(one.atom, RiskLevelIs)
        ]
        text = shortest([*asked, *exact, *excluded_texts(known)])
        if text is not None:
            return text
    if not is_level:
        for value in (*_others(met, unwanted), complete(known)):
            if fits(known, value) and _fits(value, met, unwanted):
                return value
    return IMPOSSIBLE


def _is(value: Any, literal: Literal) -> bool:
    """Say whether a literal about the risk level is true of a value."""
    assert isinstance(literal.atom, RiskLevelIs)
    return (isinstance(value, str) and value == literal.atom.expected) is literal.positive


def excluded_texts(known: Any) -> list[tuple[LazyDFA, bool]]:
    """Return what a text is asked for by what is known of it: not to be one that it is not."""
    values = known.values if isinstance(known, Except) else ()
    return [(only(value), False) for value in values if isinstance(value, str)]


def _field(key: str, met: Sequence[Named], unwanted: Sequence[Named]) -> FieldSpec | None:
    """Return the field of the arguments that does so; None where there is none."""
    asked = _automata(met, unwanted)
    text = shortest(asked) if asked is not None else None
    others = list(_others(met, unwanted))
    if text is None and not others:
        return None
    # Values that are equal can be printed in many ways, so they are held to nothing.
    held = tuple(asked or ()) if not others else ()
    values = others if text is None else [text, *others]
    return FieldSpec(key, tuple(values), held)


def _fits(value: Any, met: Sequence[Named], unwanted: Sequence[Named]) -> bool:
    return all(value_matches(value, atom.expected) for atom in met) and not any(
        value_matches(value, atom.expected) for atom in unwanted
    )


def _others(met: Sequence[Named], unwanted: Sequence[Named]) -> Iterator[Any]:
    """Yield values that are neither text nor none."""
    # Of the values that nobody expects, one stands for all.
    expected = [atom.expected for atom in unwanted]
    fresh = next(one for one in (FRESH + more for more in count()) if one not in expected)
    for value in (*(atom.expected for atom in met), fresh):
        if value is None or isinstance(value, str) or not is_json(value):
            continue
        if _fits(value, met, unwanted):
            yield value


def _automata(met: Sequence[Named], unwanted: Sequence[Named]) -> list[tuple[LazyDFA, bool]] | None:
    """Return what a text is asked for; None where no text does."""
    if any(not isinstance(atom.expected, str) for atom in met):
        return None
    asked = [(matching(atom.expected), True) for atom in met]
    begun = max((head(atom.expected) for atom in met), key=len, default="")
    texts = [atom.expected for atom in unwanted if isinstance(atom.expected, str)]
    if any(text == f"{head(text)}*" and begun.startswith(head(text)) for text in texts):
        return None
    # What begins otherwise than the text must is none of its unwanted globs anyway.
    near = [text for text in texts if begun.startswith(head(text)) or head(text).startswith(begun)]
    return [*asked, *((matching(text), False) for text in near)]


def head(glob: str) -> str:
    """Return the text that all that a glob matches begins with, and the glob itself too."""
    return re.split(r"[*?\[]", glob, maxsplit=1)[0]
