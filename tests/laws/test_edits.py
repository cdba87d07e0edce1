"""Laws of the edits between two versions of a policy, and of blaming them for a call."""

from collections import Counter
from dataclasses import replace
from itertools import combinations
from random import Random

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from running import POLICIES

from fencekit.checks.diff.apply_edits import Applying, apply
from fencekit.checks.diff.blame import STILL, Attributor
from fencekit.checks.diff.blame_search import MOST_SETS
from fencekit.checks.diff.edit_script import diff
from fencekit.checks.findings.decision_comparison import between
from fencekit.dialects.dialect_registry import load_policy
from fencekit.engines.native.native_evaluator import NativeEvaluator
from fencekit.engines.outcome_pairs import decide_both
from fencekit.model.edit import EditKind
from fencekit.model.finding import RecordClass
from fencekit.model.policy import Policy
from fencekit.model.request import Request
from fencekit.reporting.edit_text import WHAT, name_of, what
from laws.drawing import documents, masked, policies, policy_of, requests

MOST_EDITS = 12


@st.composite
def versions(draw):
    """Draw two versions of a policy: the new one is the old with a few lists drawn again."""
    old, fresh = draw(documents), draw(documents)
    new = dict(old)
    for section, rules in fresh.items():
        if isinstance(rules, list) and draw(st.booleans()):
            kept = [rule for rule in old.get(section, []) if draw(st.booleans())]
            new[section] = draw(st.permutations([*kept, *rules]))
        elif draw(st.booleans()):
            new[section] = rules
    return policy_of(old), policy_of(new)


def decisions(policy: Policy, request: Request):
    return NativeEvaluator(policy).decide(request)


def meaning(policy: Policy):
    """Return all of a policy that decides: each tier's rules in order, without their names."""
    return [
        [(r.effect, repr(r.capability), [(c.name, repr(c.value)) for c in r.conditions]) for r in t]
        for t in (tier.rules for tier in policy.tiers)
    ]


@given(versions())
def test_all_edits_make_the_old_version_the_new_one_and_none_leave_it_as_it_is(drawn):
    old, new = drawn
    found = diff(old, new)
    assert meaning(apply(found.edits, found)) == meaning(new)
    assert meaning(apply((), found)) == meaning(old)


@given(st.one_of(versions(), st.tuples(policies, policies)), st.data())
def test_an_edit_that_is_left_out_changes_the_policy(drawn, data):
    """So no edit is idle: the list is minimal."""
    found = diff(*drawn)
    assume(found.edits)
    one = data.draw(st.sampled_from(found.edits))
    others = [edit for edit in found.edits if edit is not one]
    assert meaning(apply(others, found)) != meaning(apply(found.edits, found))


@given(policies)
def test_a_policy_has_no_edits_against_itself(policy):
    assert diff(policy, policy).edits == ()


@given(versions())
def test_every_rule_of_either_version_has_one_place_in_the_diff(drawn):
    old, new = drawn
    found = diff(old, new)
    for policy, side in ((old, "old"), (new, "new")):
        seats = [getattr(pair, side) for pair in found.pairs if getattr(pair, side)]
        assert Counter(seat.rule.id for seat in seats) == Counter(r.id for r in policy.rules)


def smallest_by_brute_force(found, request, kind):
    """Return every smallest set of edits whose undoing takes the change back, trying them all."""
    old = NativeEvaluator(found.old)
    for size in range(1, len(found.edits) + 1):
        sets = []
        for undone in combinations(found.edits, size):
            rest = [edit for edit in found.edits if edit not in undone]
            new = NativeEvaluator(apply(rest, found))
            if between(*decide_both(old, new, request)).kind not in STILL[kind]:
                sets.append(undone)
        if sets:
            return sets
    return []


def check_blame(old: Policy, new: Policy, request: Request, most: int = MOST_EDITS) -> bool:
    """Compare the blame with that of brute force; say whether there was anything to blame."""
    found = diff(old, new)
    before, after = NativeEvaluator(old), NativeEvaluator(new)
    kind = between(*decide_both(before, after, request)).kind
    if kind not in STILL or len(found.edits) > most:
        return False
    blame = Attributor(found).blame(request, kind)
    assert blame.exact
    smallest = smallest_by_brute_force(found, request, kind)
    assert smallest
    assert list(blame.undo) == smallest[:MOST_SETS]
    for edit in found.edits:
        only = NativeEvaluator(apply([edit], found))
        changed = between(*decide_both(before, only, request)).kind in STILL[kind]
        assert (edit in blame.alone) == changed
    return True


