"""The long comparison: `make sweep`, or `FENCEKIT_SWEEP=1000000 python tests/conformance/sweep.py`.

Writes what it found, with seed, sizes and date, to `reports/sweep/capfence.json`; exits 1 where a
decision differs.
"""

import json
import os
import platform
import sys
import tempfile
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

TESTS = Path(__file__).resolve().parents[1]
REPORT = TESTS.parent / "reports" / "sweep" / "capfence.json"
SEED = int(os.environ.get("FENCEKIT_SWEEP_SEED", "1"))
PAIRS = int(os.environ.get("FENCEKIT_SWEEP", "500000"))


def main() -> int:
    sys.path.insert(0, str(TESTS))
    from conformance.comparison import run

    with tempfile.TemporaryDirectory() as folder:
        sweep = run(SEED, Path(folder), pairs=PAIRS)
    report = {
        "date": datetime.now(UTC).date().isoformat(),
        "capfence": version("capfence"),
        "python": platform.python_version(),
        "seed": SEED,
        "pairs": sweep.pairs,
        "policies": sweep.policies,
        "extending": sweep.extending,
        "differences": sweep.differing,
        "seconds": round(sweep.seconds, 1),
        "decided_by": dict(sorted(sweep.tiers.items())),
        "deciding_conditions": dict(sorted(sweep.deciding.items())),
        "shown": sweep.shown,
    }
    REPORT.parent.mkdir(parents=True, exist_ok=True)
    REPORT.write_text(json.dumps(report, indent=2, ensure_ascii=False) + "\n", "utf-8")
    print(f"seed {SEED}: {sweep}")
    return 1 if sweep.differing else 0


if __name__ == "__main__":
    sys.exit(main())
