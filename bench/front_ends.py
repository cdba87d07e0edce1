"""The prover's front ends against Python and the engine: regexes, and the texts of arguments.

    python bench/front_ends.py [--pairs N] [--payloads N] [--seed N]

Random patterns on random texts against `re.search`; random arguments, and arguments built of random
words of the prover, against the texts and values that the engine reads of them. Writes what it
found to `reports/sweep/front-ends.json`; exits 1 where anything differs.
"""

import argparse
import json
import platform
import sys
import time
from datetime import UTC, datetime
from pathlib import Path
from random import Random
from typing import Any

ROOT = Path(__file__).parents[1]
REPORT = ROOT / "reports/sweep/front-ends.json"
sys.path[0] = str(ROOT / "tests")

from prove import patterns, spelling  # noqa: E402  (from the tests, found above)
from prove.test_regexes import differing  # noqa: E402  (likewise)

TEXTS = 24
AT_ONCE = 20_000


def main() -> int:
    """Compare both, write the report, and print it."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--pairs", type=int, default=1_000_000)
    options.add_argument("--payloads", type=int, default=1_000_000)
    options.add_argument("--seed", type=int, default=1)
    given = options.parse_args()
    report = {
        "date": datetime.now(UTC).date().isoformat(),
        "python": platform.python_version(),
        "seed": given.seed,
        "regexes": regexes(Random(given.seed), given.pairs),
        "payloads": payloads(Random(given.seed), given.payloads),
    }
    text = json.dumps(report, indent=2) + "\n"
    REPORT.write_text(text, encoding="utf-8")
    sys.stdout.write(text)
    return int(any(report[name]["differences"] for name in ("regexes", "payloads")))


def regexes(random: Random, wanted: int) -> dict[str, Any]:
    """Compare patterns with `re.search`, each on some texts, until there are as many pairs."""
    began = time.process_time()
    tried = followed = pairs = 0
    shown: list[str] = []
    while pairs < wanted:
        pattern = patterns.whole(random)
        texts = [patterns.text(random) for _ in range(TEXTS)]
        found = differing(pattern, texts)
        tried += 1
        if found is not None:
            followed += 1
            pairs += len(texts)
            shown += [repr((pattern, text)) for text in found]
    return {
        "patterns": tried,
        "patterns_followed": followed,
        "pairs": pairs,
        "differences": len(shown),
        "shown": shown[:20],
        "cpu_seconds": round(time.process_time() - began, 1),
    }


def payloads(random: Random, wanted: int) -> dict[str, Any]:
    """Compare arguments with the words of the prover, until there are as many."""
    began = time.process_time()
    asked: dict[str, int] = {}
    shown: list[str] = []
    while sum(asked.values()) < wanted:
        found, missed = spelling.compared(random, AT_ONCE // 4)
        for kind, count in found.items():
            asked[kind] = asked.get(kind, 0) + count
        shown += [repr(one) for one in missed]
    return {
        "payloads": sum(asked.values()),
        "by_kind": asked,
        "differences": len(shown),
        "shown": shown[:20],
        "cpu_seconds": round(time.process_time() - began, 1),
    }


if __name__ == "__main__":
    sys.exit(main())
