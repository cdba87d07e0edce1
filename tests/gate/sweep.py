"""The long tests of the gate, for `make sweep`; exits 1 where a test fails, or kept no figures.

`gate.json` in `reports/sweep` has forgeries of grants, CapFence's runtime, and kills on two
databases; `gate-files.json` the race of links and renames, and forgeries of tokens. Without an
argument both are written anew, else the one that is named: `python tests/gate/sweep.py files`.
"""

import json
import os
import platform
import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path

TESTS = Path(__file__).resolve().parents[1]
REPORTS = TESTS.parent / "reports" / "sweep"
SIZES = {
    "FENCEKIT_FORGERIES": "100000",
    "FENCEKIT_RUNTIME_EVENTS": "20000",
    "FENCEKIT_KILLS": "200",
    "FENCEKIT_SWEEP": "1",
}
GATE = ("gate/test_forgeries.py", "gate/test_capfence_runtime.py", "gate/test_faults.py")
FILES = (
    "gate/test_files.py::test_a_race_of_links_and_renames_never_leads_out",
    "tokens/test_signing.py::test_no_forged_token_is_accepted",
)
PARTS = {"gate": ("gate.json", GATE, 4), "files": ("gate-files.json", FILES, 2)}
"""The report of each part, its tests, and how many figures they keep at least."""


def main(names: list[str]) -> int:
    """Run the parts that are named, or all; return the exit code."""
    return max([swept(*PARTS[name]) for name in names or PARTS])


def swept(report: str, tests: tuple[str, ...], least: int) -> int:
    """Run tests in their full size and write their figures into a report; return the exit code."""
    began = time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        kept = Path(folder) / "figures"
        env = {**SIZES, **os.environ, "FENCEKIT_FIGURES": str(kept)}
        paths = [str(TESTS / name) for name in tests]
        done = subprocess.run(
            [sys.executable, "-m", "pytest", "-q", "-n", "0", *paths], env=env, check=False
        )
        found = {}
        for line in kept.read_text().splitlines() if kept.exists() else []:
            found |= json.loads(line)
    text = json.dumps(
        {
            "date": datetime.now(UTC).date().isoformat(),
            "python": platform.python_version(),
            "seconds": round(time.monotonic() - began),
            "passed": done.returncode == 0,
            **found,
        },
        indent=2,
    )
    (REPORTS / report).write_text(text + "\n", "utf-8")
    print(text)
    return int(done.returncode != 0 or len(found) < least)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
