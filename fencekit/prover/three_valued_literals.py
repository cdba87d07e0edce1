"""What the known part of a call says of a literal, if that is enough.

Sound because a literal is told only where it is the same for every call that the record may be of.
"""

import re
from collections.abc import Callable, Iterator
from typing import Any

from fencekit.engines.native.lazy_regex import Regex
from fencekit.engines.native.request_view import PATH
from fencekit.engines.native.unknown_questions import BEYOND, QuestionSubject, value_matches
from fencekit.model.request import Facts, Unknown, holds_unknown
from fencekit.prover.amount_regions import Sample, is_so
from fencekit.prover.evaluate_literal import TRUTHS
from fencekit.prover.partial_request import TEXT, Except, PartialRequest, fits
from fencekit.prover.rule_literals import (
    Compares,
    ContainsKeyword,
    HasPrefix,
    Literal,
    MatchesRegex,
    Named,
    RiskLevelIs,
)


def three_valued(given: PartialRequest, literal: Literal) -> bool | None:
    """Say whether a literal is true of every such call, or of none; None where it depends."""
    with given.guard():
        answer = TOLD[type(literal.atom)](given, literal.atom)
    return None if answer is None else answer is literal.positive


def fragments(args: Facts) -> Iterator[str]:
    """Yield what the text of the arguments has in it, whatever the rest is; in lower case."""
    yield from ("{", "}")
    for key, value in args.values.items():
        yield f"{key!r}: {'' if holds_unknown(value) else repr(value)}".lower()


def _holds(given: PartialRequest, atom: ContainsKeyword) -> bool | None:
    text = given.view.text
    if isinstance(text, str):
        return any(keyword in text for keyword in atom.keywords)
    found = any(word in part for part in fragments(given.request.args) for word in atom.keywords)
    return True if found else None


LOOKS_AROUND = re.compile(r"[\^$]|\\[bBAZz]|\(\?")
"""What may stand in a pattern whose match hangs on what is around it."""


def _matches_regex(given: PartialRequest, atom: MatchesRegex) -> bool | None:
    if not isinstance(given.view.values_text, Unknown):
        return TRUTHS[MatchesRegex](atom, given.view)
    known = [str(value) for value in given.request.args.values.values() if not holds_unknown(value)]
    alone = [Regex(pattern) for pattern in atom.patterns if LOOKS_AROUND.search(pattern) is None]
    return True if any(one.search(text) for one in alone for text in known) else None


def _passes(given: PartialRequest, atom: Compares) -> bool | None:
    view = given.view
    sample: Sample
    try:
        number = view.amount() if atom.subject is QuestionSubject.AMOUNT else _depth(given)
    except OverflowError:
        sample = BEYOND
    else:
        if isinstance(number, Unknown):
            return None
        sample = number
    return is_so(atom, sample)


def _depth(given: PartialRequest) -> float | Unknown | None:
    if isinstance(given.in_context("caller_depth"), dict | list):
        return None  # no number, whatever is in it
    return given.view.caller_depth()


def _begins(given: PartialRequest, atom: HasPrefix) -> bool | None:
    path = given.view.path()
    if isinstance(path, Unknown):
        return None
    return path is not None and path.startswith(atom.prefix)


def _is_named(given: PartialRequest, atom: Named) -> bool | None:
    answers = [
        atom.key != PATH and matches(given.in_context(atom.key), atom.expected),
        matches(given.in_args(atom.key), atom.expected),
    ]
    return True if True in answers else None if None in answers else False


def matches(known: Any, expected: Any) -> bool | None:
    """Say whether what is known matches what is expected; None where that depends on the rest."""
    if not holds_unknown(known):
        return value_matches(known, expected)
    if isinstance(known, Except):
        # That it is not the text of a glob says nothing: it may match it all the same.
        exact = not isinstance(expected, str) or not set("*?[") & set(expected)
        return False if exact and not known.may_be(expected) else None
    if known is TEXT:
        return None if expected is None or isinstance(expected, str) else False
    return None if isinstance(known, Unknown) or not isinstance(expected, str) else False


def _level(given: PartialRequest, atom: RiskLevelIs) -> bool | None:
    known = given.in_context("risk_level")
    if not holds_unknown(known):
        return isinstance(known, str) and known == atom.expected
    return None if isinstance(known, Unknown) and fits(known, atom.expected) else False


TOLD: dict[type, Callable[[PartialRequest, Any], bool | None]] = {
    ContainsKeyword: _holds,
    MatchesRegex: _matches_regex,
    Compares: _passes,
    HasPrefix: _begins,
    Named: _is_named,
    RiskLevelIs: _level,
}
"""For each kind of atom: whether it is true, if what is known is enough; one entry for each."""
