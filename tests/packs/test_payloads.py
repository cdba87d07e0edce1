"""What passes as a payload is a JSON Schema by its own rules, whatever stands in it."""

from random import Random
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from jsonschema.exceptions import SchemaError

from fencekit.model.errors import PackError
from fencekit.packs.pack.pack import packs_in
from fencekit.reading import yaml
from fencekit.schema.metaschema import WORDS, faults
from tests.running import ROOT

VALUES: tuple[Any, ...] = (
    *(None, True, False, 0, 1, -1, 1.5, "", "x", "string", "object", "(", "#/$defs/a", [], {}),
    *([1], ["x"], ["x", "x"], ["string", "null"], [{}], [[]], [True], {"a": {}}, {"a": 1}),
    *({"a": ["x"]}, {"a": True}, {"type": "strng"}, {"type": "string"}, {"a": {"type": 1}}),
)


def wrong(schema: dict[str, Any]) -> list[str]:
    document = yaml.parse(yaml.write(schema), "pack.yaml", PackError)
    assert document is not None
    return [said for said, _ in faults(document)]


def is_schema(schema: dict[str, Any]) -> bool:
    try:
        Draft202012Validator.check_schema(schema)
    except SchemaError:
        return False
    return True


@pytest.mark.parametrize("word", sorted(WORDS))
def test_what_passes_under_a_word_is_what_json_schema_has_there(word: str) -> None:
    passed = [value for value in VALUES if not wrong({word: value})]
    if word != "$ref":
        assert passed, word
    assert all(is_schema({word: value}) for value in passed)


def test_what_is_drawn_and_passes_is_a_schema() -> None:
    chance = Random("payloads")
    words = sorted({*WORDS} - {"$ref"})

    def drawn(depth: int) -> Any:
        if depth == 0 or chance.random() < 0.5:
            return chance.choice(VALUES)
        word = chance.choice(words)
        inside = drawn(depth - 1)
        return {word: chance.choice([inside, [inside], {"a": inside}])}

    schemas = [made for made in (drawn(4) for _ in range(4000)) if isinstance(made, dict)]
    passed = [schema for schema in schemas if not wrong(schema)]
    assert 100 < len(passed) < len(schemas) - 100
    assert all(map(is_schema, passed))


def test_a_reference_within_the_payload_passes() -> None:
    assert not wrong(
        {"$defs": {"a": {"type": "string"}}, "properties": {"b": {"$ref": "#/$defs/a"}}}
    )
    assert wrong({"$ref": "other.json#/$defs/a"})


def test_the_payloads_of_the_packs_that_ship_pass() -> None:
    declared = [one for pack in packs_in(ROOT / "packs") for one in pack.capabilities]
    assert len(declared) > 30
    assert [said for one in declared for said in faults(one.written)] == []
