"""Every small payload of small schemas, decided by the real CapFence: no proof that it refutes.

Two keys of one family, each with one of a few schemas, each required or not; all payloads of these
keys, in both orders, with values of every kind that `jsonschema` says are of the schema. What old
and new decide of each is asked of the real package, once for all schemas.
"""

import os
from collections.abc import Iterator
from itertools import product
from pathlib import Path
from typing import Any

import pytest
from conformance.oracle import our_load, real_answer, real_load
from jsonschema import Draft202012Validator
from laws.drawing import policy_of

from fencekit.dialects.dialect_registry import write_policy
from fencekit.model.proof import Proved, Unknown, Witness
from fencekit.model.request import Request
from fencekit.prover.prover import compare

pytestmark = pytest.mark.oracle

SWEEP = bool(os.environ.get("FENCEKIT_SWEEP"))
SHARE = 1 if SWEEP else 101
"""One schema of so many is asked, in turn for each pair of policies."""
ABSENT = object()

VALUES: dict[tuple[str, str], tuple[Any, ...]] = {
    ("amount", "quantity"): (
        *(0, 5, 6, 6.0, -0.0, 0.5, 2**53 + 1, 10**400, True, None, "6", " 1_0 ", "nan", "x", "0x7"),
        *([], [6], {}, {"amount": 6}),
    ),
    ("path", "target"): (
        *("/srv", "/", "", "prod", "'", '"', "\n", "\xad", None, True, 7, 7.0, [], ["/srv"]),
        *(["'"], ["\n"], ["\u2028", "\\"], {"/srv": "'"}, {"a": ["\xad"]}),
    ),
    ("definitions", ""): ("", "abc", "ab", "\n", 7, 7.0, None, ["abc"], ["\xad"], {"$ref": "x"}),
}
SAID: tuple[Any, ...] = (
    {},
    {"type": "string"},
    {"type": "string", "minLength": 3.0},
    {"type": "integer", "exclusiveMinimum": 2**53},
    {"type": "number", "maximum": 6},
    {"type": ["boolean", "null", "array"]},
    {"type": "array", "items": {"type": "string"}, "maxItems": 1},
    {"type": "object"},
    {"enum": ["6", " 1_0 ", 7, "/srv"]},
    {"anyOf": [{"const": "6"}, {"type": "object", "required": ["amount"]}, {"const": [6.0]}]},
    {"oneOf": [{"type": "string", "maxLength": 1}, {"type": "number"}, {"const": 7}]},
    {"not": {"type": "string"}},
)
CONDITIONS: dict[tuple[str, str], tuple[dict[str, Any], ...]] = {
    ("amount", "quantity"): (
        {"amount_gt": 5},
        {"amount_lte": 5},
        {"amount_gte": 2**53 + 1, "match_regex": r"^\S+$"},
        {"amount_lt": 6, "match_regex": " "},
        {"amount_gt": 5, "match_regex": "(?!)"},
    ),
    ("path", "target"): (
        {"path_prefix": "/srv"},
        {"path_prefix": "/", "match_regex": r"(?<!\\)\\[xun]"},
        {"path_prefix": "[", "contains": '"'},
        {"match_regex": r"\\n|'"},
        {"path_prefix": "7", "contains": ": 7.0"},
    ),
    ("definitions", ""): (
        {"match_regex": "^abc"},
        {"contains": r"\x"},
        {"match_regex": r"\\xad"},
        {"contains": "7.0", "match_regex": "^7"},
    ),
}
FAMILIES = list(VALUES)


def payloads(keys: tuple[str, str]) -> Iterator[dict[str, Any]]:
    """Yield all payloads of two keys, in both orders."""
    values = (ABSENT, *VALUES[keys])
    for one, other in product(values, values):
        fields = [(keys[0], one), (keys[1], other)]
        given = [(key, value) for key, value in fields if value is not ABSENT]
        yield dict(given)
        if len(given) > 1:
            yield dict(reversed(given))


def policies(condition: dict[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return a policy that denies on a condition what it allows else, and one that only allows."""
    allow = ["pay.x"]
    return {"deny": [{"capability": "pay.x", **condition}], "allow": allow}, {"allow": allow}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("policies")


def denied(condition: dict[str, Any], keys: tuple[str, str], folder: Path) -> list[dict[str, Any]]:
    """Return the payloads that the real package denies, or raises on, by a condition."""
    path = folder / "old.yaml"
    path.write_text(write_policy(policy_of(policies(condition)[0])), encoding="utf-8")
    real = real_load(str(path))
    assert real is not None
    assert our_load(str(path)) is not None
    asked = (Request("pay.x", args=args) for args in payloads(keys))
    return [call.args.values for call in asked if real_answer(real, call).verdict == "deny"]


def schemas(keys: tuple[str, str], share: int) -> Iterator[dict[str, Any]]:
    """Yield a part of the schemas of two keys."""
    chosen = product(SAID, SAID, ([], [keys[0]], [keys[1]], list(keys)), (True, False))
    for number, (one, other, required, is_open) in enumerate(chosen):
        if number % SHARE == share % SHARE:
            said = {"properties": {keys[0]: one, keys[1]: other}, "required": required}
            yield said if is_open else {**said, "additionalProperties": False}


@pytest.mark.parametrize("keys", FAMILIES, ids=" ".join)
def test_no_small_payload_refutes_a_proof_and_each_witness_is_confirmed(
    keys: tuple[str, str], folder: Path
) -> None:
    counts = {Proved: 0, Witness: 0, Unknown: 0}
    differing = 0
    for number, condition in enumerate(CONDITIONS[keys]):
        old, new = map(policy_of, policies(condition))
        hit = denied(condition, keys, folder)
        real = real_load(str(folder / "old.yaml"))
        for said in schemas(keys, number * 7):
            validator = Draft202012Validator(said)
            result = compare(old, new, domain=said)
            counts[type(result)] += 1
            refuting = next((args for args in hit if validator.is_valid(args)), None)
            differing += refuting is not None
            assert not isinstance(result, Proved) or refuting is None, (condition, said, refuting)
            if isinstance(result, Witness):
                args = result.request.args.values
                assert validator.is_valid(args), (condition, said, args)
                assert real_answer(real, result.request).verdict == "deny", (condition, said, args)
    assert min(counts[Proved], counts[Witness]) > 3, counts
    assert counts[Unknown] <= 0.08 * sum(counts.values()), counts
    assert differing > 3
