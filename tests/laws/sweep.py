"""Many calls of which a log kept a part, each held against the whole call: `make sweep`.

Writes the counts to `reports/sweep/open.json`. Exits 1 where an answer is one that the whole call
contradicts, or where a change that is left possible is shown by no call.
"""

import json
import os
import platform
import sys
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path
from random import Random

TESTS = Path(__file__).resolve().parents[1]
REPORT = TESTS.parent / "reports" / "sweep" / "open.json"
SEED = int(os.environ.get("FENCEKIT_SWEEP_SEED", "1"))
CALLS = int(os.environ.get("FENCEKIT_OPEN_CALLS", "30000"))


def main() -> int:
    sys.path.insert(0, str(TESTS))
    from laws.open_calls import drawn, looked_at

    chance, counts, not_shown, contradicted = Random(SEED), Counter[str](), [], []
    for _ in range(CALLS):
        kept = drawn(chance)
        try:
            found = looked_at(kept)
        except AssertionError as error:
            contradicted.append(str(error))
            continue
        counts += found
        if any(found[f"{one}: open"] > found[f"{one}: shown to be open"] for one in RELATIONS):
            not_shown.append(str(kept.part))
    report = {
        "date": datetime.now(UTC).date().isoformat(),
        "python": platform.python_version(),
        "seed": SEED,
        "calls": CALLS,
        **dict(sorted(counts.items())),
        "contradicted": contradicted,
        "not_shown": not_shown,
    }
    REPORT.write_text(json.dumps(report, indent=2, ensure_ascii=False) + "\n", "utf-8")
    print(json.dumps(report, indent=2, ensure_ascii=False))
    return int(bool(contradicted or not_shown))


RELATIONS = ("between", "since")

if __name__ == "__main__":
    sys.exit(main())
