"""Runs the adversary on each planted fault, until it finds something: `make sweep`.

    python tests/prove/adversary/planted/sweep.py --jobs 2
    python tests/prove/adversary/planted/sweep.py --fault "NaN is no number"

CI's share is tried first, in the order in which every family has its turn, and then as much again
and again, as far as the sweep goes. Writes `reports/sweep/planted.json`. Exits 1 where a fault is
not found at all.
"""

import argparse
import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

TESTS = Path(__file__).resolve().parents[3]
ROOT = TESTS.parent
REPORT = ROOT / "reports" / "sweep" / "planted.json"
ROUND = 10
"""How many pairs of a family come before the next family's."""
SHARES = 8
"""How many times CI's share is tried before a fault counts as not found."""


def main() -> int:
    sys.path.insert(0, str(TESTS))
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seed", default=os.environ.get("FENCEKIT_SWEEP_SEED", "1"))
    parser.add_argument("--jobs", type=int, default=1)
    parser.add_argument("--fault", action="append", default=[])
    parser.add_argument("--family", action="append", default=[])
    parser.add_argument("--seconds", type=float, default=600, help="the most for one fault")
    parser.add_argument("--one", help="(used by the sweep itself)")
    parser.add_argument("--report", default=str(REPORT))
    parser.add_argument("--rows", help="a file of lines as this prints them: those are not tried")
    given = parser.parse_args()
    if given.one is not None:
        print(json.dumps(tried(given)))
        return 0
    return all_of(given)


def all_of(given: argparse.Namespace) -> int:
    from prove.adversary.planted.registry import FAULTS

    chosen = [fault for fault in FAULTS if not given.fault or fault.name in given.fault]
    lines = Path(given.rows).read_text("utf-8").splitlines() if given.rows else []
    known = {row["fault"]: row for row in map(json.loads, lines)}
    with ThreadPoolExecutor(given.jobs) as pool:
        rows = list(
            pool.map(lambda fault: known.get(fault.name) or in_a_process(fault.name, given), chosen)
        )
    for row, fault in zip(rows, chosen, strict=True):
        row.update({"file": fault.file, "cause": fault.cause})
    made = report(rows, given.seed)
    if given.report:
        Path(given.report).write_text(
            json.dumps(made, indent=1, ensure_ascii=False) + "\n", "utf-8"
        )
    print(f"{made['found']} of {made['faults']} found, {made['in the share of CI']} in CI's share")
    return int(made["found"] < made["faults"])


def commit_of_code() -> str:
    """Return the last commit that touched the package; none where git is not at hand."""
    command = ["git", "-C", str(ROOT), "log", "-1", "--format=%h", "--", "fencekit"]
    try:
        return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()
    except (OSError, subprocess.CalledProcessError):
        return ""


def report(rows: list[dict[str, Any]], seed: str) -> dict[str, Any]:
    return {
        "date": datetime.now(UTC).date().isoformat(),
        "seed": seed,
        "commit": commit_of_code(),
        "faults": len(rows),
        "found": sum(row["found"] for row in rows),
        "in the share of CI": sum(row["found"] and row["share"] == 1 for row in rows),
        "rows": rows,
    }


def in_a_process(name: str, given: argparse.Namespace) -> dict[str, Any]:
    command = [sys.executable, __file__, "--one", name, "--seed", given.seed]
    command += ["--seconds", str(given.seconds)]
    for family in given.family:
        command += ["--family", family]
    ended = subprocess.run(command, capture_output=True, text=True, check=False, timeout=3600)
    if ended.returncode:
        last = ended.stderr.strip().splitlines()[-1:]
        row: dict[str, Any] = {"found": False, "share": 0, "ending": "did not run", "said": last}
    else:
        row = json.loads(ended.stdout.splitlines()[-1])
    row = {"fault": name, **row}
    print(json.dumps(row, ensure_ascii=False), flush=True)
    return row


