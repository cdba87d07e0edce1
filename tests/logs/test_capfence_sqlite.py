"""CapFence's database is read whole, write-ahead log included, and never touched."""

import hashlib
import os
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest
from running import LOGS, POLICIES, fencekit

from fencekit.logs.log_registry import read_log
from fencekit.model.record import InvalidRecord, Record
from fencekit.model.request import UNKNOWN
from fencekit.model.verdict import Verdict

SEED = LOGS / "capfence_sqlite/seed.db"
SEED_POLICY = POLICIES / "seed-shell.yaml"
COLUMNS = (
    "id INTEGER PRIMARY KEY",
    "agent_id TEXT",
    "task_context TEXT",
    "risk_category TEXT",
    "decision TEXT",
    "risk_score REAL",
    "threshold REAL",
    "payload_hash TEXT",
    "reason TEXT",
    "latency_ms INTEGER",
    "timestamp REAL",
)
LATER = ("actor TEXT", "resource TEXT", "environment TEXT", "capability TEXT")
OUTCOME = ("approval_state TEXT", "policy_decision TEXT")


def database(path: Path, columns: tuple[str, ...], *rows: dict[str, object]) -> Path:
    """Write a table of these columns, with rows."""
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute(f"CREATE TABLE audit_events ({', '.join(columns)})")
        for row in rows:
            names = ", ".join(row)
            marks = ", ".join("?" * len(row))
            connection.execute(
                f"INSERT INTO audit_events ({names}) VALUES ({marks})", [*row.values()]
            )
    return path


def row(**more: object) -> dict[str, object]:
    return {"agent_id": "a", "decision": "fail", "timestamp": 1.5, **more}


def snapshot(folder: Path) -> dict[str, tuple[str, int, int]]:
    """Return every file below a folder with its digest, its time and its mode."""
    return {
        str(path.relative_to(folder)): (
            hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else "",
            path.stat().st_mtime_ns,
            path.stat().st_mode,
        )
        for path in sorted([folder, *folder.rglob("*")])
    }


@contextmanager
def untouched(folder: Path) -> Iterator[None]:
    """Fail where anything in the folder changes, the folder's own time included."""
    before = snapshot(folder)
    yield
    assert snapshot(folder) == before


def waiting_rows(folder: Path, count: int = 3) -> Path:
    """Write a database whose last rows are committed to the write-ahead log only."""
    live = folder / "live.db"
    shutil.copy(SEED, live)
    writer = sqlite3.connect(live, isolation_level=None)
    try:
        writer.execute("PRAGMA journal_mode = WAL")
        writer.execute("PRAGMA wal_autocheckpoint = 0")
        for number in range(count):
            writer.execute(
                "INSERT INTO audit_events (agent_id, task_context, risk_category, decision,"
                " risk_score, threshold, payload_hash, reason, latency_ms, timestamp, actor,"
                " action, resource, environment, capability, policy_decision)"
                " SELECT agent_id, task_context, risk_category, decision, risk_score, threshold,"
                " payload_hash, reason, latency_ms, timestamp + ?, actor, action, resource,"
                " environment, capability, policy_decision FROM audit_events WHERE id = 1",
                [number + 1],
            )
        copied = folder / "copied"
        copied.mkdir()
        for suffix in ("", "-wal"):
            shutil.copy(f"{live}{suffix}", copied / f"audit.db{suffix}")
    finally:
        writer.close()
    assert (copied / "audit.db-wal").stat().st_size > 0
    return copied / "audit.db"


def count(path: Path | str) -> int:
    entries = list(read_log(path))
    assert all(isinstance(entry, Record) for entry in entries)
    return len(entries)


def test_reading_touches_neither_the_database_nor_its_folder(tmp_path: Path) -> None:
    shutil.copy(SEED, tmp_path / "audit.db")
    with untouched(tmp_path):
        assert fencekit("replay", tmp_path / "audit.db", "--policy", SEED_POLICY).code == 0


def test_committed_rows_that_are_still_in_the_write_ahead_log_are_read(tmp_path: Path) -> None:
    path = waiting_rows(tmp_path)
    uri = f"file:{path}?mode=ro&immutable=1"
    with closing(sqlite3.connect(uri, uri=True)) as connection:
        assert connection.execute("SELECT count(*) FROM audit_events").fetchone() == (1,)
    with untouched(path.parent):
        assert count(path) == 4
        assert "4 records" in fencekit("replay", path, "--policy", SEED_POLICY).out


def test_rows_in_the_write_ahead_log_are_found_through_a_link_too(tmp_path: Path) -> None:
    path = waiting_rows(tmp_path)
    link = tmp_path / "link.db"
    link.symlink_to(path)
    assert count(link) == 4


def test_a_database_that_is_still_written_to_is_read(tmp_path: Path) -> None:
    path = tmp_path / "live.db"
    shutil.copy(SEED, path)
    with closing(sqlite3.connect(path, isolation_level=None)) as writer:
        writer.execute("PRAGMA journal_mode = WAL")
        writer.execute("UPDATE audit_events SET actor = 'somebody'")
        writer.execute("BEGIN IMMEDIATE")
        writer.execute("DELETE FROM audit_events")
        [entry] = read_log(path)
        assert isinstance(entry, Record)
        assert entry.request.principal == "somebody"


