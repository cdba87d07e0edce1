"""Laws of explaining and deciding: they agree, and neither ever raises."""

from random import Random

import pytest
from conformance import generators
from conformance.comparison import SEARCH_PATHS, requests_for, working_in, write_files
from conformance.oracle import our_load, real_load
from hypothesis import given
from hypothesis import strategies as st

from fencekit.engines.native.explain_decision import explain
from fencekit.engines.native.native_evaluator import NativeEvaluator
from fencekit.model.explanation import Answer
from fencekit.model.policy import Policy
from fencekit.model.request import ANYTHING, UNKNOWN, Request
from fencekit.model.verdict import Verdict
from laws.drawing import masked, policies, policy_of, requests

pytestmark = pytest.mark.oracle

DECIDING = (Answer.HOLDS, Answer.RAISES)
randoms = st.randoms(use_true_random=False)


def agrees(policy: Policy, request: Request) -> None:
    explanation = explain(policy, request)
    decision = explanation.decision
    assert decision == NativeEvaluator(policy).decide(request)
    last = explanation.considered[-1] if explanation.considered else None
    assert not any(entry.answer in DECIDING for entry in explanation.considered[:-1])
    decides = last if last is not None and last.answer in DECIDING else None
    if decision.certain:
        outcome = decision.outcomes[0]
        if outcome.rule is None:
            assert decides is None
        else:
            assert decides is not None, (request, outcome, explanation.considered)
            assert decides.rule is outcome.rule
            assert (decides.answer is Answer.RAISES) == (outcome.error is not None)
    if decides is None:
        assert len(explanation.considered) == len(policy.decision_list)
    for outcome in decision.outcomes:
        if outcome.rule is not None:
            assert any(entry.rule is outcome.rule for entry in explanation.considered)
            answers = {e.answer for e in explanation.considered if e.rule is outcome.rule}
            assert answers <= {*DECIDING, Answer.CANNOT_TELL}


@given(policies, requests)
def test_the_first_rule_that_holds_in_the_explanation_is_the_one_that_decides(policy, request):
    agrees(policy, request)


@given(policies, requests, randoms)
def test_the_explanation_agrees_with_the_decision_whatever_is_unknown(policy, request, random):
    agrees(policy, masked(random, request))


@pytest.mark.parametrize("seed", range(8))
def test_neither_deciding_nor_explaining_ever_raises(tmp_path, seed):
    random = Random(seed)
    with working_in(tmp_path):
        for _ in range(25):
            made = generators.policy_files(random)
            write_files(made)
            real, ours = real_load(made.main, SEARCH_PATHS), our_load(made.main, SEARCH_PATHS)
            assert real is not None
            assert ours is not None
            for request in requests_for(random, real, 10):
                agrees(ours, request)
                agrees(ours, masked(random, request))


@pytest.mark.parametrize(
    "rule",
    [
        {"capability": 5},
        {"capability": ["x"]},
        {"capability": "*", "match_regex": "("},
        {"capability": "*", "match_regex": ["(", "x"]},
        {"capability": "*", "match_regex": "(?a)(?u)x"},
        {"capability": "*", "amount_gt": "ten"},
        {"capability": "*", "amount_gt": None},
        {"capability": "*", "caller_depth_lt": [1]},
        {"capability": "*", "contains": 1 << 20_000},
        {"capability": "*", "match_keywords": ["x", 1 << 20_000]},
        {"capability": "*", "amount_lt": 1 << 20_000},
    ],
    ids=lambda rule: str(list(rule)),
)
@pytest.mark.parametrize(
    "request_",
    [
        Request("shell.exec", args={"amount": 5, "command": "x"}, context={"caller_depth": 3}),
        Request(UNKNOWN, args=ANYTHING, context=ANYTHING),
        Request("shell.exec", args={"amount": UNKNOWN}, context={"caller_depth": UNKNOWN}),
    ],
    ids=["whole", "unknown", "partial"],
)
def test_a_value_that_cannot_be_asked_about_is_a_deny_with_the_error(rule, request_):
    policy = raw_policy(rule)
    decision = NativeEvaluator(policy).decide(request_)
    assert decision.error is not None
    assert Verdict.DENY in decision.verdicts
    explain(policy, request_)


def raw_policy(rule: dict[str, object]) -> Policy:
    """Return a policy with the rule; a number too long to print is put in afterwards."""
    from dataclasses import replace

    long = {key: value for key, value in rule.items() if key != "capability"}
    policy = policy_of({"allow": [{**rule, **dict.fromkeys(long, 1)}]})
    tier = policy.tiers[-1]
    (written,) = tier.rules
    conditions = tuple(replace(one, value=long[str(one.name)]) for one in written.conditions)
    tiers = (*policy.tiers[:-1], replace(tier, rules=(replace(written, conditions=conditions),)))
    return replace(policy, tiers=tiers)
