"""Membership in a JSON Schema beside the `jsonschema` package, a million pairs: `make sweep`.

    python tests/schema/sweep.py --pairs 1000000 --seed 1

Writes `reports/sweep/membership.json`; exits 1 where anything differs that is not documented.
"""

import argparse
import json
import sys
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
REPORT = ROOT / "reports" / "sweep" / "membership.json"


def main() -> int:
    sys.path[:0] = [str(ROOT), str(ROOT / "tests")]
    from tests.schema.membership import compared

    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pairs", type=int, default=1_000_000)
    parser.add_argument("--seed", default="1")
    given = parser.parse_args()
    counts, wrong = compared(given.seed, given.pairs)
    found = {
        "date": datetime.now(UTC).date().isoformat(),
        "python": ".".join(map(str, sys.version_info[:3])),
        "jsonschema": version("jsonschema"),
        "seed": given.seed,
        **dict(sorted((key, count) for key, count in counts.items() if count)),
        "differ and are not documented": len(wrong),
    }
    REPORT.write_text(json.dumps(found, indent=1) + "\n", "utf-8")
    print(json.dumps(found, indent=1))
    for said, value, ours, theirs in wrong[:10]:
        print(f"{said} {value!r}: {ours}, and jsonschema {theirs}")
    return int(bool(wrong))


if __name__ == "__main__":
    sys.exit(main())
