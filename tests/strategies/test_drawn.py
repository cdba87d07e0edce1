"""The Hypothesis strategies: what they draw, and what a failure shrinks to."""

import json

import pytest
from conformance.oracle import our_load, real_load
from hypothesis import find, given, settings, target
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from fencekit.dialects.dialect_registry import write_policy
from fencekit.engines.native.native_evaluator import NativeEvaluator
from fencekit.model.change import Change, compare_effects
from fencekit.model.errors import UsageError
from fencekit.model.mutant import Direction
from fencekit.model.policy import Policy
from fencekit.model.request import Request
from fencekit.model.request_json import from_form, request_to_json
from fencekit.model.verdict import Verdict
from fencekit.strategies import mutants, nearness, policies, requests
from strategies.policies import IN_FORCE, edited, policy

pytestmark = pytest.mark.oracle

THOROUGH = settings(
    max_examples=1_000,
    derandomize=True,
    database=None,
    deadline=None,
    suppress_health_check=[],  # whatever the laws suppress
)
PLAIN = settings(THOROUGH, max_examples=100)


def is_looser(old: Policy, new: Policy, request: Request) -> bool:
    before, after = (NativeEvaluator(each).decide(request).outcomes[0] for each in (old, new))
    return compare_effects(before.effect, after.effect) is Change.LOOSER


@given(requests(IN_FORCE))
@PLAIN
def test_what_is_drawn_is_whole_and_can_be_written_down(request):
    assert request.whole
    assert from_form(request_to_json(request)) == request
    json.dumps(request_to_json(request)).encode()


@given(st.data(), policies())
@PLAIN
def test_any_policy_can_be_aimed_at(data, drawn):
    assert data.draw(requests(drawn)).whole


@given(policies(), policies(), st.data())
@PLAIN
def test_any_two_policies_can_be_aimed_at(one, other, data):
    assert data.draw(requests(one, other)).whole


def test_every_rule_of_a_policy_is_met_by_some_call():
    met = set()

    @given(requests(IN_FORCE))
    @THOROUGH
    def look(request):
        met.add(NativeEvaluator(IN_FORCE).decide(request).outcomes[0].rule)

    look()
    assert met == {None, *IN_FORCE.rules}


SMALLEST = {
    ('["rm -rf", "mkfs"]', '["rm -rf"]'): ("shell.exec", {"command": "ls  mkfs"}),
    ("amount_gt: 500", "amount_gt: 501"): ("payment.create", {"amount": 501}),
    ("amount_gt: 500", "amount_gte: 501"): ("payment.create", {"amount": 500.00000000000006}),
    ("- capability: payment.create\n    amount_gt: 100", "- x.y"): (
        "payment.create",
        {"amount": 101},
    ),
    ("./workspace/", "./workspace"): ("file.read", {"path": "./workspace"}),
    ("(\\s|$)", ""): ("shell.exec", {"command": "lsls "}),
    ("critical: {action: block}", "high: {action: deny}"): ("shell.exec", {"command": "ls "}),
}


@pytest.mark.parametrize("edit", SMALLEST, ids=lambda edit: edit[1] or "anchor dropped")
def test_a_failure_shrinks_to_a_call_that_a_person_would_write(edit):
    candidate = edited(*edit)
    request = find(
        requests(IN_FORCE, candidate),
        lambda drawn: is_looser(IN_FORCE, candidate, drawn),
        settings=THOROUGH,
    )
    capability, args = SMALLEST[edit]
    assert (request.capability, request.args.values) == (capability, args)
    assert request.context.values in ({}, {"risk_level": "critical"})
    assert request.environment is None


@pytest.mark.parametrize("aim", [requests(IN_FORCE), requests(IN_FORCE, edited("500", "600"))])
def test_without_a_reason_the_smallest_call_has_nothing_but_a_capability(aim):
    request = find(aim, lambda _: True, settings=PLAIN)
    assert len(request.args.values) <= 1
    assert request.context.values == {}


def test_target_comes_nearer_to_a_rule_in_which_policies_differ():
    candidate = edited('["rm -rf", "mkfs"]', '["mkfs"]')
    score = nearness(IN_FORCE, candidate)
    seen = []

    @given(requests(IN_FORCE, candidate))
    @PLAIN
    def look(request):
        seen.append(score(request))
        target(seen[-1])

    look()
    assert max(seen) == 1.0
    assert min(seen) < 0.6
    assert set(map(nearness(IN_FORCE, IN_FORCE), [Request("shell.exec")])) == {0.0}


