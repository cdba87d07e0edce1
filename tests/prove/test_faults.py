"""The hard set notices faults: each one that is planted in the prover shows in an answer."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from fencekit.model.proof import Proved, Unknown
from fencekit.prover.prover import compare
from prove.faults import PLANTS, forget
from prove.hard_set import Pair, Side, pairs, sides
from prove.test_hard_set_proved import MOST_UNKNOWN

pytestmark = pytest.mark.oracle

Loaded = list[tuple[Pair, Side, Side]]


@pytest.fixture(scope="module")
def loaded(tmp_path_factory: pytest.TempPathFactory) -> Loaded:
    return [(pair, *sides(pair, folder(tmp_path_factory))) for pair in pairs()]


def folder(factory: pytest.TempPathFactory) -> Path:
    return factory.mktemp("pair")


@pytest.fixture
def clean() -> Iterator[None]:
    """Leave nothing of a fault behind."""
    forget()
    yield
    forget()


def is_noticed(loaded: Loaded) -> bool:
    """Say whether an answer is wrong, or more are left open than may be."""
    left = MOST_UNKNOWN * len(loaded)
    for pair, old, new in loaded:
        try:
            result = compare(old.ours, new.ours)
        except Exception:  # noqa: BLE001  (a prover that raises is noticed)
            return True
        if isinstance(result, Proved) and pair.looser:
            return True
        left -= isinstance(result, Unknown)
        if left < 0:
            return True
    return False


@pytest.mark.usefixtures("clean")
def test_without_a_fault_nothing_is_noticed(loaded: Loaded) -> None:
    assert not is_noticed(loaded)


@pytest.mark.parametrize("name", PLANTS)
def test_a_planted_fault_is_noticed(
    loaded: Loaded, clean: None, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    PLANTS[name](monkeypatch)
    assert is_noticed(loaded)


def test_there_are_more_than_ten_faults() -> None:
    assert len(PLANTS) >= 20