def test_an_empty_write_ahead_log_costs_no_copy(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copy(SEED, tmp_path / "audit.db")
    (tmp_path / "audit.db-wal").touch()
    monkeypatch.setattr(shutil, "copyfileobj", None)
    with untouched(tmp_path):
        assert count(tmp_path / "audit.db") == 1


@pytest.mark.parametrize("wal", [False, True], ids=["plain", "wal"])
def test_a_folder_that_may_not_be_written_is_enough(wal: bool, tmp_path: Path) -> None:
    if wal:
        path = waiting_rows(tmp_path)
    else:
        (tmp_path / "copied").mkdir()
        path = tmp_path / "copied/audit.db"
        shutil.copy(SEED, path)
    for file in path.parent.iterdir():
        file.chmod(0o444)
    path.parent.chmod(0o555)
    try:
        if os.geteuid() != 0:  # nothing is read-only to root, who still must not write
            with pytest.raises(PermissionError):
                (path.parent / "probe").touch()
        with untouched(path.parent):
            assert count(path) == (4 if wal else 1)
    finally:
        path.parent.chmod(0o755)


@pytest.mark.parametrize("wal", [False, True], ids=["plain", "wal"])
@pytest.mark.parametrize(
    "name", ["with space", "a?b", "a#b", "100%", "a%20b", "a?mode=rwc", "ü", "a'b", 'a"b', "a&b"]
)
def test_a_path_may_hold_what_a_uri_would_take_for_something_else(
    name: str, wal: bool, tmp_path: Path
) -> None:
    folder = tmp_path / name
    folder.mkdir()
    source = waiting_rows(tmp_path) if wal else SEED
    for suffix in ("", "-wal") if wal else ("",):
        shutil.copy(f"{source}{suffix}", folder / f"{name}.db{suffix}")
    with untouched(folder):
        assert count(folder / f"{name}.db") == (4 if wal else 1)


def test_no_copy_of_a_log_is_left_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import tempfile

    temporary = tmp_path / "tmp"
    temporary.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(temporary))
    path = waiting_rows(tmp_path)
    assert count(path) == 4
    reading = read_log(path)
    next(reading)
    [private] = temporary.iterdir()
    assert private.stat().st_mode & 0o077 == 0
    reading.close()  # type: ignore[attr-defined]
    assert list(temporary.iterdir()) == []


VERSIONS = {
    "the first": (COLUMNS, row(), UNKNOWN, {Verdict.ESCALATE, Verdict.DENY}),
    "with a capability": (
        COLUMNS + LATER,
        row(capability="a.b.c", actor="bob", environment="dev"),
        "a.b.c",
        {Verdict.ESCALATE, Verdict.DENY},
    ),
    "with the outcome": (
        COLUMNS + LATER + OUTCOME,
        row(capability="a.b.c", policy_decision="require_approval"),
        "a.b.c",
        {Verdict.ESCALATE},
    ),
    "with a column of tomorrow": (
        (*COLUMNS, *LATER, *OUTCOME, '"new ""column""" TEXT', "rowid_ TEXT"),
        row(capability="a.b.c", policy_decision="deny"),
        "a.b.c",
        {Verdict.DENY},
    ),
    "with NULLs": (
        COLUMNS + LATER + OUTCOME,
        row(capability=None, actor=None, environment=None, reason=None, policy_decision=None),
        UNKNOWN,
        {Verdict.ESCALATE, Verdict.DENY},
    ),
}


@pytest.mark.parametrize("name", VERSIONS)
def test_every_version_of_the_table_is_read_as_far_as_it_goes(name: str, tmp_path: Path) -> None:
    columns, given, capability, verdicts = VERSIONS[name]
    [entry] = read_log(database(tmp_path / "audit.db", columns, given))
    assert isinstance(entry, Record)
    assert entry.request.capability == capability
    assert entry.recorded is not None
    assert entry.recorded.verdicts == verdicts
    assert entry.place.line == 1
    assert entry.time == "1970-01-01T00:00:01.500Z"


def test_a_row_that_cannot_be_read_is_located_by_its_id_and_the_others_are_read(
    tmp_path: Path,
) -> None:
    columns = COLUMNS + LATER + OUTCOME
    rows = [row(id=7), row(id=9, timestamp=b"x"), row(id=12)]
    entries = list(read_log(database(tmp_path / "audit.db", columns, *rows)))
    assert [entry.place.line for entry in entries] == [7, 9, 12]
    assert [type(entry) for entry in entries] == [Record, InvalidRecord, Record]


@pytest.mark.parametrize("place", [24, 60, 100, 1_000, 2_000, 4_200, 5_000, 8_000])
@pytest.mark.parametrize("byte", [0x00, 0x7F, 0xFF])
def test_a_database_with_a_damaged_byte_raises_nothing_but_an_error_of_ours(
    place: int, byte: int, tmp_path: Path
) -> None:
    data = bytearray(SEED.read_bytes())
    data[place % len(data)] = byte
    path = tmp_path / "audit.db"
    path.write_bytes(data)
    options = ("--policy", SEED_POLICY, "--max-undecided", "all")
    assert fencekit("replay", path, *options).code in (0, 3)


def test_a_column_whose_name_is_no_text_is_refused(tmp_path: Path) -> None:
    path = database(tmp_path / "audit.db", (*COLUMNS, "spoiled TEXT"), row())
    path.write_bytes(path.read_bytes().replace(b"spoiled", b"sp\xffiled"))
    done = fencekit("replay", path, "--policy", SEED_POLICY)
    assert done.code == 3
    assert "a column of the table `audit_events` has no UTF-8 name" in done.out
