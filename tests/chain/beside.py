"""The same tamperings shown to the real `AuditLogger.verify` and to ours, and counted.

    PYTHONPATH=.:tests:fixtures python tests/chain/beside.py    # the table of docs/audit-log.md

Each tampered log is a database on disk; ours looks first, because the real one writes into it.
"""

import sqlite3
import tempfile
import warnings
from collections.abc import Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from capfence.core.audit import AuditLogger
from recording import injected

from chain.tampering import DATABASES, WARN, Item, blanked, changed, resigned, rows_of
from fencekit.logs.chain import capfence_chain
from fencekit.logs.chain.capfence_hashed_fields import FIRST, ID, NAMES, OWN, SIGNATURE
from fencekit.model.chain_verification import Anchor
from fencekit.reading.input_files import open_source

COLUMNS = ("id", "entry_hash", "signature", *NAMES)
METADATA = FIRST + NAMES.index("metadata_json")


@dataclass
class Count:
    """How many tamperings of one family were tried, and how many were noticed by whom."""

    tried: int = 0
    theirs: int = 0
    ours: int = 0
    anchored: int = 0


def families(rows: tuple[Item, ...], foreign: Item) -> Iterator[tuple[str, Iterable[list[Item]]]]:
    """Yield every family of tamperings, and its logs."""
    size = len(rows)
    yield "one changed value, each field of each record", edits(rows)
    yield (
        "one record deleted, not the last",
        ([*rows[:at], *rows[at + 1 :]] for at in range(size - 1)),
    )
    yield (
        "two neighbours swapped",
        ([*rows[:at], rows[at + 1], rows[at], *rows[at + 2 :]] for at in range(size - 1)),
    )
    yield "one record duplicated", ([*rows[:at], rows[at], *rows[at:]] for at in range(size))
    yield (
        "a record of another log inserted",
        ([*rows[:at], foreign, *rows[at:]] for at in range(size)),
    )
    yield (
        "one hash blanked",
        ([*rows[:at], blanked(rows[at]), *rows[at + 1 :]] for at in range(size)),
    )
    yield (
        "one hash blanked, and the link and the metadata",
        ([*rows[:at], all_blank(rows[at]), *rows[at + 1 :]] for at in range(size)),
    )
    edited = [all_blank(with_reason(row)) for row in rows]
    yield "every record edited, all hashes and metadata blanked", [edited]
    yield "cut off at the end", (list(rows[:at]) for at in range(1, size))
    yield (
        "the chain computed anew from each record on",
        (recomputed(rows, at) for at in range(size)),
    )


def edits(rows: tuple[Item, ...]) -> Iterator[list[Item]]:
    """Yield the log with one value changed, for each field of each record."""
    for number, row in enumerate(rows):
        for at in (OWN, *range(FIRST, FIRST + len(NAMES))):
            value = next(iter(changed(row[at])))
            yield [*rows[:number], (*row[:at], value, *row[at + 1 :]), *rows[number + 1 :]]


def all_blank(row: Item) -> Item:
    """Return the row without hash, link and metadata."""
    made = list(blanked(row, also_prev=True))
    made[METADATA] = ""
    return tuple(made)


def with_reason(row: Item) -> Item:
    """Return the row as if the call had been allowed."""
    at = FIRST + NAMES.index("reason")
    return (*row[:at], "policy_allow", *row[at + 1 :])


def recomputed(rows: tuple[Item, ...], number: int) -> list[Item]:
    """Return the log with one record edited and every hash from there on computed anew."""
    made, head = list(rows[:number]), rows[number - 1][OWN] if number else ""
    for row in (with_reason(with_actor(rows[number])), *rows[number + 1 :]):
        made.append(resigned(row, head))
        head = made[-1][OWN]
    return made


def with_actor(row: Item) -> Item:
    """Return the row as if somebody else had called."""
    at = FIRST + NAMES.index("actor")
    return (*row[:at], "nobody", *row[at + 1 :])


def write(rows: list[Item], database: Path) -> None:
    """Write the rows as a database of CapFence's; the ids are given anew."""
    with closing(sqlite3.connect(database)) as connection:
        connection.execute("PRAGMA synchronous = OFF")
        connection.execute("DELETE FROM audit_events")
        connection.execute("DELETE FROM sqlite_sequence")
        listed, places = ", ".join(COLUMNS), ", ".join("?" * len(COLUMNS))
        numbered = [(number, *row[ID + 1 :]) for number, row in enumerate(rows, 1)]
        connection.executemany(f"INSERT INTO audit_events ({listed}) VALUES ({places})", numbered)
        connection.commit()


def compare(rows: tuple[Item, ...], foreign: Item, folder: Path) -> dict[str, Count]:
    """Count, for each family, how many of its logs each of the two calls broken."""
    database = folder / "audit.db"
    with injected():
        AuditLogger(database)
    anchor = Anchor(len(rows), rows[-1][OWN])
    counts: dict[str, Count] = {}
    for family, logs in families(rows, foreign):
        count = counts.setdefault(family, Count())
        for log in logs:
            try:
                write(log, database)
            except sqlite3.IntegrityError:
                continue  # the table refuses what the tampering would put there
            count.tried += 1
            count.ours += not ours(database)
            count.anchored += not ours(database, anchor)
            count.theirs += not theirs(database)
    return counts


def ours(database: Path, *anchors: Anchor) -> bool:
    """Say whether our verification calls the log unbroken."""
    with open_source(str(database)) as source:
        return capfence_chain.verify(source, anchors).holds


def theirs(database: Path) -> bool:
    """Say whether CapFence's verification calls the log unbroken."""
    with warnings.catch_warnings(), injected():
        warnings.simplefilter("ignore")
        return AuditLogger(database).verify()[0]


def genuine(folder: Path) -> dict[str, tuple[bool, bool]]:
    """Return, for each recorded database, whether CapFence and whether we call it unbroken."""
    found = {}
    for database in DATABASES:
        copy = folder / database.name
        copy.write_bytes(database.read_bytes())
        mine = ours(copy)
        found[database.name] = theirs(copy), mine
    return found


def main() -> None:
    """Print the tables."""
    rows, foreign = rows_of(DATABASES[0]), rows_of(WARN)[20]
    assert not any(row[SIGNATURE] for row in rows)
    with tempfile.TemporaryDirectory() as folder:
        counts = compare(rows, foreign, Path(folder))
        print("| tampering | tried | `capfence verify` | `fencekit logs verify` | with an anchor |")
        print("| --- | ---: | ---: | ---: | ---: |")
        for family, count in counts.items():
            said = f"{count.tried:,} | {count.theirs:,} | {count.ours:,} | {count.anchored:,}"
            print(f"| {family} | {said} |")
        print()
        for name, (accepted, mine) in genuine(Path(folder)).items():
            print(name, "theirs:", accepted, "ours:", mine)


if __name__ == "__main__":
    main()
