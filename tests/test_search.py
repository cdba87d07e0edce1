"""The property search: what it finds, counts and shrinks, the same every time."""

import time

import pytest
from strategies.policies import IN_FORCE, edited, policy

from fencekit.engines.native.native_evaluator import NativeEvaluator
from fencekit.generation.call_search import different, search
from fencekit.model.change import Change, compare_effects
from fencekit.model.errors import UsageError
from fencekit.model.request import Request
from fencekit.model.request_json import request_to_json
from fencekit.model.verdict import ALLOW, DENY, ESCALATE

LOOSER = edited('["rm -rf", "mkfs"]', '["rm -rf"]')
TIGHTER = edited('["rm -rf", "mkfs"]', '["rm -rf", "mkfs", "dd if="]')
THIRTY = policy(
    "deny:\n"
    + "".join(
        f"- {{capability: tool{n}.run, contains: word{n}, amount_gt: {n}}}\n" for n in range(20)
    )
    + "allow:\n"
    + "".join(f"- tool{n}.*\n" for n in range(10))
)


def test_a_loosening_is_found_with_both_decisions_and_both_rules():
    found = search(IN_FORCE, LOOSER)
    assert found.witness is not None
    assert found.witness.before.effect == DENY
    assert found.witness.after.effect == ALLOW
    assert found.witness.before.rule.id == "deny-1"
    assert found.witness.after.rule.id == "allow-1"
    assert 0 < found.tried < 1_000


SMALLEST = {
    ('["rm -rf", "mkfs"]', '["rm -rf"]'): {
        "capability": "shell.exec",
        "args": {"command": "ls mkfs"},
    },
    ("amount_gt: 500", "amount_gt: 501"): {"capability": "payment.create", "args": {"amount": 501}},
    ("amount_gt: 500", "amount_gt: 5000"): {
        "capability": "payment.create",
        "args": {"amount": 501},
    },
    ("./workspace/", "./workspace"): {"capability": "file.read", "args": {"path": "./workspace"}},
    ("(\\s|$)", ""): {"capability": "shell.exec", "args": {"command": "lss"}},
    ("capability: file.read", "capability: file.*"): {
        "capability": "file",
        "args": {"path": "./workspace/"},
    },
}


@pytest.mark.parametrize("edit", SMALLEST, ids=lambda edit: edit[1] or "anchor dropped")
def test_the_witness_is_the_smallest_readable_call(edit):
    candidate = edited(*edit)
    witness = search(IN_FORCE, candidate).witness
    assert witness is not None
    assert request_to_json(witness.request) == SMALLEST[edit]


def test_a_witness_has_of_the_context_what_it_takes_and_no_more():
    witness = search(IN_FORCE, edited("{action: block}", "{action: allow}")).witness
    assert witness is not None
    assert witness.request.context.values == {"risk_level": "critical"}
    assert len(witness.request.args.values) <= 1


def test_the_witness_really_is_looser():
    for edit in SMALLEST:
        candidate = edited(*edit)
        witness = search(IN_FORCE, candidate).witness
        assert witness is not None
        before, after = (
            NativeEvaluator(each).decide(witness.request).outcomes[0]
            for each in (IN_FORCE, candidate)
        )
        assert (before, after) == (witness.before, witness.after)
        assert compare_effects(before.effect, after.effect) is Change.LOOSER


def test_a_policy_is_not_looser_than_itself_nor_one_that_only_denies_more():
    for candidate in (IN_FORCE, TIGHTER):
        found = search(IN_FORCE, candidate, max_examples=500)
        assert found.witness is None
        assert found.tried == 500
        assert found.error is None


def test_a_difference_in_either_direction_can_be_looked_for():
    found = search(IN_FORCE, TIGHTER, sought=different)
    assert found.witness is not None
    assert "dd if=" in str(found.witness.request.args.values)


def test_the_same_seed_finds_the_same_and_another_goes_another_way():
    again = [search(IN_FORCE, LOOSER, seed=7) for _ in range(2)]
    assert again[0] == again[1]
    tried = {search(IN_FORCE, LOOSER, seed=seed).tried for seed in range(12)}
    assert len(tried) > 3


