"""What becomes of an edit: a call that tells it apart, however narrow its place is, or why none."""

import warnings
from collections.abc import Sequence

import pytest

from fencekit.model.case import Case, Expectation
from fencekit.model.policy import Policy
from fencekit.model.request import Request
from fencekit.model.source import Place
from fencekit.model.verdict import Verdict
from fencekit.mutation.mutant_equivalence import (
    EquivalenceChecker,
    EquivalenceProof,
    EquivalentMutant,
)
from fencekit.mutation.mutant_probes import Probes
from fencekit.mutation.mutant_runner import MutantRunner
from fencekit.mutation.operators.single_edits import single_edits
from fencekit.mutation.shared_tests import LONG_TEXT
from tests.laws import drawing

FORKS = r"\A(?:/[a-z]+)*\Z"
STOPS = r"\bstop\b"
NARROW = r"""
version: 1
policy_name: narrow
require_approval:
  - {capability: db.read, match_keywords: [", 'more': "]}
  - {capability: db.read, match_regex: ['\bsecrets\b']}
  - {capability: db.read, match_regex: ['\A(?!SELECT [a-z_]+ FROM [a-z_]+ LIMIT [0-9]+\Z)']}
allow:
  - {capability: db.read, match_regex: ['\ASELECT [a-z_]+ FROM [a-z_]+ LIMIT [0-9]+\Z']}
"""
"""What is asked about is a part of what is allowed: an edit of it is told by no text of its own."""


def policy_of(*patterns: str) -> Policy:
    listed = ", ".join(f"'{one}'" for one in patterns)
    return drawing.policy_of_text(
        f"version: 1\npolicy_name: a\nallow:\n  - {{capability: a.b, match_regex: [{listed}]}}\n"
    )


def trials(policy: Policy, calls: Sequence[Request] = ()) -> MutantRunner:
    expected = Expectation(frozenset({Verdict.ALLOW}))
    cases = [Case("a", call, expected, Place("c", 1)) for call in calls]
    return MutantRunner(policy, Probes.of_cases(cases))


def one(policy: Policy, pattern: str) -> Policy:
    """Return the only single edit of a policy that has a pattern."""
    (found,) = {
        edit.label: edit.policy
        for edit in single_edits(policy)
        for rule in edit.policy.rules
        for condition in rule.conditions
        if condition.value == [pattern]
    }.values()
    return found


def test_an_edit_that_backtracks_for_ever_is_decided_like_any_other() -> None:
    policy = policy_of(FORKS)
    forks = policy_of(r"\A(?:[a-z]+)*\Z")
    call = Request("a.b", args={"path": "a" * 60 + "!"})
    tried = trials(policy)
    assert not tried.tells(tried.evaluator(forks), call)
    assert tried.tells(tried.evaluator(forks), Request("a.b", args={"path": "a" * 60}))


@pytest.mark.parametrize("length", [LONG_TEXT - 60, LONG_TEXT + 60])
def test_long_texts_are_matched_as_short_ones_are(length: int) -> None:
    tried = trials(policy_of(STOPS))
    loose = tried.evaluator(one(tried.policy, r"stop\b"))
    before = "x" * length
    assert tried.tells(loose, Request("a.b", args={"text": before + "stop"}))
    assert not tried.tells(loose, Request("a.b", args={"text": before + " stop"}))


def test_a_pattern_that_does_not_compile_fails_before_a_later_one_is_found() -> None:
    policy = policy_of("(", STOPS)
    tried = trials(policy)
    outcome = tried.original.decide(Request("a.b", args={"text": "stop"})).outcomes[0]
    assert outcome.error


def test_a_call_is_found_for_an_edit_in_the_middle_of_what_is_allowed() -> None:
    policy = drawing.policy_of_text(NARROW)
    known = [Request("db.read", args={"query": "SELECT id FROM cities LIMIT 5"})]
    tried = trials(policy, known)
    settling = EquivalenceChecker(tried)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for wanted in (r"secrets\b", r"\bsecrets"):
            found = settling.settle(one(policy, wanted))
            assert isinstance(found, Request)
            assert "secrets" in found.args.values["query"]
            assert found.args.values["query"].startswith("SELECT ")


def test_a_call_is_found_for_a_keyword_beside_what_is_allowed() -> None:
    policy = drawing.policy_of_text(NARROW)
    known = [Request("db.read", args={"query": "SELECT id FROM cities LIMIT 5"})]
    settling = EquivalenceChecker(trials(policy, known))
    dropped = [e.policy for e in single_edits(policy) if "more" in e.label]
    assert dropped
    for mutant in dropped:
        found = settling.settle(mutant)
        assert isinstance(found, Request), found


def test_a_pattern_that_only_looks_otherwise_is_the_same_by_automata() -> None:
    policy = drawing.policy_of_text(NARROW.replace(r"'\bsecrets\b'", r"'\A(?:ab|(?=a)ab?)\Z'"))
    (same,) = (edit.policy for edit in single_edits(policy) if r"`\A(?:(?=a)ab?)\Z`" in edit.label)
    settling = EquivalenceChecker(trials(policy))
    assert settling.settle(same) == EquivalentMutant(EquivalenceProof.AUTOMATA)
    assert settling.is_same(same, EquivalenceProof.AUTOMATA)
