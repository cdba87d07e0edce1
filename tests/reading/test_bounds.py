"""A log may be as large as it likes: what is held of it at once is bounded."""

import gzip
import subprocess
import sys
import time
from pathlib import Path

import pytest
from running import DENY_SHELL, SECONDS, record, variables

MEBIBYTE = 1 << 20
MEASURE = """
import re, resource, sys
from pathlib import Path
from fencekit.cli.main import main
try:
    main(sys.argv[1:])
except SystemExit as stop:
    code = stop.code
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
status = Path("/proc/self/status")
if status.exists():  # ru_maxrss may be what the parent had when it forked
    peak = int(re.search(r"VmHWM:\\s+(\\d+)", status.read_text())[1])
print("peak", peak // 1024, "MiB", file=sys.stderr)
sys.exit(code)
"""


def measured(*args: object) -> tuple[int, str, int]:
    """Return exit code, output and peak memory in MiB of a run in a process of its own."""
    done = subprocess.run(
        [sys.executable, "-c", MEASURE, *map(str, args)],
        env=variables(),
        capture_output=True,
        text=True,
        timeout=SECONDS,
        check=False,
    )
    words = done.stderr.split()
    return done.returncode, done.stdout, int(words[words.index("peak") + 1])


@pytest.fixture
def policy(tmp_path: Path) -> Path:
    path = tmp_path / "policy.yaml"
    path.write_text(DENY_SHELL, encoding="utf-8")
    return path


@pytest.fixture
def usual(tmp_path: Path, policy: Path) -> int:
    """Return the peak memory of a run on one record."""
    log = tmp_path / "one.jsonl"
    log.write_text(record() + "\n", encoding="utf-8")
    return measured("replay", log, "--policy", policy)[2]


@pytest.mark.parametrize("compressed", [False, True], ids=["plain", "gzip"])
def test_a_line_of_50_megabytes_is_invalid_and_never_held_and_the_lines_around_it_are_read(
    compressed: bool, tmp_path: Path, policy: Path, usual: int
) -> None:
    log = tmp_path / "log.jsonl"
    with gzip.open(log, "wb", compresslevel=1) if compressed else log.open("wb") as out:
        out.write(record().encode() + b"\n" + record(args={"x": "y"}).encode()[:-3])
        for _ in range(50):
            out.write(b"a" * MEBIBYTE)
        out.write(b"\n" + record().encode() + b"\n" + record("file.read").encode() + b"\n")
    begun = time.monotonic()
    code, out_, peak = measured("replay", log, "--policy", policy, "--max-invalid", 1)
    assert time.monotonic() - begun < 15
    assert peak - usual < 40
    assert code == 1
    assert f"{log}:2: the line is longer than 8 MiB" in out_
    assert "of 3 checked calls" in out_


def test_a_line_of_50_megabytes_without_an_end_is_invalid(
    tmp_path: Path, policy: Path, usual: int
) -> None:
    log = tmp_path / "log.jsonl"
    log.write_bytes(record().encode() + b"\n" + b" " * 50 * MEBIBYTE)
    code, out, peak = measured("replay", log, "--policy", policy)
    assert (code, peak - usual < 40) == (3, True)
    assert f"{log}:2: the line is longer than 8 MiB" in out


def test_many_records_take_no_more_memory_than_few(tmp_path: Path, policy: Path) -> None:
    few, many = tmp_path / "few.jsonl", tmp_path / "many.jsonl"
    line = record(args={"text": "x" * 1_000}) + "\n"
    few.write_text(line * 2_000, encoding="utf-8")
    many.write_text(line * 20_000, encoding="utf-8")
    (code, _, little), (_, _, much) = (
        measured("replay", log, "--policy", policy) for log in (few, many)
    )
    assert code == 0
    assert much - little < 8


def test_a_gzip_bomb_in_one_line_is_invalid_and_never_held(
    tmp_path: Path, policy: Path, usual: int
) -> None:
    log = tmp_path / "log.gz"
    with gzip.open(log, "wb", compresslevel=1) as out:
        out.write(record().encode() + b"\n")
        for _ in range(300):
            out.write(b"\0" * MEBIBYTE)
    assert log.stat().st_size < 2 * MEBIBYTE
    code, out_, peak = measured("replay", log, "--policy", policy)
    assert (code, peak - usual < 40) == (3, True)
    assert "longer than 8 MiB" in out_
