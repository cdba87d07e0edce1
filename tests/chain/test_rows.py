"""The fields of a row are hashed as CapFence hashes them, whatever stands in them."""

import hashlib
import json
import math
import sqlite3
from contextlib import closing

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chain.signed import change
from chain.tampering import DATABASES, resigned, rows_of, verify_rows
from fencekit.logs.chain import capfence_chain
from fencekit.logs.chain.capfence_hashed_fields import BASE, MORE, NAMES, hashes_of, is_quickly
from fencekit.model.chain_verification import BrokenChainReason
from fencekit.reading.input_files import open_source

pytestmark = pytest.mark.oracle

TEXT = st.none() | st.text() | st.binary(max_size=4)
NUMBER = st.none() | st.integers() | st.floats() | st.text(max_size=3) | st.binary(max_size=3)
NUMERIC = {"latency_ms", "risk_score", "threshold", "timestamp"}
FIELDS = st.fixed_dictionaries({name: NUMBER if name in NUMERIC else TEXT for name in NAMES})


def verify(database):
    with open_source(str(database)) as source:
        return capfence_chain.verify(source)


@given(FIELDS)
def test_the_quick_way_says_yes_exactly_where_json_dumps_has_that_hash(fields):
    row = (1, "", None, *(fields[name] for name in NAMES))
    try:
        text = json.dumps(fields, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
        own = hashlib.sha256(text.encode()).hexdigest()
    except (TypeError, UnicodeEncodeError):
        assert not is_quickly(row, "")
        return
    numbers = [fields[name] for name in NUMERIC]
    all_there = all(isinstance(fields[name], str) for name in set(NAMES) - NUMERIC)
    finite = all(isinstance(x, int) or (isinstance(x, float) and math.isfinite(x)) for x in numbers)
    assert is_quickly(row, own) == (all_there and finite)
    assert own in hashes_of(row)


@given(FIELDS, FIELDS)
def test_the_quick_way_never_takes_one_row_for_another(one, other):
    row = (1, "", None, *(one[name] for name in NAMES))
    try:
        text = json.dumps(other, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
        own = hashlib.sha256(text.encode()).hexdigest()
    except (TypeError, UnicodeEncodeError):
        return
    if is_quickly(row, own):
        assert repr(one) == repr(other)


@pytest.fixture
def table(tmp_path):
    """A database of CapFence's own making, without records."""
    from capfence.core.audit import AuditLogger
    from recording import injected

    with injected():
        AuditLogger(tmp_path / "audit.db")
    return tmp_path / "audit.db"


@pytest.mark.parametrize(
    "risk", [float("nan"), -0.0, 0.0, 0, 1, 1.5, 1e300, float("inf"), True, "low", 10**15]
)
def test_whatever_risk_the_real_runtime_records_the_row_verifies(table, risk):
    from capfence.core.audit import AuditLogger
    from capfence.core.runtime import ActionEvent, ExecutionVerdict
    from recording import injected

    event = ActionEvent('a"\\\n\x00\x7f', "run", "grün\u2028", "🌱", risk, {"payload_hash": "é"})
    made = {"latency_ms": 3, "required_capability": "ü.\U0001f600"}
    with injected():
        logger = AuditLogger(table)
        for number in range(3):
            logger.record_event(
                ExecutionVerdict(
                    authorized=True,
                    decision="allow",
                    reason="policy",
                    event=event,
                    timestamp=1.7e9 + number / 7,
                    metadata=made,
                )
            )
    found = verify(table)
    assert (found.fault, found.covered, found.partly) == (None, 3, 0)


def insert(table, base, more, prev):
    """Insert a row whose hash covers its first ten fields, as CapFence wrote them before 0.8.2."""
    text = json.dumps(
        {**base, "prev_hash": prev}, sort_keys=True, separators=(",", ":"), ensure_ascii=False
    )
    own = hashlib.sha256(text.encode()).hexdigest()
    row = {**base, **more, "prev_hash": prev, "entry_hash": own}
    with closing(sqlite3.connect(table)) as connection:
        listed, places = ", ".join(row), ", ".join("?" * len(row))
        query = f"INSERT INTO audit_events ({listed}) VALUES ({places})"
        connection.execute(query, tuple(row.values()))
        connection.commit()
    return own


OLD = {name: "x" for name in BASE if name != "prev_hash"} | {
    "risk_score": 1,
    "threshold": 0,
    "latency_ms": None,
    "timestamp": 1.7e9 + 1 / 3,
}


def test_old_rows_hash_ten_fields_and_that_is_said(table):
    prev = insert(table, OLD, {}, "")
    prev = insert(
        table, OLD | {"risk_score": None, "threshold": 0.5}, {"capability": "a.b.c"}, prev
    )
    insert(table, OLD, dict.fromkeys(MORE, "y"), prev)
    found = verify(table)
    assert (found.fault, found.covered, found.partly) == (None, 3, 2)
    change(table, "UPDATE audit_events SET capability = 'other' WHERE id = 3")
    assert verify(table).partly == 2
    change(table, "UPDATE audit_events SET reason = 'other' WHERE id = 2")
    found = verify(table)
    assert (found.why, found.broken_at.line, found.covered) == (BrokenChainReason.EDITED, 2, 1)


def test_rows_from_before_the_chain_that_capfence_hashed_later_verify(table):
    """It rounds the time that it hashes, but not the one that it leaves in the row."""
    from capfence.core.audit import AuditLogger
    from recording import injected

    with closing(sqlite3.connect(table)) as connection:
        for number in range(3):
            connection.execute(
                "INSERT INTO audit_events (agent_id, decision, timestamp) VALUES ('a', 'pass', ?)",
                (1.7e9 + number + 1 / 3,),
            )
        connection.commit()
    assert verify(table).why is BrokenChainReason.BLANK_HASH
    with injected():
        logger = AuditLogger(table)
        assert not logger.verify()[0]
    assert (verify(table).fault, verify(table).covered) == (None, 3)


@pytest.mark.parametrize("value", ["CAST(x'ff41' AS TEXT)", "x'41'", "NULL", "5"])
def test_a_value_that_capfence_never_writes_is_an_edit(tmp_path, value):
    database = tmp_path / "audit.db"
    database.write_bytes(DATABASES[0].read_bytes())
    change(database, f"UPDATE audit_events SET reason = {value} WHERE id = 100")
    found = verify(database)
    assert (found.why, found.broken_at.line, found.covered) == (BrokenChainReason.EDITED, 100, 99)
    assert found.records == 355


@pytest.mark.parametrize("value", ["CAST(x'ff41' AS TEXT)", "x'41'", "5"])
def test_a_hash_that_is_none_is_found(tmp_path, value):
    database = tmp_path / "audit.db"
    database.write_bytes(DATABASES[0].read_bytes())
    change(database, f"UPDATE audit_events SET entry_hash = {value} WHERE id = 50")
    found = verify(database)
    assert found.why in {BrokenChainReason.EDITED, BrokenChainReason.BLANK_HASH}
    assert (found.broken_at.line, found.covered) == (50, 49)


def test_an_old_table_without_hashes_has_no_chain(table):
    change(
        table,
        "DROP TABLE audit_events",
        "CREATE TABLE audit_events (id INTEGER PRIMARY KEY, agent_id, decision, timestamp)",
        "INSERT INTO audit_events VALUES (1, 'a', 'pass', 1.0)",
    )
    found = verify(table)
    assert (found.why, found.records, found.covered) == (BrokenChainReason.NO_CHAIN, 1, 0)


def test_a_table_without_rows_has_no_chain(table):
    assert verify(table).why is BrokenChainReason.NO_CHAIN


def test_rows_deleted_at_the_end_show_as_long_as_sqlite_remembers_their_ids(tmp_path):
    database = tmp_path / "audit.db"
    database.write_bytes(DATABASES[0].read_bytes())
    change(database, "DELETE FROM audit_events WHERE id > 300")
    found = verify(database)
    assert (found.why, found.broken_at.line, found.covered) == (
        BrokenChainReason.TRUNCATED,
        300,
        300,
    )
    change(database, "UPDATE sqlite_sequence SET seq = 300")
    assert verify(database).fault is None


def test_two_rows_that_continue_from_the_same_one_are_told():
    """Two processes of CapFence that write at once do that, and so does whoever inserts a row."""
    rows = list(rows_of(DATABASES[0], 20))
    rows.insert(10, resigned((99, *rows[3][1:]), rows[9][1]))
    fault = verify_rows(rows)
    assert (fault.why, fault.place.line) == (BrokenChainReason.INSERTED, 12)
    assert "two processes" in fault.message
