"""A certificate is accepted by a checker of its own; one that was tampered with is not."""

import copy
import json
import os
from collections.abc import Iterator
from random import Random
from typing import Any

import pytest
from laws.drawing import policy_of

from fencekit.checks.proofs.guardrails_check import AT_LEAST_AS_STRICT
from fencekit.model.proof import Certificate, Proved
from fencekit.prover.certificate import lemma as made
from fencekit.prover.checker.certificate_cases import exits
from fencekit.prover.checker.check_certificate import CertificateError, check
from fencekit.prover.checker.checker_atoms import Atoms
from fencekit.prover.checker.checker_domain import CheckedDomain
from fencekit.prover.policy_properties import GOALS, NOT_LOOSER, never_determines
from fencekit.prover.prover import check_property, compare
from prove import nasty

SWEEP = bool(os.environ.get("FENCEKIT_SWEEP"))

OLD = policy_of(
    {
        "deny": [
            {"capability": "a.b", "match_regex": ["x+y", "^q"]},
            {"capability": "a.b", "contains": "rm", "amount_gt": 5},
            {"capability": "a.*", "environment": "p*"},
        ],
        "allow": [{"capability": "a.b", "match_regex": "x"}],
    }
)
NEW = policy_of(
    {
        "deny": [
            {"capability": "a.b", "match_regex": ["xy", "^(q|r)"]},
            {"capability": "a.b", "match_keywords": ["rm", "cp"], "amount_gte": 5},
            {"capability": "a.*", "environment": ["x", "p*"][1]},
        ],
        "allow": [{"capability": "a.b", "match_regex": "x+z?"}],
    }
)
SPLIT = (
    policy_of({"deny": [{"capability": "a.b", "amount_gte": 0}], "allow": ["a.b"]}),
    policy_of(
        {
            "deny": [
                {"capability": "a.b", "amount_gt": 5, "amount_gte": 5},
                {"capability": "a.b", "amount_lte": 7, "amount_lt": 6},
            ],
            "allow": ["a.b"],
        }
    ),
)
"""For these, a case has to be split."""
COUPLED = (
    policy_of({"deny": [{"capability": "a.b", "match_regex": "(?i)rm"}], "allow": ["a.b"]}),
    policy_of({"deny": [{"capability": "a.b", "contains": "rm"}], "allow": ["a.b"]}),
)
"""For these, keywords and regexes have to be walked together."""


def content_of(old: Any, new: Any) -> dict[str, Any]:
    result = compare(old, new, certificate=True)
    assert isinstance(result, Proved)
    assert result.certificate is not None
    return result.certificate.content


@pytest.fixture(scope="module")
def content() -> dict[str, Any]:
    return content_of(OLD, NEW)


def is_refused(content: dict[str, Any], *policies: Any) -> bool:
    """Say whether the checker refuses; anything but a refusal is an error of its own."""
    try:
        check(Certificate(content), *policies)
    except CertificateError:
        return True
    return False


def test_a_certificate_is_accepted_and_is_plain_json(content: dict[str, Any]) -> None:
    assert check(Certificate(json.loads(json.dumps(content))), OLD, NEW) > 3


def test_the_certificate_of_the_same_policies_is_the_same(content: dict[str, Any]) -> None:
    assert content_of(OLD, NEW) == content


def test_a_certificate_of_other_policies_is_refused(content: dict[str, Any]) -> None:
    with pytest.raises(CertificateError, match="of other policies"):
        check(Certificate(content), NEW, OLD)


def places(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, Any, tuple[Any, ...]]]:
    """Yield every list or object inside, with each of its places and the way to there."""
    if isinstance(value, dict | list):
        for key in list(value) if isinstance(value, dict) else range(len(value)):
            yield value, key, (*path, key)
            yield from places(value[key], (*path, key))


def others(was: Any) -> Iterator[Any]:
    """Yield what may stand in the place of something: of the same kind, and of another."""
    if isinstance(was, int):
        yield from (was + 1, was - 1, -1 if was != -1 else 0, None, str(was))
    elif isinstance(was, str):
        swapped = {"text": "values", "values": "text", "arguments": "values"}
        yield from (flipped(was), f"{was}x", was[:-1], swapped.get(was, "text"), 0, None)
    elif was is not None:
        yield from (other for other in ([], {}, 0, None) if other != was)


def flipped(literal: str) -> str:
    return literal[4:] if literal.startswith("not ") else f"not {literal}"


