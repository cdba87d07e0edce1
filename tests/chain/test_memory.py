"""Verifying takes no more memory for a longer log."""

import sqlite3
import tracemalloc
from contextlib import closing

from chain.tampering import AGENTS, record, resigned, rows_of
from fencekit.logs.chain import capfence_chain, own_chain
from fencekit.logs.chain.capfence_hashed_fields import ID, NAMES, OWN
from fencekit.logs.chain.chain_line import GENESIS, seal_line
from fencekit.logs.jsonl import encode
from fencekit.reading.input_files import open_source

ROOM = 100_000
"""Bytes by which two runs may differ for other reasons."""


def peak(verify):
    tracemalloc.start()
    try:
        verify()
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def lines(size):
    head = GENESIS
    for seq in range(1, size + 1):
        line, head = seal_line(encode(record(seq)), seq, head)
        yield line


def test_our_own_log_is_verified_in_constant_memory(tmp_path):
    peaks = []
    for size in (5_000, 15_000):
        log = tmp_path / f"{size}.jsonl"
        log.write_bytes(b"".join(lines(size)))
        found = []
        peaks.append(peak(lambda at=log, out=found: out.append(own_chain.verify([str(at)]))))
        assert found[0].covered == size
    assert peaks[1] < peaks[0] + ROOM


def test_a_database_is_verified_in_constant_memory(tmp_path):
    peaks, rows = [], rows_of(AGENTS)
    listed = ", ".join(("id", "entry_hash", "signature", *NAMES))
    places = ", ".join("?" * (len(NAMES) + 3))
    for size in (1_000, 5_000):
        database, head = tmp_path / f"{size}.db", ""
        database.write_bytes(AGENTS.read_bytes())
        with closing(sqlite3.connect(database)) as connection:
            connection.execute("DELETE FROM audit_events")
            connection.execute("DELETE FROM sqlite_sequence")
            for number in range(1, size + 1):
                row = resigned(rows[number % len(rows)], head)
                head = row[OWN]
                query = f"INSERT INTO audit_events ({listed}) VALUES ({places})"
                connection.execute(query, (number, *row[ID + 1 :]))
            connection.commit()
        found = []
        peaks.append(peak(lambda at=database, out=found: out.append(verified(at))))
        assert found[0].covered == size
    assert peaks[1] < peaks[0] + ROOM


def verified(database):
    with open_source(str(database)) as source:
        return capfence_chain.verify(source)