@settings(max_examples=100, deadline=None, suppress_health_check=list(HealthCheck))
@given(versions(), requests)
def test_undoing_the_blamed_edits_removes_the_witness_and_undoing_no_smaller_set_does(
    drawn, request
):
    assume(check_blame(*drawn, request))


@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
@given(versions(), requests, st.randoms(use_true_random=False))
def test_the_blame_is_exact_for_a_call_of_which_some_is_unknown(drawn, request, random):
    assume(check_blame(*drawn, masked(random, request), most=5))


TWELVE_OLD = {
    "deny": [
        {"capability": "pay.*", "amount_gt": 5},
        {"capability": "shell", "contains": "rm"},
        "pay.out.prod",
    ],
    "require_approval": [
        {"capability": "pay.*", "amount_gt": 1},
        {"capability": "pay.out", "environment": "prod"},
        {"capability": "shell.exec", "contains": "drop"},
    ],
    "allow": [
        {"capability": "pay.*", "amount_lte": 1},
        {"capability": "shell.exec", "match_regex": "^x"},
        "a.b",
    ],
    "risk_levels": {"high": {"action": "deny"}, "low": {"action": "require_approval"}},
}
TWELVE_NEW = {
    "deny": [{"capability": "pay.*", "amount_gt": 10}],
    "require_approval": [
        {"capability": "pay.*", "amount_gt": 5},
        {"capability": "shell.exec", "contains": "rm"},
    ],
    "allow": [
        "a.*",
        {"capability": "pay.*", "amount_lte": 5},
        {"capability": "shell.exec", "match_regex": "^[xr]"},
        {"capability": "pay.out", "environment": "prod"},
    ],
    "risk_levels": {"high": {"action": "allow"}, "low": {"action": "allow"}},
}


def test_the_blame_is_exact_among_twelve_edits():
    old, new = policy_of(TWELVE_OLD), policy_of(TWELVE_NEW)
    assert len(diff(old, new).edits) == MOST_EDITS
    levels = ({}, {"risk_level": "high"}, {"risk_level": "low"})
    checked = [
        check_blame(old, new, Request(capability, environment="prod", context=level, args=args))
        for capability, level, args in (
            ("pay.out.prod", levels[1], {"amount": 7}),
            ("pay.out.prod", levels[0], {"amount": 3}),
            ("pay.in", levels[2], {"amount": 3}),
            ("shell.exec", levels[1], {"command": "rm -rf /"}),
        )
    ]
    assert all(checked)


def test_calls_that_share_their_rules_are_looked_into_once_and_blamed_alike():
    found = diff(policy_of(TWELVE_OLD), policy_of(TWELVE_NEW))
    attributor = Attributor(found)
    blames = {
        id(attributor.blame(Request("pay.in", args={"amount": amount, "n": n}), RecordClass.LOOSER))
        for n, amount in enumerate((2, 3, 4, 4.5))
    }
    assert len(blames) == 1


def test_a_search_that_is_cut_short_says_so_and_names_edits_of_which_none_can_be_spared(
    monkeypatch,
):
    monkeypatch.setattr("fencekit.checks.diff.blame.MOST_TRIALS", 8)
    old = policy_of({"deny": [{"capability": "pay.*", "amount_gt": n} for n in range(6)]})
    new = policy_of({"allow": ["pay.*"]})
    request = Request("pay.in", args={"amount": 100})
    found = diff(old, new)
    blame = Attributor(found).blame(request, RecordClass.LOOSER)
    assert blame.undo
    old_one = NativeEvaluator(old)
    rest = [edit for edit in found.edits if edit not in blame.undo[0]]
    changed = between(*decide_both(old_one, NativeEvaluator(apply(rest, found)), request)).kind
    assert changed is RecordClass.UNCHANGED


