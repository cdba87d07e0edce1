"""A certificate is accepted by a checker of its own; one that was tampered with is not."""

import copy
import json
from random import Random

import pytest
from laws.drawing import policy_of

from fencekit.checks.prove.checker.check import CertificateError, check
from fencekit.checks.prove.checker.walks import MATCHED, Walk, WalkError
from fencekit.checks.prove.compare import compare, holds
from fencekit.checks.prove.goals import GOALS
from fencekit.checks.prove.nodes import parse
from fencekit.model.proof import Certificate, Proved
from prove import nasty, patterns
from prove.test_regexes import python_finds

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


def tampered(content, change):
    """Return the certificate with a change made to a copy of its content."""
    content = copy.deepcopy(content)
    change(content)
    return Certificate(content)


@pytest.fixture(scope="module")
def content():
    result = compare(OLD, NEW, certificate=True)
    assert isinstance(result, Proved)
    assert result.certificate is not None
    return result.certificate.content


def walk_of(content, rows=2):
    """Return a walk of the certificate with that many rows at least."""
    walks = [walk for lemma in content["lemmas"] for walk in lemma.get("walks", [])]
    return next(walk for walk in walks if len(walk["next"]) >= rows)


def test_a_certificate_is_accepted_and_is_plain_json(content):
    assert check(Certificate(json.loads(json.dumps(content))), OLD, NEW) > 3


def test_the_certificate_of_the_same_policies_is_the_same(content):
    again = compare(OLD, NEW, certificate=True)
    assert isinstance(again, Proved)
    assert again.certificate.content == content


def test_a_certificate_of_other_policies_is_refused(content):
    with pytest.raises(CertificateError, match="of other policies"):
        check(Certificate(content), NEW, OLD)


def test_a_certificate_without_any_one_of_its_lemmas_is_refused(content):
    for number in range(len(content["lemmas"])):
        without = tampered(content, lambda c, n=number: c["lemmas"].pop(n))
        with pytest.raises(CertificateError, match="is not ruled out"):
            check(without, OLD, NEW)


@pytest.mark.parametrize(
    "change",
    [
        lambda walk: walk["next"].pop(),
        lambda walk: walk["next"].pop(0),
        lambda walk: walk["next"][1].pop(),
        lambda walk: walk["next"][0].__setitem__(0, walk["next"][0][0] ^ 1),
        lambda walk: walk["next"].append(walk["next"][0]),
        lambda walk: walk["next"].__setitem__(1, [-1] * len(walk["next"][1])),
        lambda walk: walk["not"].clear(),
        lambda walk: walk["found"].clear(),
    ],
    ids=["last state", "first state", "transition", "target", "more", "hidden", "not", "found"],
)
def test_a_walk_with_a_state_or_transition_changed_is_refused(content, change):
    with pytest.raises(CertificateError):
        check(tampered(content, lambda c: change(walk_of(c))), OLD, NEW)


def test_a_lemma_that_is_not_so_is_refused(content):
    def untrue(changed):
        changed["lemmas"].append({"literals": [[True, "has", "rm"], [False, "has", "cp"]]})

    with pytest.raises(CertificateError, match="do not contradict"):
        check(tampered(content, untrue), OLD, NEW)


@pytest.mark.parametrize(
    "change",
    [
        lambda c: c.update(lemmas=5),
        lambda c: c["lemmas"].append({}),
        lambda c: c["lemmas"].append({"literals": [[True, "number", "amount"]]}),
        lambda c: c["lemmas"].append({"literals": [["x"]], "walks": [{"found": []}]}),
        lambda c: walk_of(c)["next"][0].__setitem__(0, "x"),
        lambda c: walk_of(c).update(found=["("]),
        lambda c: c.clear(),
    ],
)
def test_a_certificate_that_is_no_certificate_is_refused(content, change):
    with pytest.raises(CertificateError):
        check(tampered(content, change), OLD, NEW)


def test_a_certificate_for_another_goal_is_refused(content):
    def other(changed):
        changed["goal"] = "equivalent"

    with pytest.raises(CertificateError, match="is not ruled out"):
        check(tampered(content, other), OLD, NEW)
    with pytest.raises(CertificateError, match="goal"):
        check(tampered(content, lambda c: c.update(goal="always fine")), OLD, NEW)


def test_what_is_proved_of_tiny_policies_has_a_certificate_that_is_accepted():
    random = Random(4)
    accepted = unmade = 0
    for _ in range(25):
        old, new = nasty.pair(random)
        for goal in GOALS.values():
            policies = (old, new)[: goal.policies]
            try:
                result = holds(goal, *policies, certificate=True)
            except CertificateError:
                unmade += 1
                continue
            if isinstance(result, Proved):
                assert check(result.certificate, *policies) >= 0
                accepted += 1
    assert accepted > 40
    assert unmade < 3


@pytest.mark.parametrize("seed", range(3))
def test_the_walks_of_the_checker_find_what_python_finds(seed):
    random = Random(seed)
    pairs = 0
    for _ in range(150):
        pattern = patterns.whole(random)
        finds = python_finds(pattern)
        try:
            walk = None if finds is None else Walk(*parse(pattern))
        except WalkError:
            continue
        for _ in range(12 if walk else 0):
            text = patterns.text(random)
            state = walk.start
            for char in text:
                state = walk.step(state, char)
            assert walk.accepts(state) is finds(text), (pattern, text)
            assert state != MATCHED or finds(text)
            pairs += 1
    assert pairs > 800
