"""A log that cannot be trusted ends in exit code 3, with what is wrong and where."""

import gzip
import json
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from .conftest import Run, event, trace

GOOD = event()

BROKEN_LINES = {
    "cut": (b'{"actor": "a", ', "not JSON"),
    "no object": (b"[1, 2]", "not a JSON object"),
    "text": (b"hello", "not JSON"),
    "duplicate key": (
        b'{"actor":"a","actor":"b","action":"exec","resource":"shell"}',
        "the key `actor` occurs twice in one object",
    ),
    "duplicate key inside": (
        b'{"actor":"a","action":"x","resource":"y","payload":{"n":1,"n":2}}',
        "the key `n` occurs twice",
    ),
    "NaN": (json.dumps(event(payload={"amount": float("nan")})).encode(), "`NaN` is no JSON"),
    "Infinity": (b'{"payload": {"amount": Infinity}}', "`Infinity` is no JSON number"),
    "lone surrogate": (b'{"payload": {"x": "\\ud800"}}', "a lone surrogate"),
    "lone surrogate in a key": (b'{"payload": {"\\udfff": 1}}', "a lone surrogate"),
    "invalid UTF-8": (b'{"payload": {"x": "\xff"}}', "not UTF-8: byte 0xff"),
    "deep objects": (b'{"a":' * 10_000 + b"1" + b"}" * 10_000, "nested more than 200 deep"),
    "deep arrays": (b'{"a":' + b"[" * 10_000 + b"]" * 10_000 + b"}", "nested more than 200 deep"),
    "endless number": (b'{"a": ' + b"9" * 5_000 + b"}", "too many digits"),
    "control character": (b'{"a": "\x00"}', "not JSON"),
    "unknown decision": (json.dumps(event(decision="perhaps")).encode(), "unknown decision"),
    "contradiction": (
        json.dumps(event(decision="allow", reason="policy_deny")).encode(),
        "the decision `allow` contradicts its reason `policy_deny`",
    ),
    "unknown risk": (json.dumps(event(risk="spicy")).encode(), "unknown risk: `spicy`"),
    "payload": (json.dumps(event(payload=[1])).encode(), "`payload` is not an object"),
    "actor": (json.dumps(event(actor=7)).encode(), "`actor` is not text"),
}


@pytest.mark.parametrize("name", BROKEN_LINES)
def test_a_broken_line_is_counted_located_and_shown(name: str, run: Run, tmp_path: Path) -> None:
    line, expected = BROKEN_LINES[name]
    (tmp_path / "log.jsonl").write_bytes(trace(GOOD, line, GOOD))
    done = run("replay", "log.jsonl", "--policy", "good.yaml")
    assert done.code == 3
    assert "1 record could not be read or decided" in done.out
    assert "log.jsonl:3" in done.out
    assert expected in done.out
    report = run("replay", "log.jsonl", "--policy", "good.yaml", "--format", "json").report
    assert report["status"] == "could-not-check"
    assert (report["counts"]["unchanged"], report["counts"]["invalid"]) == (2, 1)
    within = run("replay", "log.jsonl", "--policy", "good.yaml", "--max-invalid", "1")
    assert within.code == 0
    assert "log.jsonl:3" in within.out


@pytest.mark.parametrize("name", BROKEN_LINES)
def test_a_log_of_only_invalid_lines_was_not_checked(name: str, run: Run, tmp_path: Path) -> None:
    line, _ = BROKEN_LINES[name]
    (tmp_path / "log.jsonl").write_bytes(trace(line, line))
    arguments = ("replay", "log.jsonl", "--policy", "good.yaml", "--max-invalid", "all")
    done = run(*arguments, "--log-format", "capfence-trace")
    assert done.code == 3
    assert "no record was checked" in done.out


def as_array(*items: object) -> bytes:
    return json.dumps(items).encode()


WHOLE = {
    "empty": (b"", "the log is empty"),
    "blank lines": (b"\n  \n\n", "the log is empty"),
    "header alone": (trace(), "no record was checked"),
    "checksum": (
        b'{"capfence_replay_version":"1.0","checksum":"00000000"}\n'
        + json.dumps(GOOD).encode()
        + b"\n",
        "log.jsonl:1: the checksum is `00000000`, but the events give",
    ),
    "version": (b'{"capfence_replay_version":"2.0"}\n{}\n', "is `2.0`, not `1.0`"),
    "junk": (bytes(range(256)) * 40, "the log is in no format that is known here"),
    "text": (b"once upon a time\n", "the log is in no format that is known here"),
    "cut gzip": (gzip.compress(trace(*[GOOD] * 2_000))[:-40], "the gzip data is damaged"),
    "gzip of junk": (b"\x1f\x8b" + b"junk" * 50, "the gzip data is damaged"),
    "array cut": (as_array(GOOD, GOOD)[:-5], "not JSON"),
    "array with a duplicate key": (b'[{"actor":"a","action":"b","resource":"c","actor":"d"}]', ""),
    "no database": (b"SQLite format 3\x00" + b"x" * 5_000, "not a readable database"),
}