@pytest.mark.parametrize(
    ("name", "kinds"),
    [
        ("agents-loosened", None),
        ("agents-tightened", None),
        (
            "agents-mixed",
            {
                EditKind.ADDED: 2,
                EditKind.CONDITION_ADDED: 1,
                EditKind.CONDITION_CHANGED: 6,
                EditKind.LEVEL: 1,
            },
        ),
    ],
)
def test_the_edits_of_a_pull_request_are_those_that_its_author_made(name, kinds):
    old, new = load_policy(POLICIES / "agents.yaml"), load_policy(POLICIES / f"{name}.yaml")
    found = diff(old, new)
    assert meaning(apply(found.edits, found)) == meaning(new)
    counts = Counter(edit.kind for edit in found.edits)
    assert kinds is None or counts == kinds
    assert all(edit.place for edit in found.edits)


def test_rules_that_only_changed_places_are_moved_and_few_of_them():
    rules = ["a.b", "c.d", "e.f", "g.h", "i.j"]
    old = policy_of({"allow": rules})
    new = policy_of({"allow": ["i.j", *rules[:4]]})
    (edit,) = diff(old, new).edits
    assert (edit.kind, edit.rule.capability) == (EditKind.MOVED, "i.j")


def test_a_rule_that_changed_its_section_is_one_edit():
    old = policy_of({"deny": ["a.b"], "allow": ["c.d"]})
    new = policy_of({"allow": ["a.b", "c.d"]})
    (edit,) = diff(old, new).edits
    assert (edit.kind, edit.rule.capability) == (EditKind.EFFECT, "a.b")


def test_what_changed_inside_a_list_is_told_item_by_item():
    old = policy_of({"deny": [{"capability": "a.b", "match_keywords": ["one", "two", "three"]}]})
    new = policy_of({"deny": [{"capability": "a.b", "match_keywords": ["two", "three", "four"]}]})
    (edit,) = diff(old, new).edits
    assert edit.inside == ('without "one"', 'with "four"')


def test_rules_with_nothing_in_common_but_their_capability_are_a_removal_and_an_addition():
    old = policy_of({"deny": [{"capability": "a.b", "amount_gt": 5}]})
    new = policy_of({"deny": [{"capability": "a.b", "tenant": "x"}]})
    assert [edit.kind for edit in diff(old, new).edits] == [EditKind.ADDED, EditKind.REMOVED]


def test_two_policies_of_other_tiers_have_one_edit_that_replaces_all():
    old = policy_of({"allow": ["a.b"]})
    new = Policy("other", old.tiers[3:])
    found = diff(old, new)
    assert [edit.kind for edit in found.edits] == [EditKind.REPLACED]
    assert Applying(found).policy(found.edits) is new
    assert Applying(found).policy(()) is old
    blame = Attributor(found).blame(Request("a.b"), RecordClass.LOOSER)
    assert blame.undo == (found.edits,)


def test_every_kind_of_edit_has_words():
    assert set(WHAT) == set(EditKind)


@given(versions())
def test_every_edit_can_be_told(drawn):
    for edit in diff(*drawn).edits:
        assert what(edit)
        assert name_of(edit)


def test_matching_large_policies_is_quick():
    random = Random(1)
    rules = [{"capability": f"tool{n % 40}.call", "amount_gt": n} for n in range(1_500)]
    edited = [{**rule, "amount_gt": rule["amount_gt"] + 1_500} for rule in rules]
    random.shuffle(edited)
    found = diff(policy_of({"deny": rules}), policy_of({"deny": edited}))
    assert len(found.pairs) == len(rules)


def test_values_that_nobody_can_print_are_compared_all_the_same():
    old = policy_of({"deny": [{"capability": "a.b", "amount_gt": 5}], "allow": ["*"]})
    (rule,) = old.tiers[0].rules
    huge = replace(rule, conditions=(replace(rule.conditions[0], value=16**6_000),))
    new = replace(old, tiers=(replace(old.tiers[0], rules=(huge,)), *old.tiers[1:]))
    assert [edit.kind for edit in diff(old, new).edits] == [EditKind.CONDITION_CHANGED]
    assert diff(new, new).edits == ()
