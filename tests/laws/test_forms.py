"""Laws of the one written form of a request."""

import json
import pickle

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from fencekit.model.errors import RequestError
from fencekit.model.request import UNKNOWN, Facts, Request
from fencekit.model.request_json import from_form, request_to_json

keys = st.one_of(
    st.sampled_from(["a", "b", "$unknown", "$$unknown", "$$$unknown", "$", "unknown", "x$unknown"]),
    st.text(max_size=5),
)
scalars = st.one_of(
    st.none(),
    st.booleans(),
    st.sampled_from([0, 1, 1.0, -0.0, 0.0, 10**400, 1e308, True, False, "1"]),
    st.integers(),
    st.floats(allow_nan=False, allow_infinity=False),
    st.text(max_size=5),
    st.just(UNKNOWN),
)
values = st.recursive(
    scalars,
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(keys, inner, max_size=3)),
    max_leaves=6,
)
objects = st.builds(
    lambda known, is_open: Facts(known, open=is_open),
    st.dictionaries(keys, values, max_size=3),
    st.booleans(),
)
words = st.one_of(st.text(max_size=5), st.just(UNKNOWN))
requests = st.builds(
    Request,
    words,
    principal=st.one_of(st.none(), words),
    environment=st.one_of(st.none(), words),
    context=objects,
    args=objects,
)


def in_one_place(request: Request) -> bool:
    """Whether the environment is not both in the request and in its context."""
    return request.environment is None or "environment" not in request.context.values


@given(requests)
def test_reading_what_was_written_gives_the_same_request(request):
    assume(in_one_place(request))
    assert from_form(request_to_json(request)) == request


@given(requests)
def test_reading_what_was_written_as_json_gives_the_same_request(request):
    assume(in_one_place(request))
    assert from_form(json.loads(json.dumps(request_to_json(request)))) == request


@given(requests)
def test_writing_what_was_read_gives_the_same_form_in_the_same_order(request):
    assume(in_one_place(request))
    form = json.dumps(request_to_json(request))
    assert json.dumps(request_to_json(from_form(json.loads(form)))) == form


@given(requests)
def test_a_request_knows_whether_it_is_whole(request):
    assert request.whole == (
        '"$unknown": true' not in json.dumps(request_to_json(request)) or not unknown(request)
    )


def unknown(request: Request) -> bool:
    """Whether something in the request is unknown, found by its printed text."""
    return "UNKNOWN" in repr([request.capability, request.principal, request.environment]) or any(
        facts.open or has_unknown(facts.values) for facts in (request.context, request.args)
    )


def has_unknown(value: object) -> bool:
    if isinstance(value, dict):
        return any(has_unknown(item) for item in value.values())
    return any(map(has_unknown, value)) if isinstance(value, list) else value is UNKNOWN


@given(requests)
def test_a_pickled_request_is_the_same_request(request):
    assert pickle.loads(pickle.dumps(request.capability)) == request.capability
    copy = pickle.loads(pickle.dumps(request))
    assert copy == request
    assert hash(copy) == hash(request)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ({"a": 1}, {"a": 1.0}),
        ({"a": 1}, {"a": True}),
        ({"a": 0.0}, {"a": -0.0}),
        ({"a": 1, "b": 2}, {"b": 2, "a": 1}),
        ({"a": UNKNOWN}, {}),
        ({"a": {}}, {"a": []}),
        ({"$unknown": True}, {"$$unknown": True}),
    ],
)
def test_a_request_that_is_spelled_otherwise_is_another_one(one, other):
    left, right = Request("x", args=one), Request("x", args=other)
    assert left != right
    assert json.dumps(request_to_json(left)) != json.dumps(request_to_json(right))


@pytest.mark.parametrize(
    ("form", "why"),
    [
        ([], "an object"),
        ({}, "no `capability`"),
        ({"capability": None}, "is empty"),
        ({"capability": 5}, "is not text"),
        ({"capability": "x", "argz": {}}, "unknown key in a request: `argz`"),
        ({"capability": "x", "args": []}, "is not an object"),
        ({"capability": "x", "args": {"$unknown": 1}}, "`true` or absent"),
        ({"capability": "x", "args": {"$unknown": False, "a": 1}}, "`true` or absent"),
        ({"capability": "x", "args": {"a": {"$unknown": True, "b": 1}}}, "at the top of `args`"),
        ({"capability": "x", "args": {"a": [{"$unknown": 1}]}}, "at the top of `args`"),
        ({"capability": {"$unknown": True, "a": 1}}, "at the top of `args`"),
        ({"capability": "x", "environment": "a", "context": {"environment": "b"}}, "stands in"),
    ],
)
def test_what_is_no_request_is_refused_with_the_reason(form, why):
    with pytest.raises(RequestError, match=why):
        from_form(form)
