"""The long tests of the gate: forgeries, CapFence's runtime, kills on two databases: `make sweep`.

Writes what was tried to `reports/sweep/gate.json`. Exits 1 where a test fails.
"""

import json
import os
import platform
import subprocess
import sys
import tempfile
from datetime import UTC, datetime
from pathlib import Path

TESTS = Path(__file__).resolve().parents[1]
REPORT = TESTS.parent / "reports" / "sweep" / "gate.json"
SIZES = {
    "FENCEKIT_FORGERIES": "100000",
    "FENCEKIT_RUNTIME_EVENTS": "20000",
    "FENCEKIT_KILLS": "200",
}
FILES = ("test_forgeries.py", "test_capfence_runtime.py", "test_faults.py")


def main() -> int:
    with tempfile.TemporaryDirectory() as folder:
        kept = Path(folder) / "figures"
        env = {**SIZES, **os.environ, "FENCEKIT_FIGURES": str(kept)}
        files = [str(TESTS / "gate" / name) for name in FILES]
        done = subprocess.run(
            [sys.executable, "-m", "pytest", "-q", "-n", "0", *files], env=env, check=False
        )
        found = {}
        for line in kept.read_text().splitlines() if kept.exists() else []:
            found |= json.loads(line)
    report = {
        "date": datetime.now(UTC).date().isoformat(),
        "python": platform.python_version(),
        "passed": done.returncode == 0,
        **found,
    }
    REPORT.write_text(json.dumps(report, indent=2) + "\n", "utf-8")
    print(json.dumps(report, indent=2))
    return int(done.returncode != 0 or len(found) < 4)


if __name__ == "__main__":
    sys.exit(main())
