"""CI's share of the adversary: fresh pairs of every family, and all that was ever found.

The seed is fresh each time, and is printed at the head of the run; `FENCEKIT_ADVERSARY_SEED` sets
it. What is found here is made small and shown as a file for `adversary/found/`.
"""

import os
from pathlib import Path

import pytest

from prove.adversary.families import FAMILIES, share
from prove.adversary.judge import Ending, judge
from prove.adversary.oracle import Oracle
from prove.adversary.pair import read
from prove.adversary.running import UNIT, keep, run

pytestmark = pytest.mark.oracle

HERE = Path(__file__).parent / "adversary"
FOUND = sorted([*(HERE / "known").glob("*.json"), *(HERE / "found").glob("*.json")])
SEED = os.environ["FENCEKIT_ADVERSARY_SEED"]
FEW = 60
"""Of fewer pairs of a family, by chance none may differ."""
OPEN_STILL = (HERE / "open.txt").read_text("utf-8").splitlines()
"""Files of `known` and `found`, and families, with proofs that are wrong still, or faults."""


def test_there_is_something_to_try() -> None:
    assert len(FAMILIES) >= 30
    assert len(FOUND) >= 23


@pytest.mark.parametrize("family", FAMILIES)
def test_no_proof_of_a_fresh_pair_is_wrong(family: str, tmp_path: Path) -> None:
    tally = run(family, SEED, UNIT * share(family))
    assert tally.pairs == UNIT * share(family)
    assert tally.differing or tally.pairs < FEW, "no pair of the family differs"
    if family in OPEN_STILL:
        return
    assert not tally.is_too_open, f"seed {SEED}: {tally.reasons.most_common(5)}"
    shown = [keep(pair, judged, tmp_path, 5.0).read_text("utf-8") for pair, judged in tally.bad[:3]]
    assert not shown, f"seed {SEED}, {len(tally.bad)} of {tally.pairs}:\n" + "\n".join(shown)


@pytest.mark.parametrize("path", FOUND, ids=lambda path: path.stem)
def test_what_was_found_once_is_right(path: Path) -> None:
    pair, call, _ = read(path)
    if call is not None:
        assert Oracle(pair).breaks(call), "the real package does not say so any more"
        pair = pair.with_parts(
            {"args": (call.args,), "capabilities": (call.capability,), "contexts": (call.context,)}
        )
    judged = judge(pair)
    if path.stem in OPEN_STILL:
        assert judged.ending.is_bad, "mended: take it out of `open.txt`"
        return
    assert not judged.ending.is_bad, f"{judged.ending}: {judged.said}"
    assert judged.ending is not Ending.PROVED or call is None
    assert judged.said or judged.ending in (Ending.WITNESS, Ending.PROVED)
