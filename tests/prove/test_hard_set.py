"""The hard set is right by itself: every witness is one, every argument survives an attack."""

from pathlib import Path

import pytest

from fencekit.engines.native.native_evaluator import NativeEvaluator
from fencekit.model.change import Change, compare_effects
from prove.attack import looser_call
from prove.hard_set import Pair, pairs, sides

pytestmark = pytest.mark.oracle

PAIRS = pairs()
LOOSER = [pair for pair in PAIRS if pair.looser]
NOT_LOOSER = [pair for pair in PAIRS if not pair.looser]
ATTEMPTS = 250


def test_there_are_more_than_a_hundred_pairs_of_both_answers() -> None:
    assert len({pair.name for pair in PAIRS}) == len(PAIRS) >= 200
    assert len(LOOSER) >= 100
    assert len(NOT_LOOSER) >= 100
    assert all(pair.why for pair in PAIRS)


@pytest.mark.parametrize("pair", LOOSER, ids=lambda pair: pair.name)
def test_the_witness_of_a_looser_pair_is_one_for_us_and_for_capfence(
    pair: Pair, tmp_path: Path
) -> None:
    old, new = sides(pair, tmp_path)
    assert pair.witness is not None
    before, after = (
        NativeEvaluator(side.ours).decide(pair.witness).outcomes[0].effect for side in (old, new)
    )
    assert compare_effects(before, after) is Change.LOOSER
    assert (old.real_effect(pair.witness), new.real_effect(pair.witness)) == (before, after)


@pytest.mark.parametrize("pair", NOT_LOOSER, ids=lambda pair: pair.name)
def test_a_pair_that_is_not_looser_survives_an_attack(pair: Pair, tmp_path: Path) -> None:
    assert pair.witness is None
    old, new = sides(pair, tmp_path)
    assert looser_call(old.ours, new.ours, seed=11, count=ATTEMPTS) is None


def test_the_attack_finds_nearly_all_that_is_looser(tmp_path: Path) -> None:
    found = 0
    for number, pair in enumerate(LOOSER):
        folder = tmp_path / str(number)
        folder.mkdir()
        old, new = sides(pair, folder)
        found += looser_call(old.ours, new.ours, seed=11, count=ATTEMPTS) is not None
    assert found >= 0.85 * len(LOOSER)
