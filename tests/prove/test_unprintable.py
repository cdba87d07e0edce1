"""Values that Python barely prints, or does not print: proofs end in an answer all the same.

CapFence raises on a call with an integer of more than 4,300 digits, or with one that is nested some
hundreds deep. Such calls are outside of what is claimed; a schema that lets them through is not.
"""

from typing import Any

import pytest

from fencekit.model.proof import Proved, Unknown, Witness
from fencekit.prover.policy_properties import NOT_LOOSER
from fencekit.prover.prover import check_property
from prove.adversary.judge import policy_of

pytestmark = pytest.mark.oracle

LONG = 10**4300
"""The least integer that Python does not print."""
ALLOW = policy_of({"allow": ["pay.x"]})


def nested(depth: int) -> Any:
    made: Any = {}
    for _ in range(depth):
        made = {"k": made}
    return made


def answer(said: Any, **rule: Any) -> Proved | Unknown | Witness:
    domain = {"properties": {"amount": said}, "required": ["amount"], "additionalProperties": False}
    old = policy_of({"deny": [{"capability": "pay.x", **rule}], "allow": ["pay.x"]})
    return check_property(NOT_LOOSER, old, ALLOW, domain=domain)


@pytest.mark.parametrize(
    "said",
    [
        {"type": "integer", "minimum": LONG},
        {"type": "integer", "minimum": LONG, "maximum": LONG + 5},
        {"type": "integer", "minimum": LONG - 2, "maximum": LONG + 2},
        {"type": "number", "exclusiveMaximum": -LONG},
        {"type": "integer", "multipleOf": LONG, "minimum": 1},
        {"type": "array", "items": {"type": "integer", "minimum": LONG}, "minItems": 1},
    ],
    ids="-".join,
)
def test_bounds_that_python_does_not_print_end_in_an_answer(said: Any) -> None:
    assert isinstance(answer(said, contains="x"), Proved)
    assert not isinstance(answer(said, amount_gt=5), Witness) or said.get("minimum", 1) < LONG


def test_a_number_that_python_prints_is_shown_beside_ones_that_it_does_not() -> None:
    found = answer({"type": "integer", "minimum": LONG - 2}, match_regex="9$")
    assert isinstance(found, Witness)
    assert found.request.args.values == {"amount": LONG - 1}


def test_deep_constants_end_in_an_answer() -> None:
    for depth in (100, 300, 900):
        found = answer({"enum": [nested(depth), "a"]}, contains="a'")
        assert isinstance(found, Witness | Unknown), depth
    assert isinstance(answer({"const": nested(3000)}, contains="z"), Unknown)