@pytest.mark.parametrize("name", WHOLE)
def test_a_log_that_fails_as_a_whole_was_not_checked(name: str, run: Run, tmp_path: Path) -> None:
    data, expected = WHOLE[name]
    (tmp_path / "log.jsonl").write_bytes(data)
    done = run("replay", "log.jsonl", "--policy", "good.yaml")
    assert done.code == 3
    assert expected in done.out
    assert "log.jsonl" in done.out
    both = run("replay", "good.jsonl", "log.jsonl", "--policy", "good.yaml", "--max-invalid", "all")
    if name != "header alone":
        assert both.code == 3, "a good log does not make up for one that fails"


@pytest.mark.parametrize("path", ["missing.jsonl", "."])
def test_a_log_that_is_no_file_is_named(path: str, run: Run) -> None:
    done = run("replay", path, "--policy", "good.yaml")
    assert done.code == 3
    assert f"cannot read `{path}`" in done.out


def test_a_line_of_50_megabytes_costs_neither_memory_nor_good_records(
    run: Run, tmp_path: Path
) -> None:
    import tracemalloc

    with (tmp_path / "log.jsonl").open("wb") as out:
        out.write(trace(GOOD))
        out.write(b'{"payload": "' + b"x" * (50 << 20) + b'"}\n')
        out.write(json.dumps(GOOD).encode() + b"\n")
    tracemalloc.start()
    done = run("replay", "log.jsonl", "--policy", "good.yaml")
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert done.code == 3
    assert "log.jsonl:3: the line is longer than 8 MiB" in done.out
    assert "2 of 2" in done.out or "none of 2 checked calls" in done.out
    assert peak < 40 << 20


def test_a_byte_order_mark_and_carriage_returns_are_no_fault(run: Run, tmp_path: Path) -> None:
    data = b"\xef\xbb\xbf" + trace(GOOD, GOOD).replace(b"\n", b"\r\n")
    (tmp_path / "log.jsonl").write_bytes(data)
    done = run("replay", "log.jsonl", "--policy", "good.yaml")
    assert done.code == 0
    assert "none of 2 checked calls" in done.out


def test_gzip_is_seen_through(run: Run, tmp_path: Path) -> None:
    (tmp_path / "log.jsonl.gz").write_bytes(gzip.compress(trace(GOOD, GOOD)))
    assert run("replay", "log.jsonl.gz", "--policy", "good.yaml").code == 0


def database(path: Path, *statements: str) -> None:
    with closing(sqlite3.connect(path)) as connection:
        for statement in statements:
            connection.execute(statement)
        connection.commit()


TABLE = "CREATE TABLE audit_events (id INTEGER PRIMARY KEY, agent_id, decision, timestamp, reason)"


@pytest.mark.parametrize(
    ("statements", "expected"),
    [
        (["CREATE TABLE other (x)"], "the database has no table `audit_events`"),
        (["CREATE TABLE audit_events (id, agent_id)"], "has no column `decision`"),
        (
            [
                "CREATE TABLE t (agent_id, decision, timestamp)",
                "CREATE VIEW audit_events AS SELECT * FROM t",
            ],
            "the database has no table `audit_events`",
        ),
        ([TABLE], "no record was checked"),
        (
            [TABLE, "INSERT INTO audit_events VALUES (1, NULL, 'pass', 1.0, '')"],
            "has no `agent_id`",
        ),
        (
            [TABLE, "INSERT INTO audit_events VALUES (1, 'a', CAST(x'ff' AS TEXT), 1.0, '')"],
            "`decision` is not UTF-8 text",
        ),
        (
            [TABLE, "INSERT INTO audit_events VALUES (1, 'a', x'01', 1.0, '')"],
            "`decision` is not UTF-8 text",
        ),
    ],
    ids=["no table", "no column", "view", "no rows", "null", "bytes as text", "blob"],
)
def test_a_database_that_is_not_capfences_is_refused(
    statements: list[str], expected: str, run: Run, tmp_path: Path
) -> None:
    database(tmp_path / "log.db", *statements)
    done = run("replay", "log.db", "--policy", "good.yaml")
    assert done.code == 3
    assert expected in done.out


def test_a_damaged_database_is_refused(run: Run, tmp_path: Path) -> None:
    source = Path(__file__).parents[2] / "fixtures/logs/capfence_sqlite/agents.db"
    data = bytearray(source.read_bytes())
    data[4096:20_000] = b"\xa5" * (20_000 - 4096)
    (tmp_path / "log.db").write_bytes(data)
    done = run("replay", "log.db", "--policy", "good.yaml")
    assert done.code == 3
    assert "not a readable database" in done.out
