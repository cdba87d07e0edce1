"""Fifty installs at once in one folder, and installs killed; reports/sweep/installs.json.

Run it with `make sweep`; CI runs a share of it (`test_interrupted.py`).
"""

import argparse
import json
import os
import shutil
import sys
import tempfile
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path
from random import Random
from typing import Any

ROOT = Path(__file__).parents[2]
sys.path[:0] = [str(ROOT / "tests"), str(ROOT)]

from running import fencekit  # noqa: E402

from packs.interrupted import killed, other_pack, state, together  # noqa: E402
from packs.tiny import write_pack  # noqa: E402


def main() -> int:
    """Run both, write the result, and say whether anything was lost or half there."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--installs", type=int, default=50)
    options.add_argument("--kills", type=int, default=40)
    options.add_argument("--seed", type=int, default=15)
    given = options.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        os.chdir(folder)
        write_pack(Path("notes"))
        names = ["notes", *(f"pack-{number}" for number in range(1, given.installs))]
        for name in names[1:]:
            other_pack(name)
        codes, locked = together(names, "policies")
        verified = fencekit("packs", "verify", "policies").code
        ends = killed_installs(given.kills, Random(given.seed))
    result: dict[str, Any] = {
        "date": datetime.now(UTC).date().isoformat(),
        "seed": given.seed,
        "installs_at_once": len(codes),
        "failed": sum(map(bool, codes)),
        "missing_in_the_lock": len(set(names) - set(locked)),
        "verify": verified,
        "killed": ends,
    }
    (ROOT / "reports/sweep/installs.json").write_text(json.dumps(result, indent=2) + "\n")
    print(json.dumps(result, indent=2))
    return int(bool(result["failed"] or result["missing_in_the_lock"] or verified or ends["half"]))


def killed_installs(times: int, chance: Random) -> dict[str, int]:
    """Install another variant over one, kill it, and look: the old, the new, or half of it."""
    count: Counter[str] = Counter(dict.fromkeys(("old", "new", "half", "not killed"), 0))
    variants = {}
    for variant in ("strict", "permissive"):
        assert fencekit(*INSTALL, "--variant", variant, "--force", "--into", variant).code == 0
        variants[variant] = state(Path(variant))
    for _ in range(times):
        shutil.rmtree("k", ignore_errors=True)
        shutil.copytree("strict", "k")
        words = [*INSTALL, "--variant", "permissive", "--accept-looser", "--into", "k"]
        was_killed = killed(words, Path("k"), chance, variants["strict"])
        verified = fencekit("packs", "verify", "k").code
        there = state(Path("k"))
        known = {"old": variants["strict"], "new": variants["permissive"]}
        end = next((name for name, files in known.items() if files == there), "half")
        count["half" if verified else end] += 1
        count["not killed"] += not was_killed
    return dict(count)


INSTALL = ("packs", "install", "notes")

if __name__ == "__main__":
    sys.exit(main())
