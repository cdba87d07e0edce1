"""Which lines and branches of the prover, of schemas and of regexes the adversary reaches.

    python tests/prove/adversary/reached.py --pairs 60

Writes `reports/sweep/adversary-coverage.json`: for each file the part of its lines and branches
that were reached, in percent, and the lines that were not. Certificates are made and checked for
every eighth pair that is proved, as in the sweep.
"""

import argparse
import json
import sys
import tempfile
from pathlib import Path
from typing import Any

TESTS = Path(__file__).resolve().parents[2]
ROOT = TESTS.parent
REPORT = ROOT / "reports" / "sweep" / "adversary-coverage.json"
ROOMS = ("prover", "schema", "regex")


def main() -> int:
    sys.path.insert(0, str(TESTS))
    from coverage import Coverage

    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seed", default="coverage")
    parser.add_argument("--pairs", type=int, default=60, help="of each family")
    given = parser.parse_args()
    source = [str(ROOT / "fencekit" / room) for room in ROOMS]
    measured = Coverage(data_file=None, branch=True, source=source)
    measured.start()
    from prove.adversary.families import FAMILIES
    from prove.adversary.running import run

    pairs = sum(run(family, given.seed, given.pairs).pairs for family in FAMILIES)
    measured.stop()
    loaded = {getattr(module, "__file__", None) for module in sys.modules.values()}
    with tempfile.TemporaryDirectory() as folder:
        file = str(Path(folder) / "coverage.json")
        measured.json_report(outfile=file)
        said = json.loads(Path(file).read_text("utf-8"))
    made = {"seed": given.seed, "pairs": pairs, "files": dict(rows(said["files"], loaded))}
    REPORT.write_text(json.dumps(made, indent=1) + "\n", "utf-8")
    for name, row in made["files"].items():
        print(f"{name:46} {row['lines']:6} {row['branches']:6}  {row['missed']}"[:150])
    return 0


def rows(files: dict[str, Any], loaded: set[Any]) -> Any:
    """Yield each file that is loaded, with what of it was reached, in percent, and what was not."""
    for name, file in sorted(files.items()):
        counts = file["summary"]
        if not counts["num_statements"] or str(Path(name).resolve()) not in loaded:
            continue
        branches = counts["num_branches"]
        yield (
            str(Path(name).resolve().relative_to(ROOT)) if Path(name).is_absolute() else name,
            {
                "lines": round(100 * counts["covered_lines"] / counts["num_statements"], 1),
                "branches": round(100 * counts["covered_branches"] / branches, 1)
                if branches
                else 100.0,
                "missed": file["missing_lines"],
            },
        )


if __name__ == "__main__":
    sys.exit(main())
