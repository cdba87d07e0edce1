"""Reading never writes: a mount that cannot be written is read and verified as any folder."""

import shutil
import sqlite3
import subprocess
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from running import LOGS, ROOT, Done, fencekit, in_a_process

from fencekit.logs.writer import AuditWriter
from fencekit.model.record import Record, Recorded
from fencekit.model.request import Request
from fencekit.model.source import Place
from fencekit.model.verdict import Verdict

AGENTS = LOGS / "capfence_sqlite/agents.db"
POLICY = ROOT / "fixtures/policies/capfence/agents.yaml"
LOGGED = ("plain.db", "waiting.db", "audit.jsonl")


def with_rows_waiting(target: Path, folder: Path) -> None:
    """Write a database whose last rows, by which its chain goes on, are in the WAL only."""
    live = folder / "live.db"
    shutil.copy(AGENTS, live)
    with closing(sqlite3.connect(live, isolation_level=None)) as writer:
        last = writer.execute("SELECT * FROM audit_events ORDER BY id DESC LIMIT 3").fetchall()
        writer.executemany("DELETE FROM audit_events WHERE id = ?", [[row[0]] for row in last])
        writer.execute("PRAGMA journal_mode = WAL")
        writer.execute("PRAGMA wal_autocheckpoint = 0")
        marks = ", ".join("?" * len(last[0]))
        writer.executemany(f"INSERT INTO audit_events VALUES ({marks})", reversed(last))
        for suffix in ("", "-wal", "-shm"):
            shutil.copy(f"{live}{suffix}", f"{target}{suffix}")


def fill(folder: Path, scratch: Path) -> None:
    """Write the logs."""
    shutil.copy(AGENTS, folder / "plain.db")
    with_rows_waiting(folder / "waiting.db", scratch)
    denied = Recorded(frozenset({Verdict.DENY}), frozenset())
    with AuditWriter(folder / "audit.jsonl", checkpoint_every=2) as log:
        for number in range(5):
            request = Request("shell.exec", args={"n": number})
            log.append(Record(request, denied, Place("")))


def mount(*words: object) -> None:
    """Mount, or take a mount away; skip where this process may not."""
    done = subprocess.run(list(map(str, words)), capture_output=True, text=True, check=False)
    if done.returncode:
        pytest.skip(f"cannot {words[0]} here: {done.stderr.strip()}")


@pytest.fixture
def read_only(tmp_path: Path) -> Iterator[Path]:
    """A folder with the logs, on a file system of its own that is mounted read-only."""
    folder, scratch = tmp_path / "mounted", tmp_path / "scratch"
    folder.mkdir()
    scratch.mkdir()
    mount("mount", "-t", "tmpfs", "none", folder)
    try:
        fill(folder, scratch)
        mount("mount", "-o", "remount,ro", folder)
        with pytest.raises(OSError, match="Read-only file system"):
            (folder / "probe").touch()
        yield folder
    finally:
        subprocess.run(["umount", str(folder)], check=True)


def looks(folder: Path) -> Iterator[tuple[object, ...]]:
    """Yield every command that reads, for each log."""
    for name in LOGGED:
        path = folder / name
        yield "logs", "verify", path
        yield "logs", "stats", path
        yield "replay", path, "--policy", POLICY, "--baseline", POLICY, "--require-chain"


def said(done: Done, folder: Path) -> tuple[int, str]:
    return done.code, done.all.replace(str(folder), "")


def test_a_read_only_mount_is_read_and_verified_as_any_other_folder(
    read_only: Path, tmp_path: Path
) -> None:
    writable = tmp_path / "writable"
    shutil.copytree(read_only, writable)
    before = state(writable)
    for here, there in zip(looks(read_only), looks(writable), strict=True):
        done = fencekit(*here)
        assert done.code == 0, done.all
        assert said(done, read_only) == said(fencekit(*there), writable)
    assert state(writable) == before
    assert {path.name for path in read_only.iterdir()} == {
        *LOGGED,
        *("waiting.db-wal", "waiting.db-shm", "audit.jsonl.checkpoints"),
    }


def test_a_process_of_its_own_reads_a_read_only_mount_too(read_only: Path) -> None:
    for name in LOGGED:
        done = in_a_process("logs", "verify", read_only / name, cwd=read_only)
        assert done.code == 0, done.all


def test_the_rows_that_wait_are_what_makes_the_chain_hold(tmp_path: Path) -> None:
    with_rows_waiting(tmp_path / "waiting.db", tmp_path)
    with closing(sqlite3.connect(f"file:{AGENTS}?mode=ro", uri=True)) as connection:
        (total,) = connection.execute("SELECT count(*) FROM audit_events").fetchone()
    kept = ("--count", total)
    assert fencekit("logs", "verify", tmp_path / "waiting.db", *kept).code == 0
    (tmp_path / "waiting.db-wal").unlink()
    assert fencekit("logs", "verify", tmp_path / "waiting.db", *kept).code == 3


def state(folder: Path) -> dict[str, object]:
    """Return all that reading could have changed: names, bytes, times."""
    entries = sorted([folder, *folder.iterdir()])
    return {
        entry.name: (entry.stat().st_mtime_ns, entry.read_bytes() if entry.is_file() else b"")
        for entry in entries
    }
