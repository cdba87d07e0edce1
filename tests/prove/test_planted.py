"""The adversary notices faults of the prover: the planted ones fit the source, and are found.

Here two of them are tried; `make sweep` tries all, and `reports/sweep/planted.json` says how many
pairs each took.
"""

import json
import os
import subprocess
import sys
from pathlib import Path
from random import Random

from prove.adversary.planted.registry import FAULTS, stale

SWEEP = Path(__file__).parent / "adversary" / "planted" / "sweep.py"
CAUSES = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10}
"""The causes of wrong proofs that were found, by their number; taking each back is a fault."""
QUICK = (
    *("keywords keep their case", "there is always a number", "a name is compared as text"),
    *("a rule holds when its first condition does", "no free key is walked"),
)


def test_at_least_sixty_faults_fit_the_source() -> None:
    old = stale()
    assert len(FAULTS) - len(old) >= 60, "\n".join(old)
    assert len({fault.name for fault in FAULTS}) == len(FAULTS)
    assert {fault.cause for fault in FAULTS} >= CAUSES


def tried(name: str) -> dict[str, object]:
    families = [one for family in ("coupled", "printed", "names") for one in ("--family", family)]
    command = [sys.executable, str(SWEEP), "--one", name, "--seconds", "20", *families]
    ended = subprocess.run(command, capture_output=True, text=True, check=True, timeout=300)
    found: dict[str, object] = json.loads(ended.stdout.splitlines()[-1])
    return found


def test_a_planted_fault_is_found() -> None:
    name = Random(os.environ["FENCEKIT_ADVERSARY_SEED"]).choice(QUICK)
    assert tried(name)["found"], name
