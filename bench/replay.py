"""Replay of 100,000 records beside the real `capfence replay` and beside parsing the same file.

Each command runs in a process of its own, round-robin, and the medians are compared, as ratios.
Run it with `make bench`; it prints the table that `reports/bench.md` holds.
"""

import argparse
import json
import os
import platform
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from random import Random

ROOT = Path(__file__).parents[1]
POLICY = ROOT / "fixtures/policies/capfence/agents.yaml"
CANDIDATE = ROOT / "fixtures/policies/capfence/agents-mixed.yaml"
TRACE = ROOT / "fixtures/logs/capfence_trace/agents.jsonl"

PARSE_ONLY = "import json, sys\nfor line in open(sys.argv[1], encoding='utf-8'): json.loads(line)"
FENCEKIT = "from fencekit.cli.main import main; main()"
CAPFENCE = "from capfence.cli import main; main()"


@dataclass(frozen=True, slots=True)
class Run:
    """One run of a command: wall-clock and CPU seconds, and peak memory in MiB."""

    wall: float
    cpu: float
    peak: float


def main() -> None:
    """Make the log, run every command in turn, print the table."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--records", type=int, default=100_000)
    options.add_argument("--rounds", type=int, default=3)
    options.add_argument("--out", type=Path, help="also write the table into this file")
    given = options.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        log = Path(folder) / "trace.jsonl"
        size = write_log(log, given.records)
        commands = {
            "json.loads, line by line": [PARSE_ONLY, str(log)],
            "fencekit replay": [FENCEKIT, "replay", str(log), "--policy", str(POLICY)],
            "fencekit replay --baseline": [
                *(FENCEKIT, "replay", str(log), "--policy", str(CANDIDATE)),
                *("--baseline", str(POLICY), "--fail-on", "never"),
            ],
            "capfence replay": [CAPFENCE, "replay", str(log), "--policy", str(POLICY)],
        }
        runs: dict[str, list[Run]] = {name: [] for name in commands}
        for turn in range(given.rounds):
            for name, command in commands.items():
                if name == "capfence replay" and turn > 0:
                    continue  # the slow one once: it varies little, and takes most of the time
                runs[name].append(run(command, Path(folder)))
    page = "\n".join(table(runs, given.records, size))
    sys.stdout.write(page + "\n")
    if given.out:
        given.out.write_text(page + "\n", encoding="utf-8")


def write_log(path: Path, records: int) -> int:
    """Write a trace of that many calls, varied from the recorded ones; return its size in bytes.

    About half of the calls are like no other: their arguments carry a number of their own.
    """
    recorded = [json.loads(line) for line in TRACE.read_text(encoding="utf-8").splitlines()[1:]]
    recorded = [event for event in recorded if event.get("payload")]
    random = Random(20_261_123)
    with path.open("w", encoding="utf-8") as out:
        out.write('{"capfence_replay_version":"1.0"}\n')
        for number in range(records):
            event = dict(random.choice(recorded))
            event.pop("reason", None)
            if number % 2:
                event["payload"] = {**event["payload"], "request": f"r-{number}"}
            out.write(json.dumps(event, ensure_ascii=False) + "\n")
    return path.stat().st_size


def run(command: list[str], folder: Path) -> Run:
    """Run a Python program in a process of its own and measure it."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    env = {**os.environ, "HOME": str(folder), "PYTHONPATH": str(ROOT)}
    measured = [sys.executable, "-c", MEASURE, *command]
    began = time.perf_counter()
    done = subprocess.run(
        measured, cwd=folder, env=env, capture_output=True, text=True, check=False
    )
    wall = time.perf_counter() - began
    if done.returncode not in (0, 1):
        raise SystemExit(f"{command[1:]} ended with {done.returncode}:\n{done.stderr[-2000:]}")
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = (after.ru_utime + after.ru_stime) - (before.ru_utime + before.ru_stime)
    peak = float(done.stderr.rsplit("peak-kib ", 1)[1]) / 1024
    return Run(wall, cpu, peak)


MEASURE = """
import atexit, resource, sys
def say():
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    sys.stderr.write(f"peak-kib {peak}")
atexit.register(say)
program, sys.argv = sys.argv[1], ["program", *sys.argv[2:]]
exec(compile(program, "program", "exec"))
"""


def table(runs: dict[str, list[Run]], records: int, size: int) -> Iterator[str]:
    """Yield the lines of the table: medians, and ratios to parsing and to the peer."""
    floor = middle(runs["json.loads, line by line"])
    peer = middle(runs["capfence replay"])
    yield f"{records:,} records, {size / 1e6:.0f} MB, Python {platform.python_version()}; whole"
    yield "processes with their start-up, run in turn, medians of CPU seconds."
    yield ""
    yield "| command | CPU s | µs a record | × json.loads | faster than capfence | peak MiB |"
    yield "| --- | ---: | ---: | ---: | ---: | ---: |"
    for name, measured in runs.items():
        cpu = middle(measured)
        each = cpu / records * 1e6
        peak = max(run.peak for run in measured)
        yield (
            f"| {name} | {cpu:.2f} | {each:.1f} | {cpu / floor:.2f} "
            f"| {peer / cpu:.0f} × | {peak:.0f} |"
        )


def middle(runs: list[Run]) -> float:
    """Return the median of the CPU seconds."""
    return statistics.median(run.cpu for run in runs)


if __name__ == "__main__":
    main()
