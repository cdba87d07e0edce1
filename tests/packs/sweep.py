"""Changes an archive of a pack 10,000 times, and writes what came of it to `reports/sweep`.

python tests/packs/sweep.py [ROUNDS] [SEED]
"""

import json
import sys
import tempfile
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path
from random import Random

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT), str(ROOT / "tests")]

from packs.archives import built_in, refusal  # noqa: E402
from packs.tampering import WAYS, tampered  # noqa: E402

TARGET = ROOT / "reports" / "sweep" / "archives.json"


def main(rounds: int = 10_000, seed: int = 1) -> None:
    """Sweep, and write the counts."""
    chance = Random(seed)
    refused: dict[str, Counter[str]] = {way.__name__: Counter() for way in WAYS}
    problems: list[str] = []
    with tempfile.TemporaryDirectory() as work:
        built = built_in(Path(work))
        for number in range(rounds):
            way, data = tampered(chance, built, number)
            try:
                refused[way][refusal(data, built, Path(work))] += 1
            except Exception as error:  # noqa: BLE001  (a traceback is what is looked for)
                problems.append(f"round {number}, {way}: {type(error).__name__}: {error}"[:300])
    page = {
        "archives_changed": rounds,
        "seed": seed,
        "date": datetime.now(UTC).date().isoformat(),
        "refused": sum(count.total() for count in refused.values()),
        "problems": problems,
        "by_way": {way: count.total() for way, count in sorted(refused.items())},
        "by_reason": dict(sorted(sum(refused.values(), Counter()).items())),
    }
    TARGET.write_text(json.dumps(page, indent=2, ensure_ascii=False) + "\n", "utf-8")
    print(json.dumps({key: page[key] for key in page if key[:3] != "by_"}, indent=2))
    sys.exit(1 if problems else 0)


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
