"""Laws of what is not known: it is not guessed, and it is the same unknown for two policies."""

from itertools import pairwise
from random import Random

import pytest
from conformance import generators
from conformance.comparison import SEARCH_PATHS, requests_for, working_in, write_files
from conformance.oracle import our_load, real_load
from hypothesis import given
from hypothesis import strategies as st

from fencekit.checks.findings.decision_comparison import between
from fencekit.engines.native.native_evaluator import NativeEvaluator
from fencekit.engines.native.possible_outcomes import coarse_pairs, every_way
from fencekit.engines.native.request_view import View
from fencekit.engines.outcome_pairs import decide_both
from fencekit.model.change import Change, compare_effects
from fencekit.model.decision import Outcome
from fencekit.model.finding import RecordClass
from fencekit.model.policy import Policy
from fencekit.model.request import Request
from laws.drawing import masked, policies, requests
from laws.test_policies import a_rule, with_rules

pytestmark = pytest.mark.oracle

randoms = st.randoms(use_true_random=False)

ALLOWED = {
    RecordClass.UNCHANGED: {Change.UNCHANGED},
    RecordClass.LOOSER: {Change.LOOSER},
    RecordClass.TIGHTER: {Change.TIGHTER},
    RecordClass.MAYBE_LOOSER: {Change.UNCHANGED, Change.LOOSER},
    RecordClass.MAYBE_TIGHTER: {Change.UNCHANGED, Change.TIGHTER},
    RecordClass.CANNOT_TELL: {Change.UNCHANGED, Change.LOOSER, Change.TIGHTER},
}


def told(outcome: Outcome) -> tuple[object, ...]:
    """Return what tells outcomes apart; the text of an error depends on what is known."""
    return outcome.effect, outcome.rule, outcome.error is not None


def is_among_the_possible(policy: Policy, whole: Request, partial: Request) -> None:
    evaluator = NativeEvaluator(policy)
    (outcome,) = evaluator.decide(whole).outcomes
    decision = evaluator.decide(partial)
    assert decision.outcomes
    assert told(outcome) in map(told, decision.outcomes), (whole, partial, outcome, decision)


def pair_is_among_the_possible(
    before: Policy, after: Policy, whole: Request, partial: Request
) -> None:
    old, new = NativeEvaluator(before), NativeEvaluator(after)
    (left,), (right,) = old.decide(whole).outcomes, new.decide(whole).outcomes
    decision_before, decision_after, pairs = decide_both(old, new, partial)
    found = {(told(one), told(other)) for one, other in pairs}
    assert (told(left), told(right)) in found, (whole, partial, left, right, pairs)
    kind = between(decision_before, decision_after, pairs).kind
    if kind is RecordClass.INVALID:
        assert left.error or right.error
    else:
        assert compare_effects(left.effect, right.effect) in ALLOWED[kind]


def is_unchanged(before: Policy, after: Policy, request: Request) -> None:
    decided = decide_both(NativeEvaluator(before), NativeEvaluator(after), request)
    if between(*decided).kind is not RecordClass.INVALID:
        assert between(*decided).kind is RecordClass.UNCHANGED, (request, decided)
    else:
        assert decided[0].certain
        assert decided[0].error
        assert decided[1].error


@given(policies, requests)
def test_a_request_of_which_all_is_known_has_one_outcome(policy, request):
    assert request.whole
    assert NativeEvaluator(policy).decide(request).certain


@given(policies, requests, randoms)
def test_what_a_request_decides_is_possible_when_some_of_it_is_unknown(policy, request, random):
    is_among_the_possible(policy, request, masked(random, request))


@given(policies, requests, randoms)
def test_a_certain_decision_is_the_decision_whatever_the_unknown_is(policy, request, random):
    evaluator = NativeEvaluator(policy)
    decision = evaluator.decide(masked(random, request))
    if decision.certain:
        assert told(decision.outcomes[0]) == told(evaluator.decide(request).outcomes[0])


@given(policies, requests, randoms)
def test_knowing_more_never_makes_an_outcome_possible(policy, request, random):
    less = masked(random, request)
    decision = NativeEvaluator(policy).decide(request)
    assert set(map(told, decision.outcomes)) <= set(
        map(told, NativeEvaluator(policy).decide(less).outcomes)
    )


@given(policies, requests, randoms)
def test_a_policy_is_unchanged_from_itself_whatever_is_unknown(policy, request, random):
    is_unchanged(policy, policy, masked(random, request))


@given(policies, requests, randoms, st.data())
def test_a_duplicate_rule_changes_nothing_whatever_is_unknown(policy, request, random, data):
    tier, rules, at = a_rule(policy, data)
    doubled = with_rules(policy, tier, [*rules[:at], rules[at], *rules[at:]])
    is_unchanged(policy, doubled, masked(random, request))


@given(policies, policies, requests, randoms)
def test_the_class_of_a_change_never_contradicts_the_whole_request(before, after, request, random):
    pair_is_among_the_possible(before, after, request, masked(random, request))


@given(policies, requests, randoms, st.data())
def test_the_class_of_a_small_change_never_contradicts_the_whole_request(
    policy, request, random, data
):
    tier, rules, at = a_rule(policy, data)
    choice = data.draw(st.sampled_from(["take out", "move to the front", "move to the back"]))
    rest = rules[:at] + rules[at + 1 :]
    changed = {
        "take out": rest,
        "move to the front": [rules[at], *rest],
        "move to the back": [*rest, rules[at]],
    }[choice]
    after = with_rules(policy, tier, changed)
    pair_is_among_the_possible(policy, after, request, masked(random, request))


@given(policies, policies, requests, randoms)
def test_a_change_seen_backwards_has_the_same_pairs_backwards(before, after, request, random):
    partial = masked(random, request)
    old, new = NativeEvaluator(before), NativeEvaluator(after)
    there = {(told(a), told(b)) for a, b in decide_both(old, new, partial)[2]}
    back = {(told(b), told(a)) for a, b in decide_both(new, old, partial)[2]}
    assert there == back


@pytest.mark.parametrize("seed", range(8))
def test_the_laws_of_the_unknown_hold_for_odd_policies_and_requests(tmp_path, seed):
    random = Random(seed)
    loaded: list[tuple[Policy, list[Request]]] = []
    with working_in(tmp_path):
        for _ in range(25):
            made = generators.policy_files(random)
            write_files(made)
            real, ours = real_load(made.main, SEARCH_PATHS), our_load(made.main, SEARCH_PATHS)
            assert real is not None
            assert ours is not None
            loaded.append((ours, requests_for(random, real, 10)))
    for (before, _), (after, aimed) in pairwise(loaded):
        for request in aimed:
            partial = masked(random, request)
            is_among_the_possible(after, request, partial)
            pair_is_among_the_possible(before, after, request, partial)
            is_unchanged(after, after, partial)


@given(policies, policies, requests, randoms, st.data())
def test_the_coarse_result_holds_every_pair_that_some_answers_lead_to(
    one, other, request, random, data
):
    tier, rules, at = a_rule(one, data)
    edited = with_rules(one, tier, [*rules[:at], *rules[at + 1 :]])
    view = View(masked(random, request))
    for before, after in ((one, other), (one, edited), (edited, one)):
        left, right = NativeEvaluator(before).steps(view), NativeEvaluator(after).steps(view)
        exact = {(pair[0], pair[1]) for pair in every_way([left, right])}
        assert exact <= coarse_pairs(left, right)
