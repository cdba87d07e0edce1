"""`assert_not_looser`: what passes, what a failure says, what is refused."""

from pathlib import Path

import pytest
from strategies.policies import IN_FORCE, edited, policy

import fencekit
from fencekit.cases.case_file_formats import read_cases
from fencekit.checks.proofs.regression_case import case_of, case_text, save
from fencekit.engines.native.native_evaluator import NativeEvaluator
from fencekit.generation.call_search import search
from fencekit.model.errors import EngineError, PolicyError, UsageError
from fencekit.model.proof import Witness
from fencekit.model.request import Request
from fencekit.reporting.loosening_text import UNPINNED

LOOSER = edited('["rm -rf", "mkfs"]', '["rm -rf"]')
SAID = """\
candidate.yaml:12:5: the candidate is looser: DENY -> ALLOW
looser  shell.exec  DENY -> ALLOW
  call   {"capability": "shell.exec", "args": {"command": "ls mkfs"}}
  before deny-1@ba88626c7ede (policy.yaml:2:5)  shell.exec; match_keywords: ['rm -rf', 'mkfs']
         > - capability: shell.exec
  after  allow-1@7d536133a0c1 (candidate.yaml:12:5)  \
shell.exec; match_regex: ^(ls|cat [a-z/]+)(\\s|$)
         > - capability: shell.exec
"""
CASE = """\
pin it as a case, in a file `….fence.yaml`:
  policy: candidate.yaml
  cases:
  - name: shell.exec stays DENY
    request:
      capability: shell.exec
      args:
        command: ls mkfs
    expect: DENY"""


def failure(*policies: object, **options: object) -> str:
    with pytest.raises(AssertionError) as caught:
        fencekit.assert_not_looser(*policies, **options)
    return str(caught.value)


@pytest.mark.parametrize("exact", [True, False])
def test_a_failure_says_the_call_both_decisions_both_rules_with_their_lines_and_a_case(exact):
    said = failure(IN_FORCE, LOOSER, exact=exact)
    assert said.startswith(SAID)
    assert said.endswith(CASE)
    assert " found " in said


def test_the_search_says_how_to_find_the_same_again():
    assert "(seed 7)" in failure(IN_FORCE, LOOSER, exact=False, seed=7)


@pytest.mark.parametrize("exact", [True, False])
def test_what_is_no_looser_passes(exact):
    fencekit.assert_not_looser(IN_FORCE, IN_FORCE, exact=exact)
    fencekit.assert_not_looser(LOOSER, IN_FORCE, exact=exact)
    fencekit.assert_not_looser(IN_FORCE, edited("amount_gt: 500", "amount_gt: 400"), exact=exact)


def test_the_exact_comparison_makes_its_witness_as_small_as_the_search_does():
    candidate = edited("amount_gt: 500", "amount_gt: 50000")
    for exact in (True, False):
        said = failure(IN_FORCE, candidate, exact=exact)
        assert '{"capability": "payment.create", "args": {"amount": 501}}' in said


def test_policies_may_be_paths(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Path("old.yaml").write_text(IN_FORCE.files[0].text)
    Path("new.yaml").write_text(LOOSER.files[0].text)
    said = failure("old.yaml", Path("new.yaml"))
    assert said.startswith("new.yaml:12:5: the candidate is looser: DENY -> ALLOW\n")
    assert "(old.yaml:2:5)" in said
    with pytest.raises(PolicyError):
        fencekit.assert_not_looser("old.yaml", "none.yaml")


def test_a_capability_and_a_domain_are_kept_to():
    fencekit.assert_not_looser(IN_FORCE, LOOSER, capability="payment.*")
    no_text = {"properties": {"n": {"type": "integer"}}, "additionalProperties": False}
    argv = {"properties": {"argv": {"type": "string"}}, "additionalProperties": False}
    for exact in (True, False):
        fencekit.assert_not_looser(IN_FORCE, LOOSER, domain=no_text, exact=exact)
        assert '{"argv": "ls mkfs"}' in failure(IN_FORCE, LOOSER, domain=argv, exact=exact)


def test_nothing_tried_is_no_pass():
    with pytest.raises(UsageError, match="nothing would be tried"):
        fencekit.assert_not_looser(IN_FORCE, IN_FORCE, max_examples=0)
    nothing = {"required": ["x"], "properties": {"x": False}}
    with pytest.raises(UsageError, match="fits the `domain`"):
        fencekit.assert_not_looser(IN_FORCE, LOOSER, domain=nothing, exact=False)


def test_a_call_past_the_time_limit_is_no_pass():
    slow = policy("deny: [{capability: x, match_regex: '^(a|a)*$'}]\nallow: [x]")
    with pytest.raises(EngineError, match="time limit"):
        fencekit.assert_not_looser(slow, slow, exact=False, timeout=0.05, max_examples=5_000)


def test_what_is_hostile_in_a_policy_is_inert_in_the_message():
    odd = policy('deny: [{capability: x, match_keywords: ["\\u202e\\e[31m", rm]}]\nallow: [x]')
    said = failure(odd, policy("allow: [x]", "candidate.yaml"))
    assert not {"\u202e", "\x1b"} & set(said)


def test_a_case_of_a_witness_passes_for_the_policy_in_force_and_fails_for_the_candidate():
    for candidate in (LOOSER, edited("amount_gt: 500", "amount_gt: 501")):
        witness = search(IN_FORCE, candidate).witness
        assert witness is not None
        case = case_of(witness)
        assert case is not None
        assert case.expected.is_met_by(NativeEvaluator(IN_FORCE).decide(case.request))
        assert not case.expected.is_met_by(NativeEvaluator(candidate).decide(case.request))


def test_a_case_keeps_the_obligations_where_there_were_some():
    warns = policy("rules: [{action: warn, capability: x}]\nallow: [x]")
    after = policy("allow: [x]", "candidate.yaml")
    said = failure(warns, after)
    assert "      verdict: ALLOW\n      obligations:\n      - warn" in said


def test_a_case_is_read_back_as_the_same_call(tmp_path):
    witness = search(IN_FORCE, LOOSER).witness
    assert witness is not None
    path = save(witness, str(tmp_path / "p.yaml"), tmp_path / "cases")
    assert path is not None
    read = read_cases(str(path))
    assert [case.request for case in read.cases] == [witness.request]
    assert Path(read.policy) == tmp_path / "p.yaml"
    assert save(witness, str(tmp_path / "p.yaml"), tmp_path / "cases") == path


def test_what_no_case_can_say_has_none(tmp_path):
    raises = policy("deny: [{capability: x, match_regex: '('}]\nallow: [x]")
    witness = search(raises, policy("allow: [x]", "candidate.yaml")).witness
    assert witness is not None
    assert case_text(witness, "candidate.yaml") == ""
    assert save(witness, "candidate.yaml", tmp_path) is None
    assert list(tmp_path.iterdir()) == []
    assert UNPINNED in failure(
        raises, policy("allow: [x]", "candidate.yaml"), exact=False, fail_on_errors=True
    )
    odd = Witness(Request("x", args={"amount": [float("nan")]}), witness.outcomes[1:] * 2)
    assert case_of(odd) is None
