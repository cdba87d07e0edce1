"""The long run of `stress`: 500 kills, 5,000 exceptions; results go to reports/sweep/writer.json.

Run it with `make sweep`; CI runs a share of it (`test_writer_promises.py`).
"""

import argparse
import json
import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path

ROOT = Path(__file__).parents[2]
sys.path[:0] = [str(ROOT / "tests"), str(ROOT)]

from chain.stress import FAULTS, Stress, run  # noqa: E402  (the path comes first)


def main() -> int:
    """Run it, write the result, and say whether anything was lost, forked or duplicated."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--kills", type=int, default=500)
    options.add_argument("--exceptions", type=int, default=5_000)
    options.add_argument("--seed", type=int, default=15)
    options.add_argument("--out", type=Path, default=ROOT / "reports/sweep/writer.json")
    options.add_argument("--keep", type=Path, help="an empty folder that the logs stay in")
    given = options.parse_args()
    begin = time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        kept = given.keep or Path(folder)
        stress = Stress(kept, given.seed, given.kills, given.exceptions)
        found = run(stress)
    result = {
        "date": datetime.now(UTC).date().isoformat(),
        "seed": given.seed,
        "seconds": round(time.monotonic() - begin),
        "processes": stress.processes,
        "threads": stress.threads + 1,
        **found,
    }
    given.out.write_text(json.dumps(result, indent=2) + "\n", encoding="utf-8")
    print(json.dumps(result, indent=2))
    return int(any(found[fault] for fault in FAULTS))


if __name__ == "__main__":
    sys.exit(main())
