"""Whether a literal is true of a request, by the engine's own readings of it."""

from collections.abc import Callable
from typing import Any

from fencekit.engines.native.lazy_regex import Regex
from fencekit.engines.native.request_view import View
from fencekit.engines.native.unknown_questions import BEYOND, QuestionSubject, value_matches
from fencekit.model.request import Request
from fencekit.prover.amount_regions import Sample, is_so
from fencekit.prover.rule_literals import (
    Compares,
    ContainsKeyword,
    HasPrefix,
    MatchesRegex,
    Named,
    RiskLevelIs,
)


def all_true(literals: Any, request: Request) -> bool:
    """Say whether every literal is true of a request of which all is known."""
    view = View(request)
    return all(TRUTHS[type(one.atom)](one.atom, view) is one.positive for one in literals)


def _holds(atom: ContainsKeyword, view: View) -> bool:
    text = view.text
    return any(keyword in str(text) for keyword in atom.keywords)


def _matches_regex(atom: MatchesRegex, view: View) -> bool:
    text = str(view.values_text)
    return any(Regex(pattern).search(text) for pattern in atom.patterns)


def _passes(atom: Compares, view: View) -> bool:
    read = view.amount if atom.subject is QuestionSubject.AMOUNT else view.caller_depth
    sample: Sample
    try:
        number = read()
    except OverflowError:
        sample = BEYOND
    else:
        assert number is None or isinstance(number, float)
        sample = number
    return is_so(atom, sample)


def _begins(atom: HasPrefix, view: View) -> bool:
    path = view.path()
    return isinstance(path, str) and path.startswith(atom.prefix)


def _is_named(atom: Named, view: View) -> bool:
    return any(value_matches(actual, atom.expected) for actual in view.values_named(atom.key))


def _level(atom: RiskLevelIs, view: View) -> bool:
    actual = view.request.in_context("risk_level")
    return isinstance(actual, str) and actual == atom.expected


TRUTHS: dict[type, Callable[[Any, View], bool]] = {
    ContainsKeyword: _holds,
    MatchesRegex: _matches_regex,
    Compares: _passes,
    HasPrefix: _begins,
    Named: _is_named,
    RiskLevelIs: _level,
}
"""For each kind of atom: whether it is true; one entry for each that there is."""
