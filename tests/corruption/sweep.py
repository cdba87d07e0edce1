"""Damages logs of every format 10,000 times, and writes what came of it to `reports/sweep`.

python tests/corruption/sweep.py [ROUNDS] [SEED]
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

from corruption.damage import damaged  # noqa: E402
from corruption.reading import SAMPLES, Damaged, check, part_of  # noqa: E402

TARGET = ROOT / "reports" / "sweep" / "corruption.json"


Counts = dict[str, Counter[str]]


def sweep(rounds: int, seed: int, folder: Path) -> tuple[Counts, list[str]]:
    """Return the counts for each sample, and what was raised or counted wrongly."""
    chance = Random(seed)
    counts: Counts = {sample: Counter() for sample in SAMPLES}
    problems: list[str] = []
    path = folder / "log"
    for number in range(rounds):
        sample = list(SAMPLES)[number % len(SAMPLES)]
        name, form = SAMPLES[sample]
        before = part_of(sample, form, chance)
        what, after = damaged(chance, before)
        path.write_bytes(after)
        log = Damaged(name, form, before, after, path)
        try:
            counts[sample] += check(log) + Counter(logs=1)
        except Exception as error:  # noqa: BLE001  (a traceback is what is looked for)
            kind = type(error).__name__
            problems.append(f"{sample}, round {number}, {what}: {kind}: {str(error)[:200]}")
            (TARGET.parent / f"damaged-{number}").write_bytes(after)
    return counts, problems


def main(rounds: int = 10_000, seed: int = 1) -> None:
    """Sweep, and write the counts."""
    with tempfile.TemporaryDirectory() as folder:
        counts, problems = sweep(rounds, seed, Path(folder))
    page = {
        "corruptions": rounds,
        "seed": seed,
        "date": datetime.now(UTC).date().isoformat(),
        "problems": problems,
        "read": sum(count["read"] for count in counts.values()),
        "invalid": sum(count["invalid"] for count in counts.values()),
        "logs_with_invalid_records_all_ending_in_exit_code_3": sum(
            count["with invalid"] for count in counts.values()
        ),
        "logs_refused_as_a_whole": sum(count["failed"] for count in counts.values()),
        "samples": {sample: dict(sorted(count.items())) for sample, count in counts.items()},
    }
    TARGET.write_text(json.dumps(page, indent=2) + "\n", "utf-8")
    print(json.dumps({key: page[key] for key in page if key != "samples"}, indent=2))
    sys.exit(1 if problems else 0)


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
