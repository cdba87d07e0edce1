"""A schema restricts which calls there are: more is proved, and no witness lies outside of it."""

from random import Random

import pytest
from laws.drawing import policy_of

from fencekit.checks.assert_not_looser import assert_not_looser
from fencekit.generation.call_search import search
from fencekit.model.errors import UsageError
from fencekit.model.proof import Certificate, Proved, Unknown, Witness
from fencekit.prover.checker.check_certificate import CertificateError, check
from fencekit.prover.prover import compare
from fencekit.schema.argument_schema import Schema
from prove import nasty

PATH_ONLY = {
    "properties": {"path": {"type": "string"}},
    "required": ["path"],
    "additionalProperties": False,
}
PAYMENT = {
    "properties": {
        "amount": {"type": "number", "minimum": 0, "maximum": 100},
        "currency": {"enum": ["USD", "EUR"]},
    },
    "required": ["amount"],
    "additionalProperties": False,
}
LISTS = {
    "properties": {
        "flag": {"type": "boolean"},
        "list": {"type": "array", "items": {"type": "string"}},
    },
    "required": ["flag", "list"],
    "additionalProperties": False,
}
COUNTED = {
    "properties": {
        "table": {"type": "integer", "minimum": 10},
        "k": {"type": "string", "pattern": "^[a-z]+$"},
    },
    "required": ["table"],
}
LOOSE = {"properties": {"k": {"type": "string", "maxLength": 2}, "amount": {"type": "boolean"}}}


def denying(**conditions):
    """Return a policy that denies on conditions what it allows otherwise."""
    return policy_of({"deny": [{"capability": "a.b", **conditions}], "allow": ["a.b"]})


ALLOWING = policy_of({"allow": ["a.b"]})


@pytest.mark.parametrize(
    ("old", "new", "schema"),
    [
        (denying(path_prefix="/etc"), denying(match_regex="^/etc"), PATH_ONLY),
        (denying(match_regex="^/etc"), denying(path_prefix="/etc"), PATH_ONLY),
        (denying(amount_gt=100), ALLOWING, PAYMENT),
        (denying(amount_lt=0), ALLOWING, PAYMENT),
        (denying(contains="gbp"), ALLOWING, PAYMENT),
        (denying(match_regex="^True \\["), policy_of({}), LISTS),
        (denying(amount_gt=1), ALLOWING, LISTS),
    ],
)
def test_what_the_schema_rules_out_is_proved_that_the_open_domain_refutes(old, new, schema):
    assert isinstance(compare(old, new, domain=schema), Proved)
    assert isinstance(compare(old, new), Witness) or new == policy_of({})


@pytest.mark.parametrize(
    ("old", "schema", "args"),
    [
        (denying(amount_gte=100), PAYMENT, {"amount": 100}),
        (denying(contains="'currency': 'u"), PAYMENT, {"amount": 0, "currency": "USD"}),
        (denying(contains="rm"), LISTS, {"flag": True, "list": ["rm"]}),
        (denying(contains="true"), LISTS, {"flag": True, "list": []}),
        (denying(match_regex="^10$"), COUNTED, {"table": 10}),
    ],
)
def test_a_witness_is_of_the_schema_and_as_small_as_it_lets_it_be(old, schema, args):
    result = compare(old, ALLOWING, domain=schema)
    assert isinstance(result, Witness)
    assert dict(sorted(result.request.args.values.items())) == args


def only(said):
    """Return the schema of one argument, `n`, that must be there."""
    return {"properties": {"n": said}, "required": ["n"], "additionalProperties": False}


@pytest.mark.parametrize(
    ("old", "said", "value"),
    [
        (denying(contains="1.0"), {"enum": [1]}, 1.0),
        (denying(contains="1.0"), {"const": 1}, 1.0),
        (denying(contains="[1.0"), {"const": [1, "a"]}, [1.0, "a"]),
        (denying(contains="-0.0"), {"enum": [0]}, -0.0),
        (denying(match_regex=r"\."), {"type": "integer", "minimum": 7, "maximum": 9}, 7.0),
        (denying(match_regex="^3$"), {"anyOf": [{"type": "integer"}, {"type": "null"}]}, 3),
    ],
)
def test_a_value_that_is_the_same_but_prints_otherwise_is_of_the_schema(old, said, value):
    result = compare(old, ALLOWING, domain=only(said))
    assert isinstance(result, Witness)
    assert repr(result.request.args.values["n"]) == repr(value)