def test_the_strategies_can_be_used_in_stateful_tests():
    class Gate(RuleBasedStateMachine):
        def __init__(self):
            super().__init__()
            self.allowed: list[Request] = []

        @rule(request=requests(IN_FORCE))
        def call(self, request):
            decision = NativeEvaluator(IN_FORCE).decide(request)
            if decision.verdicts == {Verdict.ALLOW}:
                self.allowed.append(request)

        @invariant()
        def nothing_is_wiped(self):
            assert not any("rm -rf" in str(request.args.values) for request in self.allowed)

    run_state_machine_as_test(Gate, settings=settings(PLAIN, max_examples=20))


@given(policies())
@PLAIN
def test_policies_are_read_by_capfence_and_by_us_and_have_their_text(drawn):
    from pathlib import Path
    from tempfile import TemporaryDirectory

    with TemporaryDirectory() as folder:
        path = Path(folder, "policy.yaml")
        path.write_text(drawn.files[0].text)
        assert real_load(str(path)) is not None
        assert our_load(str(path)) == drawn
    assert write_policy(drawn)


def test_a_policy_shrinks_to_nothing_that_is_not_needed():
    smallest = find(
        policies(),
        lambda drawn: any(rule.conditions and rule.section == "deny" for rule in drawn.rules),
        settings=PLAIN,
    )
    assert smallest.files[0].text == "deny:\n- capability: shell.exec\n  contains: rm\n"


def test_requests_takes_paths_and_wants_a_policy(tmp_path):
    (tmp_path / "policy.yaml").write_text("allow: [shell.exec]\n")
    assert (
        find(requests(tmp_path / "policy.yaml"), lambda _: True, settings=PLAIN).capability
        == "shell.exec"
    )
    with pytest.raises(UsageError, match="needs a policy"):
        requests()


def test_a_capability_keeps_to_calls_that_it_covers_or_nearly_covers():
    near, covered = 0, 0

    @given(requests(IN_FORCE, capability="payment.*"))
    @PLAIN
    def look(request):
        nonlocal near, covered
        is_covered = request.capability.startswith("payment.") or request.capability == "payment"
        covered, near = covered + is_covered, near + (not is_covered)

    look()
    assert covered > 8 * near


TOOL = {
    "type": "object",
    "properties": {
        "command": {"type": "string", "maxLength": 40},
        "mode": {"enum": ["fast", "safe"]},
        "total": {"type": "number", "minimum": 0},
        "tags": {"type": "array", "items": {"type": "string"}},
    },
    "required": ["mode"],
    "additionalProperties": False,
}


@given(requests(IN_FORCE, edited("500", "600"), domain=TOOL))
@PLAIN
def test_a_domain_is_kept_to(request):
    import jsonschema

    jsonschema.validate(request.args.values, TOOL)


def test_a_witness_is_found_within_a_domain():
    candidate = edited("amount_gt: 500", "amount_gt: 600")
    request = find(
        requests(IN_FORCE, candidate, domain=TOOL),
        lambda drawn: is_looser(IN_FORCE, candidate, drawn),
        settings=THOROUGH,
    )
    assert request.args.values == {"total": 501, "mode": "fast"}


def test_policies_with_capabilities_that_are_not_text_can_be_aimed_at():
    odd = policy("deny: [{capability: 5, contains: x}, {capability: [a]}]\nallow: ['*']")
    assert find(requests(odd), lambda _: True, settings=PLAIN).whole


@given(mutants(IN_FORCE), st.data())
@PLAIN
def test_a_mutant_goes_only_the_way_that_its_label_says(mutant, data):
    request = data.draw(requests(IN_FORCE, mutant.policy))
    before, after = (
        NativeEvaluator(each).decide(request).outcomes[0].effect
        for each in (IN_FORCE, mutant.policy)
    )
    against = {Direction.LOOSEN: Change.TIGHTER, Direction.TIGHTEN: Change.LOOSER}
    assert compare_effects(before, after) is not against.get(mutant.can)
    assert mutant.label


def test_a_policy_without_rules_has_no_mutants():
    assert mutants(policy("{}")).is_empty
