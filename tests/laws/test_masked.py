"""Laws of masked values: with the key, equality with a value is decided, and never wrongly."""

from random import Random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fencekit.engines.native.explain_decision import explain
from fencekit.engines.native.native_evaluator import NativeEvaluator
from fencekit.engines.native.request_view import covers, covers_itself_only
from fencekit.logs.redaction import digest
from fencekit.logs.unmask_values import RedactionKey
from fencekit.model.explanation import Answer
from fencekit.model.policy import ConditionName
from fencekit.model.record import Record
from fencekit.model.request import Facts, Masked, Request
from fencekit.model.request_json import from_form, request_to_json
from fencekit.model.source import Place
from laws.drawing import (
    CAPABILITIES,
    NAMES,
    PATTERNS,
    VALUES,
    policies,
    policy_of,
    requests,
)
from laws.test_unknown import pair_is_among_the_possible, randoms, told

pytestmark = pytest.mark.oracle

KEY, OTHER = b"the key of the masks", b"the key of others..."
names = st.sampled_from([*NAMES, *VALUES, 1, 0, 1.0, True, False, None, 2.5, -0.0, 10**400])


def masked(random: Random, request: Request, key: bytes = KEY) -> Request:
    """Return the request with some of its values masked, at any depth."""
    return Request(
        masked_value(random, request.capability, key),
        principal=request.principal,
        environment=masked_value(random, request.environment, key),
        context=Facts(masked_in(random, request.context.values, key)),
        args=Facts(masked_in(random, request.args.values, key)),
    )


def masked_in(random: Random, values: dict[str, Any], key: bytes) -> dict[str, Any]:
    return {name: masked_value(random, value, key) for name, value in values.items()}


def masked_value(random: Random, value: Any, key: bytes) -> Any:
    if value is not None and random.random() < 0.5:
        return Masked(digest(value, key))
    return masked_in(random, value, key) if isinstance(value, dict) else value


def opened(request: Request, key: bytes = KEY) -> Request:
    """Return the request as a log's reader gives it to those who have the key."""
    return RedactionKey(key).unmask_record(Record(request, None, Place("log", 1))).request


@given(policies, requests, randoms)
def test_with_the_key_a_decision_is_still_one_that_the_whole_request_allows(
    policy, request, random
):
    evaluator = NativeEvaluator(policy)
    hidden = masked(random, request)
    (whole,) = evaluator.decide(request).outcomes
    with_key = set(map(told, evaluator.decide(opened(hidden)).outcomes))
    without = set(map(told, evaluator.decide(hidden).outcomes))
    assert told(whole) in with_key
    assert with_key <= without


@given(policies, policies, requests, randoms)
def test_with_the_key_a_change_never_contradicts_the_whole_request(before, after, request, random):
    pair_is_among_the_possible(before, after, request, opened(masked(random, request)))


@given(policies, requests, randoms)
def test_the_key_of_another_mask_decides_nothing(policy, request, random):
    hidden = masked(random, request)
    wrong = opened(hidden, OTHER)
    evaluator = NativeEvaluator(policy)
    assert evaluator.decide(wrong).outcomes == evaluator.decide(hidden).outcomes


@given(names, st.sampled_from([*VALUES, *NAMES, 1, 1.0, True, 0, False, 0.0, 2.5, {"a": 1}, [1]]))
def test_equality_with_a_literal_is_always_decided_and_as_the_policy_would(expected, actual):
    key = RedactionKey(KEY)
    said = key.tells(digest(actual, KEY), expected)
    assert said is (actual == expected)


@given(st.integers() | st.floats(allow_nan=False), st.integers() | st.floats() | st.booleans())
def test_numbers_are_equal_whatever_their_spelling(actual, expected):
    assert RedactionKey(KEY).tells(digest(actual, KEY), expected) is (actual == expected)


@given(st.integers(-(10**20), 10**20))
def test_a_number_is_equal_to_what_is_as_great(number):
    for same in (number, float(number)):
        for other in (number, float(number)):
            said = RedactionKey(KEY).tells(digest(same, KEY), other)
            assert said is (same == other)


def test_a_list_that_differs_may_be_equal_and_one_that_does_not_is() -> None:
    tells = RedactionKey(KEY).tells
    assert tells(digest([1], KEY), [1]) is True
    assert tells(digest([1], KEY), [1.0]) is None
    assert tells(digest({"1": 2}, KEY), {1: 2}) is None  # only YAML has such a key


def test_a_value_that_no_json_can_spell_is_no_masked_value() -> None:
    tells = RedactionKey(KEY).tells
    for value in (float("nan"), "\ud800", {1, 2}, b"x", 10**5_000):
        assert tells(digest("x", KEY), value) is False


def test_a_digest_that_is_none_is_equal_to_nothing_and_breaks_nothing() -> None:
    own = digest("x", KEY).rsplit(":", 1)[0]
    for odd in ("", "é", ":", "hmac-sha256:é", f"{own}:é", f"{own}:\ud800", "a:b:c:d"):
        assert RedactionKey(KEY).tells(odd, "prod") in (None, False)


def test_a_digest_that_names_no_key_proves_equality_and_never_difference() -> None:
    whole = digest("prod", KEY)
    bare = whole.replace(f":{whole.split(':')[1]}:", ":")
    assert RedactionKey(KEY).tells(bare, "prod") is True
    assert RedactionKey(KEY).tells(bare, "dev") is None


@given(st.sampled_from(VALUES), st.sampled_from(NAMES))
def test_a_literal_is_answered_yes_or_no_and_a_glob_that_differs_is_not_told(actual, expected):
    policy = policy_of({"deny": [{"capability": "*", "tenant": expected}]})
    request = opened(Request("pay.in", context={"tenant": Masked(digest(actual, KEY))}))
    (considered,) = explain(policy, request).considered
    (asked,) = considered.conditions
    assert asked.condition.name is ConditionName.TENANT
    is_glob = bool(set("*?[") & set(expected))
    if actual == expected:
        assert asked.answer is Answer.HOLDS
    else:
        assert asked.answer is (Answer.CANNOT_TELL if is_glob else Answer.FAILS)


@given(st.sampled_from(PATTERNS), st.sampled_from([*CAPABILITIES, *PATTERNS, "pay.out\n"]))
def test_a_pattern_that_covers_itself_only_covers_no_other_capability(pattern, capability):
    if covers_itself_only(pattern):
        assert covers(pattern, capability) is (pattern == capability)
    assert covers(pattern, pattern)


@given(requests, randoms)
def test_a_masked_request_is_read_back_as_it_was_written(request, random):
    hidden = masked(random, request)
    assert from_form(request_to_json(hidden, digests=True)) == hidden


def test_requests_with_different_digests_are_different() -> None:
    one, other = (Request("a", args={"x": Masked(digest(text, KEY))}) for text in "xy")
    assert one != other
    assert repr(one.args) != repr(other.args)  # what a replay remembers decisions by
