"""The adversary for hours: `make sweep`. Goes on where it stopped; writes what it counted.

    python tests/prove/adversary/sweep.py --pairs 100000 --minutes 60 --jobs 2
    python tests/prove/adversary/sweep.py --family bounds --pairs 500 --seed 7 --state ''

Each chunk of pairs that is done is a line of the state, so that a sweep may be stopped and goes on
with the next chunk. The report, `reports/sweep/adversary.json`, is written from all chunks of the
state, each with the commit that it ran on. Exits 1 where something wrong was found; that is made
small and written to `tests/prove/adversary/found`, from where tests read it.
"""

import argparse
import json
import os
import resource
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from pathlib import Path
from typing import Any

TESTS = Path(__file__).resolve().parents[2]
ROOT = TESTS.parent
REPORT = ROOT / "reports" / "sweep" / "adversary.json"
UNIT = 50
"""How many pairs a chunk has for each part of a family's share."""
MEMORY = 3 << 30
"""Bytes that a process may have: more is a fault of the prover, and no trouble of the machine."""


def main() -> int:
    sys.path.insert(0, str(TESTS))
    from prove.adversary.reporting import report, shown

    given = options()
    state = Path(given.state or os.devnull)
    done = read_state(state)
    commit = commit_of_code()
    known = {key_of(line) for line in done}
    chunks = [one for one in planned(given) if (*one, given.seed) not in known]
    until = time.time() + 60 * given.minutes
    state.parent.mkdir(parents=True, exist_ok=True)
    with state.open("a", encoding="utf-8") as lines:
        for counts in worked(chunks, given, until):
            line = {"seed": given.seed, "commit": commit, **counts}
            done.append(line)
            lines.write(json.dumps(line, ensure_ascii=False) + "\n")
            lines.flush()
    made = report(done, given.seed)
    print(shown(made))
    if given.report:
        Path(given.report).write_text(
            json.dumps(made, indent=1, ensure_ascii=False) + "\n", "utf-8"
        )
    return int(made["bad"] > 0)


def options() -> argparse.Namespace:
    environment = os.environ
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seed", default=environment.get("FENCEKIT_SWEEP_SEED", "1"))
    parser.add_argument(
        "--pairs", type=int, default=int(environment.get("FENCEKIT_ADVERSARY_PAIRS", "100000"))
    )
    parser.add_argument("--minutes", type=float, default=600)
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--family", action="append", help="only this one; more than once for more")
    parser.add_argument("--state", help="a file of chunks that are done", default=None)
    parser.add_argument("--report", default=None)
    given = parser.parse_args()
    if given.state is None:
        given.state = str(ROOT / ".sweep" / "adversary.jsonl")
    if given.report is None:
        given.report = "" if given.family else str(REPORT)
    return given


def planned(given: argparse.Namespace) -> Iterator[tuple[str, int, int]]:
    """Yield the chunks, a family after the other, over and over, so that any part is a whole."""
    from prove.adversary.families import FAMILIES, share

    names = given.family or list(FAMILIES)
    left, start = given.pairs, dict.fromkeys(names, 0)
    while left > 0:
        for name in names:
            count = min(UNIT * share(name), left)
            if count > 0:
                yield name, start[name], count
            start[name] += count
            left -= count


def worked(
    chunks: list[tuple[str, int, int]], given: argparse.Namespace, until: float
) -> Iterator[dict[str, Any]]:
    """Yield what is counted of each chunk, as they are done; begin none when time is up."""
    left = iter(chunks)
    with ProcessPoolExecutor(given.jobs, initializer=confined, max_tasks_per_child=40) as pool:
        running: set[Future[dict[str, Any]]] = set()
        while True:
            while len(running) < given.jobs and time.time() < until:
                chunk = next(left, None)
                if chunk is None:
                    break
                running.add(pool.submit(run_chunk, given.seed, *chunk))
            if not running:
                return
            ready, running = wait(running, return_when=FIRST_COMPLETED)
            for one in ready:
                yield one.result()


def confined() -> None:
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))


def run_chunk(seed: str, family: str, start: int, count: int) -> dict[str, Any]:
    if str(TESTS) not in sys.path:
        sys.path.insert(0, str(TESTS))
    from prove.adversary.running import keep, run

    tally = run(family, seed, count, start=start)
    files = [keep(pair, judged).name for pair, judged in tally.bad[:5]]
    return {"family": family, "start": start, **tally.counts(), "found": files}


def read_state(state: Path) -> list[dict[str, Any]]:
    if not state.is_file():
        return []
    return [json.loads(line) for line in state.read_text("utf-8").splitlines()]


def key_of(line: dict[str, Any]) -> tuple[str, int, int, str]:
    return line["family"], line["start"], line["pairs"], line["seed"]


def commit_of_code() -> str:
    """Return the last commit that touched the package; none where git is not at hand."""
    command = ["git", "-C", str(ROOT), "log", "-1", "--format=%h", "--", "fencekit"]
    try:
        return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()
    except (OSError, subprocess.CalledProcessError):
        return ""


if __name__ == "__main__":
    sys.exit(main())
