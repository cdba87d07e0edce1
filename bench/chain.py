"""Verification of a CapFence database of 100,000 rows beside the real `AuditLogger.verify`.

Each command runs in a process of its own, in turn, and the medians are compared, as ratios; whole
processes with their start-up. Run it with `make bench`.
"""

import argparse
import json
import os
import platform
import resource
import sqlite3
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[1]
RECORDED = ROOT / "fixtures/logs/capfence_sqlite/agents.db"
UNHASHED = {"id", "prev_hash", "entry_hash", "signature"}

OURS = "from fencekit.cli.logs_verify import verify; verify()"
WRITE = """
from fencekit.logs.jsonl import FORMAT, decode
from fencekit.logs.writer import AuditWriter
from fencekit.model.source import Place
from fencekit.reading.json import parse
records = [decode(parse(line), Place("")) for line in open(sys.argv[1], encoding="utf-8")]
with AuditWriter(sys.argv[2]) as writer:
    for number in range(int(sys.argv[3])):
        writer.append(records[number % len(records)])
"""
THEIRS = """
from capfence.core.audit import AuditLogger
valid, errors = AuditLogger(sys.argv[1]).verify()
assert valid, errors[:3]
"""
HASH_ONLY = """
import hashlib, sqlite3
for row in sqlite3.connect(sys.argv[1]).execute("SELECT * FROM audit_events ORDER BY id"):
    hashlib.sha256(b"x" * 600).hexdigest()
"""


@dataclass(frozen=True, slots=True)
class Run:
    """One run of a command: CPU seconds, and peak memory in MiB."""

    cpu: float
    peak: float


def main() -> None:
    """Make the logs, run every command in turn, print the table."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--records", type=int, default=100_000)
    options.add_argument("--rounds", type=int, default=3)
    options.add_argument("--out", type=Path, help="also write the table into this file")
    given = options.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        database, log = folder / "audit.db", folder / "audit.jsonl"
        write_database(database, given.records)
        sample = ROOT / "fixtures/logs/fencekit/agents.jsonl"
        writing = [WRITE, str(sample), str(log), str(given.records)]
        runs = {"fencekit: writing a chained log": [run(writing, folder)]}
        commands = {
            "AuditLogger.verify()": [THEIRS, str(database)],
            "fencekit logs verify, the same database": [OURS, str(database)],
            "reading the rows, SHA-256 of 600 bytes each": [HASH_ONLY, str(database)],
            "fencekit logs verify, our own log": [OURS, str(log)],
        }
        for _ in range(given.rounds):
            for command, line in commands.items():
                runs.setdefault(command, []).append(run(line, folder))
    page = "\n".join(table(runs, given.records))
    sys.stdout.write(page + "\n")
    if given.out:
        given.out.write_text(page + "\n", encoding="utf-8")


def write_database(path: Path, records: int) -> None:
    """Write rows varied from the recorded ones, hashed by CapFence's own function."""
    from capfence.core.audit import AuditLogger  # noqa: PLC0415  (of no use to the processes)
    from capfence.core.chain import compute_entry_hash  # noqa: PLC0415  (likewise)

    AuditLogger(path)
    uri = f"file:{RECORDED}?mode=ro&immutable=1"
    with (
        closing(sqlite3.connect(uri, uri=True)) as source,
        closing(sqlite3.connect(path)) as target,
    ):
        source.row_factory = sqlite3.Row
        recorded = [dict(row) for row in source.execute("SELECT * FROM audit_events")]
        previous = ""
        for number in range(records):
            row = recorded[number % len(recorded)]
            fields = {name: value for name, value in row.items() if name not in UNHASHED}
            fields["timestamp"] = round(1_700_000_000 + number * 0.123457, 6)
            fields["actor"] = fields["agent_id"] = f"agent-{number % 1_000}"
            own = compute_entry_hash(fields, previous)
            made = {**fields, "prev_hash": previous, "entry_hash": own}
            listed, places = ", ".join(made), ", ".join("?" * len(made))
            query = f"INSERT INTO audit_events ({listed}) VALUES ({places})"
            target.execute(query, tuple(made.values()))
            previous = own
        target.commit()
        target.execute("PRAGMA journal_mode = DELETE")


def run(command: list[str], folder: Path) -> Run:
    """Run a Python program in a process of its own and measure it."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    env = {**os.environ, "HOME": str(folder), "PYTHONPATH": str(ROOT)}
    measured = [sys.executable, "-c", MEASURE, *command]
    done = subprocess.run(
        measured, cwd=folder, env=env, capture_output=True, text=True, check=False
    )
    if done.returncode != 0:
        raise SystemExit(f"ended with {done.returncode}:\n{done.stderr[-2000:]}{done.stdout}")
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = (after.ru_utime + after.ru_stime) - (before.ru_utime + before.ru_stime)
    return Run(cpu, json.loads(done.stderr.rsplit("peak-kib ", 1)[1]) / 1024)


MEASURE = """
import atexit, sys
def say():
    # not ru_maxrss, which starts with that of the process which started this one
    with open("/proc/self/status") as status:
        peak = next(line.split()[1] for line in status if line.startswith("VmHWM"))
    sys.stderr.write(f"peak-kib {peak}")
atexit.register(say)
program, sys.argv = sys.argv[1], ["program", *sys.argv[2:]]
exec(compile(program, "program", "exec"))
"""


def table(runs: dict[str, list[Run]], records: int) -> Iterator[str]:
    """Yield the lines of the table: medians, and ratios to the peer."""
    peer = middle(runs["AuditLogger.verify()"])
    yield f"{records:,} records, Python {platform.python_version()}; whole processes with their"
    yield "start-up, run in turn, medians of CPU seconds."
    yield ""
    yield "| command | CPU s | µs a record | × AuditLogger.verify() | peak MiB |"
    yield "| --- | ---: | ---: | ---: | ---: |"
    for name, measured in runs.items():
        cpu = middle(measured)
        peak = max(run.peak for run in measured)
        each = cpu / records * 1e6
        yield f"| {name} | {cpu:.2f} | {each:.1f} | {cpu / peer:.2f} | {peak:.0f} |"


def middle(runs: list[Run]) -> float:
    """Return the median of the CPU seconds."""
    return statistics.median(run.cpu for run in runs)


if __name__ == "__main__":
    main()