def tried(given: argparse.Namespace) -> dict[str, Any]:
    """Plant one fault in this process and return what the adversary finds; `none` plants none."""
    from prove.adversary.planted.importing import plant
    from prove.adversary.planted.registry import BY_NAME

    if given.one != "none":
        plant(BY_NAME[given.one])
    from prove.adversary.families import pairs, share
    from prove.adversary.judge import Ending
    from prove.adversary.running import UNIT, Tally, run_all

    start = time.process_time()
    file = BY_NAME[given.one].file if given.one in BY_NAME else ""
    groups = [given.family] if given.family else ordered(file)
    count = 0
    whole: dict[tuple[int, str], Tally] = {}
    for turn in range(1, SHARES + 1):
        for family, at, size in planned(groups):
            drawn = pairs(family, f"{given.seed}/{turn}", at, size)
            tally = run_all(drawn, until=None, limit=10.0, stop_at_first=True)
            count += tally.pairs
            so_far = whole.setdefault((turn, family), Tally())
            so_far.endings += tally.endings
            so_far.pairs, so_far.family = so_far.pairs + tally.pairs, family
            seconds = round(time.process_time() - start, 1)
            # One that takes long does so without the fault too, or is no wrong answer.
            bad = [one for one in tally.bad if one[1].ending is not Ending.SLOW]
            if bad:
                pair, judged = bad[0]
                if judged.said.startswith("NameError"):
                    return {"found": False, "share": 0, "said": f"does not run: {judged.said}"}
                found = {"ending": judged.ending, "family": family, "seed": pair.seed}
                counts = {"pairs": count, "seconds": seconds, "said": judged.said[:100]}
                return {"found": True, "share": turn, **found, **counts}
            if so_far.is_too_open and so_far.pairs == UNIT * share(family):
                found = {"ending": "too many unknown", "family": family, "pairs": count}
                return {"found": True, "share": turn, **found, "seconds": seconds}
            if seconds > given.seconds:
                return among_known(turn, count, seconds)
        if turn == 1:
            known = among_known(turn, count, seconds)
            if known["found"]:
                return known
    return among_known(SHARES, count, seconds)


def planned(groups: list[list[str]]) -> Iterator[tuple[str, int, int]]:
    """Yield the parts of one share of CI: of each group a few pairs of every family in turn."""
    from prove.adversary.families import share
    from prove.adversary.running import UNIT

    for names in groups:
        for at in range(0, UNIT * max(map(share, names), default=0), ROUND):
            for family in names:
                size = min(ROUND, UNIT * share(family) - at)
                if size > 0:
                    yield family, at, size


def among_known(share: int, count: int, seconds: float) -> dict[str, Any]:
    """Return whether a pair that was found before shows the fault, as CI's share tries them too."""
    from prove.adversary.judge import judge
    from prove.adversary.pair import read

    counts = {"pairs": count, "seconds": seconds}
    folder = TESTS / "prove" / "adversary"
    for path in sorted([*(folder / "known").glob("*.json"), *(folder / "found").glob("*.json")]):
        pair, call, _ = read(path)
        if call is None:
            continue
        given = {"args": (call.args,), "contexts": (call.context,)}
        judged = judge(pair.with_parts({**given, "capabilities": (call.capability,)}), limit=10.0)
        if judged.ending.is_bad:
            found = {"ending": judged.ending, "family": "a pair that is known", "seed": path.stem}
            return {"found": True, "share": 1, **found, **counts}
    return {"found": False, "share": share, **counts}


FIRST: dict[str, tuple[str, ...]] = {
    "prover/values/schema_arguments": ("key families", "tools", "whole choices", "keyword names"),
    "prover/values/field_specs": ("key families", "numeric text", "large numbers", "named twice"),
    "prover/values/form_printer": ("printed values", "nested values"),
    "prover/values/form_nodes": ("printed values", "nested values", "enumerations"),
    "prover/values/number_printing": ("printed numbers", "large numbers", "numeric text", "bounds"),
    "prover/values/printed_forms": ("enumerations", "printed values", "unprintable"),
    "prover/values": ("lengths", "choices", "bounds", "large numbers", "not finite", "unprintable"),
    "schema/schema_references": ("references in schemas", "keyword names"),
    "schema": ("unprintable",),
    "regex/backreferences": ("references",),
    "regex/leading": ("leading", "scoped flags"),
    "regex/desugar": ("loops", "any regex", "folding"),
    "regex/sublanguage": ("named twice", "names", "amounts"),
    "regex": ("lookarounds", "places", "folding", "ranges", "any regex", "loops", "counted"),
    "prover/capability": ("capabilities",),
    "prover/amount_regions": ("amounts", "depths"),
    "prover/partial_model": ("amounts", "paths"),
    "prover/glob": ("names", "named twice"),
    "prover/counterexample_search": ("tiers", "long lists", "mixed fields"),
    "prover/violating": ("tiers", "long lists"),
    "prover/batched": ("long lists",),
    "prover/cube_solver": ("named twice", "tiers", "long lists"),
    "prover": ("one text", "lower case", "coupled", "printed", "nested"),
}
"""Which families are tried first, by how the name of a file begins, the first that fits."""


def ordered(file: str) -> list[list[str]]:
    """Return all families, in groups of which each is tried before the next; all are drawn alike.

    The families that a fault is most likely found by come first, to save time.
    """
    from prove.adversary.families import FAMILIES

    about = next((names for begun, names in FIRST.items() if file.startswith(begun)), ())
    return [list(about), [name for name in FAMILIES if name not in about]]


if __name__ == "__main__":
    sys.exit(main())