def corruptions(content: dict[str, Any], step: int = 1) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield copies with one thing changed: not there, another in its place, or a row of it twice.

    Left out is what changes nothing: a split by the opposite literal is the same split, and what
    counts of the Python that a certificate names is the digest of its tables.
    """
    for number in range(0, sum(1 for _ in places(content)), step):
        changed = copy.deepcopy(content)
        where, key, path = list(places(changed))[number]
        was = where[key]
        for other in others(was):
            is_same = path[0] == "splits" and other == flipped(str(was))
            if not is_same and path[0] != "python":
                where[key] = other
                yield f"{path}: {was!r} is {other!r}", changed
        where[key] = was
        if path[-2:-1] == ("next",):
            where.insert(key, was)
            yield f"{path}: {was!r} is there twice", changed
            del where[key]
        if was or path[0] != "splits":
            del where[key]
            yield f"{path}: {was!r} is not there", changed


@pytest.mark.parametrize(
    ("old", "new", "step"),
    [(OLD, NEW, 1), (*SPLIT, 1), (*COUPLED, 1 if SWEEP else 150)],
    ids=["lemmas", "split", "coupled"],
)
def test_a_certificate_with_anything_changed_is_refused(old: Any, new: Any, step: int) -> None:
    """At every place: each lemma, literal, pattern, state, transition and split."""
    content = json.loads(json.dumps(content_of(old, new)))
    assert not is_refused(content, old, new)
    tried = 0
    for said, changed in corruptions(content, step):
        assert is_refused(changed, old, new), said
        tried += 1
    assert tried > 50
    assert not is_refused(content, old, new)


def test_a_certificate_may_be_of_a_case_that_has_to_be_split() -> None:
    assert content_of(*SPLIT)["splits"]


@pytest.mark.parametrize(
    ("said", "lemma"),
    [
        ("can be so", {"literals": ["amount_gt int 5"]}),
        ("can be so", {"literals": ["environment str 'p*'"]}),
        ("shown by walks", {"literals": ["has ['rm']"]}),
        ("nothing was walked", {"literals": ["has ['rm']"], "walks": []}),
        (
            "alone says nothing",
            {
                "literals": ["found ['x']"],
                "walks": [
                    {"order": "text", "found": [["values", "x"]], "not": [], "next": [[0] * 9]}
                ],
            },
        ),
        ("KeyError", {"literals": ["amount_gt int 6"]}),
        ("ValueError", {"literals": []}),
        ("ValueError", {"literals": ["amount_gt int 5", "environment str 'p*'"]}),
        ("KeyError", {}),
    ],
)
def test_a_lemma_that_is_not_so_is_refused(
    content: dict[str, Any], said: str, lemma: dict[str, Any]
) -> None:
    changed = copy.deepcopy(content)
    changed["lemmas"].append(lemma)
    with pytest.raises(CertificateError, match=said):
        check(Certificate(changed), OLD, NEW)


def test_a_certificate_for_another_goal_is_refused(content: dict[str, Any]) -> None:
    with pytest.raises(CertificateError, match="is not ruled out"):
        check(Certificate({**content, "goal": "equivalent"}), OLD, NEW)
    with pytest.raises(CertificateError, match="goal"):
        check(Certificate({**content, "goal": "always fine"}), OLD, NEW)


def test_a_proof_that_forgets_that_no_value_is_a_value_too_is_refused() -> None:
    """A wrong `proved` that was planted once: `risk_level: null` is met by calls without one."""
    old = policy_of({"deny": [{"capability": "a.b", "risk_level": None}], "allow": ["a.b"]})
    new = policy_of({"deny": [{"capability": "a.b", "risk_level": "*"}], "allow": ["a.b"]})
    assert compare(old, new).word == "witness"
    lemma = {"literals": ["not risk_level str '*'", "risk_level NoneType None"]}
    forged = content_of(old, old) | {"lemmas": [lemma]}
    forged["policies"] = [content_of(one, one)["policies"][0] for one in (old, new)]
    with pytest.raises(CertificateError, match="can be so"):
        check(Certificate(forged), old, new)


def test_what_is_proved_of_tiny_policies_has_a_certificate_that_is_accepted() -> None:
    random = Random(4)
    accepted = unmade = 0
    for _ in range(40 if SWEEP else 15):
        old, new = nasty.pair(random)
        for goal in (*GOALS.values(), AT_LEAST_AS_STRICT):
            policies = (old, new)[: goal.policies]
            try:
                result = check_property(goal, *policies, certificate=True)
            except CertificateError:
                unmade += 1
                continue
            if isinstance(result, Proved):
                assert result.certificate is not None
                assert check(result.certificate, *policies) >= 0
                accepted += 1
    assert accepted > 30
    assert unmade == 0


GUARDRAILS = policy_of({"deny": [{"capability": "a.*", "amount_gt": 10}]})
GUARDED = policy_of({"deny": [{"capability": "a.*", "amount_gte": 10}], "allow": ["a.b"]})


def test_that_a_policy_keeps_to_guardrails_has_a_certificate() -> None:
    result = check_property(AT_LEAST_AS_STRICT, GUARDRAILS, GUARDED, certificate=True)
    assert isinstance(result, Proved)
    assert result.certificate is not None
    assert check(result.certificate, GUARDRAILS, GUARDED) > 0
    as_a_policy = {**result.certificate.content, "goal": NOT_LOOSER.name}
    assert is_refused(as_a_policy, GUARDRAILS, GUARDED)


PAYMENT = {
    "properties": {
        "amount": {"type": "integer", "minimum": 0, "maximum": 5},
        "currency": {"enum": ["USD", "EUR"]},
    },
    "required": ["currency"],
    "additionalProperties": False,
}
PATH_ONLY = {"properties": {"path": {"type": "string"}}, "additionalProperties": False}


def denying(**conditions: Any) -> Any:
    """Return a policy that denies on conditions what it allows otherwise."""
    return policy_of({"deny": [{"capability": "a.b", **conditions}], "allow": ["a.b"]})


ALLOWING = policy_of({"allow": ["a.b"]})


def test_what_is_proved_for_a_domain_and_without_it_has_a_certificate_of_every_call() -> None:
    result = compare(OLD, NEW, domain=PAYMENT, certificate=True)
    assert isinstance(result, Proved)
    assert result.certificate == compare(OLD, NEW, certificate=True).certificate


OF_DOMAINS = [
    (denying(amount_gt=5), ALLOWING, PAYMENT),
    (denying(amount_lt=0), ALLOWING, PAYMENT),
    (denying(contains="gbp"), ALLOWING, PAYMENT),
    (denying(match_regex="EUR.*EUR"), ALLOWING, PAYMENT),
    (denying(), denying(contains="'currency': '"), PAYMENT),
    (denying(path_prefix="/etc"), denying(match_regex="^/etc"), PATH_ONLY),
    (denying(amount_gte=-1), ALLOWING, PATH_ONLY),
]


@pytest.mark.parametrize(("old", "new", "domain"), OF_DOMAINS)
def test_what_is_proved_for_a_domain_alone_has_a_certificate_of_the_domain(
    old: Any, new: Any, domain: dict[str, Any]
) -> None:
    result = compare(old, new, domain=domain, certificate=True)
    assert isinstance(result, Proved)
    assert result.certificate is not None
    content = json.loads(json.dumps(result.certificate.content))
    assert check(Certificate(content), old, new) > 0
    assert is_refused({**content, "domain": "open"}, old, new)
    assert is_refused({**content, "domain": {**domain, "additionalProperties": True}}, old, new)
    assert is_refused({**content, "domain": "closed"}, old, new)
    for said, changed in corruptions(content, 1 if SWEEP else 60):
        assert said.startswith("('domain'") or is_refused(changed, old, new), said


def test_keys_that_differ_in_case_may_both_be_there() -> None:
    """What is needed under one of them forbids nothing under the other."""
    domain = {
        "properties": {"path": {"type": "string"}, "Path": {"type": "string"}},
        "required": ["Path"],
        "additionalProperties": False,
    }
    old = denying(path_prefix="/", match_regex="^x")
    assert compare(old, ALLOWING, domain=domain).word == "witness"
    atoms: Atoms = {}
    literals = {name for rule in old.rules if rule.conditions for name in exits_of(rule, atoms)}
    with pytest.raises(CertificateError):
        made(frozenset(literals), atoms, CheckedDomain(domain))


def exits_of(rule: Any, atoms: Atoms) -> frozenset[str]:
    return exits(rule, atoms)[-1].literals


@pytest.mark.parametrize(
    ("strict", "loose"),
    [
        (r"(?>a|ab)c", "ac|abc"),
        (r"x++y", "x+y"),
        (r"(['\"])rm\1", "rm"),
    ],
)
def test_what_is_not_followed_exactly_has_a_certificate_if_more_than_it_does_not_matter(
    strict: str, loose: str
) -> None:
    old = policy_of({"deny": [{"capability": "a.b", "match_regex": strict}], "allow": ["a.b"]})
    new = policy_of({"deny": [{"capability": "a.b", "match_regex": loose}], "allow": ["a.b"]})
    assert check(Certificate(content_of(old, new)), old, new) > 0


def test_a_goal_that_certificates_do_not_say_has_none() -> None:
    goal = never_determines(next(OLD.rules))
    with pytest.raises(CertificateError, match="certificates do not say"):
        check_property(goal, policy_of({}), certificate=True)
