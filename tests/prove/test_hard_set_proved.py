"""The hard set is answered: nearly all of it, and never wrong."""

import pytest

from fencekit.model.change import Change, compare_effects
from fencekit.model.proof import Proved, Result, Unknown, Witness
from fencekit.prover.prover import compare
from prove.hard_set import Pair, Side, pairs, sides

pytestmark = pytest.mark.oracle

Answered = list[tuple[Pair, Result, tuple[Side, Side]]]
MOST_UNKNOWN = 0.02


@pytest.fixture(scope="module")
def answered(tmp_path_factory: pytest.TempPathFactory) -> Answered:
    found = []
    for pair in pairs():
        both = sides(pair, tmp_path_factory.mktemp("pair"))
        found.append((pair, compare(both[0].ours, both[1].ours), both))
    return found


def test_no_answer_is_wrong(answered: Answered) -> None:
    wrong = [
        pair.name
        for pair, result, _ in answered
        if isinstance(result, Proved if pair.looser else Witness)
    ]
    assert wrong == []


def test_at_least_98_percent_are_decided(answered: Answered) -> None:
    unknown = [(p.name, result.reason) for p, result, _ in answered if isinstance(result, Unknown)]
    assert len(unknown) <= MOST_UNKNOWN * len(answered), unknown


def test_capfence_decides_every_witness_as_it_says_there(answered: Answered) -> None:
    confirmed = 0
    for pair, result, both in answered:
        if not isinstance(result, Witness):
            continue
        effects = [side.real_effect(result.request) for side in both]
        assert effects == [outcome.effect for outcome in result.outcomes], pair.name
        assert compare_effects(*effects) is Change.LOOSER, pair.name
        confirmed += 1
    assert confirmed >= 100


def test_an_unknown_says_why(answered: Answered) -> None:
    for _, result, _ in answered:
        if isinstance(result, Unknown):
            assert result.reason
            assert result.ladder
