"""Laws of policies: what an edit of the rules can and cannot do to a decision."""

from dataclasses import replace

from hypothesis import assume, given
from hypothesis import strategies as st

from fencekit.engines.native.native_evaluator import NativeEvaluator
from fencekit.model.change import Change, compare_effects
from fencekit.model.decision import Decision
from fencekit.model.policy import Policy, Rule
from fencekit.model.request import Request
from fencekit.model.verdict import ALLOW, DENY, WARN, Effect, Verdict
from laws.drawing import policies, policy_of, requests


def decide(policy: Policy, request: Request) -> Decision:
    return NativeEvaluator(policy).decide(request)


def effect(policy: Policy, request: Request) -> Effect:
    decision = decide(policy, request)
    assert decision.certain
    return decision.outcomes[0].effect


def nothing_raises(policy: Policy, request: Request) -> bool:
    """Whether none of the rules raises on the request, asked one by one."""
    for at, tier in enumerate(policy.tiers):
        for rule in tier.rules:
            alone = replace(policy, tiers=(replace(policy.tiers[at], rules=(rule,)),))
            if decide(alone, request).error is not None:
                return False
    return True


def with_rules(policy: Policy, tier: int, rules: list[Rule]) -> Policy:
    """Return the policy with other rules in one of its tiers."""
    tiers = list(policy.tiers)
    tiers[tier] = replace(tiers[tier], rules=tuple(rules))
    return replace(policy, tiers=tuple(tiers))


@given(requests)
def test_the_default_is_deny(request):
    decision = decide(policy_of({}), request)
    assert decision == Decision()
    assert decision.outcomes[0].by_default
    assert decision.verdicts == {Verdict.DENY}


@given(policies, requests)
def test_a_decision_by_no_rule_is_deny(policy, request):
    outcome = decide(policy, request).outcomes[0]
    assert outcome.rule is not None or outcome.effect == DENY


@given(policies, requests, st.randoms(use_true_random=False))
def test_order_within_a_tier_is_irrelevant_to_the_verdict(policy, request, random):
    assume(nothing_raises(policy, request))
    shuffled = policy
    for at, tier in enumerate(policy.tiers):
        shuffled = with_rules(shuffled, at, random.sample(tier.rules, len(tier.rules)))
    assert effect(shuffled, request).verdict == effect(policy, request).verdict


@given(policies, requests, st.data())
def test_a_duplicate_rule_changes_nothing(policy, request, data):
    tier, rules, at = a_rule(policy, data)
    doubled = with_rules(policy, tier, [*rules[:at], rules[at], *rules[at:]])
    assert decide(doubled, request) == decide(policy, request)


@given(policies, requests, st.data())
def test_a_duplicate_rule_anywhere_in_its_tier_leaves_the_verdict(policy, request, data):
    assume(nothing_raises(policy, request))
    tier, rules, at = a_rule(policy, data)
    to = data.draw(st.integers(0, len(rules)))
    doubled = with_rules(policy, tier, [*rules[:to], rules[at], *rules[to:]])
    assert effect(doubled, request).verdict == effect(policy, request).verdict


@given(policies, requests, st.data())
def test_removing_an_allow_never_lowers_the_verdict(policy, request, data):
    assume(nothing_raises(policy, request))
    tier, rules, at = a_rule(policy, data, effects=(ALLOW, WARN))
    without = with_rules(policy, tier, rules[:at] + rules[at + 1 :])
    assert effect(without, request).verdict >= effect(policy, request).verdict


@given(policies, policies, requests, st.data())
def test_adding_a_deny_anywhere_never_loosens(policy, other, request, data):
    _, rules, at = a_rule(other, data)
    tier = data.draw(st.integers(0, len(policy.tiers) - 1))
    own = list(policy.tiers[tier].rules)
    to = data.draw(st.integers(0, len(own)))
    denying = replace(rules[at], effect=DENY)
    more = with_rules(policy, tier, [*own[:to], denying, *own[to:]])
    change = compare_effects(effect(policy, request), effect(more, request))
    assert change in (Change.UNCHANGED, Change.TIGHTER)


@given(policies, requests)
def test_a_rule_that_says_nothing_decides_nothing(policy, request):
    rule = decide(policy, request).outcomes[0].rule
    assert rule is None or rule.effect is not None


def a_rule(policy: Policy, data: st.DataObject, effects: tuple[Effect, ...] | None = None):
    """Draw a rule of the policy: its tier, the rules of the tier, and its place among them."""
    found = [
        (tier, at)
        for tier, kept in enumerate(policy.tiers)
        for at, rule in enumerate(kept.rules)
        if effects is None or (rule.effect in effects and kept.name == "allow")
    ]
    assume(found)
    tier, at = data.draw(st.sampled_from(found))
    return tier, list(policy.tiers[tier].rules), at


CALL = Request("shell.exec", context={"risk_level": "critical"})


def test_false_friend_an_escalate_can_loosen_over_a_default_deny():
    assert effect(policy_of({}), CALL) == DENY
    assert effect(policy_of({"require_approval": ["shell"]}), CALL).verdict is Verdict.ESCALATE


def test_false_friend_an_escalate_can_loosen_over_a_deny_of_a_later_tier():
    blocking = {"risk_levels": {"critical": {"action": "block"}}}
    assert effect(policy_of(blocking), CALL) == DENY
    escalating = {**blocking, "require_approval": ["shell"]}
    assert effect(policy_of(escalating), CALL).verdict is Verdict.ESCALATE


def test_false_friend_reordering_an_allow_and_a_warn_can_drop_an_obligation():
    warn, allow = ({"action": action, "capability": "shell"} for action in ("warn", "allow"))
    before, after = policy_of({"rules": [warn, allow]}), policy_of({"rules": [allow, warn]})
    assert compare_effects(effect(before, CALL), effect(after, CALL)) is Change.LOOSER


def test_false_friend_removing_an_allow_that_warns_can_drop_an_obligation():
    warn, allow = ({"action": action, "capability": "shell"} for action in ("warn", "allow"))
    before, after = policy_of({"rules": [warn, allow]}), policy_of({"rules": [allow]})
    assert compare_effects(effect(before, CALL), effect(after, CALL)) is Change.LOOSER


def test_false_friend_removing_an_allow_that_raises_can_loosen():
    broken = {"capability": "shell", "amount_gt": "ten"}
    call = Request("shell.exec", args={"amount": 5})
    before, after = policy_of({"allow": [broken, "shell"]}), policy_of({"allow": ["shell"]})
    assert compare_effects(effect(before, call), effect(after, call)) is Change.LOOSER