@pytest.mark.parametrize(
    ("old", "said"),
    [
        (denying(match_regex=r"^\d{3}$"), {"type": "integer", "minimum": 0, "maximum": 99}),
        (denying(contains=": 100000"), {"type": "integer", "minimum": 5, "maximum": 5_000}),
        (denying(contains="4999"), {"type": "integer", "minimum": 0, "exclusiveMaximum": 4_999}),
        (denying(contains=": -"), {"type": "number", "minimum": 0.5}),
        (denying(contains="inf"), {"type": "number"}),
        (
            denying(match_regex="^7$"),
            {"type": "integer", "multipleOf": 5, "minimum": 0, "maximum": 9},
        ),
        (denying(contains="true"), {"anyOf": [{"type": "integer"}, {"type": "null"}]}),
        (
            denying(contains="'b'"),
            {"$ref": "#/properties/n/$defs/one", "$defs": {"one": {"enum": ["a"]}}},
        ),
    ],
)
def test_the_text_of_a_number_keeps_to_the_bounds_of_the_schema(old, said):
    assert isinstance(compare(old, ALLOWING, domain=only(said)), Proved)
    assert isinstance(compare(old, ALLOWING), Witness)


def test_an_amount_between_multiples_is_no_reason_to_say_that_there_is_none():
    said = {"type": "integer", "multipleOf": 5, "minimum": 0}
    schema = {"properties": {"amount": said}, "required": ["amount"]}
    assert not isinstance(compare(denying(amount_gt=6), ALLOWING, domain=schema), Proved)
    either = {"oneOf": [said, {"type": "integer", "multipleOf": 3, "minimum": 0}]}
    schema = {"properties": {"amount": either}, "required": ["amount"]}
    assert not isinstance(compare(denying(amount_gt=7), ALLOWING, domain=schema), Proved)


def near(random, *limits):
    """Return a number near one of the limits, as an integer or as a float."""
    number = random.choice(limits) + random.randint(-12, 12)
    return random.choice((number, float(number), number + random.random(), -0.0))


@pytest.mark.parametrize(
    "schema",
    [
        {"properties": {"x": False}, "required": ["x"]},
        {"required": ["x"], "additionalProperties": False},
        {"properties": {"x": {"enum": [1], "type": "string"}}, "required": ["x"]},
    ],
)
def test_of_a_domain_that_no_call_is_in_all_is_proved_and_that_is_said(schema):
    # All is so of nothing, as in logic; what asks says that it is nothing, and does not pass.
    old = policy_of({"deny": ["a"]})
    result = compare(old, ALLOWING, domain=schema, certificate=True)
    assert isinstance(result, Proved)
    assert result.is_vacuous
    assert check(result.certificate, old, ALLOWING) > 0
    with pytest.raises(UsageError, match="no call is in the domain"):
        assert_not_looser(old, ALLOWING, domain=schema)


def test_a_certificate_of_an_empty_domain_says_nothing_of_one_that_is_not():
    nothing = {"properties": {"x": False}, "required": ["x"]}
    old = policy_of({"deny": ["a"]})
    content = compare(old, ALLOWING, domain=nothing, certificate=True).certificate.content
    for schema in ({"properties": {"x": False}}, {"required": ["x"]}, {}, "open"):
        with pytest.raises(CertificateError):
            check(Certificate({**content, "domain": schema}), old, ALLOWING)


def test_a_domain_that_nothing_is_in_ends_soon_however_it_says_so():
    # `a` is a boolean, and an array or text; it took minutes once.
    part = {"properties": {"a": {"type": ["array", "string"]}, "total": True}, "required": ["a"]}
    other = {"properties": {"target": {}, "amount": {"type": "string"}}, "required": ["amount"]}
    schema = {"properties": {"a": {"type": "boolean"}}, "allOf": [other, part]}
    first = {"capability": "a", "amount_gt": 0, "match_regex": "(?!)"}
    rule = {"capability": "a", "contains": "\u03c2/srv/x'", "amount_lte": 9007199254740992}
    old, new = (policy_of({"deny": some, "allow": ["a"]}) for some in ([first, rule], [first]))
    assert compare(old, new, domain=schema).is_vacuous


def test_a_domain_that_is_not_understood_is_refused():
    with pytest.raises(UsageError, match="neither `open` nor a JSON Schema"):
        compare(ALLOWING, ALLOWING, domain="closed")
    result = compare(ALLOWING, ALLOWING, domain={"unevaluatedProperties": False})
    assert result == Unknown("the domain says `unevaluatedProperties`")
    with pytest.raises(UsageError, match=r"`minLength: 1\.5`, which must be a whole number from 0"):
        compare(ALLOWING, ALLOWING, domain=only({"minLength": 1.5}))


@pytest.mark.parametrize("schema", [PATH_ONLY, PAYMENT, LISTS, COUNTED, LOOSE])
def test_no_call_of_the_schema_breaks_what_is_proved(schema):
    random = Random(str(sorted(schema)))
    proved = witnesses = 0
    for number in range(60):
        old, new = nasty.pair(random)
        result = compare(old, new, domain=schema)
        if isinstance(result, Proved):
            proved += 1
            found = search(old, new, max_examples=60, seed=number, domain=schema)
            assert found.witness is None, (old, new, found.witness)
        elif isinstance(result, Witness):
            witnesses += 1
            assert Schema(schema).valid(result.request.args.values)
    assert proved > 10
    assert witnesses > 10
