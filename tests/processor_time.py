"""Processor time of each test, with that of the processes it waited for; wall time depends on load.

As a plugin it writes a line for each test into the folder that `FENCEKIT_TEST_TIMES` names:
`PYTHONPATH=tests FENCEKIT_TEST_TIMES=now .venv/bin/python -m pytest -p processor_time -n 2`.
As a script it compares two such folders: `python tests/processor_time.py before now`.
"""

import json
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from resource import RUSAGE_CHILDREN, RUSAGE_SELF, getrusage

import pytest

FOLDER = os.environ.get("FENCEKIT_TEST_TIMES", "")
SHOWN = 20


def spent() -> float:
    """Return the seconds of this process and of those that it waited for."""
    used = [getrusage(who) for who in (RUSAGE_SELF, RUSAGE_CHILDREN)]
    return sum(one.ru_utime + one.ru_stime for one in used)


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_protocol(item: pytest.Item) -> Iterator[None]:
    """Write what a test took, with its fixtures."""
    before = spent()
    done = yield
    write(item.nodeid, spent() - before)
    return done


def pytest_sessionfinish() -> None:
    """Write what the process took in all: collecting and reporting are of no test."""
    write("", spent())


def write(test: str, seconds: float) -> None:
    """Append a line to the file of this process."""
    if FOLDER:
        Path(FOLDER).mkdir(parents=True, exist_ok=True)
        worker = os.environ.get("PYTEST_XDIST_WORKER", "main")
        with (Path(FOLDER) / f"{worker}.jsonl").open("a", encoding="utf-8") as file:
            file.write(json.dumps([test, seconds]) + "\n")


def read(folder: str) -> tuple[float, dict[str, float]]:
    """Return the seconds of all processes together, and those of each test by its name.

    A test is named without its file, which may have moved. The main process waits for the workers,
    so that its own figure has theirs in it.
    """
    total, tests = 0.0, dict[str, float]()
    for file in sorted(Path(folder).glob("*.jsonl")):
        for line in file.read_text(encoding="utf-8").splitlines():
            test, seconds = json.loads(line)
            if test:
                name = test.split("::", 1)[-1]
                tests[name] = tests.get(name, 0.0) + seconds
            else:
                total = max(total, seconds)
    return total, tests


def main(before: str, now: str) -> None:
    """Print the totals, and the slowest tests of either with their times before and now."""
    (old_total, old), (new_total, new) = read(before), read(now)
    both = old.keys() & new.keys()
    print(f"all processes           {old_total:8.1f} {new_total:8.1f}")
    print(f"tests                   {len(old):8,} {len(new):8,}")
    print(f"{len(both):7,} tests of both   {sum(old[t] for t in both):8.1f} ", end="")
    print(f"{sum(new[t] for t in both):8.1f}")
    for times, what in ((old, "before"), (new, "now")):
        print(f"\nslowest {what}")
        for test in sorted(times, key=lambda one: -times[one])[:SHOWN]:
            print(f"{old.get(test, float('nan')):8.1f} {new.get(test, float('nan')):8.1f}  {test}")


if __name__ == "__main__":
    main(*sys.argv[1:])
