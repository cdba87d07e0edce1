"""Domains: what of JSON Schema is understood is understood as the real thing does."""

from itertools import product

import jsonschema
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fencekit.model.errors import UsageError
from fencekit.model.request import Request
from fencekit.regex.random_choices import SimplestChoices
from fencekit.schema.argument_schema import Schema, sample_value, valid
from fencekit.strategies.hypothesis_strategies import DrawnChoices

SCHEMAS = (
    *({"type": name} for name in ("string", "integer", "number", "boolean", "null", "array")),
    {"type": ["string", "null"]},
    {"enum": ["a", 1, None, [1]]},
    {"const": True},
    {"const": 0},
    {"minimum": 1, "maximum": 5},
    {"exclusiveMinimum": 0, "exclusiveMaximum": 1.5},
    {"minLength": 1, "maxLength": 2},
    {"pattern": "^a"},
    {"items": {"type": "string"}, "minItems": 1, "maxItems": 2},
    {"properties": {"a": {"type": "integer"}}, "required": ["a"]},
    {"properties": {"a": True}, "additionalProperties": False},
    {"properties": {"a": True}, "additionalProperties": {"type": "string"}},
    {"anyOf": [{"type": "string"}, {"minimum": 3}]},
    {"oneOf": [{"type": "number"}, {"minimum": 3}]},
    {"allOf": [{"type": "number"}, {"minimum": 3}]},
    {"type": "integer", "multipleOf": 3},
    {"type": "number", "multipleOf": 2, "minimum": 1},
    {"const": [1]},
    {"uniqueItems": True},
    {"minProperties": 1, "maxProperties": 1},
)
VALUES = (
    *("", "a", "ab", "abc", "ba", 0, 1, 2, 5, 6, -1, 1.0, 1.5, 0.5, True, False, None, 10**400),
    *([True], [1.0], [1, 1.0], [1, True], {"a": 1, "b": 2}),
    *([], ["a"], ["a", 1], ["a", "b", "c"], [1], {}, {"a": 1}, {"a": "x"}, {"b": "x"}, {"b": 1}),
)


@pytest.mark.parametrize("schema", SCHEMAS, ids=str)
def test_a_value_is_valid_as_jsonschema_says(schema):
    for value in VALUES:
        real = jsonschema.Draft202012Validator(schema).is_valid(value)
        assert valid(schema, value) is real, value


def test_a_reference_stands_for_what_it_refers_to():
    schema = {
        "$defs": {"level": {"enum": ["low", "high"]}, "a/b": {"type": "integer"}},
        "properties": {
            "x": {"$ref": "#/$defs/level"},
            "y": {"type": "array", "items": {"$ref": "#/$defs/a~1b", "minimum": 2}},
        },
    }
    for args in ({"x": "low"}, {"x": 1}, {"y": [2]}, {"y": [1]}, {"y": ["a"]}, {"z": 1}):
        real = jsonschema.Draft202012Validator(schema).is_valid(args)
        assert Schema(schema).valid(args) is real, args


@pytest.mark.parametrize(
    "reference", ["#/$defs/none", "https://example.com/schema", "other.json", 5, "#"]
)
def test_a_reference_to_what_is_not_there_or_has_no_end_is_refused(reference):
    with pytest.raises(UsageError, match="the domain refers to"):
        Schema({"properties": {"x": {"$ref": reference}}, "$defs": {}})
    tree = {"properties": {"left": {"$ref": "#/$defs/tree"}}}
    with pytest.raises(UsageError, match="within itself"):
        Schema({"properties": {"x": {"$ref": "#/$defs/tree"}}, "$defs": {"tree": tree}})


def test_infinity_is_no_number_of_json():
    assert not any(valid({"type": "number"}, float(value)) for value in ("nan", "inf", "-inf"))


@pytest.mark.parametrize(("one", "other"), list(product(SCHEMAS, SCHEMAS))[::7], ids=str)
def test_any_arguments_are_fitted_into_a_domain(one, other):
    schema = {
        "properties": {"x": one, "y": other},
        "required": ["x"],
        "additionalProperties": False,
    }
    args = {"command": "ls", "amount": 10**400, "x": {"a": ["b"]}, "path": None, "y": 2}
    fitted = Schema(schema).fit(SimplestChoices(), Request("c", args=args))
    jsonschema.validate(fitted.args.values, schema)


@given(st.data(), st.sampled_from([s for s in SCHEMAS if "required" not in s]))
@settings(max_examples=100, derandomize=True, database=None, deadline=None)
def test_a_sample_of_a_schema_fits_it(data, schema):
    value = data.draw(st.composite(lambda draw: sample_value(DrawnChoices(draw), schema))())
    if "allOf" not in schema and "oneOf" not in schema:
        assert jsonschema.Draft202012Validator(schema).is_valid(value), value