def test_no_example_is_a_search_of_nothing():
    found = search(IN_FORCE, LOOSER, max_examples=0)
    assert (found.tried, found.witness) == (0, None)


def test_given_calls_are_tried_first_and_counted():
    call = Request("shell.exec", args={"command": "ls -x mkfs"})
    found = search(IN_FORCE, LOOSER, first=[Request("shell.exec"), call], max_examples=2)
    assert found.tried == 2
    assert found.witness is not None
    assert search(IN_FORCE, LOOSER, first=[Request("x")], max_examples=1).witness is None


def test_a_capability_keeps_the_search_to_its_own_rules():
    both = edited("amount_gt: 500", "amount_gt: 501", of=LOOSER)
    for capability, seen in (("payment.create", "amount"), ("shell.*", "command")):
        witness = search(IN_FORCE, both, capability=capability).witness
        assert witness is not None
        assert list(witness.request.args.values) == [seen]
    assert search(IN_FORCE, both, capability="file.read", max_examples=300).witness is None


def test_a_domain_keeps_the_witness_to_calls_that_can_happen():
    domain = {
        "properties": {"argv": {"type": "string"}, "dry": {"type": "boolean"}},
        "required": ["argv", "dry"],
        "additionalProperties": False,
    }
    witness = search(IN_FORCE, LOOSER, domain=domain).witness
    assert witness is not None
    assert witness.request.args.values == {"argv": "ls mkfs", "dry": False}


@pytest.mark.parametrize(
    ("domain", "said"),
    [
        ("closed", "neither `open` nor a JSON Schema"),
        ({"properties": {"a": {"$ref": "#/x"}}}, "refers to `#/x`, which is not in it"),
        ({"properties": {"a": {"type": "text"}}}, "`type: 'text'`"),
        ({"properties": {"a": {"pattern": "("}}}, "must be a regex that compiles"),
        ({"properties": {"a": 5}}, "must be schemas by name"),
    ],
)
def test_a_domain_that_is_not_understood_is_an_error(domain, said):
    with pytest.raises(UsageError, match=said):
        search(IN_FORCE, LOOSER, domain=domain)


def test_a_pattern_that_runs_past_the_time_limit_ends_the_search_with_an_error():
    slow = policy("deny: [{capability: x, match_regex: '^(a|a)*$'}]\nallow: [x]")
    call = Request("x", args={"command": "a" * 60 + "b"})
    begun = time.monotonic()
    found = search(slow, policy("allow: [x]"), first=[call], timeout=0.2)
    assert time.monotonic() - begun < 5
    assert found.witness is None
    assert found.error is not None
    assert "time limit" in str(found.error)


def test_dropped_obligations_and_what_raises_are_found_too():
    warns = policy("rules: [{action: warn, capability: x}]\nallow: [x]")
    witness = search(warns, policy("allow: [x]")).witness
    assert witness is not None
    assert request_to_json(witness.request) == {"capability": "x"}
    raises = policy("deny: [{capability: x, match_regex: '('}]\nallow: [x]")
    witness = search(raises, policy("allow: [x]")).witness
    assert witness is not None
    assert witness.before.error is not None


def test_an_escalation_that_is_added_may_loosen():
    before = policy("risk_levels: {high: {action: deny}}\nallow: [x]")
    after = policy("require_approval: [x]\nrisk_levels: {high: {action: deny}}\nallow: [x]")
    witness = search(before, after).witness
    assert witness is not None
    assert (witness.before.effect, witness.after.effect) == (DENY, ESCALATE)


def test_an_allow_and_a_warn_that_change_places_are_found():
    before = policy("rules: [{action: warn, capability: x}, {action: allow, capability: x.*}]")
    after = policy("rules: [{action: allow, capability: x.*}, {action: warn, capability: x}]")
    assert search(before, after).witness is not None


def test_a_pair_of_thirty_rules_takes_seconds_at_most():
    assert len(list(THIRTY.rules)) == 30
    begun = time.monotonic()
    assert search(THIRTY, edited("word7", "wordx7", of=THIRTY)).witness is not None
    assert search(THIRTY, THIRTY).tried == 1_000
    assert time.monotonic() - begun < 10
