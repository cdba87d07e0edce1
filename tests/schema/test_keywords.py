"""Keywords: what is understood of JSON Schema is what the `jsonschema` package understands."""

import json
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from fencekit.model.errors import UnsupportedSchemaError, UsageError
from fencekit.schema.argument_schema import Schema
from fencekit.schema.schema_keywords import KEYWORDS
from tests.running import ROOT
from tests.schema import drawing
from tests.schema.membership import compared
from tests.schema.table import PAGE, written


def test_random_values_are_of_random_schemas_as_jsonschema_says() -> None:
    counts, wrong = compared("ci", 20_000)
    assert not wrong, wrong[0]
    assert min(counts["valid"], counts["invalid"]) > 5_000


def test_a_sweep_of_a_million_pairs_found_no_difference_that_is_not_documented() -> None:
    found = json.loads((ROOT / "reports/sweep/membership.json").read_text("utf-8"))
    assert found["pairs"] >= 1_000_000
    assert found["differ and are not documented"] == 0
    assert min(found["valid"], found["invalid"]) > 100_000


def test_the_table_in_the_docs_is_that_of_the_code() -> None:
    page = PAGE.read_text("utf-8")
    assert written(page) == page, "run `python tests/schema/table.py`"


def test_every_keyword_is_drawn_and_every_keyword_that_jsonschema_asks_is_there_or_refused() -> (
    None
):
    asked = {*Draft202012Validator.VALIDATORS} - {"$ref", "format"}
    for word in asked - KEYWORDS.keys():
        with pytest.raises(UnsupportedSchemaError, match="the domain says"):
            Schema({word: {}})
    assert KEYWORDS.keys() == drawing.VALUES.keys()
    assert len(asked & KEYWORDS.keys()) > 30


NAMES = ("definitions", "$defs", "$ref", "", "enum", "const", "default", "properties", "type")


@pytest.mark.parametrize("name", NAMES)
def test_a_property_may_be_named_as_a_keyword_is(name: str) -> None:
    schema = {"properties": {name: {"type": "string"}}, "additionalProperties": False}
    for args in ({name: "x"}, {name: 1}, {"other": "x"}, {}):
        assert Schema(schema).valid(args) is Draft202012Validator(schema).is_valid(args)


def test_what_stands_in_a_constant_is_no_schema() -> None:
    held = {"$ref": "#/nowhere", "minLength": "x", "unknown": 1}
    schema = {"properties": {"a": {"enum": [held]}, "b": {"const": held, "default": held}}}
    assert Schema(schema).valid({"a": held, "b": held})
    assert not Schema(schema).valid({"a": {}})


@pytest.mark.parametrize(
    ("place", "defs"),
    [
        ("#/$defs/a~1b", {"a/b": {"type": "integer"}}),
        ("#/$defs/a~0b", {"a~b": {"type": "integer"}}),
        ("#/$defs/%C3%A9%20x", {"é x": {"type": "integer"}}),
        ("#/$defs/", {"": {"type": "integer"}}),
        ("#/$defs/$ref", {"$ref": {"type": "integer"}}),
        ("#/$defs/x/allOf/1", {"x": {"allOf": [True, {"type": "integer"}]}}),
        ("#/$defs/x/properties/$defs", {"x": {"properties": {"$defs": {"type": "integer"}}}}),
    ],
)
def test_a_reference_leads_to_its_place_however_that_is_named(place: str, defs: object) -> None:
    schema = {"properties": {"a": {"$ref": place}}, "$defs": defs}
    for args in ({"a": 1}, {"a": "x"}):
        assert Schema(schema).valid(args) is Draft202012Validator(schema).is_valid(args)


def nested(times: int, keyword: str = "") -> Any:
    """Return what is nested so often: lists, or schemas under a keyword."""
    found: Any = {} if keyword else []
    for _ in range(times):
        found = {keyword: found} if keyword else [found]
    return found


@pytest.mark.parametrize(
    ("schema", "said"),
    [
        ({"$schema": "http://json-schema.org/draft-04/schema#"}, "of the draft"),
        (
            {
                "$schema": "http://json-schema.org/draft-07/schema#",
                "properties": {"a": {"$ref": "#/definitions/a", "maxLength": 1}},
                "definitions": {"a": {}},
            },
            "beside a `\\$ref`",
        ),
        (
            {"$schema": "http://json-schema.org/draft-07/schema#", "dependentRequired": {}},
            "which the draft",
        ),
        ({"properties": {"a": {"$id": "x", "type": "string"}}}, "`\\$id` below"),
        ({"properties": {"a": {"const": 10**5_000}}}, "does not print"),
        ({"properties": {"a": {"const": nested(100_000)}}}, "does not print"),
        (nested(3_000, "items"), "nested too deep"),
        ({"unevaluatedProperties": False}, "says `unevaluatedProperties`"),
        ({"minLenght": 1}, "says `minLenght`"),
    ],
)
def test_what_is_not_followed_is_refused_by_name(schema: dict[str, object], said: str) -> None:
    with pytest.raises(UnsupportedSchemaError, match=said):
        Schema(schema)


@pytest.mark.parametrize(
    "said",
    [
        {"minLength": "3"},
        {"minLength": 1.5},
        {"minItems": -1},
        {"maximum": "1"},
        {"minimum": True},
        {"maximum": float("nan")},
        {"multipleOf": 0},
        {"required": "a"},
        {"properties": []},
        {"enum": {}},
        {"items": [{}]},
        {"anyOf": {}},
        {"pattern": "("},
        {"type": "text"},
        {"type": []},
        {"properties": {"a": 1}},
    ],
    ids=str,
)
def test_what_is_no_json_schema_is_an_error_of_who_wrote_it(said: dict[str, object]) -> None:
    with pytest.raises(UsageError, match="which must be") as caught:
        Schema({"properties": {"x": said}} if "properties" not in said else said)
    assert not isinstance(caught.value, UnsupportedSchemaError)


def test_a_schema_of_many_references_is_read_as_it_is_written() -> None:
    """Twelve levels of ten references each: a million million schemas, put in their places."""
    levels: dict[str, object] = {
        f"l{n}": {"allOf": [{"$ref": f"#/$defs/l{n + 1}"}] * 10} for n in range(12)
    }
    levels["l12"] = {"type": "string", "maxLength": 3}
    schema = Schema({"properties": {"a": {"$ref": "#/$defs/l0"}}, "$defs": levels})
    assert schema.valid({"a": "abc"})
    assert not schema.valid({"a": "abcd"})
