"""Answers about mutants of real policies: witnesses confirmed, proofs attacked and checked.

`FENCEKIT_SWEEP=1` takes many more of them, and attacks each proof ten thousand times.
"""

import os
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

import pytest
from conformance.oracle import real_answer, real_load

from fencekit.dialects.dialect_registry import load_policy, write_policy
from fencekit.generation.call_search import search
from fencekit.model.errors import PolicyError
from fencekit.model.mutant import Direction
from fencekit.model.policy import Policy
from fencekit.model.proof import Proved, Result, Unknown, Witness
from fencekit.mutation.operators.single_edits import single_edits
from fencekit.prover.checker.check_certificate import check
from fencekit.prover.prover import compare
from prove.attack import looser_call
from prove.hard_set import effect_of

pytestmark = pytest.mark.oracle

ROOT = Path(__file__).parents[2]
POLICIES = sorted((ROOT / "fixtures/policies/capfence").glob("*.yaml"))
SWEEP = bool(os.environ.get("FENCEKIT_SWEEP"))
STEP = 7 if SWEEP else 71
"""Of so many mutants one is taken."""
PROOFS, ATTEMPTS = (220, 10_000) if SWEEP else (10, 200)

Answered = list[tuple[str, Policy, Policy, Direction, Result]]


@pytest.fixture(scope="module")
def answered() -> Answered:
    """Return policies, each with a mutant of it, and whether that is looser."""
    pairs = islice(every_pair(), 0, None, STEP)
    return [(name, old, new, can, compare(old, new)) for name, old, new, can in pairs]


def every_pair() -> Iterator[tuple[str, Policy, Policy, Direction]]:
    for path in POLICIES:
        policy = load_policy(path, strict=False, policy_root=path.parent)
        for mutant in single_edits(policy):
            yield f"{path.name}: {mutant.label}", policy, mutant.policy, mutant.can


def test_every_mutant_is_decided_and_the_way_that_its_edit_can_go(answered: Answered) -> None:
    assert len(answered) >= 20
    for name, old, new, can, result in answered:
        assert not isinstance(result, Unknown), (name, result)
        if can is Direction.TIGHTEN:
            assert isinstance(result, Proved), name
        if can is Direction.LOOSEN:
            back = compare(new, old)
            assert not isinstance(back, Witness), name


def test_capfence_confirms_every_witness_and_nearly_all_are_plain(
    answered: Answered, tmp_path: Path
) -> None:
    confirmed = plain = 0
    for name, old, new, _, result in answered:
        if not isinstance(result, Witness):
            continue
        args = result.request.args.values
        texts = [text for pair in args.items() for text in pair if isinstance(text, str)]
        plain += len(args) <= 1 and all(map(str.isprintable, texts))
        try:
            written = [write_policy(policy) for policy in (old, new)]
        except PolicyError:  # what was merged of several files, and one file cannot say
            continue
        for text, outcome in zip(written, result.outcomes, strict=True):
            path = tmp_path / "policy.yaml"
            path.write_text(text, encoding="utf-8")
            real = real_load(str(path))
            assert real is not None, name
            answer = real_answer(real, result.request)
            assert effect_of(answer) == outcome.effect, name
        confirmed += 1
    assert confirmed >= 10
    assert plain >= 0.95 * confirmed


def test_a_proof_survives_an_attack_and_its_certificate_is_accepted(answered: Answered) -> None:
    proofs = 0
    for name, old, new, _, _ in answered:
        if proofs == PROOFS:
            break
        for before, after in ((old, new), (new, old)):
            result = compare(before, after, certificate=True)
            if not isinstance(result, Proved):
                continue
            proofs += 1
            assert looser_call(before, after, seed=proofs, count=ATTEMPTS // 10) is None, name
            assert search(before, after, max_examples=ATTEMPTS, seed=proofs).witness is None, name
            assert result.certificate is not None
            assert check(result.certificate, before, after) >= 0, name
            break
    print(f"{proofs} proofs, all of them certified, {ATTEMPTS:,} aimed calls each")
    assert proofs == PROOFS
